"""The roads out. Each gives one message to its provider and says what the answer means."""

from datetime import datetime, timedelta
from types import TracebackType
from typing import Protocol, Self

from django.conf import settings

from outbox.models import Message
from outbox.outcome import Outcome
from outbox.transports.mail import Mail
from outbox.transports.notify import Notify

__all__ = ["Transport", "Transports", "remembered"]


class Transport(Protocol):
    """``remembers`` is how long the provider can be asked what became of a try; zero for never."""

    remembers: timedelta

    def send(self, message: Message) -> Outcome:
        """Give the message to the provider. Raises nothing."""

    def ask(self, message: Message) -> Outcome:
        """Whether the provider has the message already; refused says that it has not."""

    def close(self) -> None:
        """Let go of connections."""


def road(message: Message) -> type[Mail] | type[Notify]:
    if message.channel == Message.Channel.EMAIL and not settings.NOTIFY_EMAIL_TEMPLATE:
        return Mail
    return Notify


def remembered(message: Message, *, now: datetime) -> bool:
    """Whether the provider can still be asked about the last try of this message."""
    remembers = road(message).remembers
    if not remembers or message.attempted_at is None:
        return False
    return now < message.attempted_at + remembers


class Transports:
    """The roads of one run: made when first needed, closed at its end."""

    def __init__(self) -> None:
        self._open: dict[type[Mail] | type[Notify], Transport] = {}

    def of(self, message: Message) -> Transport:
        kind = road(message)
        return self._open.setdefault(kind, kind())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for transport in self._open.values():
            transport.close()
