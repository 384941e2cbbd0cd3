"""The same notice by the next channel, where a reminder could not be delivered."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from certificates import renewal
from certificates.actions.reach import reach_of
from certificates.actions.reminder_texts import Wording
from certificates.actions.reminders import Due, draft_of
from certificates.actions.rights import PREFIX, key_of, parsed, reasons_against
from certificates.channels import first_way
from certificates.models import Certificate
from outbox.actions import Draft, queue_messages
from outbox.models import Message, MessageEvent

BATCH = 500  # Messages in memory and in one transaction.
LOOKED_BACK = timedelta(days=45)  # A failure that nothing noticed for so long is of no use.
Kind = MessageEvent.Kind


@dataclass(frozen=True)
class Failed:
    """A message that did not arrive; ``tried`` are the channels of it and of what went before."""

    pk: int
    key: str
    tried: frozenset[str]


def send_instead(*, now: datetime) -> int:
    """Queue each reminder that could not be delivered once more, by the next channel that reaches
    the person; returns how many.

    A message is stood in for once, whatever runs twice or at the same time, and only while its
    notice may still go: none after a renewal, nor once a later notice is due. Where no other
    channel is left nothing is queued; the officers' list shows who could not be reached.
    """
    wording, queued, last = Wording(), 0, 0
    while True:
        with transaction.atomic():
            batch = _failed(after=last, now=now)
            queued += _stand_in(batch, wording, now=now)
        if len(batch) < BATCH:
            return queued
        last = batch[-1].pk


def _failed(*, after: int, now: datetime) -> list[Failed]:
    """Locked against other sweeps, which leave them alone."""
    free = undelivered(since=now - LOOKED_BACK).filter(pk__gt=after, sent_instead=None)
    channels = ("channel", "instead_of__channel", "instead_of__instead_of__channel")
    rows = free.order_by("pk").select_for_update(skip_locked=True, of=("self",))
    return [
        Failed(pk, key, frozenset(tried) - {None})
        for pk, key, *tried in rows.values_list("pk", "key", *channels)[:BATCH]
    ]


def undelivered(*, since: datetime) -> QuerySet[Message]:
    """Reminders that came back, or that no provider would take. One that was withdrawn, that staff
    have put back into the queue, or that may have arrived because the answer was lost, is none."""
    failures = MessageEvent.objects.filter(kind__in=[Kind.BOUNCED, Kind.GIVEN_UP], at__gt=since)
    over = Message.objects.exclude(sent_at=None, failed_at=None).filter(attempted_at=None)
    return over.filter(key__startswith=PREFIX, pk__in=failures.values("message"))


def _stand_in(batch: list[Failed], wording: Wording, *, now: datetime) -> int:
    against = reasons_against([failed.key for failed in batch], now=now) if batch else {}
    standing = [failed for failed in batch if failed.key not in against]
    if not standing:
        return 0
    certificates = _certificates({parsed(failed.key)[0] for failed in standing})
    wording.load({due.authority_id for due, _ in certificates.values()})
    reaches = reach_of({due.holder for due, _ in certificates.values()}, now=now)
    drafts: list[Draft] = []
    for failed in standing:
        reference, notice = parsed(failed.key)
        due, channels = certificates[reference]
        reach = reaches[due.holder]
        way = first_way(channels, reach.contact, tried=failed.tried)
        if way is not None:
            key, today = key_of(reference, notice, way.channel), renewal.london_day(now)
            drafts.append(
                draft_of(due, reach, way, wording, key=key, today=today, instead_of=failed.pk)
            )
    queue_messages(messages=drafts, now=now)
    return len(drafts)


def _certificates(references: set[str]) -> dict[str, tuple[Due, list[str]]]:
    columns = (*Due._fields, "rule__reminder_channels")
    rows = Certificate.objects.filter(reference__in=references).values_list(*columns)
    return {row[1]: (Due(*row[:-1]), row[-1]) for row in rows}
