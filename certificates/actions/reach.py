"""What is known of how to reach people: accounts, the register, and what has come back."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet

from certificates.channels import Contact, Way
from outbox.models import MessageEvent
from people.models import HandOver, Licence

# A mailbox or a number may come to life again: after so long it is tried once more.
COUNTS_AS_DEAD = timedelta(days=365)
# Receipts of text messages that say nothing of the number itself.
PASSING = Q(detail__startswith="temporary") | Q(detail__startswith="technical")
BOUNCED = ("message_id", "message__channel", "message__to")


class Holder(NamedTuple):
    """Whom to reach. ``email`` and ``language`` are those of the account; None: there is none."""

    learner_id: int
    authority_id: int | None
    licence_number: str
    email: str | None
    language: str | None


@dataclass(frozen=True)
class Reach:
    contact: Contact
    register_language: str


@dataclass(frozen=True)
class Entry:
    """What the register says of one licence: that of its authority, and for those that handed
    licences over to it."""

    authority_id: int
    number: str
    email: str
    mobile: str
    language: str
    instead_of: Collection[int]

    def is_for(self, authority_id: int | None) -> bool:
        return authority_id == self.authority_id or authority_id in self.instead_of


def reach_of(holders: Iterable[Holder], *, now: datetime) -> dict[Holder, Reach]:
    """How each may be reached now, in two questions for all of them, and one more for each time
    that something has come back."""
    holders = list(holders)
    learner_ids = {holder.learner_id for holder in holders}
    register, dead = _register(learner_ids), _dead(learner_ids, now=now)
    return {holder: _reach(holder, register.get(holder.learner_id, ()), dead) for holder in holders}


def _reach(holder: Holder, entries: Iterable[Entry], dead: dict[int, set[Way]]) -> Reach:
    """Of several licences the first that says something counts: a current one before others."""
    known = [entry for entry in entries if entry.is_for(holder.authority_id)]
    written_down = next((entry.email for entry in known if entry.email), "")
    number = next((entry.number for entry in known), "")
    contact = Contact(
        email=written_down if holder.email is None else holder.email,
        mobile=next((entry.mobile for entry in known if entry.mobile), ""),
        licence_number=number or holder.licence_number,
        dead=frozenset(dead.get(holder.learner_id, ())),
    )
    return Reach(contact, next((entry.language for entry in known if entry.language), ""))


def _register(learner_ids: Collection[int]) -> dict[int, list[Entry]]:
    entries: dict[int, list[Entry]] = {}
    columns = ("authority_id", "number", "email", "mobile", "language", "instead_of")
    handed = HandOver.objects.filter(to_authority=OuterRef("authority")).order_by()
    held = Licence.objects.filter(holder__in=learner_ids).annotate(
        instead_of=ArraySubquery(handed.values("from_authority").distinct())
    )
    rows = list(held.values_list("holder_id", "state", "pk", *columns))
    rows.sort(key=lambda row: (row[1] != Licence.State.CURRENT, -row[2]))
    for holder_id, _state, _pk, *facts in rows:
        assert holder_id is not None  # Asked for by it.
        entries.setdefault(holder_id, []).append(Entry(*facts))
    return entries


def _dead(learner_ids: Collection[int], *, now: datetime) -> dict[int, set[Way]]:
    """The ways by which a reminder to them came back for good within a year. What stands in for a
    message is looked at only where that came back."""
    dead: dict[int, set[Way]] = {}
    of_learner, known = "message__reminder__certificate__learner_id", {}
    bounced = _bounces(now=now).filter(**{f"{of_learner.removesuffix('_id')}__in": learner_ids})
    rows = list(bounced.values_list(of_learner, *BOUNCED))
    while rows:
        known = {message_id: learner_id for learner_id, message_id, *_ in rows}
        for learner_id, _pk, channel, to in rows:
            dead.setdefault(learner_id, set()).add(Way(channel, to))
        again = _bounces(now=now).filter(message__instead_of__in=known)
        found = again.values_list("message__instead_of_id", *BOUNCED)
        rows = [(known[failed_id], *facts) for failed_id, *facts in found]
    return dead


def _bounces(*, now: datetime) -> "QuerySet[MessageEvent]":
    recent = MessageEvent.objects.filter(
        kind=MessageEvent.Kind.BOUNCED, at__gt=now - COUNTS_AS_DEAD
    )
    return recent.exclude(PASSING).order_by()
