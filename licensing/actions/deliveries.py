"""The relay of webhooks. The table is the queue; any number of relays may run at once.

A relay takes one webhook under a claim that runs out, so that an address gets one call at a time
and events mostly come in their order. The call is made outside any transaction. A crash between
the address's yes and our commit repeats the call under the same ``webhook-id``.
"""

import json
import logging
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from licensing import feed, outward, retrying, sealing, standard_webhooks
from licensing.models import Delivery, DeliveryTry, Webhook
from outbox.actions import Draft, queue_messages
from people.models import Membership, User

logger = logging.getLogger(__name__)

LEASE = timedelta(minutes=3)  # Longer than a turn and its last call together.
TURN = 60.0  # Seconds after which a relay turns to another address.
BATCH = 100
AGENT = "driver-training-webhooks/1"


@dataclass(frozen=True)
class Outcome:
    """How one call ended. ``status`` is empty where there was no answer."""

    status: int | None
    error: str
    milliseconds: int

    @property
    def is_success(self) -> bool:
        return self.status is not None and HTTPStatus(200) <= self.status < HTTPStatus(300)


def relay_webhooks(*, now: datetime) -> int:
    """Give each address that has something due its turn; returns how many calls were made."""
    calls = 0
    while (webhook := _claim(now)) is not None:
        calls += _turn(webhook, now)
    return calls


@transaction.atomic
def _claim(now: datetime) -> Webhook | None:
    waiting = Webhook.objects.claimable(now=now).order_by(F("claimed_until").asc(nulls_first=True))
    webhook = waiting.select_for_update(skip_locked=True, of=("self",)).first()
    if webhook is not None:
        webhook.claim, webhook.claimed_until = uuid4(), now + LEASE
        webhook.save(update_fields=["claim", "claimed_until"])
    return webhook


def _turn(webhook: Webhook, now: datetime) -> int:
    """Deliver what is due for one address, until a call fails or the turn is over."""
    began, calls = time.monotonic(), 0
    due = webhook.deliveries.due(now=now).in_order().select_related("event__certificate__replaces")
    for delivery in due[:BATCH]:
        passed = time.monotonic() - began
        if passed > TURN:
            break
        moment = now + timedelta(seconds=int(passed))
        outcome = _call(webhook, delivery, moment)
        calls += 1
        if not _record(webhook, delivery, outcome, moment) or not outcome.is_success:
            break
    Webhook.objects.filter(pk=webhook.pk, claim=webhook.claim).update(claim=None, claimed_until=now)
    return calls


def _call(webhook: Webhook, delivery: Delivery, now: datetime) -> Outcome:
    began = time.monotonic()
    status, error = None, ""
    try:
        body = json.dumps(feed.written(delivery.event), separators=(",", ":")).encode()
        status = outward.post(
            webhook.url,
            body,
            _headers(webhook, delivery, body, now),
            loopback=not settings.PRODUCTION,
        )
    except outward.Refused as refused:
        error = refused.reason
    except outward.Failed as failed:
        error = str(failed)
    except sealing.Unreadable:
        error = "The secret cannot be read. Ask for a new one."
        logger.error("webhook %s: its secret was sealed with another SECRET_KEY", webhook.pk)
    return Outcome(status, error, int((time.monotonic() - began) * 1000))


def _headers(webhook: Webhook, delivery: Delivery, body: bytes, now: datetime) -> dict[str, str]:
    sealed = [webhook.secret]
    if webhook.former_secret_until is not None and now < webhook.former_secret_until:
        sealed.append(webhook.former_secret)
    signed = standard_webhooks.headers(
        [sealing.unseal(secret) for secret in sealed],
        message_id=str(delivery.event.public_id),
        timestamp=int(now.timestamp()),
        body=body,
    )
    return {"Content-Type": "application/json", "User-Agent": AGENT, **signed}


@transaction.atomic
def _record(webhook: Webhook, delivery: Delivery, outcome: Outcome, now: datetime) -> bool:
    """Write down how the call ended; False where the webhook is no longer ours."""
    DeliveryTry.objects.create(
        delivery=delivery,
        at=now,
        status=outcome.status,
        error=outcome.error,
        milliseconds=outcome.milliseconds,
    )
    held = Webhook.objects.select_related("client__client", "client__authority")
    held = held.select_for_update(of=("self",)).filter(pk=webhook.pk, claim=webhook.claim)
    ours = held.first()
    if ours is None:
        return False
    delivery.tries += 1
    delivery.first_tried_at = delivery.first_tried_at or now
    if outcome.is_success:
        _succeeded(ours, delivery, now)
    else:
        _failed(ours, delivery, outcome, now)
    delivery.save()
    ours.save()
    return ours.paused_at is None


def _succeeded(webhook: Webhook, delivery: Delivery, now: datetime) -> None:
    delivery.delivered_at = now
    webhook.failures, webhook.failing_since, webhook.held_until = 0, None, None


def _failed(webhook: Webhook, delivery: Delivery, outcome: Outcome, now: datetime) -> None:
    webhook.failures += 1
    webhook.failing_since = webhook.failing_since or now
    webhook.held_until = now + retrying.hold(webhook.failures)
    first = delivery.first_tried_at or now
    again = retrying.next_try(tries=delivery.tries, first_tried_at=first, now=now)
    if again is None:
        delivery.failed_at = now
    else:
        delivery.not_before = again
    if outcome.status == HTTPStatus.GONE:
        _pause(webhook, Webhook.PauseReason.GONE, now)
    elif retrying.is_dead(failing_since=webhook.failing_since, now=now):
        _pause(webhook, Webhook.PauseReason.DEAD, now)


def _pause(webhook: Webhook, reason: Webhook.PauseReason, now: datetime) -> None:
    """Try no more until somebody replays, and tell the authority's officers."""
    webhook.paused_at, webhook.pause_reason = now, reason
    authority = webhook.client.authority
    officers = Membership.objects.current().filter(
        authority=authority, role=Membership.Role.OFFICER
    )
    messages = [_notice(webhook, held.user) for held in officers.select_related("user")]
    queue_messages(messages=messages, now=now)


def _notice(webhook: Webhook, officer: User) -> Draft:
    assert webhook.paused_at is not None
    context = {
        "webhook": webhook,
        "system": webhook.client.client.name,
        "authority": webhook.client.authority,
        "page": settings.SITE_URL + reverse("staff_webhook", args=[webhook.pk]),
    }
    with translation.override(officer.message_language):
        return Draft(
            key=f"webhook-paused:{webhook.pk}:{webhook.paused_at.timestamp()}:{officer.pk}",
            to=officer.email,
            subject=render_to_string("licensing/email/webhook_paused_subject.txt", context),
            body=render_to_string("licensing/email/webhook_paused_body.txt", context).strip(),
        )
