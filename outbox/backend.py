"""The door for mail that libraries send by themselves, such as the staff site's notices."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils import timezone

from outbox.actions import queue_email


class OutboxBackend(BaseEmailBackend):
    """Django's e-mail backend: whatever is sent becomes a row for each recipient, in the caller's
    transaction, and the relay delivers it."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        for message in email_messages:
            for recipient in message.recipients():
                queue_email(
                    key=f"mail:{uuid4()}",
                    to=recipient,
                    subject=str(message.subject),
                    body=str(message.body),
                    html_body=_html(message),
                    now=timezone.now(),
                )
        return len(email_messages)


def _html(message: Any) -> str:
    parts = getattr(message, "alternatives", ())
    return next((str(body) for body, kind in parts if kind == "text/html"), "")
