"""Revoking, reinstating and correcting: always two people and a reason; the history keeps all."""

from datetime import date, datetime
from typing import Any

from django.db import transaction

from certificates import renewal
from certificates.actions.letters import tell_holder
from certificates.actions.replacing import issue_replacement
from certificates.models import Certificate, CertificateEvent
from people.models import User
from people.perms import conflict
from people.refusals import Refused

Kind = CertificateEvent.Kind
ReasonClass = CertificateEvent.ReasonClass


class StandingRefused(Refused):
    """``code``: of the people ``not_allowed``, ``own_record``, ``interest``, ``same_person``,
    ``proposers_interest``; of the certificate ``revoked``, ``not_revoked``, ``replaced``; of what
    is proposed ``no_reason``, ``wrong_reason``, ``no_name``, ``same_name``, ``wrong_day``; of the
    steps ``waiting``, ``decided``."""


@transaction.atomic
def revoke(
    *,
    certificate: Certificate,
    by: User,
    seconded_by: User,
    reason: str,
    now: datetime,
    reason_class: str = ReasonClass.OTHER,
    effective_on: date | None = None,
) -> CertificateEvent:
    """Take the certificate's worth away, with two signatures and a reason; from today, unless a day
    is given.

    Revoking again returns the revocation that stands. No reminder of it goes out any more. Raises
    StandingRefused for one person signing twice, no reason, or a replaced certificate.
    """
    standing = _lock_standing(certificate, by, seconded_by, reason)
    if standing is not None and standing.kind == Kind.REPLACED:
        raise StandingRefused("replaced")
    if standing is not None and standing.kind == Kind.REVOKED:
        return standing
    return _append(
        certificate,
        Kind.REVOKED,
        by=by,
        seconded_by=seconded_by,
        reason_class=reason_class,
        reason=reason,
        effective_on=effective_on,
        now=now,
    )


@transaction.atomic
def reinstate(
    *,
    certificate: Certificate,
    by: User,
    seconded_by: User,
    reason: str,
    now: datetime,
    reason_class: str = ReasonClass.OTHER,
    effective_on: date | None = None,
) -> CertificateEvent:
    """Undo a revocation, with two signatures and a reason; the history keeps both.

    Reinstating again returns the reinstatement that stands. Raises StandingRefused for one person
    signing twice, no reason, or a certificate that is replaced or was never revoked.
    """
    standing = _lock_standing(certificate, by, seconded_by, reason)
    if standing is None:
        raise StandingRefused("not_revoked")
    if standing.kind == Kind.REPLACED:
        raise StandingRefused("replaced")
    if standing.kind == Kind.REINSTATED:
        return standing
    return _append(
        certificate,
        Kind.REINSTATED,
        by=by,
        seconded_by=seconded_by,
        reason_class=reason_class,
        reason=reason,
        effective_on=effective_on,
        now=now,
    )


@transaction.atomic
def correct(
    *,
    certificate: Certificate,
    holder_name: str,
    by: User,
    seconded_by: User,
    reason: str,
    now: datetime,
    reason_class: str = ReasonClass.NAME_CORRECTED,
) -> CertificateEvent:
    """Issue a certificate with the right name in the place of this one, which says so from now on.

    Correcting again returns the first correction. Raises StandingRefused for one person signing
    twice, no reason, or a revoked certificate, which has to be reinstated first.
    """
    standing = _lock_standing(certificate, by, seconded_by, reason)
    if standing is not None and standing.kind == Kind.REPLACED:
        return standing
    if standing is not None and standing.kind == Kind.REVOKED:
        raise StandingRefused("revoked")
    replacement, event = issue_replacement(
        old=certificate,
        learner=certificate.learner,
        holder_name=" ".join(holder_name.split()),
        reason_class=ReasonClass(reason_class),
        reason=reason.strip(),
        by=by,
        seconded_by=seconded_by,
        now=now,
    )
    tell_holder(replacement, "corrected", key="corrected", event=event, now=now)
    return event


def _lock_standing(
    certificate: Certificate, by: User, seconded_by: User, reason: str
) -> CertificateEvent | None:
    """The event that decides the standing now, None while there is only the issue."""
    if by == seconded_by:
        raise StandingRefused("same_person")
    if not reason.strip():
        raise StandingRefused("no_reason")
    Certificate.objects.select_for_update(of=("self",)).get(pk=certificate.pk)
    for person in (by, seconded_by):
        if code := conflict(person, certificate.learner):
            raise StandingRefused(code)
    changes = CertificateEvent.objects.filter(certificate=certificate).exclude(kind=Kind.ISSUED)
    return changes.order_by("-pk").first()


def _append(
    certificate: Certificate,
    kind: CertificateEvent.Kind,
    *,
    effective_on: date | None,
    reason: str,
    now: datetime,
    **signed: Any,
) -> CertificateEvent:
    event = CertificateEvent.objects.create(
        certificate=certificate,
        kind=kind,
        recorded_at=now,
        effective_on=effective_on or renewal.london_day(now),
        reason=reason.strip(),
        **signed,
    )
    tell_holder(certificate, kind.value, key=f"{kind.value}:{event.pk}", event=event, now=now)
    return event
