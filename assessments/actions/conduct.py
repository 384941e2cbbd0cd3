"""Looking into one sitting (R27): notice, reply, a decision and an appeal, each once and by name.

Nothing here changes a sitting or its result. Taking a certificate away is a step of its own.
"""

from datetime import datetime, timedelta

from django.db import transaction

from assessments import perms, waiting
from assessments.actions.letters import tell
from assessments.models import Case, CaseEntry, Sitting
from assessments.refusals import CaseRefused
from people import perms as people
from people.models import Learner, User

Kind = CaseEntry.Kind
Decision = Case.Decision
# Long enough to read a letter, ask somebody and write back beside the work of a driver.
TIME_TO_REPLY = timedelta(days=14)
LONGEST_WAIT = "P12M"


@transaction.atomic
def open_case(*, sitting: Sitting, note: str, by: User, now: datetime) -> Case:
    """Begin to look into a closed sitting; ``note`` says why. The driver is not told yet.

    A repeat returns the case there is. Raises CaseRefused.
    """
    sitting = Sitting.objects.locked().get(pk=sitting.pk)
    _look_in(by, sitting)
    if sitting.closed_at is None:
        raise CaseRefused("not_closed")
    known = Case.objects.filter(sitting=sitting).first()
    if known is not None:
        return known
    case = Case.objects.create(sitting=sitting, opened_by=by, opened_at=now)
    _write(case, Kind.NOTE, note, by, now)
    return case


@transaction.atomic
def add_note(*, case: Case, text: str, by: User, now: datetime) -> CaseEntry:
    """For the file alone. Whoever writes in a case does not decide it. A repeat writes nothing."""
    case = _locked(case)
    _look_in(by, case.sitting)
    return _write_once(case, Kind.NOTE, text, by, now)


@transaction.atomic
def send_notice(*, case: Case, text: str, by: User, now: datetime) -> CaseEntry:
    """Tell the driver what is looked into, and by e-mail that there is something to read.

    There is one notice: a repeat returns it and sends nothing. Raises CaseRefused.
    """
    case = _locked(case)
    _look_in(by, case.sitting)
    sent = case.entries.filter(kind=Kind.NOTICE).first()
    if sent is not None:
        return sent
    if case.decided_at is not None:
        raise CaseRefused("decided_already")
    notice = _write(case, Kind.NOTICE, text, by, now)
    _tell_driver(case, "notice", now, reply_by=reply_by(now))
    return notice


@transaction.atomic
def reply_to_notice(*, case: Case, text: str, learner: Learner, now: datetime) -> CaseEntry:
    """The driver's side. They may add to it until the decision; a repeat writes nothing.

    Raises CaseRefused.
    """
    case = _locked(case)
    _own(learner, case)
    if case.decided_at is not None:
        raise CaseRefused("decided_already")
    return _write_once(case, Kind.REPLY, text, learner.account, now)


@transaction.atomic
def decide_case(
    *,
    case: Case,
    decision: str,
    reasons: str,
    no_test_before: datetime | None = None,
    by: User,
    now: datetime,
) -> Case:
    """Decide on the balance of probabilities, by somebody who had no part in it.

    The driver has had a notice and the time to reply, or has replied. ``no_test_before`` ends a
    wait of at most twelve months, which only a proven case brings. The same decision again returns
    the first one. Raises CaseRefused.
    """
    case = _locked(case)
    _look_in(by, case.sitting)
    if case.decided_at is not None:
        decided = (case.decided_by_id, case.decision, case.no_test_before)
        if decided == (by.pk, decision, no_test_before):
            return case
        raise CaseRefused("decided_already")
    if perms.had_a_part(by, case=case):
        raise CaseRefused("had_a_part")
    _check_heard(case, now)
    _check_wait(decision, no_test_before, now)
    case.decision, case.decided_by, case.decided_at = decision, by, now
    case.no_test_before = no_test_before
    case.save()
    _write(case, Kind.DECISION, reasons, by, now)
    _tell_driver(case, "decision", now)
    return case


@transaction.atomic
def appeal(*, case: Case, text: str, learner: Learner, now: datetime) -> Case:
    """The driver asks for another look at the decision; no day is too late. A repeat changes
    nothing. Raises CaseRefused."""
    case = _locked(case)
    _own(learner, case)
    if case.decided_at is None:
        raise CaseRefused("not_decided")
    if case.decision == Decision.NO_ACTION:
        raise CaseRefused("nothing_to_appeal")
    if case.appealed_at is None:
        case.appealed_at = now
        case.save(update_fields=["appealed_at"])
        _write(case, Kind.APPEAL, text, learner.account, now)
    return case


@transaction.atomic
def decide_appeal(*, case: Case, decision: str, reasons: str, by: User, now: datetime) -> Case:
    """The last word, by somebody who had no part in the case or its decision. An overturned one no
    longer keeps the driver from a test.

    The same decision again returns the first one. Raises CaseRefused.
    """
    case = _locked(case)
    _look_in(by, case.sitting)
    if case.appeal_decided_at is not None:
        if (case.appeal_decided_by_id, case.appeal_decision) == (by.pk, decision):
            return case
        raise CaseRefused("decided_already")
    if case.appealed_at is None:
        raise CaseRefused("no_appeal")
    if case.decided_by_id == by.pk or perms.had_a_part(by, case=case):
        raise CaseRefused("had_a_part")
    case.appeal_decision, case.appeal_decided_by, case.appeal_decided_at = decision, by, now
    case.save(update_fields=["appeal_decision", "appeal_decided_by", "appeal_decided_at"])
    _write(case, Kind.APPEAL_DECISION, reasons, by, now)
    _tell_driver(case, "appeal_decision", now)
    return case


def reply_by(notice_at: datetime) -> datetime:
    """Until when nothing is decided, unless the driver replies sooner."""
    return notice_at + TIME_TO_REPLY


def _locked(case: Case) -> Case:
    related = Case.objects.select_related(
        "sitting__learner__user", "sitting__course", "sitting__authority"
    )
    return related.select_for_update(of=("self",)).get(pk=case.pk)


def _look_in(by: User, sitting: Sitting) -> None:
    if not perms.may_look_into(by, sitting=sitting):
        raise CaseRefused("not_allowed")
    if code := people.conflict(by, sitting.learner):
        raise CaseRefused(code)


def _own(learner: Learner, case: Case) -> None:
    if case.sitting.learner_id != learner.pk:
        raise CaseRefused("not_allowed")
    if not case.entries.filter(kind=Kind.NOTICE).exists():
        raise CaseRefused("no_notice")


def _check_heard(case: Case, now: datetime) -> None:
    notice = case.entries.filter(kind=Kind.NOTICE).first()
    if notice is None:
        raise CaseRefused("no_notice")
    replied = case.entries.filter(kind=Kind.REPLY).exists()
    if not replied and now < reply_by(notice.written_at):
        raise CaseRefused("too_early")


def _check_wait(decision: str, no_test_before: datetime | None, now: datetime) -> None:
    if no_test_before is None:
        return
    if decision != Decision.PROVEN:
        raise CaseRefused("wait_needs_proof")
    if not now < no_test_before <= waiting.over_at(now, LONGEST_WAIT):
        raise CaseRefused("wait_out_of_range")


def _write_once(case: Case, kind: str, text: str, by: User, now: datetime) -> CaseEntry:
    """The same words of the same person are written down once."""
    known = case.entries.filter(kind=kind, text=text, written_by=by).first()
    return known or _write(case, kind, text, by, now)


def _write(case: Case, kind: str, text: str, by: User, now: datetime) -> CaseEntry:
    return CaseEntry.objects.create(case=case, kind=kind, text=text, written_by=by, written_at=now)


def _tell_driver(case: Case, what: str, now: datetime, **facts: datetime) -> None:
    """The e-mail says that there is something to read: what it is stands behind the sign-in, as
    phones and mailboxes are shared."""
    sitting = case.sitting
    key = f"case:{case.pk}:{what}"
    tell(
        sitting.learner,
        f"case_{what}",
        {"case": case, "sitting": sitting, **facts},
        key=key,
        now=now,
    )
