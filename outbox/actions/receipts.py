"""What providers tell later: whether what they accepted was delivered."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from outbox.actions.outcomes import record_bounce, record_delivery
from outbox.models import Message, MessageEvent
from outbox.transports.notify import Notify

SETTLED = (MessageEvent.Kind.DELIVERED, MessageEvent.Kind.BOUNCED)
ASKED_FOR = timedelta(days=4)  # The provider itself stops trying after three.
AT_ONCE = timedelta(seconds=10)  # No network delivers faster than that; asking sooner is in vain.


def collect_receipts(*, now: datetime, limit: int = 1000) -> int:
    """Ask the provider what became of the messages it accepted; returns how many it knows.

    Newest first, so that a phone that is off for days holds up nothing. A repeat asks only about
    those that still have no end. Ends quietly when the provider cannot be reached.
    """
    over = MessageEvent.objects.filter(message=OuterRef("pk"), kind__in=SETTLED)
    unsettled = Message.objects.filter(
        ~Exists(over), sent_at__gt=now - ASKED_FOR, sent_at__lt=now - AT_ONCE
    ).exclude(provider_reference="")
    if not (waiting := list(unsettled.order_by("-sent_at", "-pk")[:limit])):
        return 0
    settled, notify = 0, Notify()
    for message in waiting:
        receipt = notify.receipt(message)
        if receipt is None:
            break
        if receipt.delivered:
            settled += record_delivery(message=message, detail=receipt.detail, now=now)
        elif receipt.bounced:
            settled += record_bounce(message=message, detail=receipt.detail, now=now)
    return settled
