"""Every change of state of a message."""

from outbox.actions.keeping import empty_old_messages
from outbox.actions.outcomes import RetryRefused, record_bounce, retry
from outbox.actions.queueing import Draft, queue_email, queue_messages, withdraw
from outbox.actions.receipts import collect_receipts
from outbox.actions.relaying import relay_messages

__all__ = [
    "Draft",
    "RetryRefused",
    "collect_receipts",
    "empty_old_messages",
    "queue_email",
    "queue_messages",
    "record_bounce",
    "relay_messages",
    "retry",
    "withdraw",
]
