"""Training that happened elsewhere: one officer enters it, another decides, and then it counts."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from django.db import transaction

from certificates import renewal
from certificates.actions.issuing import (
    held_before,
    licence_of,
    new_reference,
    put_on_record,
    rule_for,
    term_of,
)
from certificates.actions.letters import tell_holder, tell_learner
from certificates.lint import LintFailed
from certificates.models import (
    Certificate,
    Evidence,
    EvidenceBatch,
    EvidenceFile,
    ValidityRule,
)
from certificates.recognition import Checked, Problem, judge
from certificates.uploads import Document
from courses.models import CoursePage
from people.actions import hold_without_account
from people.models import Authority, Learner, Licence, Membership, User
from people.perms import conflict, has_role
from people.refusals import Refused

FIRST_DAY = date(2000, 1, 1)  # No safeguarding training of drivers is older.


class RecognitionRefused(Refused):
    """``code``: ``not_allowed``, ``own_record``, ``interest``, ``other_authority``, ``future``,
    ``too_early``, ``no_rule``, ``entered_already``, ``same_file``, ``same_person``, ``decided``,
    ``no_reason``, ``unprintable`` or ``checklist``; for the last one ``problems`` names the
    points."""

    def __init__(self, code: str, problems: list[Problem] | None = None) -> None:
        super().__init__(code)
        self.problems = problems or []


@dataclass(frozen=True, kw_only=True)
class Told:
    """What a document says of somebody's training, as it was typed."""

    kind: str
    provider_name: str
    course_name: str
    passed_on: date
    their_reference: str = ""
    identity_method: str = ""

    @property
    def columns(self) -> dict[str, Any]:
        """The same without spaces that nobody sees, which would make two of one training."""
        typed = asdict(self)
        return {
            name: " ".join(value.split()) if isinstance(value, str) else value
            for name, value in typed.items()
        }


@transaction.atomic
def enter_evidence(
    *,
    licence: Licence,
    course: CoursePage,
    told: Told,
    document: Document,
    by: User,
    now: datetime,
) -> Evidence:
    """Write down what a document says about the training of a licence's holder, with the document.

    It counts for nothing until somebody else has decided. Where the licence has no holder yet, the
    person is put on record without an account. Raises RecognitionRefused with nothing written, also
    for training that has been entered already.
    """
    licence = Licence.objects.select_for_update(of=("self",)).get(pk=licence.pk)
    may_act(by, licence.authority)
    holder = hold_without_account(licence=licence, now=now)
    check_person(by, holder)
    if reason := reason_against_day(told.passed_on, licence.authority, now=now):
        raise RecognitionRefused(reason)
    evidence = Evidence(
        learner=holder,
        authority=licence.authority,
        course=course,
        holder_name=licence.full_name,
        licence_number=licence.number,
        entered_by=by,
        entered_at=now,
        **told.columns,
    )
    if evidence.entered_already:
        raise RecognitionRefused("entered_already")
    evidence.file = keep(document)
    evidence.save()
    return evidence


def keep(document: Document) -> EvidenceFile:
    return EvidenceFile.objects.create(
        digest=document.digest,
        name=document.name,
        content_type=document.content_type,
        content=document.content,
    )


def may_act(by: User, authority: Authority) -> None:
    """Licensing officers of the authority, and nobody else (R37)."""
    if not has_role(by, Membership.Role.OFFICER, authority=authority):
        raise RecognitionRefused("not_allowed")


def check_person(by: User, learner: Learner) -> None:
    """Nobody acts on their own record, nor on that of somebody they know (R47)."""
    if code := conflict(by, learner):
        raise RecognitionRefused(code)


def reason_against_day(passed_on: date, authority: Authority, *, now: datetime) -> str:
    """Why a pass of that day cannot be entered; empty when it can."""
    if passed_on > renewal.london_day(now):
        return "future"
    if passed_on < FIRST_DAY:
        return "too_early"
    ruled = ValidityRule.objects.in_force(authority=authority, on=passed_on).exists()
    return "" if ruled else "no_rule"


@transaction.atomic
def decide_evidence(
    *,
    evidence: Evidence,
    accept: bool,
    answers: Mapping[str, Checked],
    reason: str,
    by: User,
    now: datetime,
) -> Evidence:
    """Accept what was entered, which issues its certificate, or refuse it and say why.

    The first decision stands: a repeat raises RecognitionRefused("decided"), as every refusal does
    with nothing written. Whoever entered it cannot decide. The holder is told either way.
    """
    related = Evidence.objects.select_related("authority", "learner__user", "course")
    evidence = related.select_for_update(of=("self",)).get(pk=evidence.pk)
    may_act(by, evidence.authority)
    check_person(by, evidence.learner)
    check_decision(evidence, evidence.kind, accept=accept, answers=answers, reason=reason, by=by)
    evidence.checklist = as_kept(answers)
    evidence.decision = Evidence.Decision.ACCEPTED if accept else Evidence.Decision.REFUSED
    evidence.decision_reason = reason.strip()
    evidence.decided_by, evidence.decided_at = by, now
    evidence.save()
    if accept:
        _issue_or_refuse(evidence, now=now)
    else:
        facts = {"evidence": evidence, "authority": evidence.authority}
        key = f"evidence:{evidence.pk}:refused"
        tell_learner(evidence.learner, "not_recognised", facts, key=key, now=now)
    return evidence


def _issue_or_refuse(evidence: Evidence, *, now: datetime) -> None:
    try:
        issue_of(evidence, now=now)
    except LintFailed as failure:
        raise RecognitionRefused("unprintable") from failure


def check_decision(
    entered: Evidence | EvidenceBatch,
    kind: str,
    *,
    accept: bool,
    answers: Mapping[str, Checked],
    reason: str,
    by: User,
) -> None:
    if entered.decided_at is not None:
        raise RecognitionRefused("decided")
    if entered.entered_by_id == by.pk:
        raise RecognitionRefused("same_person")
    if not accept and not reason.strip():
        raise RecognitionRefused("no_reason")
    if accept and (problems := judge(kind, answers)):
        raise RecognitionRefused("checklist", problems)


def as_kept(answers: Mapping[str, Checked]) -> dict[str, dict[str, str]]:
    return {
        code: {"answer": str(checked.answer), "note": checked.note.strip()}
        for code, checked in answers.items()
    }


def issue_of(evidence: Evidence, *, now: datetime) -> Certificate:
    """The certificate of accepted evidence that is locked; a repeat returns the one there is.

    It counts from the noon of its day, by the rule of that day. One that has ended already is
    history: its holder gets no message about it.
    """
    there = Certificate.objects.filter(evidence=evidence).first()
    if there is not None:
        return there
    certificate = _snapshot(evidence, now=now)
    put_on_record(certificate, now=now)
    if certificate.valid_until >= renewal.london_day(now):
        tell_holder(certificate, "recognised", key="issued", now=now)
    return certificate


def _snapshot(evidence: Evidence, *, now: datetime) -> Certificate:
    passed_on, course = evidence.passed_on, evidence.course
    passed_at = min(noon_of(passed_on), evidence.entered_at)  # Today's noon may be to come.
    held = held_before(evidence.learner, course, evidence.authority, passed_at)
    rule = rule_for(evidence.authority, passed_on, what=f"evidence {evidence.pk}")
    term = term_of(passed_on, rule, held, licence_of(evidence.learner, evidence.authority))
    return Certificate(
        reference=new_reference(),
        evidence=evidence,
        learner=evidence.learner,
        authority=evidence.authority,
        course=course,
        counts_for=course,
        rule=rule,
        holder_name=evidence.holder_name,
        licence_number=evidence.licence_number,
        authority_name=evidence.authority.name,
        course_title=course.title,
        provider_name=evidence.provider_name,
        identity_method=evidence.identity_method,
        licence_ends_on=term.licence_ends_on,
        passed_at=passed_at,
        passed_on=passed_on,
        valid_until=term.valid_until,
        renew_from=term.renew_from,
        issued_at=now,
    )


def noon_of(day: date) -> datetime:
    """The moment for which a document that only names its day stands."""
    return datetime.combine(day, time(12), tzinfo=renewal.LONDON).astimezone(UTC)
