"""A driver's challenge, the ruling on it, and a withdrawal with two names (R31)."""

from datetime import timedelta

import pytest

from assessments import actions, perms
from assessments.models import Challenge, Question, Withdrawal
from courses.models import Approval
from outbox.models import Message
from people.actions import grant_membership
from people.models import Membership
from tests.assessments.conftest import finished, sit
from tests.assessments.ruled import (
    again,
    challenge_at,
    council_of,
    proposed,
    question_at,
    refusal,
    reviewer_of,
    sit_wrong_at,
    tamper_with,
    withdrawn,
)
from tests.factories import AuthorityFactory, UserFactory, staff

pytestmark = pytest.mark.django_db
Role = Membership.Role


@pytest.fixture
def failed(rule, learner, course, now):
    council_of(course)
    return sit_wrong_at(learner, course, now, 1)


@pytest.fixture
def challenge(failed, now):
    return challenge_at(failed, 1, now)


@pytest.fixture
def reviewer(course, now):
    return reviewer_of(course, now)


def decline(challenge, by, now, **changes):
    arguments = {"challenge": challenge, "answer": "The law says so.", "by": by, "now": now}
    return actions.decline_challenge(**{**arguments, **changes})


def uphold(challenge, by, now, **changes):
    arguments = {"answer": "You are right.", "reason": "Two are right.", "by": by, "now": now}
    return actions.uphold_challenge(challenge=challenge, **{**arguments, **changes})


def versions_of(question, *writers):
    """One version for each writer, the first of them the oldest."""
    return [question.save_revision(user=writer) for writer in writers]


# -- The ruling ----------------------------------------------------------------------------------
def test_declined_challenge_has_its_words_name_and_time(challenge, reviewer, now):
    decided = decline(challenge, reviewer, now)
    assert (decided.decision, decided.answer) == ("declined", "The law says so.")
    assert (decided.decided_by, decided.decided_at) == (reviewer, now)


def test_upheld_challenge_proposes_to_withdraw_what_stood_on_the_paper(
    challenge, failed, reviewer, now
):
    uphold(challenge, reviewer, now)
    withdrawal = Withdrawal.objects.get()
    assert withdrawal.question == question_at(failed, 1)
    assert (withdrawal.revision, withdrawal.reason) == (challenge.revision, "Two are right.")
    assert (withdrawal.proposed_by, withdrawal.confirmed_at) == (reviewer, None)


def test_second_challenge_of_the_same_version_joins_the_withdrawal(
    challenge, failed, course, reviewer, now
):
    uphold(challenge, reviewer, now)
    learner = finished(course)
    other = sit(learner, course, now)
    copy = Challenge.objects.create(
        sitting=other,
        position=1,
        question=challenge.question,
        revision=challenge.revision,
        text="I think so too.",
        made_at=now,
    )
    uphold(copy, reviewer_of(course, now), now)
    assert Withdrawal.objects.get().challenges.count() == 2


@pytest.mark.parametrize("second", [decline, uphold], ids=["declined", "upheld"])
def test_first_decision_stands_and_is_told_once(challenge, reviewer, now, second):
    decline(challenge, reviewer, now)
    assert second(challenge, reviewer, now + timedelta(days=1)).decided_at == now
    assert not Withdrawal.objects.exists()
    assert Message.objects.filter(key=f"challenge:{challenge.pk}").count() == 1


def test_until_a_second_person_confirms_nothing_changes(challenge, failed, reviewer, now):
    uphold(challenge, reviewer, now)
    assert actions.rescore_withdrawn(now=now) == 0
    assert again(failed).result == "failed"
    assert question_at(failed, 1).live


@pytest.mark.parametrize(
    ("decide", "words"),
    [
        (decline, "We think that the question is right. Your result stays as it is."),
        (uphold, "You were right. A second person now checks this."),
    ],
    ids=["declined", "upheld"],
)
def test_driver_reads_the_decision_and_the_answer(challenge, reviewer, now, decide, words):
    decided = decide(challenge, reviewer, now)
    body = Message.objects.get(key=f"challenge:{challenge.pk}").body
    assert words in body
    assert decided.answer in body
    assert challenge.question.text not in body


@pytest.mark.parametrize("missing", [{"answer": " "}, {"reason": " "}], ids=["answer", "reason"])
def test_words_are_needed(challenge, reviewer, now, missing):
    arguments = {"answer": "Yes.", "reason": "Wrong key.", "by": reviewer, "now": now, **missing}
    assert refusal(actions.uphold_challenge, challenge=challenge, **arguments) == "no_reason"


def code_of(challenge, by, now):
    arguments = {"challenge": challenge, "answer": "No.", "by": by, "now": now}
    return refusal(actions.decline_challenge, **arguments)


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.OFFICER, Role.AUDITOR, Role.COUNCILLOR])
def test_nobody_but_a_reviewer_decides(challenge, course, now, role):
    assert code_of(challenge, staff(role, council_of(course), now), now) == "not_allowed"


def test_reviewer_of_another_council_does_not_decide(challenge, now):
    assert code_of(challenge, staff(Role.REVIEWER, AuthorityFactory(), now), now) == "not_allowed"


def test_reviewer_does_not_decide_about_their_own_test(challenge, learner, course, now):
    council = council_of(course)
    grant_membership(user=learner.user, authority=council, role=Role.REVIEWER, by=None, now=now)
    assert code_of(challenge, learner.user, now) == "own_record"


def test_writer_of_the_version_does_not_decide(rule, course, learner, reviewer, now):
    council_of(course)
    for question in Question.objects.all():
        question.save_revision(user=reviewer).publish()
    challenge = challenge_at(sit_wrong_at(learner, course, now, 1), 1, now)
    assert code_of(challenge, reviewer, now) == "own_version"


def test_paper_that_is_not_as_it_was_sealed_proves_nothing(challenge, failed, reviewer, now):
    tamper_with(failed)
    arguments = {"answer": "Yes.", "reason": "Wrong key.", "by": reviewer, "now": now}
    assert refusal(actions.uphold_challenge, challenge=challenge, **arguments) == "digest_mismatch"


# -- Who wrote a version -------------------------------------------------------------------------
def test_writers_of_a_version_are_those_since_the_approved_one_before(rule, now):
    question = Question.objects.first()
    first, second, third = (UserFactory() for _ in range(3))
    old, _, new = versions_of(question, first, second, third)
    Approval.objects.create(revision=old, approved_by=UserFactory(), approved_at=now)
    wrote = [perms.wrote(user, question, new.pk) for user in (first, second, third)]
    assert wrote == [False, True, True]


def test_later_versions_make_nobody_a_writer_of_this_one(rule):
    question = Question.objects.first()
    first, second = UserFactory(), UserFactory()
    old, _ = versions_of(question, first, second)
    assert [perms.wrote(user, question, old.pk) for user in (first, second)] == [True, False]


def test_of_a_question_without_versions_nobody_is_the_writer(rule):
    assert not perms.wrote(UserFactory(), Question.objects.first(), None)


# -- The second name -----------------------------------------------------------------------------
def test_confirmed_withdrawal_takes_the_question_out_for_good(failed, now):
    withdrawal = withdrawn(failed, 1, now)
    question = question_at(failed, 1)
    assert (question.live, question.retired_at) == (False, now)
    assert question.retired_by == withdrawal.confirmed_by
    assert question.retired_reason == withdrawal.reason


def test_later_version_that_is_live_stays(failed, now):
    question = question_at(failed, 1)
    question.save_revision().publish()
    withdrawn(failed, 1, now)
    question.refresh_from_db()
    assert (question.live, question.retired_at) == (True, None)


def test_confirming_again_returns_the_first_confirmation(failed, course, now):
    withdrawal = withdrawn(failed, 1, now)
    later, by = now + timedelta(days=1), reviewer_of(course, now)
    repeated = actions.confirm_withdrawal(withdrawal=withdrawal, by=by, now=later)
    assert repeated.confirmed_by == withdrawal.confirmed_by


def confirmation_code(withdrawal, by, now):
    return refusal(actions.confirm_withdrawal, withdrawal=withdrawal, by=by, now=now)


def test_first_name_does_not_confirm(failed, reviewer, now):
    withdrawal = proposed(failed, 1, now, by=reviewer)
    assert confirmation_code(withdrawal, reviewer, now) == "own_proposal"


def test_officer_does_not_confirm(failed, course, now):
    by = staff(Role.OFFICER, council_of(course), now)
    assert confirmation_code(proposed(failed, 1, now), by, now) == "not_allowed"


def test_reviewer_whose_own_paper_held_it_does_not_confirm(failed, learner, course, now):
    withdrawal = proposed(failed, 1, now)
    grant_membership(
        user=learner.user, authority=council_of(course), role=Role.REVIEWER, by=None, now=now
    )
    assert confirmation_code(withdrawal, learner.user, now) == "own_record"


def test_paper_behind_it_that_was_tampered_with_stops_the_confirmation(failed, course, now):
    withdrawal = proposed(failed, 1, now)
    tamper_with(failed)
    assert confirmation_code(withdrawal, reviewer_of(course, now), now) == "digest_mismatch"


def test_confirmation_lies_after_every_result_that_did_not_count_it(failed, course, now):
    """Also where another machine's clock was ahead when it closed a sitting."""
    withdrawal, behind = proposed(failed, 1, now), now - timedelta(seconds=5)
    by = reviewer_of(course, now)
    confirmed = actions.confirm_withdrawal(withdrawal=withdrawal, by=by, now=behind)
    assert confirmed.confirmed_at == failed.closed_at + timedelta(microseconds=1)
