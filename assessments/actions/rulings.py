"""What becomes of a driver's challenge, and of the version of a question that was wrong (R31)."""

from datetime import datetime, timedelta
from textwrap import shorten

from django.db import transaction
from django.db.models import Max

from assessments import paper, perms
from assessments.actions.bank import retire
from assessments.actions.letters import tell
from assessments.models import Challenge, Sitting, Withdrawal
from assessments.refusals import RulingRefused
from people import perms as people
from people.models import User

Decision = Challenge.Decision
INSTANT = timedelta(microseconds=1)
LONGEST_REASON = 250  # Characters in which the bank keeps why a question was retired.


@transaction.atomic
def decline_challenge(*, challenge: Challenge, answer: str, by: User, now: datetime) -> Challenge:
    """Let the question stand, and tell the driver why. The first decision stands: a repeat returns
    it unchanged. Raises RulingRefused."""
    challenge = _locked(challenge)
    _refuse_ruling(challenge, by)
    if not answer.strip():
        raise RulingRefused("no_reason")
    if challenge.decided_at is None:
        _decide(challenge, Decision.DECLINED, answer=answer.strip(), by=by, now=now)
    return challenge


@transaction.atomic
def uphold_challenge(
    *, challenge: Challenge, answer: str, reason: str, by: User, now: datetime
) -> Challenge:
    """Agree with the driver, tell them, and propose to withdraw the version that stood on their
    paper. Where that is proposed already, the challenge joins it. Nothing is scored again until
    another reviewer confirms. The first decision stands: a repeat returns it. Raises RulingRefused.
    """
    challenge = _locked(challenge)
    _refuse_ruling(challenge, by)
    if not answer.strip() or not reason.strip():
        raise RulingRefused("no_reason")
    _refuse_broken_seal(challenge.sitting)
    if challenge.decided_at is None:
        challenge.withdrawal, _ = Withdrawal.objects.get_or_create(
            question_id=challenge.question_id,
            revision_id=challenge.revision_id,
            defaults={"reason": reason.strip(), "proposed_by": by, "proposed_at": now},
        )
        _decide(challenge, Decision.UPHELD, answer=answer.strip(), by=by, now=now)
    return challenge


def _locked(challenge: Challenge) -> Challenge:
    related = Challenge.objects.select_related("sitting__learner__user", "question")
    return related.select_for_update(of=("self",)).get(pk=challenge.pk)


def _refuse_ruling(challenge: Challenge, by: User) -> None:
    if not perms.may_rule_on(by, challenge.question):
        raise RulingRefused("not_allowed")
    if code := people.conflict(by, challenge.sitting.learner):
        raise RulingRefused(code)
    if perms.wrote(by, challenge.question, challenge.revision_id):
        raise RulingRefused("own_version")


def _refuse_broken_seal(sitting: Sitting) -> None:
    """A paper that is not as it was sealed proves nothing about the question."""
    if paper.digest(sitting.paper) != sitting.paper_digest:
        raise RulingRefused("digest_mismatch")


def _decide(challenge: Challenge, decision: str, *, answer: str, by: User, now: datetime) -> None:
    challenge.decision, challenge.answer = decision, answer
    challenge.decided_by, challenge.decided_at = by, now
    challenge.save()
    tell(
        challenge.sitting.learner,
        "challenge",
        {"challenge": challenge, "upheld": decision == Decision.UPHELD},
        key=f"challenge:{challenge.pk}",
        now=now,
    )


@transaction.atomic
def confirm_withdrawal(*, withdrawal: Withdrawal, by: User, now: datetime) -> Withdrawal:
    """Put the second name under a withdrawal: the question leaves the bank for good if this version
    is the one that is live, and from now on every paper that held it counts it as right. Scoring
    the closed ones again is the sweep's work (``rescore_withdrawn``).

    A repeat returns the first confirmation. Raises RulingRefused.
    """
    locked = Withdrawal.objects.select_for_update(of=("self",)).select_related("question")
    withdrawal = locked.get(pk=withdrawal.pk)
    _refuse_confirmation(withdrawal, by)
    if withdrawal.confirmed_at is None:
        withdrawal.confirm(by=by, now=_after_every_result(withdrawal, now))
        _retire(withdrawal, by=by, now=now)
    return withdrawal


def _refuse_confirmation(withdrawal: Withdrawal, by: User) -> None:
    if not perms.may_rule_on(by, withdrawal.question):
        raise RulingRefused("not_allowed")
    if withdrawal.proposed_by_id == by.pk:
        raise RulingRefused("own_proposal")
    if perms.wrote(by, withdrawal.question, withdrawal.revision_id):
        raise RulingRefused("own_version")
    if code := perms.sat_with(by, withdrawal):
        raise RulingRefused(code)
    for challenge in withdrawal.challenges.select_related("sitting"):
        _refuse_broken_seal(challenge.sitting)


def _after_every_result(withdrawal: Withdrawal, now: datetime) -> datetime:
    """``now``, unless a sitting that did not count it was closed at that very moment or, by another
    machine's clock, later. Whoever closes one now waits for this transaction."""
    last: datetime | None = withdrawal.draws().aggregate(last=Max("sitting__closed_at"))["last"]
    return now if last is None else max(now, last + INSTANT)


def _retire(withdrawal: Withdrawal, *, by: User, now: datetime) -> None:
    """A later version that is live by now is another question: it stays."""
    question = withdrawal.question
    if question.live and question.live_revision_id == withdrawal.revision_id:
        in_short = shorten(withdrawal.reason, LONGEST_REASON, placeholder="…")
        retire(question=question, reason=in_short, by=by, now=now)
