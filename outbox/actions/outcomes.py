"""What became of a message: the provider's answer, and what staff or receipts add later."""

import logging
import time
from datetime import datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import InterfaceError, OperationalError, connection, transaction

from outbox.backoff import next_wait
from outbox.models import Message, MessageEvent
from outbox.outcome import Accepted, Outcome, Refused, Unknown
from outbox.transports import remembered

logger = logging.getLogger(__name__)
Kind = MessageEvent.Kind
PATIENCE = (0.5, 1, 2, 4, 8, 16)  # Seconds; an answer is kept in hand while PostgreSQL restarts.


class RetryRefused(Exception):
    """The message cannot be put back: it is ``not_given_up``, another was ``sent_instead``, or
    there is ``no_reason``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def conclude(message: Message, outcome: Outcome, *, now: datetime, asking: bool = False) -> bool:
    """Write down what the provider's answer means, and let go of the message.

    ``asking`` says that the provider was asked, not given the message: its "I have not got it"
    then leaves the message with us, to be tried at once. True if the message is sent. Nothing is
    written if the claim is no longer ours; whoever took the message over settles it.
    """
    if asking and isinstance(outcome, Accepted):
        now = message.attempted_at or now  # It went out then; that the answer came now is no proof.
    if asking and isinstance(outcome, Refused):
        changes: dict[str, Any] = {"attempted_at": None}
        kinds = [Kind.REFUSED]
    else:
        changes, kinds = _changes(message, outcome, now=now)
        changes |= {"claim": None, "claimed_until": None}
    detail = _detail(message, outcome)
    changes |= {"tries": message.tries, "last_error": "" if Kind.ACCEPTED in kinds else detail}
    written = _write(message, changes, kinds, detail, now=now)
    if not isinstance(outcome, Accepted):
        logger.warning("message %s, try %s: %s", message.pk, message.tries, kinds[-1])
    return written and isinstance(outcome, Accepted)


def _changes(
    message: Message, outcome: Outcome, *, now: datetime
) -> tuple[dict[str, Any], list[Kind]]:
    """What the outcome does to the row, and what there is to tell of it."""
    match outcome:
        case Accepted(reference=reference):
            blanked = {"body": "", "html_body": ""} if message.secret else {}
            sent = {"sent_at": now, "attempted_at": None, "provider_reference": reference}
            return {**sent, **blanked}, [Kind.ACCEPTED]
        case Refused(permanent=permanent):
            kind, wait, known = Kind.REFUSED, next_wait(message.tries), {"attempted_at": None}
            if permanent or wait is None:
                return {"failed_at": now, **known}, [Kind.GIVEN_UP]
        case Unknown():
            kind, wait, known = Kind.UNKNOWN, next_wait(message.tries), {}
            if wait is None or not remembered(message, now=now):
                return {"failed_at": now}, [Kind.UNKNOWN, Kind.GIVEN_UP]
    return {"not_before": now + wait, **known}, [kind]


def _detail(message: Message, outcome: Outcome) -> str:
    """Events are kept for ever, so the address never stands in one."""
    text = outcome.detail if isinstance(outcome, Accepted) else outcome.reason
    return (text.replace(message.to, "…") if message.to else text)[:1000]


def _write(
    message: Message, changes: dict[str, Any], kinds: list[Kind], detail: str, *, now: datetime
) -> bool:
    """Patient, because an answer that is not written down has to be found out again, or cannot."""
    for wait in (*PATIENCE, None):
        try:
            with transaction.atomic():
                held = Message.objects.filter(pk=message.pk, claim=message.claim)
                written = held.update(**changes)
                if written:
                    MessageEvent.objects.bulk_create(
                        MessageEvent(message=message, kind=kind, at=now, detail=detail)
                        for kind in kinds
                    )
        except (OperationalError, InterfaceError):
            if wait is None or connection.in_atomic_block:
                raise
            connection.close()
            time.sleep(wait)
        else:
            return bool(written)
    return False


@transaction.atomic
def retry(*, message_id: int, by: AbstractBaseUser, reason: str, now: datetime) -> Message:
    """Put a message that was given up back into the queue, with all its tries before it.

    After an unknown outcome the provider is asked first if it still can be; where it cannot, staff
    decide by this that a message sent twice is better than one not sent. Raises ``RetryRefused``
    for whatever is not given up, was withdrawn or emptied, or has another message standing in for
    it by another channel; so does a repeat.
    """
    message = Message.objects.select_for_update(of=("self",)).get(pk=message_id)
    if not Message.objects.dead().filter(pk=message_id).exists():
        raise RetryRefused("not_given_up")
    if Message.objects.filter(instead_of=message).exists():
        raise RetryRefused("sent_instead")
    if not reason.strip():
        raise RetryRefused("no_reason")
    if message.attempted_at and not remembered(message, now=now):
        message.attempted_at = None
    message.failed_at, message.tries, message.not_before = None, 0, now
    message.save(update_fields=["failed_at", "tries", "not_before", "attempted_at"])
    MessageEvent.objects.create(
        message=message, kind=Kind.RETRIED, at=now, by_id=by.pk, detail=reason.strip()
    )
    return message


@transaction.atomic
def record_bounce(*, message: Message, detail: str, now: datetime) -> bool:
    """Note that a message the provider accepted could not be delivered; False for a repeat."""
    return _record_end(message, Kind.BOUNCED, detail, now=now)


@transaction.atomic
def record_delivery(*, message: Message, detail: str, now: datetime) -> bool:
    """Note that a message the provider accepted was delivered; False for a repeat."""
    return _record_end(message, Kind.DELIVERED, detail, now=now)


def _record_end(message: Message, kind: Kind, detail: str, *, now: datetime) -> bool:
    row = Message.objects.select_for_update(of=("self",)).get(pk=message.pk)
    if row.sent_at is None or row.events.filter(kind=kind).exists():
        return False
    detail = detail.replace(row.to, "…") if row.to else detail
    MessageEvent.objects.create(message=row, kind=kind, at=now, detail=detail[:1000])
    return True
