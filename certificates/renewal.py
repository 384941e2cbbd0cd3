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


@dataclass(frozen=True)
class DueSpan:
    """Certificates whose last day is in ``first`` to ``last`` have ``notice`` as the latest due."""

    notice: int
    first: date
    last: date


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


def renew_from(valid_until: date, window_days: int) -> date:
    """The first day on which a renewal keeps the anniversary."""
    return valid_until - timedelta(days=window_days)


def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    month += 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def standing(
    *, revoked: bool, superseded: bool, renew_from: date, valid_until: date, today: date
) -> Standing:
    """``superseded``: a later certificate is held, so that this one need not be renewed."""
    if revoked:
        return Standing.REVOKED
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


def may_take_refresher(*, today: date, valid_until: date | None) -> bool:
    """A refresher is for a certificate that still counts on the London day ``today``; whoever has
    none, or whose last one has ended, takes the full course. ``valid_until`` is its last day."""
    return valid_until is not None and today <= valid_until
