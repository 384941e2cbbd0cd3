"""What changes a result after the fact: a sitting that does not count, and scoring again."""

import logging
from datetime import datetime
from uuid import UUID

from django.db import transaction
from wagtail.log_actions import log

from assessments import paper, perms
from assessments.actions.letters import tell
from assessments.actions.sittings import passed
from assessments.models import ResultChange, Sitting, Withdrawal
from assessments.refusals import ResultRefused
from people import perms as people
from people.models import Learner, User

logger = logging.getLogger(__name__)
Kind, Outcome, ReasonClass = ResultChange.Kind, Sitting.Outcome, ResultChange.ReasonClass
BATCH = 1000  # Sittings in hand at a time, and in one run of a sweep.
NIL = UUID(int=0)


@transaction.atomic
def void(
    *, sitting: Sitting, reason_class: str, reason: str, by: User, now: datetime
) -> ResultChange:
    """Let a sitting not count (R23): an open one is stopped, a failed one keeps its first result
    beside the new one. It uses no try, and its wait is over. The person is told.

    Where that fail had used the last try and so ended the round, the round stays ended, as the
    database keeps it: the person starts a new one, with its lessons and all of its tries. Lessons
    that it asked for again stay asked for. A repeat returns the change there is. Raises
    ResultRefused; a pass is never voided: its certificate is revoked by two people.
    """
    sitting = Sitting.objects.locked().get(pk=sitting.pk)
    _refuse_void(sitting, reason, by)
    there = sitting.changes.filter(kind=Kind.VOID).first()
    if there is not None:
        return there
    change = _void(sitting, reason_class=reason_class, reason=reason.strip(), by=by, now=now)
    tell(
        sitting.learner,
        "void",
        {"sitting": sitting, "change": change},
        key=f"sitting:{sitting.pk}:void",
        now=now,
    )
    return change


def _refuse_void(sitting: Sitting, reason: str, by: User) -> None:
    if not perms.voidable_sittings(by).filter(pk=sitting.pk).exists():
        raise ResultRefused("not_allowed")
    if code := people.conflict(by, sitting.learner):
        raise ResultRefused(code)
    if sitting.result == Outcome.PASSED:
        raise ResultRefused("passed")
    if not reason.strip():
        raise ResultRefused("no_reason")


def _void(
    sitting: Sitting, *, reason_class: str, reason: str, by: User, now: datetime
) -> ResultChange:
    """For a sitting that is locked. The fact comes first: the database asks for it."""
    before, count_before = sitting.result or "", standing_count(sitting)
    if sitting.closed_at is None:
        sitting.closed_at = max(now, sitting.started_at)
        sitting.closed_by, sitting.outcome = Sitting.ClosedBy.VOID, Outcome.VOID
        sitting.correct_count = sitting.mark().correct_count
        sitting.save(update_fields=["closed_at", "closed_by", "outcome", "correct_count"])
    change = ResultChange.objects.create(
        sitting=sitting,
        kind=Kind.VOID,
        outcome_before=before,
        outcome=Outcome.VOID,
        correct_before=count_before,
        correct_count=count_before,
        reason_class=reason_class,
        reason=reason,
        changed_by=by,
        changed_at=now,
    )
    if sitting.outcome != Outcome.VOID:
        sitting.changed_outcome = Outcome.VOID
        sitting.save(update_fields=["changed_outcome"])
    return change


def standing_count(sitting: Sitting) -> int | None:
    """How many answers count as right now; None while the sitting is open."""
    last = sitting.changes.filter(kind=Kind.RESCORED).order_by("-pk").first()
    return last.correct_count if last else sitting.correct_count


# -- Scoring again ---------------------------------------------------------------------------------
def rescore_withdrawn(*, now: datetime, confirmed_since: datetime | None = None) -> int:
    """Score again whatever confirmed withdrawals still ask for; returns how many results changed.

    Any number of sweeps may run at once, and a repeat finds nothing left.
    """
    confirmed = Withdrawal.objects.confirmed().order_by("confirmed_at", "pk")
    if confirmed_since is not None:
        confirmed = confirmed.filter(confirmed_at__gte=confirmed_since)
    done = 0
    for withdrawal in confirmed:
        done += rescore(withdrawal=withdrawal, now=now, limit=BATCH - done)
    return done


def rescore(*, withdrawal: Withdrawal, now: datetime, limit: int = BATCH) -> int:
    """Count the withdrawn version as right on up to ``limit`` closed papers that held it with
    another answer; returns how many. Each is a change of its own, in a transaction of its own.

    It never takes a right answer away, and the order of several withdrawals does not matter.
    Voided sittings stay void. A paper that does not match its seal is logged and left as it is.
    """
    done, last = 0, NIL
    waiting = withdrawal.sittings_to_score().order_by("pk").values_list("pk", flat=True)
    while done < limit and (page := list(waiting.filter(pk__gt=last)[: min(BATCH, limit - done)])):
        done += sum(_rescore_or_log(sitting_id, withdrawal, now) for sitting_id in page)
        last = page[-1]
    return done


def _rescore_or_log(sitting_id: UUID, withdrawal: Withdrawal, now: datetime) -> int:
    try:
        with transaction.atomic():
            free = Sitting.objects.filter(pk=sitting_id).select_related("rule", "enrolment")
            sitting = free.select_for_update(of=("self",), skip_locked=True).first()
            if sitting is None:
                return 0
            return int(rescore_sitting(sitting=sitting, withdrawal=withdrawal, now=now) is not None)
    except ResultRefused as refusal:
        logger.error("sitting %s is not scored again: %s", sitting_id, refusal.code)
    except Exception:
        logger.exception("sitting %s is not scored again", sitting_id)
    return 0


def rescore_sitting(
    *, sitting: Sitting, withdrawal: Withdrawal, now: datetime
) -> ResultChange | None:
    """For a sitting that the caller has locked: mark it with the withdrawn version as right, and
    note the change, if there is one. A repeat finds the change made and does nothing.

    A sitting that passes by it is passed from then on as any other, also where a later one of the
    round was passed: each pass has its certificate, dated by its own day. Raises ResultRefused.
    """
    if not withdrawal.sittings_to_score().filter(pk=sitting.pk).exists():
        return None
    if paper.digest(sitting.paper) != sitting.paper_digest:
        raise ResultRefused("digest_mismatch")
    counted = Withdrawal.objects.counted_in(sitting).versions()
    before = sitting.mark(withdrawn=counted)
    after = sitting.mark(withdrawn={*counted, (withdrawal.question_id, withdrawal.revision_id)})
    if after.correct_count <= before.correct_count:
        return None
    assert withdrawal.confirmed_by is not None
    outcome = Outcome.PASSED if after.passed else Outcome.FAILED
    change = ResultChange.objects.create(
        sitting=sitting,
        kind=Kind.RESCORED,
        outcome_before=sitting.result,
        outcome=outcome,
        correct_before=before.correct_count,
        correct_count=after.correct_count,
        reason_class=ReasonClass.WITHDRAWN,
        reason=withdrawal.reason,
        withdrawal=withdrawal,
        changed_by=withdrawal.confirmed_by,
        changed_at=now,
    )
    stopped = outcome != sitting.result and _pass(sitting, change)
    _tell_of(change, stopped=stopped)
    return change


def _pass(sitting: Sitting, change: ResultChange) -> bool:
    """Let it be passed, and stop what is open in its round: it has served. Whoever starts a sitting
    locks the learner first, so none can begin in between. Returns whether something was stopped."""
    Learner.objects.select_for_update(of=("self",), no_key=True).get(pk=sitting.learner_id)
    sitting.changed_outcome = Outcome.PASSED
    sitting.save(update_fields=["changed_outcome"])
    overtaken = Sitting.objects.open().filter(enrolment=sitting.enrolment_id).locked().first()
    if overtaken is not None:
        _void(
            overtaken,
            reason_class=ReasonClass.OVERTAKEN,
            reason=change.reason,
            by=change.changed_by,
            now=change.changed_at,
        )
    passed(sitting, now=change.changed_at)
    return overtaken is not None


def _tell_of(change: ResultChange, *, stopped: bool) -> None:
    sitting = change.sitting
    context = {
        "sitting": sitting,
        "change": change,
        "passes_now": change.outcome != change.outcome_before,
        "stopped": stopped,
    }
    key = f"sitting:{sitting.pk}:rescored:{change.withdrawal_id}"
    tell(sitting.learner, "rescored", context, key=key, now=change.changed_at)


# -- Who has read it -------------------------------------------------------------------------------
def note_bundle(*, sitting: Sitting, file_format: str, by: User, now: datetime) -> None:
    """Put into the log who opened the hearing bundle of which sitting. Each call is an entry."""
    log(
        sitting,
        "assessments.bundle_opened",
        user=by,
        title=str(sitting.pk),
        timestamp=now,
        data={"format": file_format},
    )
