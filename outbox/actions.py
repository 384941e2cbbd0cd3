"""Queue a notice in the caller's transaction; deliver queued notices."""

import logging
from datetime import datetime
from smtplib import SMTPException

from django.core.mail import EmailMultiAlternatives
from django.db import transaction

from outbox.backoff import next_wait
from outbox.models import Message

logger = logging.getLogger(__name__)


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
    """Write one e-mail down. Repeating the call with the same key returns the first row unchanged."""
    message, _ = Message.objects.get_or_create(
        key=key,
        defaults={
            "to": to,
            "subject": " ".join(subject.split()),
            "body": body,
            "html_body": html_body,
            "secret": secret,
            "created_at": now,
            "not_before": now,
        },
    )
    return message


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
    mail = EmailMultiAlternatives(message.subject, message.body, to=[message.to])
    if message.html_body:
        mail.attach_alternative(message.html_body, "text/html")
    message.tries += 1
    try:
        mail.send()
    except (OSError, SMTPException) as error:
        _put_back(message, error, now=now)
        return 0
    message.sent_at = now
    message.last_error = ""
    if message.secret:
        message.body = message.html_body = ""
    message.save()
    return 1


def _put_back(message: Message, error: Exception, *, now: datetime) -> None:
    wait = next_wait(message.tries)
    message.last_error = f"{type(error).__name__}: {error}"[:1000]
    if wait is None:
        message.failed_at = now
    else:
        message.not_before = now + wait
    message.save()
    logger.warning("message %s not sent, try %s: %s", message.pk, message.tries, type(error))
