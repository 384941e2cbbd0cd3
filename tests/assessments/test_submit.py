"""Handing in, the deadline, the sweep: every sitting gets one result."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import Case, When

from assessments import actions
from assessments.actions import sittings
from assessments.models import Question, QuestionOption, Sitting
from assessments.signals import attempt_passed
from assessments.tasks import close_expired_sittings
from tests.assessments.conftest import answer, finished, rule_of, sit

pytestmark = pytest.mark.django_db
Outcome, ClosedBy = Sitting.Outcome, Sitting.ClosedBy


@pytest.fixture
def told():
    """The sittings that ``attempt_passed`` was sent for."""
    heard = []

    def hear(sender, sitting_id, **kwargs):
        heard.append(sitting_id)

    attempt_passed.connect(hear)
    yield heard
    attempt_passed.disconnect(hear)


def submit(sitting, now):
    return actions.submit(sitting=sitting, now=now)


# -- the result ---------------------------------------------------------------------------------


def test_all_right_passes(sitting, now):
    answer(sitting, now)
    closed = submit(sitting, now)
    assert (closed.outcome, closed.correct_count) == (Outcome.PASSED, 4)
    assert (closed.closed_at, closed.closed_by) == (now, ClosedBy.SUBMIT)
    assert closed.next_try_at is None


def test_one_wrong_fails_at_a_hundred_per_cent(sitting, now):
    answer(sitting, now, right=3)
    closed = submit(sitting, now)
    assert (closed.outcome, closed.correct_count) == (Outcome.FAILED, 3)


def test_lower_pass_mark_passes_with_one_wrong(course, learner, now):
    rule_of(course, pass_mark=75)
    assert sit(learner, course, now, right=3).outcome == Outcome.PASSED


def test_missed_critical_question_fails_at_any_pass_mark(course, learner, now):
    rule_of(course, pass_mark=75)
    Question.objects.update(critical=True)
    assert sit(learner, course, now, right=3).outcome == Outcome.FAILED


def test_unanswered_questions_count_as_wrong(sitting, now):
    assert submit(sitting, now).correct_count == 0


def test_fail_sets_the_next_try_after_the_wait_of_the_rule(course, learner, now):
    rule_of(course, waits=["PT30H"])
    assert sit(learner, course, now, right=0).next_try_at == now + timedelta(hours=30)


def test_wait_is_counted_in_hours_across_the_change_of_the_clocks(course, learner):
    rule_of(course, waits=["PT24H"])
    evening_before = datetime(2026, 10, 24, 20, 0, tzinfo=UTC)
    failed = sit(learner, course, evening_before, right=0)
    assert failed.next_try_at == datetime(2026, 10, 25, 20, 0, tzinfo=UTC)


def test_pass_closes_the_round(sitting, now):
    answer(sitting, now)
    submit(sitting, now)
    sitting.enrolment.refresh_from_db()
    assert sitting.enrolment.closed_at == now


def test_fail_leaves_the_round_open(sitting, now):
    submit(sitting, now)
    sitting.enrolment.refresh_from_db()
    assert sitting.enrolment.closed_at is None


def test_handing_in_again_returns_the_first_result(sitting, now):
    answer(sitting, now)
    first = submit(sitting, now)
    again = submit(sitting, now + timedelta(days=3))
    assert (again.closed_at, again.outcome) == (first.closed_at, first.outcome)


def test_marking_again_gives_the_same_after_the_bank_has_changed(sitting, now):
    answer(sitting, now, right=3)
    closed = submit(sitting, now)
    Question.objects.update(critical=True, text="Changed")
    QuestionOption.objects.update(correct=Case(When(text="Option 1", then=True), default=False))
    again = Sitting.objects.get(pk=closed.pk).mark()
    assert (again.correct_count, again.passed) == (closed.correct_count, False)


def test_clock_that_went_back_gives_no_negative_time(sitting, now):
    closed = submit(sitting, now - timedelta(hours=2))
    assert closed.closed_at == sitting.started_at


# -- the signal ---------------------------------------------------------------------------------


def test_pass_is_told_after_the_commit(sitting, now, told, django_capture_on_commit_callbacks):
    answer(sitting, now)
    with django_capture_on_commit_callbacks(execute=True):
        submit(sitting, now)
        assert told == []
    assert told == [sitting.pk]


def test_fail_is_not_told(sitting, now, told, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        submit(sitting, now)
    assert told == []


def test_handing_in_again_tells_nobody_again(
    sitting, now, told, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        answer(sitting, now)
        submit(sitting, now)
        submit(sitting, now)
    assert told == [sitting.pk]


def test_listener_that_breaks_spoils_no_result(sitting, now, django_capture_on_commit_callbacks):
    def break_down(**kwargs):
        raise RuntimeError

    attempt_passed.connect(break_down)
    answer(sitting, now)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            assert submit(sitting, now).outcome == Outcome.PASSED
    finally:
        attempt_passed.disconnect(break_down)


# -- the deadline -------------------------------------------------------------------------------


def test_handing_in_at_the_deadline_closes_by_it(timed):
    closed = submit(timed, timed.deadline_at)
    assert (closed.closed_by, closed.closed_at) == (ClosedBy.DEADLINE, timed.deadline_at)


def test_handing_in_a_moment_before_the_deadline_is_handing_in(timed):
    assert submit(timed, timed.deadline_at - timedelta(microseconds=1)).closed_by == ClosedBy.SUBMIT


def test_answers_given_in_time_count_however_late_they_are_marked(timed, now):
    answer(timed, now)
    assert actions.close_expired(now=timed.deadline_at + timedelta(days=3)) == 1
    timed.refresh_from_db()
    assert (timed.outcome, timed.closed_at) == (Outcome.PASSED, timed.deadline_at)


def test_wait_is_counted_from_the_deadline_and_not_from_the_marking(timed):
    actions.close_expired(now=timed.deadline_at + timedelta(hours=9))
    timed.refresh_from_db()
    assert timed.next_try_at == timed.deadline_at + timedelta(hours=24)


def test_sweep_leaves_an_answer_that_is_on_its_way_time_to_arrive(timed):
    assert actions.close_expired(now=timed.deadline_at + actions.SETTLE / 2) == 0


def test_sweep_leaves_sittings_that_still_have_time_or_no_limit(timed, course, now):
    untimed = finished(course)
    rule_of(course, authority=untimed.authority)
    actions.start_sitting(learner=untimed, course=course, now=now)
    assert actions.close_expired(now=timed.deadline_at - timedelta(seconds=1)) == 0


def test_sweep_closes_more_than_one_batch(timed, course, now, monkeypatch):
    monkeypatch.setattr(sittings, "SWEEP_BATCH", 2)
    for _ in range(4):
        actions.start_sitting(learner=finished(course), course=course, now=now)
    assert actions.close_expired(now=timed.deadline_at + timedelta(minutes=1)) == 5
    assert not Sitting.objects.open().exists()


def test_sweep_again_finds_nothing(timed):
    late = timed.deadline_at + timedelta(minutes=1)
    actions.close_expired(now=late)
    assert actions.close_expired(now=late) == 0


def test_task_closes_what_is_over_now(timed, time_machine):
    time_machine.move_to(timed.deadline_at + timedelta(minutes=1))
    close_expired_sittings()
    timed.refresh_from_db()
    assert timed.closed_by == ClosedBy.DEADLINE


# -- what it costs ------------------------------------------------------------------------------


@pytest.mark.parametrize(("right", "queries"), [(0, 8), (4, 11)], ids=["fail", "pass"])
@pytest.mark.parametrize("bank", [4, 60])
def test_handing_in_costs_the_same_whatever_the_bank_holds(
    course, learner, now, bank, right, queries, django_assert_num_queries
):
    rule_of(course, bank=bank)
    sitting = actions.start_sitting(learner=learner, course=course, now=now)
    answer(sitting, now, right=right)
    with django_assert_num_queries(queries):
        submit(sitting, now)
