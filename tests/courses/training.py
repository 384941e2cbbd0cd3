"""Trainers, their groups, and a small history with known figures."""

from datetime import date, timedelta

from courses import actions
from courses.models import Cohort, Enrolment
from people.models import Membership
from tests.factories import LearnerFactory, make_course, staff

Role = Membership.Role
DEADLINE = date(2027, 3, 1)


def make_cohort(authority, now, *, course=None, name="Spring group", **fields):
    """A group with a trainer of its own, started by that trainer."""
    trainer = fields.pop("trainer", None) or staff(Role.AUTHOR, authority, now)
    return actions.start_cohort(
        authority=authority,
        name=name,
        course=course or make_course(slug=f"course-{Cohort.objects.count() + 1}"),
        trainer=trainer,
        by=trainer,
        now=now,
        **{"deadline_on": DEADLINE, **fields},
    )


def join(cohort, now, **fields):
    """Somebody of the cohort's authority, added to it."""
    learner = LearnerFactory(**{"authority": cohort.authority, **fields})
    answers = actions.add_people(
        cohort=cohort, lines=[learner.user.email], by=cohort.trainer, now=now
    )
    assert [answer for _, answer in answers] == [actions.Added.ADDED]
    return learner


def learn(learner, course, *, lessons, at, seconds=60, known=True, wrong_first=False, screens=2):
    """Go through the first ``lessons`` lessons, in the last of them through ``screens`` screens.
    Each lesson takes ``seconds``, of which the last screen's may not be known; a check may be got
    wrong at first and right a minute later."""
    enrolment = Enrolment.objects.open().get(learner=learner, course=course)
    for lesson in list(course.lessons())[:lessons]:
        for number, screen in enumerate(lesson.outline()[:screens], start=1):
            for check in screen.check_ids:
                for minute, option in enumerate([1, 0] if wrong_first else [0]):
                    actions.answer_check(
                        enrolment=enrolment,
                        lesson=lesson,
                        check_id=check,
                        option=option,
                        now=at - timedelta(minutes=1 - minute),
                    )
            actions.pass_screen(
                enrolment=enrolment,
                lesson=lesson,
                number=number,
                now=at,
                seconds=seconds // 2 if known or number == 1 else None,
            )
    return enrolment


def make_history(cohort, now):
    """Eight people in the group: one has not begun, four are learning (one of them gave up), one
    has done the lessons, two have finished. Besides, one was taken out, and a stranger has done
    everything. Names are given in the order of the alphabet."""
    began = now - timedelta(days=30)
    long_ago, lately = now - timedelta(days=20), now - timedelta(days=1)
    course = cohort.course
    join(cohort, began, full_name="Ada")
    learn(join(cohort, began, full_name="Ben"), course, lessons=1, screens=1, at=long_ago)
    cem = join(cohort, began, full_name="Cem")
    learn(cem, course, lessons=1, at=lately, seconds=180, wrong_first=True)
    learn(join(cohort, began, full_name="Dee"), course, lessons=2, at=lately, seconds=60)
    for name, seconds in (("Eve", 240), ("Fay", 120)):
        enrolment = learn(
            join(cohort, began, full_name=name), course, lessons=2, at=long_ago, seconds=seconds
        )
        actions.close_enrolment(enrolment=enrolment, now=lately)
    gil = join(cohort, began, full_name="Gil")
    learn(gil, course, lessons=1, at=long_ago, seconds=600, wrong_first=True)
    learn(join(cohort, began, full_name="Hal"), course, lessons=1, at=lately, known=False)
    ivo = join(cohort, began, full_name="Ivo")
    learn(ivo, course, lessons=2, at=lately, wrong_first=True)
    place = cohort.places.get(learner=ivo)
    actions.take_out(place=place, by=cohort.trainer, now=lately)
    stranger = LearnerFactory(full_name="Somebody else's driver")
    actions.enrol(learner=stranger, course=course, now=began)
    learn(stranger, course, lessons=2, at=lately, wrong_first=True)
