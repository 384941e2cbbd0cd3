"""What the start page tells of a rule, whatever the rule asks."""

from datetime import timedelta

import pytest

from assessments import actions
from assessments.models import Adjustment, ExtraTries
from courses.models import Enrolment
from tests.assessments.conftest import hold, rule_of, sit
from tests.assessments.pages import start_url, text
from tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
CRITICAL = "A few questions about keeping people safe must be right, whatever your total."


def granted(learner, now, **fields):
    return Adjustment.objects.create(
        learner=learner,
        asked_at=now,
        reason_class="other",
        decision="granted",
        decided_by=UserFactory(),
        decided_at=now,
        **fields,
    )


@pytest.fixture
def page(as_learner, course):
    return lambda: text(as_learner.get(start_url(course)))


# -- to pass ------------------------------------------------------------------------------------
def test_must_get_right_questions_are_told_where_the_rule_has_them(course, page):
    rule_of(course, pass_mark=75)
    assert CRITICAL in page()


def test_must_get_right_questions_are_not_told_where_the_rule_has_none(course, page):
    rule_of(course, pass_mark=75, critical_must_be_right=False)
    assert CRITICAL not in page()


def test_minimum_of_a_topic_is_told(course, page, now):
    rule = rule_of(course, pass_mark=50)
    place = rule.blueprint.first()
    other = actions.propose_rule(
        rule=type(rule)(
            course=course, pass_mark=50, effective_from=now.date(), reason="Test", waits=[]
        ),
        blueprint={place.topic: (2, 2)},
        by=UserFactory(is_superuser=True),
        now=now,
    )
    actions.approve_rule(rule=other, by=UserFactory(is_superuser=True), now=now)
    assert "You need to get 1 of 2 questions right." in page()
    assert f"In “{place.topic.title}” you need 2 of 2 right." in page()


# -- time and help ------------------------------------------------------------------------------
def test_time_of_somebody_with_extra_time_is_told_with_it(course, page, learner, now):
    rule_of(course, time_limit_minutes=60)
    granted(learner, now, extra_time=50)
    assert "You have 50% more time: 90 minutes." in page()


def test_minutes_for_breaks_are_told_as_part_of_the_time(course, page, learner, now):
    rule_of(course, time_limit_minutes=60)
    granted(learner, now, break_minutes=15)
    shown = page()
    assert "You have 75 minutes." in shown
    assert "15 minutes of these are for breaks." in shown


def test_somebody_without_a_limit_reads_so(course, page, learner, now):
    rule_of(course, time_limit_minutes=60, extension_minutes=5)
    granted(learner, now, no_limit=True)
    shown = page()
    assert "No time limit. You can stop and come back." in shown
    assert "near the end" not in shown


def test_stopping_is_said_to_be_free_only_where_no_clock_runs(course, page, learner, now):
    rule_of(course, time_limit_minutes=60)
    assert "You can stop and come back until your time is over." in page()
    granted(learner, now, no_limit=True)
    assert "Stopping does not use up a try." in page()


def test_help_that_was_granted_is_named(course, page, learner, now):
    rule_of(course)
    granted(learner, now, helps=["reader", "large_print"])
    assert (
        "Your council has agreed to this help: "
        "somebody reads the questions aloud; large print." in page()
    )


def test_help_that_has_ended_is_not_named(course, page, learner, now):
    rule_of(course)
    granted(learner, now, helps=["reader"], ended_at=now, ended_by=UserFactory())
    assert "Your council has agreed" not in page()


def test_time_that_can_be_added_is_told(course, page):
    rule_of(course, time_limit_minutes=60, extension_minutes=5)
    assert "you can add 5 minutes near the end, up to 10 times." in page()


# -- tries and waits ----------------------------------------------------------------------------
def test_waits_that_grow_are_told_one_by_one(course, page):
    rule_of(course, waits=["PT24H", "P7D", "P6M"])
    shown = page()
    assert "If you do not pass, you can try again after 24 hours." in shown
    assert "After fail 2, after 7 days." in shown
    assert "After fail 3 and every later one, after 6 months." in shown


def test_wait_after_a_fail_is_that_of_the_next_one(course, page, learner, now):
    rule_of(course, waits=["PT24H", "P7D", "P6M"])
    sit(learner, course, now, right=0)
    shown = page()
    assert "If you do not pass, you can try again after 7 days." in shown
    assert "After fail 3 and every later one, after 6 months." in shown
    assert "24 hours" not in shown


def test_last_wait_goes_on_for_somebody_who_failed_often(course, page, learner, now):
    rule_of(course, waits=["PT24H"])
    for days in (3, 1):
        sit(learner, course, now - timedelta(days=days), right=0)
    assert "If you do not pass, you can try again after 24 hours." in page()


def test_single_wait_without_a_limit_of_tries_is_told_once(course, page):
    rule_of(course, waits=["PT24H"])
    shown = page()
    assert "If you do not pass, you can try again after 24 hours." in shown
    assert "After fail" not in shown


def test_wait_that_no_try_can_follow_is_not_told(course, page):
    rule_of(course, tries=2, waits=["PT24H", "P7D"])
    shown = page()
    assert "24 hours" in shown
    assert "7 days" not in shown


def test_only_try_tells_of_no_wait(course, page):
    rule_of(course, tries=1, waits=["PT24H"])
    shown = page()
    assert "You have 1 try left." in shown
    assert "24 hours" not in shown


def test_wait_after_the_last_try_is_told_where_new_tries_follow_the_lessons(course, page):
    rule_of(course, tries=2, waits=["PT24H", "P7D"], when_spent="relearn")
    assert "After fail 2, after 7 days." in page()


def test_extra_tries_are_counted_and_told(course, page, learner, now):
    rule_of(course, tries=2, waits=[])
    ExtraTries.objects.create(
        enrolment=Enrolment.objects.get(learner=learner),
        tries=1,
        reason="Ill",
        proposed_by=UserFactory(),
        proposed_at=now,
        confirmed_by=UserFactory(),
        confirmed_at=now,
    )
    shown = page()
    assert "You have 3 tries left." in shown
    assert "Your council gave you 1 extra try." in shown


# -- what follows a fail ------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({}, "If you do not pass, we show you which lessons to read again."),
        (
            {"restudy_topics": True},
            "If you do not pass, you first go through the lessons of the topics you missed again.",
        ),
        (
            {"lessons_again_after": 2},
            "After 2 fails you go through every lesson again first.",
        ),
        (
            {"resit_days": 30},
            "A topic that you pass stays passed for 30 days: the next test leaves it out.",
        ),
        (
            {"tries": 3},
            "When all tries are used, a licensing officer decides what happens next.",
        ),
        (
            {"tries": 3, "when_spent": "relearn"},
            "When all tries are used, you take the lessons again. Then you get new tries.",
        ),
    ],
    ids=["plain", "restudy", "lessons-again", "resit", "refer", "relearn"],
)
def test_what_follows_a_fail_is_told_before_the_start(course, page, fields, sentence):
    rule_of(course, **fields)
    assert sentence in page()


def test_rule_without_a_limit_of_tries_speaks_of_none_being_used(course, page):
    rule_of(course)
    assert "When all tries are used" not in page()


def test_topics_that_are_carried_are_named_and_not_counted(course, page, learner, now, clock):
    rule_of(course, waits=[], resit_days=30)
    sitting = actions.start_sitting(learner=learner, course=course, now=now)
    kept = sitting.questions[0]["topic"]
    for position, question in enumerate(sitting.questions, start=1):
        if question["topic"] == kept:
            actions.give_answer(
                sitting=sitting, position=position, option_tokens=[question["key"]], now=now
            )
    actions.submit(sitting=sitting, now=now)
    clock.move_to(now + timedelta(hours=1), tick=False)
    title = next(topic["title"] for topic in sitting.paper["topics"] if topic["slug"] == kept)
    shown = page()
    assert f"You have passed these topics, so they are not asked again: {title}." in shown
    assert "2 questions." in shown


def test_facts_are_told_during_a_wait_too(course, page, learner, now):
    rule_of(course, waits=["P7D"], time_limit_minutes=60)
    sit(learner, course, now, right=0)
    assert "You have 60 minutes." in page()


def test_test_that_staff_hold_is_not_offered_to_go_on(course, as_learner, page, learner, now):
    rule_of(course, time_limit_minutes=60)
    hold(learner, course, now)
    shown = page()
    assert "A member of staff is holding this test with you." in shown
    assert "Continue the test" not in shown
    assert as_learner.post(start_url(course)).headers["Location"] == start_url(course)
