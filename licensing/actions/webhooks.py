"""Where a licensing system wants to be told: making, ending and replaying its webhooks."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from licensing import feed, outward, sealing, standard_webhooks
from licensing.cursor import Cursor
from licensing.models import ApiClient, Webhook

MOST = 10  # Of one client.
MOST_REPLAYED = 10_000  # Events that one call puts back; the next call goes on from there.
BOTH_SECRETS_FOR = timedelta(days=1)
REPLAY = """
WITH found AS (
    SELECT f.id, f.position, f.public_id FROM licensing_feedevent f
    WHERE f.authority_id = %(authority)s AND f.position > %(after)s
    ORDER BY f.position LIMIT %(limit)s
), queued AS (
    INSERT INTO licensing_delivery AS d (webhook_id, event_id, not_before, tries)
    SELECT %(webhook)s, f.id, %(now)s, 0
    FROM found JOIN licensing_feedevent f USING (id)
    WHERE %(types)s::text[] = '{}' OR f.type = ANY (%(types)s)
    ON CONFLICT (webhook_id, event_id) DO UPDATE SET not_before = EXCLUDED.not_before, tries = 0,
        first_tried_at = NULL, delivered_at = NULL, failed_at = NULL
    RETURNING d.id
)
SELECT (SELECT count(*) FROM queued), last.position, last.public_id
FROM (SELECT 1) AS one LEFT JOIN (
    SELECT position, public_id FROM found ORDER BY position DESC LIMIT 1) AS last ON true
"""


class WebhookRefused(Exception):
    """``code``: ``exists``, ``too_many``; or ``address`` with the reason in ``detail``."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


@transaction.atomic
def add_webhook(
    *, client: ApiClient, url: str, types: Collection[str], now: datetime
) -> tuple[Webhook, str]:
    """Tell the address about what happens from now on. Gives the secret, which is shown once.

    Raises WebhookRefused for an address that the client has given already, one that we do not
    call, or one too many.
    """
    try:
        outward.ensure_allowed(url, loopback=not settings.PRODUCTION)
    except outward.Refused as refused:
        raise WebhookRefused("address", refused.reason) from refused
    client = ApiClient.objects.select_for_update(of=("self",)).get(pk=client.pk)
    live = Webhook.objects.live().filter(client=client)
    if live.filter(url=url).exists():
        raise WebhookRefused("exists")
    if live.count() >= MOST:
        raise WebhookRefused("too_many")
    secret = _new_secret()
    made = Webhook.objects.create(
        client=client,
        url=url,
        types=sorted(set(types)),
        secret=sealing.seal(secret),
        created_at=now,
    )
    return made, secret


@transaction.atomic
def remove_webhook(*, webhook: Webhook, now: datetime) -> None:
    """Tell the address nothing more; what waits for it is given up. A repeat does nothing."""
    webhook = _locked(webhook)
    if webhook.ended_at is None:
        webhook.ended_at = now
        webhook.save(update_fields=["ended_at"])
        webhook.deliveries.waiting().update(failed_at=now)


@transaction.atomic
def rotate_secret(*, webhook: Webhook, now: datetime) -> str:
    """A new secret, shown once. For a day the former one signs as well; a repeat makes another and
    drops the one before the last at once."""
    webhook = _locked(webhook)
    secret = _new_secret()
    webhook.former_secret, webhook.secret = webhook.secret, sealing.seal(secret)
    webhook.former_secret_until = now + BOTH_SECRETS_FOR
    webhook.save(update_fields=["former_secret", "secret", "former_secret_until"])
    return secret


@transaction.atomic
def replay_webhook(*, webhook: Webhook, after: Cursor, now: datetime) -> tuple[int, Cursor]:
    """Deliver again whatever the feed has after the cursor, and start a paused webhook again.

    Gives how many events were queued, and the cursor with which a further call goes on: there are
    no more once it is the one that was given. Events on their way are not sent twice. Raises
    ``feed.UnknownCursor``.
    """
    webhook = _locked(webhook)
    authority = webhook.client.authority_id
    feed.ensure_known(authority_id=authority, cursor=after)
    queued, last = _queue_again(webhook, authority, after, now)
    webhook.paused_at, webhook.pause_reason = None, ""
    webhook.failures, webhook.failing_since, webhook.held_until = 0, None, None
    webhook.save()
    return queued, last or after


def _queue_again(
    webhook: Webhook, authority: int, after: Cursor, now: datetime
) -> tuple[int, Cursor | None]:
    given: dict[str, Any] = {
        "authority": authority,
        "after": after.position,
        "limit": MOST_REPLAYED,
        "webhook": webhook.pk,
        "types": webhook.types,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(REPLAY, given)
        queued, position, public_id = cursor.fetchone()
    return queued, Cursor.at(position, public_id) if position is not None else None


def _locked(webhook: Webhook) -> Webhook:
    found = Webhook.objects.select_related("client").select_for_update(of=("self",))
    return found.get(pk=webhook.pk)


def _new_secret() -> str:
    return standard_webhooks.written(secrets.token_bytes(standard_webhooks.SECRET_LENGTH))
