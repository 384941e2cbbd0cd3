"""The figures, against a small history whose answers were counted by hand."""

from datetime import timedelta

import pytest
from wagtail.models import Page

from courses import actions
from courses.models import Approval, LessonPage
from courses.models.reports import Report, State, Tally, percent, tallies
from tests.courses.training import join, learn, make_cohort, make_history
from tests.factories import AuthorityFactory, LearnerFactory, UserFactory, make_course

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort(now):
    return make_cohort(AuthorityFactory(), now - timedelta(days=31))


@pytest.fixture
def history(cohort, now):
    make_history(cohort, now)


@pytest.fixture(params=["cohort", "course"])
def report(request, cohort, history, now):
    """The same people once as a group and once as the course's: the one who left the group is still
    on the course, and is taken away from its authority so that both reports count the same."""
    if request.param == "cohort":
        return Report.of_cohort(cohort, now=now)
    left = cohort.places.exclude(left_at=None).get().learner
    left.authority = AuthorityFactory()
    left.save()
    return Report.of_course(cohort.course, authorities=[cohort.authority_id], now=now)


def change_materially(lesson, now):
    """A change after which everybody who has not passed goes through the lesson again."""
    lesson = LessonPage.objects.get(pk=lesson.pk)
    lesson.save_revision().publish()
    lesson.refresh_from_db()
    Approval.objects.create(
        revision=lesson.live_revision,
        lesson=lesson,
        material=True,
        change_note="New law.",
        approved_by=UserFactory(),
        approved_at=now,
    )


def states_of(cohort, now):
    return {person.name: person.state for person in Report.of_cohort(cohort, now=now).people}


def test_people_are_counted_by_state(report):
    assert report.states == {
        State.NOT_STARTED: 1,
        State.LEARNING: 4,
        State.LESSONS_DONE: 1,
        State.FINISHED: 2,
    }
    assert report.total == 8


def test_lessons_are_counted(report):
    counted = [
        (lesson.people, lesson.reached, lesson.finished, lesson.gave_up)
        for lesson in report.lessons()
    ]
    assert counted == [(8, 7, 6, 1), (8, 3, 3, 0)]


def test_middle_time_is_of_whole_lessons_whose_time_is_known(report):
    first, _ = report.lessons()
    assert (first.timed, first.minutes) == (5, 3.0)


def test_middle_time_of_few_people_is_not_told(report):
    _, second = report.lessons()
    assert (second.timed, second.minutes) == (3, None)


def test_first_tries_at_checks_are_counted(report):
    counted = [(check.lesson_number, check.tried, check.wrong) for check in report.checks()]
    assert counted == [(1, 6, 2), (2, 3, 0)]
    assert {check.question for check in report.checks()} == {"What do you do?"}


def test_each_person_is_told_by_name_state_and_progress(cohort, history, now):
    people = Report.of_cohort(cohort, now=now).people
    long_ago, lately = now - timedelta(days=20), now - timedelta(days=1)
    told = [(p.name, p.state, p.lessons_done, p.last_active_at, p.finished_at) for p in people]
    assert told == [
        ("Ada", State.NOT_STARTED, 0, None, None),
        ("Ben", State.LEARNING, 0, long_ago, None),
        ("Cem", State.LEARNING, 1, lately, None),
        ("Dee", State.LESSONS_DONE, 2, lately, None),
        ("Eve", State.FINISHED, 2, long_ago, lately),
        ("Fay", State.FINISHED, 2, long_ago, lately),
        ("Gil", State.LEARNING, 1, long_ago, None),
        ("Hal", State.LEARNING, 1, lately, None),
    ]
    assert {person.lessons_total for person in people} == {2}


def test_people_are_read_by_the_page(cohort, history, now):
    people = Report.of_cohort(cohort, now=now).people
    assert [person.name for person in people[2:4]] == ["Cem", "Dee"]


@pytest.mark.parametrize(("days", "gave_up"), [(14, 0), (15, 1)])
def test_who_does_nothing_for_more_than_14_days_gave_up(cohort, now, days, gave_up):
    learner = join(cohort, now - timedelta(days=30))
    learn(learner, cohort.course, lessons=1, screens=1, at=now - timedelta(days=days))
    assert Report.of_cohort(cohort, now=now).lessons()[0].gave_up == gave_up


def test_who_is_busy_in_another_lesson_has_not_given_up(cohort, now):
    learner = join(cohort, now - timedelta(days=30))
    learn(learner, cohort.course, lessons=1, at=now - timedelta(days=20))
    change_materially(cohort.course.lessons()[0], now)
    # The second lesson was open in the wording of then; the first is to be done again.
    enrolment = learner.enrolments.get()
    second = cohort.course.lessons()[1]
    actions.answer_check(
        enrolment=enrolment,
        lesson=second,
        check_id=second.outline()[1].check_ids[0],
        option=0,
        now=now,
    )
    assert [lesson.gave_up for lesson in Report.of_cohort(cohort, now=now).lessons()] == [0, 0]


def test_answer_alone_reaches_a_lesson_and_begins_the_course(cohort, now):
    learner = join(cohort, now)
    lesson = cohort.course.lessons()[0]
    check = lesson.outline()[1].check_ids[0]
    actions.answer_check(
        enrolment=learner.enrolments.get(), lesson=lesson, check_id=check, option=0, now=now
    )
    report = Report.of_cohort(cohort, now=now)
    assert (report.lessons()[0].reached, report.states[State.LEARNING]) == (1, 1)


def test_material_change_reopens_a_lesson_for_whoever_has_not_passed(cohort, history, now):
    change_materially(cohort.course.lessons()[0], now)
    states = states_of(cohort, now)
    assert (states["Dee"], states["Eve"]) == (State.LEARNING, State.FINISHED)
    assert Report.of_cohort(cohort, now=now).lessons()[0].finished == 2


def test_first_tries_before_a_material_change_are_not_counted(cohort, history, now):
    change_materially(cohort.course.lessons()[0], now)
    first, second = Report.of_cohort(cohort, now=now).checks()
    assert (first.tried, second.tried) == (0, 3)


def test_lesson_that_was_taken_down_is_not_counted(cohort, history, now):
    Page.objects.filter(pk=cohort.course.lessons()[1].pk).update(live=False)
    report = Report.of_cohort(cohort, now=now)
    assert [lesson.finished for lesson in report.lessons()] == [6]
    assert report.states[State.LESSONS_DONE] == 4  # Cem, Dee, Gil and Hal.


def test_course_without_lessons_is_done_by_nobody(now):
    cohort = make_cohort(AuthorityFactory(), now, course=make_course(lessons=0))
    join(cohort, now)
    report = Report.of_cohort(cohort, now=now)
    assert (report.lessons(), report.checks()) == ([], [])
    assert report.states[State.NOT_STARTED] == 1


def test_group_of_nobody_has_zeros(cohort, now):
    report = Report.of_cohort(cohort, now=now)
    assert (report.total, list(report.people)) == (0, [])
    assert [lesson.reached for lesson in report.lessons()] == [0, 0]


def finish(learner, course, at):
    enrolment = learn(learner, course, lessons=2, at=at)
    actions.close_enrolment(enrolment=enrolment, now=at + timedelta(minutes=1))


def test_round_finished_before_the_group_does_not_count_for_it(cohort, now):
    learner = LearnerFactory(authority=cohort.authority)
    actions.enrol(learner=learner, course=cohort.course, now=now - timedelta(days=900))
    finish(learner, cohort.course, now - timedelta(days=900))
    lines = [learner.user.email]
    actions.add_people(cohort=cohort, lines=lines, by=cohort.trainer, now=now)
    assert list(states_of(cohort, now).values()) == [State.NOT_STARTED]


def test_renewal_years_later_leaves_the_groups_figures_alone(cohort, now):
    learner = join(cohort, now, full_name="Eve")
    finish(learner, cohort.course, now)
    later = now + timedelta(days=1000)
    actions.enrol(learner=learner, course=cohort.course, now=later)
    assert states_of(cohort, later) == {"Eve": State.FINISHED}
    course = Report.of_course(cohort.course, authorities=[cohort.authority_id], now=later)
    assert course.states[State.NOT_STARTED] == course.total == 1


def test_people_who_went_to_another_authority_are_not_counted(cohort, now):
    learner = join(cohort, now)
    learner.authority = AuthorityFactory()
    learner.save()
    assert Report.of_cohort(cohort, now=now).total == 0
    assert tallies([cohort])[cohort.pk] == Tally(0, 0)


def test_tallies_of_several_groups_come_at_once(cohort, history, now, django_assert_num_queries):
    empty = make_cohort(AuthorityFactory(), now)
    with django_assert_num_queries(1):
        counted = tallies([cohort, empty])
    assert counted == {cohort.pk: Tally(8, 2), empty.pk: Tally(0, 0)}


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [(1, 4, None), (0, 0, None), (1, 5, 20), (5, 5, 100), (199, 200, 99), (0, 5, 0)],
)
def test_percentage_is_rounded_down_and_kept_back_for_few_people(part, whole, shown):
    assert percent(part, whole) == shown
