"""Write notices down in the caller's transaction, and take them back while they wait."""

import json
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from outbox.models import KEEP_DAYS, Message, MessageEvent

KEEP_SECRET_DAYS = 90  # Sign-in links prove nothing later on.
# Sweeps queue thousands: one value for all rows takes a third of the time of one for each column.
INSERT = """
INSERT INTO outbox_message (key, channel, "to", destination, subject, body, html_body, secret,
    instead_of_id, keep_days, created_at, not_before, tries, last_error, provider_reference)
SELECT key, channel, "to", destination, subject, body, html_body, secret,
    instead_of, keep_days, %(now)s, %(now)s, 0, '', ''
FROM json_to_recordset(%(rows)s) AS draft (key text, channel text, "to" text, destination text,
    subject text, body text, html_body text, secret boolean, instead_of bigint, keep_days integer)
ON CONFLICT DO NOTHING
"""


@dataclass(frozen=True)
class Draft:
    """A notice to write down. ``to`` is what its channel needs; see ``Message``."""

    key: str
    to: str
    subject: str
    body: str
    channel: str = Message.Channel.EMAIL
    html_body: str = ""
    secret: bool = False
    instead_of: int | None = None
    keep_days: int = KEEP_DAYS


def queue_email(
    *,
    key: str,
    to: str,
    subject: str,
    body: str,
    now: datetime,
    html_body: str = "",
    secret: bool = False,
) -> Message:
    """Write one e-mail down. A repeat with the same key returns the first row unchanged."""
    keep_days = KEEP_SECRET_DAYS if secret else KEEP_DAYS
    draft = Draft(key, to, subject, body, html_body=html_body, secret=secret, keep_days=keep_days)
    queue_messages(messages=[draft], now=now)
    return Message.objects.get(key=key)


def queue_messages(*, messages: Iterable[Draft], now: datetime) -> dict[str, int]:
    """Write many notices down at once; gives the row's id for each key.

    A key that has a row keeps it unchanged, also when somebody else is writing the same one now.
    """
    rows = [_row(draft) for draft in messages]
    if not rows:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(INSERT, {"rows": json.dumps(rows), "now": now})
    written = Message.objects.filter(key__in=[row["key"] for row in rows])
    return dict(written.values_list("key", "pk"))


def _row(draft: Draft) -> dict[str, Any]:
    return {
        **asdict(draft),
        "destination": destination(draft.channel, draft.to),
        "subject": " ".join(draft.subject.split()),
    }


def destination(channel: str, to: str) -> str:
    """What the relay's limits count by: the mail domain, or for other channels the channel."""
    if channel == Message.Channel.EMAIL:
        return to.rpartition("@")[2].lower()[:255]
    return channel


@transaction.atomic
def withdraw(*, message_ids: Collection[int], reason: str, now: datetime) -> int:
    """Give up the messages that have not gone out, noting why. Returns how many.

    What is sent stays sent, and a repeat changes nothing. A message whose try is under way, or
    whose outcome is unknown, may have been accepted and is left alone: before any second try its
    right to be sent is judged again.
    """
    waiting = Message.objects.filter(
        pk__in=message_ids, sent_at=None, failed_at=None, attempted_at=None
    )
    ids = list(waiting.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    Message.objects.filter(pk__in=ids).update(
        failed_at=now, last_error=reason, claim=None, claimed_until=None
    )
    MessageEvent.objects.bulk_create(
        MessageEvent(message_id=pk, kind=MessageEvent.Kind.WITHDRAWN, at=now, detail=reason)
        for pk in ids
    )
    return len(ids)
