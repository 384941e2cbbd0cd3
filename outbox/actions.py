"""Queue a notice in the caller's transaction; deliver queued notices."""

import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from email.utils import parseaddr
from hashlib import sha256

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.db import transaction

from outbox.backoff import next_wait
from outbox.models import KEEP_DAYS, Message

KEEP_SECRET_DAYS = 90  # Sign-in links prove nothing later on.
logger = logging.getLogger(__name__)


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
    rows = [_row(draft, now) for draft in messages]
    Message.objects.bulk_create(rows, ignore_conflicts=True)
    written = Message.objects.filter(key__in=[row.key for row in rows])
    return dict(written.values_list("key", "pk"))


def _row(draft: Draft, now: datetime) -> Message:
    return Message(
        key=draft.key,
        channel=draft.channel,
        to=draft.to,
        destination=destination(draft.channel, draft.to),
        subject=" ".join(draft.subject.split()),
        body=draft.body,
        html_body=draft.html_body,
        secret=draft.secret,
        instead_of_id=draft.instead_of,
        keep_days=draft.keep_days,
        created_at=now,
        not_before=now,
    )


def destination(channel: str, to: str) -> str:
    """What the relay's limits count by: the mail domain, or for other channels the channel."""
    if channel == Message.Channel.EMAIL:
        return to.rpartition("@")[2].lower()[:255]
    return channel


def withdraw(*, message_ids: Collection[int], reason: str, now: datetime) -> int:
    """Give up the messages that have not gone out, noting why. Returns how many.

    A message that a relay has in hand is waited for; once it is sent it stays sent.
    """
    waiting = Message.objects.filter(pk__in=message_ids, sent_at=None, failed_at=None)
    return waiting.update(failed_at=now, last_error=reason)


def relay_messages(*, now: datetime, limit: int = 50) -> int:
    """Deliver one batch of due messages; any number of relays may run at once. Returns how many.

    Each message is claimed, sent and marked in a transaction of its own, so a crash between the
    provider's yes and our commit can repeat at most the one message in hand.
    """
    sent = 0
    for _ in range(limit):
        with transaction.atomic():
            claimed = Message.objects.claim(now=now, limit=1)
            if not claimed:
                break
            sent += _deliver(claimed[0], now=now)
    return sent


def _deliver(message: Message, *, now: datetime) -> int:
    headers = {"Message-ID": _message_id(message), "Auto-Submitted": "auto-generated"}
    mail = EmailMultiAlternatives(
        message.subject,
        message.body,
        to=[message.to],
        headers=headers,
        connection=get_connection(settings.DELIVERY_EMAIL_BACKEND),
    )
    if message.html_body:
        mail.attach_alternative(message.html_body, "text/html")
    message.tries += 1
    try:
        if not mail.send():
            raise ValueError("Nobody took the message.")
    except Exception as error:  # noqa: BLE001  One bad message never holds up the others.
        _put_back(message, error, now=now)
        return 0
    message.sent_at = now
    message.last_error = ""
    if message.secret:
        message.body = message.html_body = ""
    message.save()
    return 1


def _message_id(message: Message) -> str:
    """The same for every try, so that mail systems recognise a message they were given twice."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<{sha256(message.key.encode()).hexdigest()[:32]}@{domain}>"


def _put_back(message: Message, error: Exception, *, now: datetime) -> None:
    wait = next_wait(message.tries)
    message.last_error = f"{type(error).__name__}: {error}"[:1000]
    if wait is None:
        message.failed_at = now
    else:
        message.not_before = now + wait
    message.save()
    logger.warning("message %s not sent, try %s: %s", message.pk, message.tries, type(error))
