"""Any order of steps, at any moment, against a plain model of what must come of it."""

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from assessments import actions
from assessments.eligibility import Code
from assessments.models import ResultChange, ServicePulse, Sitting
from assessments.paper import digest
from tests.assessments.conftest import finished, rule_of
from tests.factories import staff

LIMIT = timedelta(minutes=10)
WAIT = timedelta(hours=1)
TRIES = 3
SOME_TIME = st.sampled_from(
    [
        timedelta(microseconds=1),
        timedelta(seconds=1),
        LIMIT - timedelta(seconds=1),
        LIMIT,
        WAIT - timedelta(seconds=1),
        WAIT,
    ]
)


class SittingMachine(RuleBasedStateMachine):
    """One learner, one course; ``course`` and ``start_at`` are set by the test."""

    course = start_at = None

    def __init__(self):
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.learner = finished(self.course)
        self.now = self.start_at
        self.sitting = None
        self.answers = {}
        self.results = {}
        self.officer = staff("officer", self.learner.authority, self.start_at)
        self.waits = {}  # Of each failed sitting that counts, when its wait is over.
        self.voided = set()
        self.passed = False

    def teardown(self):
        transaction.set_rollback(True)
        self.undo.__exit__(None, None, None)

    @property
    def next_try_at(self):
        return max(self.waits.values(), default=self.start_at)

    @property
    def tries_used(self):
        return len(self.results) - len(self.voided)

    def is_over(self):
        return self.now >= self.sitting.deadline_at

    def right_so_far(self):
        return sum(
            self.answers.get(place) == question["key"]
            for place, question in enumerate(self.sitting.questions, start=1)
        )

    def expect_result(self):
        """What handing in or the deadline must give."""
        right = self.right_so_far()
        ended_at = min(self.now, self.sitting.deadline_at)
        self.passed = right == self.sitting.question_count
        self.results[self.sitting.pk] = ("passed" if self.passed else "failed", right, ended_at)
        if not self.passed:
            self.waits[self.sitting.pk] = ended_at + WAIT
        self.sitting = None

    @rule(some_time=SOME_TIME)
    def wait(self, some_time):
        """The service is alive all the while: a silence would be an outage (R22)."""
        self.now += some_time
        ServicePulse.objects.update_or_create(pk=1, defaults={"beaten_at": self.now})

    @rule()
    def start(self):
        expected = None
        if self.sitting is None:
            if self.passed:
                expected = Code.COURSE_NOT_COMPLETE
            elif self.tries_used == TRIES:
                expected = Code.NO_TRIES_LEFT
            elif self.now < self.next_try_at:
                expected = Code.WAIT
        refused = None
        try:
            started = actions.start_sitting(learner=self.learner, course=self.course, now=self.now)
        except actions.StartRefused as refusal:
            refused = refusal.code
        else:
            if self.sitting is None:
                self.sitting, self.answers = started, {}
            assert started == self.sitting
        assert refused == expected

    @rule(place=st.integers(0, 5), kind=st.sampled_from(["right", "wrong", "foreign", "made-up"]))
    def answer(self, place, kind):
        if self.sitting is None:
            return
        questions = self.sitting.questions
        question = questions[(place - 1) % 4]
        tokens = {
            "right": question["key"],
            "wrong": next(o["token"] for o in question["options"] if o["token"] != question["key"]),
            "foreign": questions[place % 4]["key"],
            "made-up": "x" * 22,
        }
        good = 1 <= place <= 4 and kind in {"right", "wrong"} and not self.is_over()
        try:
            actions.give_answer(
                sitting=self.sitting, position=place, option_tokens=[tokens[kind]], now=self.now
            )
        except actions.AnswerRefused:
            assert not good
        else:
            assert good
            self.answers[place] = tokens[kind]

    @rule()
    def answer_all_rightly(self):
        for place in range(1, 5):
            self.answer(place=place, kind="right")

    @rule()
    def hand_in(self):
        if self.sitting is not None:
            sitting = self.sitting
            self.expect_result()
            actions.submit(sitting=sitting, now=self.now)

    @rule()
    def hand_in_what_is_closed(self):
        for sitting in Sitting.objects.filter(pk__in=self.results):
            actions.submit(sitting=sitting, now=self.now)

    @rule()
    def void_what_is_open(self):
        """The machine's own ``sitting`` is an older copy, as in a second tab."""
        if self.sitting is None:
            return
        sitting, count = self.sitting, self.right_so_far()
        self.void(sitting)
        self.results[sitting.pk] = ("void", count, max(self.now, sitting.started_at))
        self.voided.add(sitting.pk)
        self.sitting = None

    @rule(number=st.integers(0, 5))
    def void_what_is_closed(self, number):
        if not self.results:
            return
        sitting = Sitting.objects.get(pk=list(self.results)[number % len(self.results)])
        if sitting.result == Sitting.Outcome.PASSED:
            with pytest.raises(actions.ResultRefused):
                self.void(sitting)
            return
        self.void(sitting)
        self.waits.pop(sitting.pk, None)
        self.voided.add(sitting.pk)

    def void(self, sitting):
        actions.void(
            sitting=sitting,
            reason_class="technical",
            reason="The line was cut.",
            by=self.officer,
            now=self.now,
        )

    @rule()
    def sweep(self):
        if self.sitting is not None and self.now >= self.sitting.deadline_at + actions.SETTLE:
            self.expect_result()
        actions.close_expired(now=self.now)

    @invariant()
    def every_result_is_the_expected_one_and_stays(self):
        closed = Sitting.objects.filter(learner=self.learner).exclude(closed_at=None)
        kept = {s.pk: (s.outcome, s.correct_count, s.closed_at) for s in closed}
        assert kept == self.results

    @invariant()
    def voided_sittings_use_no_try_and_say_why(self):
        own = Sitting.objects.filter(learner=self.learner)
        assert {s.pk for s in own.filter(result="void")} == self.voided
        changed = ResultChange.objects.filter(sitting__learner=self.learner)
        assert set(changed.values_list("sitting_id", flat=True)) == self.voided
        assert own.counting().exclude(closed_at=None).count() == self.tries_used <= TRIES

    @invariant()
    def at_most_one_sitting_is_open(self):
        still_open = Sitting.objects.open().filter(learner=self.learner)
        assert list(still_open) == ([self.sitting] if self.sitting else [])

    @invariant()
    def every_acknowledged_answer_is_there(self):
        if self.sitting is not None:
            assert self.sitting.given_answers() == self.answers

    @invariant()
    def papers_hold_and_marking_again_changes_nothing(self):
        for sitting in Sitting.objects.filter(learner=self.learner).select_related("rule"):
            assert digest(sitting.paper) == sitting.paper_digest
            if sitting.closed_at is not None and sitting.outcome != Sitting.Outcome.VOID:
                marking = sitting.mark()
                assert marking.correct_count == sitting.correct_count
                assert marking.passed == (sitting.outcome == Sitting.Outcome.PASSED)


@pytest.mark.django_db
def test_no_order_of_steps_breaks_a_promise(course, now):
    rule_of(
        course,
        time_limit_minutes=LIMIT.seconds // 60,
        waits=["PT1H"],
        tries=TRIES,
    )
    machine = type("Machine", (SittingMachine,), {"course": course, "start_at": now})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=15,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
