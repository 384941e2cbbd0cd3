"""How long a certificate lasts, when it may be renewed and which reminder is due. Pure.

Every day here is a London day: training counts to the end of its last one (R43).
"""

from calendar import monthrange
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
DAYS_AFTER_EXPIRY = 30  # For so long a missed notice of expiry may still be sent.


class Standing(StrEnum):
    """What a certificate is worth on a day."""

    VALID = "valid"
    EXPIRING = "expiring"
    EXPIRED = "expired"
    REVOKED = "revoked"
    REPLACED = "replaced"


@dataclass(frozen=True)
class DueSpan:
    """Certificates whose last day is in ``first`` to ``last`` have ``notice`` as the latest due."""

    notice: int
    first: date
    last: date


@dataclass(frozen=True)
class Term:
    """From when to when a certificate counts. ``licence_ends_on`` is set where that day ends it."""

    valid_until: date
    renew_from: date
    licence_ends_on: date | None = None


def london_day(moment: datetime) -> date:
    return moment.astimezone(LONDON).date()


def valid_until(passed_on: date, months: int, previous: date | None, window_days: int) -> date:
    """The last day on which a pass counts.

    ``previous`` is the last day of the certificate held before, ``window_days`` its renewal window.
    A pass inside that window loses no time: the months are counted from ``previous`` (R09).
    """
    if previous is not None and renew_from(previous, window_days) <= passed_on <= previous:
        return add_months(previous, months)
    return add_months(passed_on, months)


def term(
    passed_on: date,
    *,
    months: int,
    window_days: int,
    renewed: tuple[date, date] | None = None,
    licence_ends_on: date | None = None,
) -> Term:
    """The term of a pass on the London day ``passed_on`` (R09).

    ``renewed`` is the first renewal day and the last day of the certificate held before: what
    counts for keeping the anniversary is the window printed on that one. ``licence_ends_on`` is
    given where the rule lets a certificate end with the licence. A licence that has ended, or ends
    within the renewal window after the pass, does not shorten it: the pass is for the next licence.
    """
    previous, window = None, window_days
    if renewed is not None:
        previous, window = renewed[1], (renewed[1] - renewed[0]).days
    last = valid_until(passed_on, months, previous, window)
    ends_earlier = (
        licence_ends_on is not None
        and passed_on < renew_from(licence_ends_on, window_days)
        and licence_ends_on < last
    )
    if ends_earlier and licence_ends_on is not None:
        last = licence_ends_on
    first = max(passed_on, renew_from(last, window_days))
    return Term(last, first, licence_ends_on if ends_earlier else None)


def renew_from(valid_until: date, window_days: int) -> date:
    """The first day on which a renewal keeps the anniversary."""
    return valid_until - timedelta(days=window_days)


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    month += 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def standing(
    *,
    revoked: bool,
    superseded: bool,
    renew_from: date,
    valid_until: date,
    today: date,
    replaced: bool = False,
) -> Standing:
    """``superseded``: a later certificate is held, so that this one need not be renewed.
    ``replaced``: a corrected one says the same of the same pass, so that this one says nothing."""
    if revoked:
        return Standing.REVOKED
    if replaced:
        return Standing.REPLACED
    if today > valid_until:
        return Standing.EXPIRED
    if today >= renew_from and not superseded:
        return Standing.EXPIRING
    return Standing.VALID


def due_notice(
    valid_until: date,
    notices: Iterable[int],
    sent: Collection[int],
    today: date,
    *,
    passed_on: date = date.min,
) -> int | None:
    """The one notice (days before expiry; below nought, after it) to send today, if any.

    Only the latest that is due: a 30-day notice is never sent once the 14-day one is due, nor a
    notice for before expiry after it, nor any that was due before the pass. Nothing is sent twice,
    nor out of turn after a later notice. What is due after expiry may still go for 30 days.
    """
    expired = today > valid_until
    if today > valid_until + timedelta(days=DAYS_AFTER_EXPIRY):
        return None
    due = [
        notice
        for notice in notices
        if (notice < 0) is expired and passed_on < valid_until - timedelta(days=notice) <= today
    ]
    latest = min(due, default=None)
    if latest is None or any(notice <= latest for notice in sent):
        return None
    return latest


def due_spans(notices: Collection[int], today: date) -> list[DueSpan]:
    """For each notice, the last days of the certificates for which it is the latest due today."""
    days: dict[int, list[date]] = {}
    for ahead in range(-DAYS_AFTER_EXPIRY, max(notices, default=0) + 1):
        day = today + timedelta(days=ahead)
        notice = due_notice(day, notices, (), today)
        if notice is not None:
            days.setdefault(notice, []).append(day)
    return [DueSpan(notice, span[0], span[-1]) for notice, span in days.items()]


def may_take_refresher(*, today: date, valid_until: date | None, lapse_days: int = 0) -> bool:
    """Whether the short course renews it on the London day ``today``: while the last certificate
    counts, and for the rule's ``lapse_days`` after its last day ``valid_until``. Whoever has none,
    or has let it lapse for longer, takes the full course again."""
    return valid_until is not None and (today - valid_until).days <= lapse_days
