"""A certificate that takes another one's place: the same training, under a new number."""

from datetime import datetime
from typing import Any

from certificates.actions.issuing import new_reference, put_on_record
from certificates.models import Certificate, CertificateEvent
from people.models import Learner, User

Kind = CertificateEvent.Kind
# What a replacement says like the certificate it replaces. The database holds it to the dates.
KEPT = (
    "authority_id",
    "course_id",
    "counts_for_id",
    "rule_id",
    "licence_number",
    "authority_name",
    "course_title",
    "course_edition",
    "provider_name",
    "identity_method",
    "licence_ends_on",
    "passed_at",
    "passed_on",
    "valid_until",
    "renew_from",
)


def issue_replacement(
    *,
    old: Certificate,
    learner: Learner,
    holder_name: str,
    reason_class: CertificateEvent.ReasonClass,
    reason: str = "",
    by: User | None = None,
    seconded_by: User | None = None,
    now: datetime,
) -> tuple[Certificate, CertificateEvent]:
    """Issue the linked replacement of ``old``, which its caller has locked and found standing.

    Returns it with the event that ended the old one. The database refuses a second one.
    """
    facts: dict[str, Any] = {name: getattr(old, name) for name in KEPT}
    replacement = Certificate(
        reference=new_reference(),
        replaces=old,
        learner=learner,
        holder_name=holder_name,
        issued_at=now,
        **facts,
    )
    put_on_record(replacement, now=now)
    event = CertificateEvent.objects.create(
        certificate=old,
        kind=Kind.REPLACED,
        recorded_at=now,
        effective_on=old.passed_on,
        reason_class=reason_class,
        reason=reason,
        by=by,
        seconded_by=seconded_by,
    )
    return replacement, event
