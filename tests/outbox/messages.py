"""Messages to try things on, and what became of them."""

from datetime import timedelta

from outbox.actions import Draft, queue_messages
from outbox.models import Message

MOBILE = "+447700900123"
INSTANT = timedelta(seconds=5)  # What a test may take.


def queue(now, **fields) -> Message:
    """One e-mail, or whatever the fields make of it."""
    facts = {"key": "notice:1", "to": "ade@example.org", "subject": "Hello", "body": "Text."}
    draft = Draft(**{**facts, **fields})
    queue_messages(messages=[draft], now=now)
    return Message.objects.get(key=draft.key)


def queue_text(now, **fields) -> Message:
    return queue(now, **{"channel": Message.Channel.SMS, "to": MOBILE, **fields})


def kinds(message) -> list[str]:
    """What happened to a message, in order."""
    return list(message.events.values_list("kind", flat=True))


def about(moment, expected) -> bool:
    """A run's clock goes on while it works."""
    return expected <= moment < expected + INSTANT
