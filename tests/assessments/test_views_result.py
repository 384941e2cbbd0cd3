"""What the result says beyond the marks: what comes next, what was changed, what was carried."""

from datetime import timedelta

import pytest

from assessments import actions
from assessments.models import Case, ResultChange, Sitting, Withdrawal
from tests.assessments.conftest import finished, hold, rule_of, sit
from tests.assessments.pages import result_url, start_url, text
from tests.courses.lessons import change_materially
from tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def page(as_learner):
    return lambda sitting: text(as_learner.get(result_url(sitting)))


def change(sitting, now, kind, reason_class, outcome, **fields):
    """A later fact about the result, and the result that follows from it."""
    ResultChange.objects.create(
        sitting=sitting,
        kind=kind,
        reason_class=reason_class,
        outcome_before=sitting.outcome,
        outcome=outcome,
        reason="For the file alone.",
        changed_by=UserFactory(),
        changed_at=now,
        **fields,
    )
    if outcome != sitting.outcome:
        Sitting.objects.filter(pk=sitting.pk).update(changed_outcome=outcome)


def withdraw(question, now):
    return Withdrawal.objects.create(
        question_id=question["question_id"],
        revision_id=question["revision_id"],
        reason="Wrong",
        proposed_by=UserFactory(),
        proposed_at=now,
        confirmed_by=UserFactory(),
        confirmed_at=now,
    )


# -- what comes next ----------------------------------------------------------------------------
def test_fail_with_tries_left_says_how_many(course, learner, now, page):
    rule_of(course, tries=3, waits=[])
    shown = page(sit(learner, course, now, right=0))
    assert "You can try again now." in shown
    assert "You have 2 tries left." in shown


def test_fail_with_a_wait_says_the_tries_too(course, learner, now, page):
    rule_of(course, tries=3, waits=["P7D"])
    shown = page(sit(learner, course, now, right=0))
    assert "You can try again from 12:00pm on Sunday 29 November 2026." in shown
    assert "You have 2 tries left." in shown


def test_last_fail_says_that_an_officer_decides_and_how_to_reach_them(course, learner, now, page):
    authority = learner.authority
    authority.licensing_phone, authority.licensing_email = "01632 960001", "taxis@council.example"
    authority.save()
    rule_of(course, tries=1, waits=["P7D"])
    shown = page(sit(learner, course, now, right=0))
    assert "You have used all your tries." in shown
    assert "A licensing officer decides what happens next." in shown
    assert 'href="tel:01632960001"' in shown
    assert "taxis@council.example" in shown
    assert "tries left" not in shown


def test_lessons_that_come_first_again_are_named(course, learner, now, page):
    rule_of(course, waits=[])
    failed = sit(learner, course, now, right=0)
    lesson = course.lessons()[1]
    change_materially(lesson, "A new sign.", now=now)
    shown = page(failed)
    assert "Go through these lessons before your next try." in shown
    after = shown.split("What you can do next")[1]
    assert f'href="{lesson.url}"' in after
    assert f'href="{course.lessons()[0].url}"' not in after
    assert "You can try again now." not in shown


def test_lessons_of_the_topics_that_were_missed_come_first_where_the_rule_says_so(
    course, learner, now, page
):
    rule_of(course, waits=[], restudy_topics=True)
    failed = sit(learner, course, now, right=3)
    missed = failed.questions[3]["lesson_id"]
    after = page(failed).split("What you can do next")[1]
    assert "Go through these lessons before your next try." in after
    named = [lesson.pk for lesson in course.lessons() if f'href="{lesson.url}"' in after]
    assert named == [missed]


def test_lessons_and_a_wait_are_both_told(course, learner, now, page):
    rule_of(course, waits=["P7D"])
    failed = sit(learner, course, now, right=0)
    change_materially(course.lessons()[0], "A new sign.", now=now)
    shown = page(failed)
    assert "Go through these lessons before your next try." in shown
    assert "You can try again from" in shown


def test_last_fail_of_a_rule_that_starts_afresh_says_so(course, learner, now, page):
    rule_of(course, tries=1, waits=[], when_spent="relearn")
    failed = sit(learner, course, now, right=0)
    shown = page(failed)
    assert "Take the lessons again. Then you get new tries." in shown
    assert f'href="{course.url}"' in shown
    assert "A licensing officer" not in shown


def test_old_fail_says_nothing_of_new_tries_once_a_later_round_was_passed(
    course, learner, now, page
):
    rule_of(course, tries=1, waits=[], when_spent="relearn")
    failed = sit(learner, course, now, right=0)
    sit(finished(course, learner), course, now + timedelta(hours=1))
    assert "What you can do next" not in page(failed)


def test_hold_after_a_decision_about_conduct_is_told_with_its_end(course, learner, now, page):
    rule_of(course, waits=[])
    failed = sit(learner, course, now, right=0)
    Case.objects.create(
        sitting=failed,
        opened_by=UserFactory(),
        opened_at=now,
        decision="proven",
        decided_by=UserFactory(),
        decided_at=now,
        no_test_before=now + timedelta(days=10),
    )
    shown = page(failed)
    assert "you can take the test from 12:00pm on Wednesday 2 December 2026" in shown


# -- changed later ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("reason_class", "words"),
    [
        ("technical", "because of a technical fault."),
        ("place", "because the test was disturbed where you took it."),
        ("overtaken", "because you passed an earlier test when we scored it again."),
        ("conduct", "because of a decision about conduct."),
    ],
)
def test_test_that_does_not_count_says_why_and_uses_no_try(
    course, learner, now, page, reason_class, words
):
    rule_of(course, tries=1, waits=[])
    failed = sit(learner, course, now, right=0)
    change(failed, now, "void", reason_class, "void")
    shown = page(failed)
    assert "This test does not count" in shown
    assert f"Your result was changed on 22 November 2026 {words}" in shown
    assert "It does not use up a try." in shown
    assert "For the file alone." not in shown
    assert "You did not pass" not in shown


def test_test_that_does_not_count_offers_the_next_try(course, learner, now, page):
    rule_of(course, tries=1, waits=[])
    failed = sit(learner, course, now, right=0)
    change(failed, now, "void", "technical", "void")
    shown = page(failed)
    assert "You can try again now." in shown
    assert f'href="{start_url(course)}"' in shown


def test_fail_that_became_a_pass_by_scoring_again_says_why(course, learner, now, page):
    rule_of(course, waits=[])
    failed = sit(learner, course, now, right=3)
    withdrawal = withdraw(failed.questions[3], now)
    counts = {"correct_before": 3, "correct_count": 4, "withdrawal": withdrawal}
    change(failed, now, "rescored", "withdrawn", "passed", **counts)
    shown = page(failed)
    assert "You passed" in shown
    assert "because a question was wrong and was withdrawn." in shown
    assert "You got 4 of 4 right." in shown
    assert "What to read again" not in shown


def test_fail_that_stays_one_counts_the_withdrawn_question_as_right(course, learner, now, page):
    rule_of(course, waits=[])
    failed = sit(learner, course, now, right=2)
    withdrawal = withdraw(failed.questions[3], now)
    counts = {"correct_before": 2, "correct_count": 3, "withdrawal": withdrawal}
    change(failed, now, "rescored", "withdrawn", "failed", **counts)
    shown = page(failed)
    assert "You got 3 of 4 right." in shown
    assert "because a question was wrong and was withdrawn." in shown
    revisit = shown.split("What to read again")[1].split("What you can do next")[0]
    assert revisit.count("<li>") == 1


def test_newest_of_two_changes_is_told(course, learner, now, page):
    rule_of(course, waits=[])
    failed = sit(learner, course, now, right=2)
    withdrawal = withdraw(failed.questions[3], now)
    counts = {"correct_before": 2, "correct_count": 3, "withdrawal": withdrawal}
    change(failed, now, "rescored", "withdrawn", "failed", **counts)
    change(failed, now + timedelta(days=1), "void", "technical", "void")
    shown = page(failed)
    assert "Your result was changed on 23 November 2026 because of a technical fault." in shown
    assert "withdrawn" not in shown


# -- other kinds of test ------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("mode", "words"), [("spoken", "as a spoken test."), ("paper", "on paper.")]
)
def test_result_of_a_test_that_staff_held_says_so(course, learner, now, page, mode, words):
    rule_of(course, waits=[], time_limit_minutes=60)
    held = hold(learner, course, now, mode=mode)
    Sitting.objects.filter(pk=held.pk).update(
        closed_at=now, closed_by="submit", outcome="failed", correct_count=1
    )
    shown = page(held)
    assert f"You took this test on 22 November 2026 {words}" in shown
    assert "You got 1 of 4 right." in shown


def test_topics_passed_before_are_named(course, learner, now, page):
    rule_of(course, waits=[], resit_days=30)
    first = actions.start_sitting(learner=learner, course=course, now=now)
    kept = first.questions[0]["topic"]
    for position, question in enumerate(first.questions, start=1):
        if question["topic"] == kept:
            actions.give_answer(
                sitting=first, position=position, option_tokens=[question["key"]], now=now
            )
    actions.submit(sitting=first, now=now)
    second = sit(learner, course, now + timedelta(hours=1))
    shown = page(second)
    title = second.paper["carried"][0]["title"]
    assert "You had passed these topics before, so they were not asked again:" in shown
    assert f">{title}</bdi>" in shown
    assert "You got 2 of 2 right." in shown


def test_pass_shows_nothing_of_the_answers(course, learner, now, page):
    rule_of(course, pass_mark=75, waits=[], critical_must_be_right=False)
    passed = sit(learner, course, now, right=3)
    shown = page(passed)
    assert "You passed" in shown
    assert "What to read again" not in shown
    assert not any(question["text"] in shown for question in passed.questions)
