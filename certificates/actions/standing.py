"""Revoking and reinstating: always two people and a reason; the history keeps everything."""

from datetime import datetime

from django.db import transaction

from certificates import renewal
from certificates.actions.letters import tell_holder
from certificates.actions.reminders import withdraw_reminders
from certificates.models import Certificate, CertificateEvent
from people.models import User

Kind = CertificateEvent.Kind


class StandingRefused(Exception):
    """``code``: ``same_person``, ``no_reason``, ``not_revoked``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@transaction.atomic
def revoke(
    *, certificate: Certificate, by: User, seconded_by: User, reason: str, now: datetime
) -> CertificateEvent:
    """Take the certificate's worth away from this moment, with two signatures and a reason.

    Revoking again returns the revocation that stands. Reminders that wait are withdrawn. Raises
    StandingRefused for one person signing twice or no reason.
    """
    standing = _lock_standing(certificate, by, seconded_by, reason)
    if standing is not None and standing.kind == Kind.REVOKED:
        return standing
    event = _append(
        certificate, Kind.REVOKED, by=by, seconded_by=seconded_by, reason=reason, now=now
    )
    withdraw_reminders([certificate.pk], reason="Withdrawn: the certificate is revoked.", now=now)
    return event


@transaction.atomic
def reinstate(
    *, certificate: Certificate, by: User, seconded_by: User, reason: str, now: datetime
) -> CertificateEvent:
    """Undo a revocation, with two signatures and a reason; the history keeps both.

    Reinstating again returns the reinstatement that stands. Raises StandingRefused for one person
    signing twice, no reason, or a certificate that was never revoked.
    """
    standing = _lock_standing(certificate, by, seconded_by, reason)
    if standing is None:
        raise StandingRefused("not_revoked")
    if standing.kind == Kind.REINSTATED:
        return standing
    return _append(
        certificate, Kind.REINSTATED, by=by, seconded_by=seconded_by, reason=reason, now=now
    )


def _lock_standing(
    certificate: Certificate, by: User, seconded_by: User, reason: str
) -> CertificateEvent | None:
    """The event that decides the standing now, None while there is only the issue."""
    if by == seconded_by:
        raise StandingRefused("same_person")
    if not reason.strip():
        raise StandingRefused("no_reason")
    Certificate.objects.select_for_update(of=("self",)).get(pk=certificate.pk)
    changes = CertificateEvent.objects.filter(certificate=certificate).exclude(kind=Kind.ISSUED)
    return changes.order_by("-pk").first()


def _append(
    certificate: Certificate,
    kind: CertificateEvent.Kind,
    *,
    by: User,
    seconded_by: User,
    reason: str,
    now: datetime,
) -> CertificateEvent:
    event = CertificateEvent.objects.create(
        certificate=certificate,
        kind=kind,
        recorded_at=now,
        effective_on=renewal.london_day(now),
        by=by,
        seconded_by=seconded_by,
        reason=reason.strip(),
    )
    tell_holder(certificate, kind.value, key=f"{kind.value}:{event.pk}", now=now)
    return event
