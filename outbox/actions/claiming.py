"""Taking messages into a relay's hands, for a while: claims, attempts, and giving back."""

import json
import time
from collections.abc import Collection
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from outbox.models import Message

# Longer than any call to a provider takes: who finds a claim run out may take it that its relay is
# gone.
LEASE = timedelta(minutes=5)
CLAIM_LOCK = 7_205_927  # An arbitrary number. Claims take turns, so that limits hold exactly.

# Destinations are found by hopping along the index, and each gives no more than it has room for:
# a million texts that wait for their minute cost a claim as little as one. Destinations take turns
# in a batch, so that none waits behind another's backlog.
CLAIM = """
WITH RECURSIVE place AS (
    (SELECT destination FROM outbox_message
    WHERE sent_at IS NULL AND failed_at IS NULL AND channel <> 'letter'
    ORDER BY destination LIMIT 1)
    UNION ALL
    SELECT further.destination FROM place CROSS JOIN LATERAL (
        SELECT destination FROM outbox_message
        WHERE sent_at IS NULL AND failed_at IS NULL AND channel <> 'letter'
            AND destination > place.destination
        ORDER BY destination LIMIT 1
    ) AS further
), refused AS MATERIALIZED (
    SELECT m.destination, count(*) AS tries
    FROM outbox_messageevent e JOIN outbox_message m ON m.id = e.message_id
    WHERE e.kind IN ('refused', 'unknown', 'given_up') AND e.at > %(now)s - interval '1 minute'
    GROUP BY m.destination
), room AS (
    SELECT place.destination,
        coalesce((%(limits)s::jsonb ->> place.destination)::int, %(email_limit)s)
        - coalesce((SELECT tries FROM refused WHERE refused.destination = place.destination), 0)
        - (SELECT count(*) FROM outbox_message m WHERE m.destination = place.destination
            AND m.sent_at > %(now)s - interval '1 minute')
        - (SELECT count(*) FROM outbox_message m WHERE m.destination = place.destination
            AND m.claim IS NOT NULL AND m.claimed_until > %(now)s) AS places
    FROM place
), due AS (
    SELECT waiting.id, waiting.not_before, waiting.turn
    FROM room CROSS JOIN LATERAL (
        SELECT m.id, m.not_before, row_number() OVER (ORDER BY m.not_before, m.id) AS turn
        FROM outbox_message m
        WHERE m.destination = room.destination
            AND m.sent_at IS NULL AND m.failed_at IS NULL AND m.channel <> 'letter'
            AND m.not_before <= %(now)s
            AND (m.claimed_until IS NULL OR m.claimed_until <= %(now)s)
        ORDER BY m.not_before, m.id
        LIMIT greatest(0, least(%(batch)s, room.places))
    ) AS waiting
    ORDER BY waiting.turn, waiting.not_before, waiting.id
    LIMIT %(batch)s
), taken AS (
    SELECT m.id FROM outbox_message m JOIN due USING (id)
    WHERE m.sent_at IS NULL AND m.failed_at IS NULL  -- Judged anew once the row is locked.
    FOR UPDATE OF m SKIP LOCKED
)
UPDATE outbox_message m SET claim = %(claim)s, claimed_until = %(until)s
FROM taken WHERE m.id = taken.id
RETURNING m.id
"""


class Clock:
    """The moment that work was told to begin at, moved on by the time it has taken since."""

    def __init__(self, began: datetime) -> None:
        self._began, self._started = began, time.monotonic()

    def __call__(self) -> datetime:
        return self._began + timedelta(seconds=time.monotonic() - self._started)


def claim_messages(*, now: datetime, batch: int) -> list[Message]:
    """Up to ``batch`` due messages, oldest first, that are now this relay's until the lease ends.

    Letters are never among them. No destination gets more in a minute than its limit.
    """
    claim = uuid4()
    limits = settings.MESSAGES_PER_MINUTE
    values = {
        "now": now,
        "until": now + LEASE,
        "claim": claim,
        "batch": batch,
        "limits": json.dumps({k: v for k, v in limits.items() if k != Message.Channel.EMAIL}),
        "email_limit": limits[Message.Channel.EMAIL],
    }
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CLAIM_LOCK])
        cursor.execute(CLAIM, values)
        ids = [pk for (pk,) in cursor.fetchall()]
    return list(Message.objects.filter(pk__in=ids, claim=claim).order_by("not_before", "pk"))


def note_attempt(message: Message, *, now: datetime) -> bool:
    """Write down that the provider is about to be spoken to; False if the message is no longer
    ours, because it was withdrawn or our claim ran out."""
    held = Message.objects.filter(pk=message.pk, claim=message.claim, claimed_until__gt=now)
    noted = held.update(attempted_at=now, claimed_until=now + LEASE, tries=F("tries") + 1)
    message.attempted_at, message.tries = now, message.tries + 1
    return bool(noted)


def give_back(
    messages: Collection[Message], *, claim: UUID | None, not_before: datetime | None = None
) -> None:
    """Let go of messages that were not tried, for any relay to take, at once or later."""
    held = Message.objects.filter(pk__in=[message.pk for message in messages], claim=claim)
    later = {} if not_before is None else {"not_before": not_before}
    held.update(claim=None, claimed_until=None, **later)
