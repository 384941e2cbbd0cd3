"""Who may still be reminded: asked by sweeps before they write, by the relay before it sends."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Exists, F, OuterRef, Q

from certificates import renewal
from certificates.models import Certificate, CertificateQuerySet
from certificates.right_to_send import UNKNOWN, Facts, why_not
from people.models import HandOver, Licence

PREFIX = "reminder:"
GONE = (Licence.State.EXPIRED, Licence.State.SURRENDERED, Licence.State.REVOKED)
FACTS = (
    "reference",
    "valid_until",
    "passed_on",
    "rule__reminder_days",
    "revoked",
    "replaced",
    "superseded",
    "learner__user__is_active",
    "learner__succeeded_by",
    "stayed",
)


def key_of(reference: str, notice: int, channel: str = "") -> str:
    """The key of a reminder's message; of one that stands in for it, the channel is a part."""
    return f"{PREFIX}{reference}:{notice}" + (f":{channel}" if channel else "")


def parsed(key: str) -> tuple[str, int]:
    """The certificate's reference and the notice."""
    reference, notice, *_ = key.removeprefix(PREFIX).split(":")
    return reference, int(notice)


def of_remindable(certificates: CertificateQuerySet) -> CertificateQuerySet:
    """Those whose holder may be reminded. What may be said against the certificate itself is not
    asked here."""
    open_account = Q(learner__user=None) | Q(learner__user__is_active=True)
    return certificates.filter(open_account, _stayed(), learner__succeeded_by=None)


def _stayed() -> Q:
    """Still with the council that the certificate was passed for, by training or by licence, or
    with one to which it handed licences over, until they have a later certificate there."""
    held = Licence.objects.filter(holder=OuterRef("learner"), authority=OuterRef("authority"))
    trains_here = Q(authority=None) | Q(learner__authority=F("authority"))
    handed_over = HandOver.objects.filter(
        from_authority=OuterRef("authority"), to_authority=OuterRef("learner__authority")
    )
    there = Certificate.objects.counting().filter(
        learner=OuterRef("learner"),
        authority=OuterRef("learner__authority"),
        counts_for=OuterRef("counts_for"),
        passed_at__gt=OuterRef("passed_at"),
    )
    went_along = Q(Exists(handed_over)) & ~Q(Exists(there))
    return trains_here | Q(Exists(held.exclude(state__in=GONE))) | went_along


def reasons_against(keys: Collection[str], *, now: datetime) -> Mapping[str, str]:
    """For each key that must not go at ``now``, why. One question for all of them; the relay asks
    it of every batch."""
    today = renewal.london_day(now)
    wanted = {key: parsed(key) for key in keys}
    known = _facts({reference for reference, _ in wanted.values()})
    reasons = {
        key: why_not(notice, known[reference], today=today) if reference in known else UNKNOWN
        for key, (reference, notice) in wanted.items()
    }
    return {key: reason for key, reason in reasons.items() if reason}


def _facts(references: Collection[str]) -> dict[str, Facts]:
    rows: Any = (
        Certificate.objects.filter(reference__in=references)
        .with_standing()
        .annotate(stayed=_stayed())
        .order_by()
        .values_list(*FACTS)
    )
    return {
        reference: Facts(
            valid_until=last_day,
            passed_on=passed_on,
            reminder_days=days,
            revoked=revoked,
            replaced=replaced,
            renewed=renewed,
            closed=active is False,
            joined=successor is not None,
            moved=not stayed,
        )
        for (
            reference,
            last_day,
            passed_on,
            days,
            revoked,
            replaced,
            renewed,
            active,
            successor,
            stayed,
        ) in rows
    }
