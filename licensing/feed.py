"""Reading the change feed of an authority, page by page, and how one of its events is written."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from licensing.cursor import START, Cursor
from licensing.models import FeedEvent

MOST = 1000  # Events on a page.
BIGGEST = 2**63 - 1  # Of a position.


class UnknownCursor(Exception):
    """The feed has no such place: it is another feed's, or the feed was restored from a backup."""


@dataclass(frozen=True)
class Page:
    events: list[dict[str, Any]]
    next: Cursor


def read(*, authority_id: int, after: Cursor = START, limit: int = MOST) -> Page:
    """Up to ``limit`` events after the cursor; an empty page repeats it. Raises UnknownCursor."""
    found = list(_from(authority_id, after)[: limit + (after != START)])
    if after != START:
        if not found or found[0].position != after.position or not after.fits(found[0].public_id):
            raise UnknownCursor
        found = found[1:]
    last = Cursor.at(found[-1].position, found[-1].public_id) if found else after
    return Page([written(event) for event in found], last)


def _from(authority_id: int, after: Cursor) -> Any:
    place = min(after.position, BIGGEST)
    feed = FeedEvent.objects.filter(authority=authority_id, position__gte=place)
    return feed.select_related("certificate__replaces").order_by("position")


def ensure_known(*, authority_id: int, cursor: Cursor) -> None:
    """Raises UnknownCursor where ``read`` would."""
    read(authority_id=authority_id, after=cursor, limit=0)


def written(event: FeedEvent) -> dict[str, Any]:
    """The event as feed and webhooks tell it, the same for ever; fetch its certificate with it."""
    certificate = event.certificate
    return {
        "id": str(event.public_id),
        "type": event.type,
        "sequence": event.position,
        "recorded_at": instant(event.recorded_at),
        "effective_on": event.effective_on.isoformat(),
        "licence_numbers": event.licence_numbers,
        "requirement": event.requirement or None,
        "certificate": {
            "reference": certificate.reference,
            "passed_on": certificate.passed_on.isoformat(),
            "valid_until": (event.valid_until or certificate.valid_until).isoformat(),
            "renew_from": (event.renew_from or certificate.renew_from).isoformat(),
            "course": certificate.course_title,
            "replaces": certificate.replaces.reference if certificate.replaces else None,
        },
    }


def instant(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
