"""The same arrangement from two places at once."""

import pytest

from assessments import actions
from assessments.models import Adjustment, AnswerSheet, ExtraTries, Sitting
from outbox.models import Message
from tests.assessments.conftest import rule_of, sit
from tests.assessments.desk import answers_of, officer_of, trainer_of
from tests.assessments.test_races import at_once

pytestmark = pytest.mark.usefixtures("own_database")


def test_holding_one_test_from_two_counters_draws_one_paper(rule, learner, course, now):
    people = [officer_of(learner, now), trainer_of(learner, now)]
    held = at_once(
        2,
        lambda number: (
            actions.hold_sitting(
                learner=learner,
                course=course,
                mode="spoken",
                identity_check="counter",
                by=people[number],
                now=now,
            ).pk
        ),
    )
    assert set(held) == {Sitting.objects.get().pk}


def test_confirming_while_answers_are_entered_again_marks_what_was_shown(
    rule, learner, course, now
):
    """Either what was shown is confirmed and no change follows, or the change comes first and the
    confirmation is refused."""
    trainer, officer = trainer_of(learner, now), officer_of(learner, now)
    sitting = actions.hold_sitting(
        learner=learner, course=course, mode="paper", identity_check="counter", by=trainer, now=now
    )
    wrong = answers_of(sitting, right=0)
    actions.enter_answers(sitting=sitting, answers=wrong, by=trainer, now=now)
    seen, better = actions.last_entered(sitting), answers_of(sitting)

    def step(number):
        if number == 0:
            actions.enter_answers(sitting=sitting, answers=better, by=trainer, now=now)
            return "entered"
        return actions.confirm_answers(
            sitting=sitting, seen=seen, by=officer, now=now
        ).correct_count

    assert tuple(at_once(2, step)) in {("entered", "answers_changed"), ("sitting_closed", 0)}


def test_confirming_from_two_places_gives_one_result_and_one_name(rule, learner, course, now):
    trainer = trainer_of(learner, now)
    officers = [officer_of(learner, now) for _ in range(2)]
    sitting = actions.hold_sitting(
        learner=learner, course=course, mode="paper", identity_check="counter", by=trainer, now=now
    )
    actions.enter_answers(sitting=sitting, answers={}, by=trainer, now=now)
    results = at_once(
        2,
        lambda number: (
            actions.confirm_answers(sitting=sitting, seen=0, by=officers[number], now=now).outcome
        ),
    )
    assert results == ["failed", "failed"]
    assert AnswerSheet.objects.get().confirmed_by in officers


def test_request_granted_and_declined_at_once_has_one_answer(learner, now):
    asked = Adjustment.objects.create(
        learner=learner, asked_at=now, extra_time=25, reason_class="reading"
    )
    officers = [officer_of(learner, now) for _ in range(2)]
    terms = [{"decision": "granted", "extra_time": 25}, {"decision": "declined", "note": "No"}]
    answers = at_once(
        2,
        lambda number: (
            actions.decide_adjustment(
                adjustment=asked, by=officers[number], now=now, **terms[number]
            ).decision
        ),
    )
    asked.refresh_from_db()
    assert sorted(answers) == sorted([asked.decision, "decided_already"])
    assert Message.objects.count() == 1


def test_further_tries_confirmed_at_once_are_told_once(course, learner, now):
    rule_of(course, tries=1)
    enrolment = sit(learner, course, now, right=0).enrolment
    proposer, *others = [officer_of(learner, now) for _ in range(4)]
    extra = actions.propose_extra_tries(
        enrolment=enrolment, tries=1, reason="They were ill", by=proposer, now=now
    )
    at_once(
        3,
        lambda number: actions.confirm_extra_tries(extra_tries=extra, by=others[number], now=now),
    )
    assert ExtraTries.objects.confirmed().count() == 1
    assert Message.objects.count() == 1
