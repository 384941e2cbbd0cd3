"""What one person proposes to do to a certificate, and what a second one decides about it."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction

from certificates import perms, renewal
from certificates.actions.second_person import tell_second_people
from certificates.actions.standing import StandingRefused, correct, reinstate, revoke
from certificates.models import Certificate, CertificateEvent, StandingChange
from people.models import User
from people.perms import conflict

Kind = CertificateEvent.Kind
ReasonClass = CertificateEvent.ReasonClass
Decision = StandingChange.Decision
# Which reasons there can be for what.
REASONS: Mapping[str, Collection[ReasonClass]] = {
    Kind.REVOKED: (
        ReasonClass.NOT_THE_HOLDER,
        ReasonClass.CONDUCT,
        ReasonClass.EVIDENCE_FALSE,
        ReasonClass.ISSUED_IN_ERROR,
        ReasonClass.OTHER,
    ),
    Kind.REINSTATED: (
        ReasonClass.REVOKED_IN_ERROR,
        ReasonClass.APPEAL_UPHELD,
        ReasonClass.OTHER,
    ),
    Kind.REPLACED: (ReasonClass.NAME_CORRECTED,),
}


@transaction.atomic
def propose_change(
    *,
    certificate: Certificate,
    kind: str,
    reason_class: str,
    reason: str,
    by: User,
    now: datetime,
    effective_on: date | None = None,
    holder_name: str = "",
) -> StandingChange:
    """Propose to revoke, reinstate or correct; nothing changes until another person confirms.

    Whoever may confirm is told by e-mail, once. The same person proposing the same again gets what
    waits already. Raises StandingRefused; also while something else waits for this certificate.
    """
    certificate = _locked(certificate)
    _refuse_person(certificate, by)
    day = effective_on or renewal.london_day(now)
    facts = {
        "kind": kind,
        "reason_class": reason_class,
        "reason": reason.strip(),
        "effective_on": certificate.passed_on if kind == Kind.REPLACED else day,
        "holder_name": " ".join(holder_name.split()) if kind == Kind.REPLACED else "",
    }
    waiting = certificate.standing_changes.waiting().first()
    if waiting is not None:
        same = {name: getattr(waiting, name) for name in facts} == facts
        if same and waiting.proposed_by_id == by.pk:
            return waiting
        raise StandingRefused("waiting")
    change = StandingChange(certificate=certificate, proposed_by=by, proposed_at=now, **facts)
    _refuse_change(change, certificate, today=renewal.london_day(now))
    change.save()
    tell_second_people(change, now=now)
    return change


@transaction.atomic
def confirm_change(*, change: StandingChange, by: User, now: datetime) -> CertificateEvent:
    """Put the second name under a change: from this moment it counts, and the holder is told.

    A repeat, also at the same moment, returns the one event there is. Raises StandingRefused, also
    where the certificate is no longer as it was when the change was proposed.
    """
    certificate = _locked(change.certificate)
    change = _again(change)
    if change.event is not None:
        return change.event
    _refuse_second(change, certificate, by)
    _refuse_change(change, certificate, today=renewal.london_day(now))
    event = _carry_out(change, certificate, by=by, now=now)
    _decide(change, Decision.CONFIRMED, by=by, now=now, event=event)
    return event


@transaction.atomic
def decline_change(
    *, change: StandingChange, reason: str, by: User, now: datetime
) -> StandingChange:
    """Say no to a change, with the reason; it can be proposed again. A repeat returns the first
    decision. Raises StandingRefused."""
    certificate = _locked(change.certificate)
    change = _again(change)
    if change.decision == Decision.DECLINED:
        return change
    _refuse_second(change, certificate, by)
    if not reason.strip():
        raise StandingRefused("no_reason")
    return _decide(change, Decision.DECLINED, by=by, now=now, decision_reason=reason.strip())


@transaction.atomic
def take_back_change(*, change: StandingChange, by: User, now: datetime) -> StandingChange:
    """Take back what one has proposed oneself. A repeat returns the first decision. Raises
    StandingRefused once it is decided, and for anybody else."""
    _locked(change.certificate)
    change = _again(change)
    if change.proposed_by_id != by.pk:
        raise StandingRefused("not_allowed")
    if change.decision == Decision.TAKEN_BACK:
        return change
    if change.decision:
        raise StandingRefused("decided")
    return _decide(change, Decision.TAKEN_BACK, by=by, now=now)


def _locked(certificate: Certificate) -> Certificate:
    """As it stands once nobody else is changing it: read anew after the lock."""
    Certificate.objects.select_for_update(of=("self",)).get(pk=certificate.pk)
    related = ("learner__succeeded_by", "learner__user", "authority")
    return Certificate.objects.with_standing().select_related(*related).get(pk=certificate.pk)


def _again(change: StandingChange) -> StandingChange:
    return StandingChange.objects.select_related("event", "proposed_by").get(pk=change.pk)


def _refuse_person(certificate: Certificate, by: User) -> None:
    if code := perms.bar_to_change(by, certificate):
        raise StandingRefused(code)


def _refuse_second(change: StandingChange, certificate: Certificate, by: User) -> None:
    _refuse_person(certificate, by)
    if change.proposed_by_id == by.pk:
        raise StandingRefused("same_person")
    if change.decision:
        raise StandingRefused("decided")


def _refuse_change(change: StandingChange, certificate: Certificate, *, today: date) -> None:
    """Judged when it is proposed, and again when it is confirmed."""
    if conflict(change.proposed_by, certificate.learner):
        raise StandingRefused("proposers_interest")
    if certificate.replaced:
        raise StandingRefused("replaced")
    if certificate.revoked and change.kind != Kind.REINSTATED:
        raise StandingRefused("revoked")
    if not certificate.revoked and change.kind == Kind.REINSTATED:
        raise StandingRefused("not_revoked")
    if not change.reason:
        raise StandingRefused("no_reason")
    if change.reason_class not in REASONS[change.kind]:
        raise StandingRefused("wrong_reason")
    if change.kind == Kind.REPLACED:
        _refuse_name(change.holder_name, certificate)
    elif not earliest_day(certificate, change.kind) <= change.effective_on <= today:
        raise StandingRefused("wrong_day")


def _refuse_name(name: str, certificate: Certificate) -> None:
    if not name:
        raise StandingRefused("no_name")
    if name == certificate.holder_name:
        raise StandingRefused("same_name")


def earliest_day(certificate: Certificate, kind: str) -> date:
    """From when a change may count: a revocation from the pass, its undoing from its own day."""
    if kind != Kind.REINSTATED:
        return certificate.passed_on
    revocations = certificate.events.filter(kind=Kind.REVOKED).order_by("pk")
    last = revocations.last()
    return last.effective_on if last else certificate.passed_on


def _carry_out(
    change: StandingChange, certificate: Certificate, *, by: User, now: datetime
) -> CertificateEvent:
    facts: dict[str, Any] = {
        "certificate": certificate,
        "by": change.proposed_by,
        "seconded_by": by,
        "reason_class": change.reason_class,
        "reason": change.reason,
        "now": now,
    }
    if change.kind == Kind.REPLACED:
        return correct(holder_name=change.holder_name, **facts)
    step = revoke if change.kind == Kind.REVOKED else reinstate
    return step(effective_on=change.effective_on, **facts)


def _decide(
    change: StandingChange, decision: str, *, by: User, now: datetime, **fields: Any
) -> StandingChange:
    change.decision, change.decided_by, change.decided_at = decision, by, now
    for name, value in fields.items():
        setattr(change, name, value)
    change.save()
    return change
