"""Reminders by post: officers print them, post them and say so.

A batch is a claim on letters, as a relay's is on messages: what one officer has printed, no other
prints again, until it is posted or its days are over. No postal address is held here.
"""

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Coalesce

from certificates import perms, renewal
from certificates.actions.rights import PREFIX, reasons_against
from certificates.models import Reminder
from outbox.actions import withdraw
from outbox.models import Message, MessageEvent
from people.models import Authority, User
from people.refusals import Refused

AT_ONCE = 500  # Letters in a batch: what somebody can put into envelopes.
BATCH_DAYS = 7  # A batch that nobody has posted by then is judged and printed anew.
# Where a message's reminder is: its own, or that of what it stands in for.
PLACES = ("reminder", "instead_of__reminder", "instead_of__instead_of__reminder")
Kind = MessageEvent.Kind


class PostingRefused(Refused):
    """``code``: ``not_allowed``, ``too_early``, ``too_late``, ``in_the_future``."""


def waiting_letters(authorities: Iterable[Authority] | QuerySet[Authority]) -> QuerySet[Message]:
    """Letters that are not posted yet, in the order in which they were queued."""
    ours = Q()
    for place in PLACES:
        ours |= Q(**{f"{place}__certificate__authority__in": authorities})
    letters = Message.objects.filter(channel=Message.Channel.LETTER, key__startswith=PREFIX)
    related = [f"{place}__certificate" for place in PLACES]
    return (
        letters.filter(ours, sent_at=None, failed_at=None).select_related(*related).order_by("pk")
    )


def count_waiting(authorities: QuerySet[Authority]) -> dict[int, int]:
    """How many letters wait, by the key of the authority."""
    whose = Coalesce(*(f"{place}__certificate__authority" for place in PLACES))
    letters = waiting_letters(authorities).select_related(None).order_by()
    counted = letters.values(whose=whose).annotate(number=Count("pk")).order_by("whose")
    return dict(counted.values_list("whose", "number"))


def reminder_of(message: Message) -> Reminder:
    """The reminder that a message is about, or stands in for."""
    while not hasattr(message, "reminder"):
        assert message.instead_of is not None
        message = message.instead_of
    return message.reminder


@transaction.atomic
def prepare_letters(*, authority: Authority, by: User, now: datetime) -> UUID | None:
    """Put the letters that wait into a batch to print; None if there is nothing to post.

    Letters that must not go any more are withdrawn first. While a batch is open a repeat, also by
    somebody else, gives the same one. Raises PostingRefused for whoever is no officer there.
    """
    if not perms.may_remind_for(by, authority=authority):
        raise PostingRefused("not_allowed")
    Authority.objects.select_for_update(of=("self",)).get(pk=authority.pk)
    waiting = waiting_letters([authority])
    open_batch = waiting.filter(claimed_until__gt=now).values_list("claim", flat=True).first()
    if open_batch is not None:
        return open_batch
    _withdraw_overtaken(waiting, now=now)
    ids = list(waiting.values_list("pk", flat=True)[:AT_ONCE])
    batch, until = uuid4(), now + timedelta(days=BATCH_DAYS)
    claimed = Message.objects.filter(pk__in=ids).update(claim=batch, claimed_until=until)
    return batch if claimed else None


def _withdraw_overtaken(waiting: QuerySet[Message], *, now: datetime) -> None:
    keys = dict(waiting.values_list("key", "pk"))
    by_reason: dict[str, list[int]] = {}
    for key, reason in reasons_against(keys, now=now).items():
        by_reason.setdefault(reason, []).append(keys[key])
    for reason, ids in by_reason.items():
        withdraw(message_ids=ids, reason=reason, now=now)


def letters_in(batch: UUID, authorities: QuerySet[Authority]) -> list[Message]:
    """The letters of an open batch; none once it is posted."""
    return list(waiting_letters(authorities).filter(claim=batch))


def still_to_print(letters: Collection[Message], *, now: datetime) -> list[Message]:
    """Without those that must not go any more, because of what happened since."""
    against = reasons_against([letter.key for letter in letters], now=now)
    return [letter for letter in letters if letter.key not in against]


@transaction.atomic
def confirm_posted(
    *,
    authority: Authority,
    batch: UUID,
    posted: Collection[int],
    posted_on: date,
    by: User,
    now: datetime,
) -> int:
    """Note that letters of the batch were posted on that London day; returns how many.

    The others of the batch wait again. Once a batch is confirmed a repeat changes nothing. Raises
    PostingRefused for a day on which it cannot have been, and for whoever is no officer there.
    """
    if not perms.may_remind_for(by, authority=authority):
        raise PostingRefused("not_allowed")
    letters = waiting_letters([authority]).filter(claim=batch)
    held = list(letters.select_for_update(of=("self",)))
    if not held:
        return 0
    _check_day(held, posted_on, now)
    moment = _moment(held, posted_on, now)
    gone = [letter.pk for letter in held if letter.pk in set(posted)]
    Message.objects.filter(pk__in=gone).update(
        sent_at=moment, tries=1, last_error="", claim=None, claimed_until=None
    )
    MessageEvent.objects.bulk_create(
        MessageEvent(
            message_id=pk, kind=Kind.ACCEPTED, at=moment, by=by, detail=f"Posted on {posted_on}."
        )
        for pk in gone
    )
    Message.objects.filter(claim=batch, sent_at=None).update(claim=None, claimed_until=None)
    return len(gone)


def _check_day(held: list[Message], posted_on: date, now: datetime) -> None:
    """Between the printing and today, and no later than a batch may wait."""
    until = held[0].claimed_until
    assert until is not None
    printed = renewal.london_day(until - timedelta(days=BATCH_DAYS))
    if posted_on > renewal.london_day(now):
        raise PostingRefused("in_the_future")
    if posted_on < printed:
        raise PostingRefused("too_early")
    if posted_on > printed + timedelta(days=BATCH_DAYS):
        raise PostingRefused("too_late")


def _moment(held: list[Message], posted_on: date, now: datetime) -> datetime:
    """Noon of that day, or the nearest moment to it at which it can have been."""
    noon = datetime.combine(posted_on, time(12), tzinfo=UTC)
    return min(now, max(noon, *(letter.created_at for letter in held)))
