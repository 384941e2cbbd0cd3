"""The change feed, page by page."""

from datetime import date
from typing import Annotated
from uuid import UUID

from django.http import HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from licensing import actions, cursor, feed
from licensing.api import examples, problems
from licensing.api.answering import JSON
from licensing.api.asking import ClientRequest, refuse_unknown
from licensing.api.auth import Needs
from licensing.api.problems import Refused
from licensing.api.schemas import Instant
from licensing.cursor import START, Cursor
from licensing.models import FeedEvent, Scope

router = Router()
reads_events = Needs(Scope.EVENTS_READ, cost=5)
USUAL, MOST = 100, feed.MOST
CURSOR = rf"^[A-Za-z0-9_-]{{{cursor.LENGTH}}}$"


class EventCertificate(Schema):
    reference: str
    passed_on: date
    valid_until: date
    renew_from: date
    course: str
    replaces: str | None = Field(
        description="The reference of the certificate that this one corrects; it counts no more."
    )


class Event(Schema):
    id: UUID = Field(description="The same for ever. Take an event whose id you have as a repeat.")
    type: FeedEvent.Type
    sequence: int = Field(
        description="Its place in your feed: 1, 2, 3, without gaps. The later one holds."
    )
    recorded_at: Instant
    effective_on: date = Field(description="The day, in London, from which it counts.")
    licence_numbers: list[str] = Field(
        description="The licences that the holder had with you when it was recorded."
    )
    requirement: str | None = Field(description="Of `training` events: which requirement.")
    certificate: EventCertificate


class EventPage(Schema):
    events: list[Event]
    next: str = Field(description="Send it as `after`; on an empty page it is the one you sent.")


class Place(Schema):
    """Where to begin, and how much at once."""

    after: str | None = Field(
        None,
        pattern=CURSOR,
        description="`next` of the page before; from the very beginning if left out.",
        json_schema_extra={"example": str(Cursor(41, bytes.fromhex("0f9c1e5a0f4f")))},
    )
    limit: Annotated[int, Field(ge=1, le=MOST)] = Field(
        USUAL, description="At most so many events.", json_schema_extra={"example": USUAL}
    )


class After(Schema):
    """From where to begin again."""

    after: str | None = Field(
        None,
        pattern=CURSOR,
        description="A cursor of the feed; from the very beginning if left out.",
        json_schema_extra={"example": str(Cursor(41, bytes.fromhex("0f9c1e5a0f4f")))},
    )


def read_cursor(text: str | None) -> Cursor:
    """Raises Refused for what looks like a cursor and never was one."""
    found = START if text is None else cursor.read(text)
    if found is None:
        raise Refused(problems.UNKNOWN_CURSOR)
    return found


@router.get(
    "/events",
    auth=reads_events,
    response=EventPage,
    operation_id="list_events",
    summary="What changed since",
    tags=["Change feed"],
    openapi_extra=reads_events.documented | examples.responses(examples.EVENTS),
)
def events(request: ClientRequest, place: Query[Place]) -> HttpResponse:
    """Certificates issued, revoked and reinstated, and training that can be renewed or has ended,
    in the order of their commits. No event is ever put in before one that you have seen.

    Keep `next`; it is good for ever. After a page that is not full, wait a while.
    """
    refuse_unknown(request, Place)
    after = read_cursor(place.after)
    authority_id = request.auth.authority_id
    actions.advance_feed(authority_id=authority_id, now=timezone.now())
    try:
        page = feed.read(authority_id=authority_id, after=after, limit=place.limit)
    except feed.UnknownCursor:
        raise Refused(problems.UNKNOWN_CURSOR) from None
    answer = EventPage.model_validate({"events": page.events, "next": str(page.next)})
    return HttpResponse(answer.model_dump_json(), content_type=JSON)
