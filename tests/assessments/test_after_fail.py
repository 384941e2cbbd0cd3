"""What the rule asks for after a fail: lessons again, a new round, or only the topics missed."""

from datetime import timedelta

import pytest

from assessments import actions, perms
from assessments.eligibility import Code
from assessments.models import ExtraTries, TestRule
from courses.actions import enrol
from courses.models import LessonAgain
from tests.assessments.conftest import answer, rule_of, sit
from tests.factories import UserFactory, complete_lessons

pytestmark = pytest.mark.django_db
LATER = timedelta(minutes=5)


def codes(learner, course, now):
    return [
        reason.code for reason in perms.standing(learner=learner, course=course, now=now).reasons
    ]


def asked(sitting):
    rows = LessonAgain.objects.filter(enrolment=sitting.enrolment)
    return set(rows.values_list("lesson__slug", flat=True))


def sit_missing(topic, learner, course, now):
    """A sitting with every answer right but for one question of ``topic``."""
    sitting = actions.start_sitting(learner=learner, course=course, now=now)
    answer(sitting, now)
    place, missed = next(
        (place, question)
        for place, question in enumerate(sitting.questions, start=1)
        if question["topic"] == topic
    )
    wrong = next(o["token"] for o in missed["options"] if o["token"] != missed["key"])
    actions.give_answer(sitting=sitting, position=place, option_tokens=[wrong], now=now)
    return actions.submit(sitting=sitting, now=now)


# -- Lessons again -------------------------------------------------------------------------------
def test_fail_asks_for_no_lesson_where_the_rule_does_not(rule, learner, course, now):
    assert asked(sit(learner, course, now, right=0)) == set()


def test_fail_asks_for_the_lessons_of_the_topics_that_were_missed(course, learner, now):
    rule_of(course, waits=[], restudy_topics=True)
    failed = sit_missing("course-lesson-2", learner, course, now)
    assert asked(failed) == {"lesson-2"}
    assert codes(learner, course, now) == [Code.COURSE_NOT_COMPLETE]


def test_test_opens_again_once_the_lessons_are_done_again(course, learner, now):
    rule_of(course, waits=[], restudy_topics=True)
    failed = sit_missing("course-lesson-2", learner, course, now)
    complete_lessons(failed.enrolment, at=now + LATER)
    assert codes(learner, course, now + LATER) == []


def test_every_lesson_comes_first_again_after_so_many_fails(course, learner, now):
    rule_of(course, waits=[], lessons_again_after=2)
    assert asked(sit(learner, course, now, right=3)) == set()
    assert asked(sit(learner, course, now + LATER, right=3)) == {"lesson-1", "lesson-2"}


def test_pass_asks_for_nothing(course, learner, now):
    rule_of(course, restudy_topics=True, lessons_again_after=1)
    assert asked(sit(learner, course, now)) == set()


# -- When the tries are spent ---------------------------------------------------------------------
def test_spent_tries_wait_for_an_officer(course, learner, now):
    rule_of(course, waits=[], tries=1)
    sit(learner, course, now, right=0)
    assert codes(learner, course, now) == [Code.NO_TRIES_LEFT]


def extra(enrolment, now, *, confirmed):
    row = ExtraTries.objects.create(
        enrolment=enrolment, reason="Ill on the day.", proposed_by=UserFactory(), proposed_at=now
    )
    if confirmed:
        row.confirm(by=UserFactory(), now=now)


@pytest.mark.parametrize(("confirmed", "left"), [(False, 0), (True, 1)])
def test_further_try_counts_once_a_second_officer_has_signed(course, learner, now, confirmed, left):
    rule_of(course, waits=[], tries=1)
    extra(sit(learner, course, now, right=0).enrolment, now, confirmed=confirmed)
    assert perms.standing(learner=learner, course=course, now=now).tries_left == left


def test_further_try_of_another_round_does_not_count(course, learner, now):
    rule_of(course, waits=[], tries=1, when_spent=TestRule.WhenSpent.RELEARN)
    first = sit(learner, course, now, right=0).enrolment
    extra(first, now, confirmed=True)
    enrol(learner=learner, course=course, now=now + LATER)
    place = perms.standing(learner=learner, course=course, now=now + LATER)
    assert place.tries_left == 1


def test_spent_tries_lead_to_a_new_round_where_the_rule_says_so(course, learner, now):
    rule_of(course, waits=["PT1H", "P6M"], tries=2, when_spent=TestRule.WhenSpent.RELEARN)
    sit(learner, course, now, right=0)
    last = sit(learner, course, now + timedelta(hours=1), right=0)
    last.enrolment.refresh_from_db()
    assert last.enrolment.closed_at == last.closed_at
    again = enrol(learner=learner, course=course, now=now + timedelta(hours=2))
    complete_lessons(again, at=now + timedelta(hours=2))
    assert codes(learner, course, now + timedelta(hours=2)) == [Code.WAIT]
    assert codes(learner, course, last.next_try_at) == []


# -- Waits that grow -----------------------------------------------------------------------------
def test_waits_grow_and_the_last_one_goes_on(course, learner, now):
    rule_of(course, waits=["PT1H", "P1D"])
    moment, waited = now, []
    for _ in range(3):
        failed = sit(learner, course, moment, right=0)
        waited.append(failed.next_try_at - failed.closed_at)
        moment = failed.next_try_at
    assert waited == [timedelta(hours=1), timedelta(days=1), timedelta(days=1)]


# -- Only the topics missed (R08) ------------------------------------------------------------------
def test_resit_draws_only_the_topics_that_were_not_passed(course, learner, now):
    rule_of(course, waits=[], resit_days=30)
    first = sit_missing("course-lesson-2", learner, course, now)
    resit = actions.start_sitting(learner=learner, course=course, now=now + LATER)
    assert {question["topic"] for question in resit.questions} == {"course-lesson-2"}
    (carried,) = resit.paper["carried"]
    assert (carried["slug"], carried["sitting_id"]) == ("course-lesson-1", str(first.pk))
    assert (carried["correct"], carried["questions"]) == (2, 2)


def test_resit_passes_on_the_topics_that_were_left(course, learner, now):
    rule_of(course, waits=[], resit_days=30)
    sit_missing("course-lesson-2", learner, course, now)
    assert sit(learner, course, now + LATER).outcome == "passed"


def test_resit_has_no_question_of_the_paper_before(course, learner, now):
    rule_of(course, waits=[], resit_days=30)
    first = sit_missing("course-lesson-2", learner, course, now)
    resit = actions.start_sitting(learner=learner, course=course, now=now + LATER)
    drawn = [{question["question_id"] for question in each.questions} for each in (first, resit)]
    assert not drawn[0] & drawn[1]


@pytest.mark.parametrize(
    ("after", "questions"),
    [(timedelta(days=30) - LATER, 2), (timedelta(days=30), 4)],
    ids=["in-time", "too-late"],
)
def test_passed_topic_stays_good_for_so_many_days(course, learner, now, after, questions):
    rule_of(course, waits=[], resit_days=30)
    sit_missing("course-lesson-2", learner, course, now)
    resit = actions.start_sitting(learner=learner, course=course, now=now + after)
    assert resit.question_count == questions


def test_whole_paper_is_drawn_again_where_the_rule_carries_nothing(course, learner, now):
    rule_of(course, waits=[])
    sit_missing("course-lesson-2", learner, course, now)
    assert sit(learner, course, now + LATER).question_count == 4
