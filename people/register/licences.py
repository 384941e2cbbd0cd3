"""One licence at a time, as a licensing system sends it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db import transaction

from people import matching
from people.importers import FIELDS, LicenceFacts, read_facts
from people.matching import Match
from people.models import Authority, Licence, RegisterDoubt

KINDS = {
    Match.OTHER_PERSON: RegisterDoubt.Kind.OTHER_PERSON,
    Match.OTHER_NUMBER: RegisterDoubt.Kind.OTHER_NUMBER,
}


class Outcome(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    DOUBTFUL = "doubtful"


@dataclass(frozen=True)
class Upserted:
    """``doubt`` is set when an officer has to decide; ``licence`` is then what the register has."""

    outcome: Outcome
    licence: Licence
    doubt: RegisterDoubt | None = None


@transaction.atomic
def upsert_licence(
    *, authority: Authority, given: Mapping[str, str], now: datetime, today: date
) -> Upserted:
    """Put one licence, as the published columns describe it, into the register.

    A column that is not given is left as it is. A repeat changes nothing. What may be about another
    person than the register's changes nothing either: it waits for an officer, once, and is left
    alone for good where an officer has left just that before. Raises FactsRefused.
    """
    facts = read_facts(given, today=today)
    columns = [FIELDS[column] for column in given]
    lock_register(authority)
    licence = Licence.objects.numbered(authority=authority, number=facts.number).first()
    known, match = _nearest(authority, licence, facts)
    if known is not None and match in KINDS:
        return _doubtful(known, match, facts, columns, now)
    settle_waiting([facts.number], authority=authority, now=now)
    if licence is None:
        created = Licence(authority=authority, created_at=now, **facts._asdict())
        created.save()
        return Upserted(Outcome.CREATED, created)
    changed = take_over(licence, as_given(facts, columns))
    return Upserted(Outcome.UPDATED if changed else Outcome.UNCHANGED, licence)


def lock_register(authority: Authority) -> None:
    """Whoever changes the register of one authority waits here for the one before. Others may
    still refer to the authority."""
    Authority.objects.select_for_update(no_key=True).get(pk=authority.pk)


def take_over(licence: Licence, facts: Mapping[str, Any]) -> list[str]:
    """Write the facts into the licence; the columns that differed."""
    changed = [column for column, value in facts.items() if getattr(licence, column) != value]
    for column in changed:
        setattr(licence, column, facts[column])
    if changed:
        licence.save(update_fields=changed)
    return changed


def as_given(facts: LicenceFacts, columns: Iterable[str]) -> dict[str, Any]:
    return {column: getattr(facts, column) for column in columns}


def as_json(facts: Mapping[str, Any]) -> dict[str, str | None]:
    """Days in the form that the database gives them too."""
    return {
        column: value.isoformat() if isinstance(value, date) else value
        for column, value in facts.items()
    }


def known_facts(licence: Licence) -> dict[str, Any]:
    return {column: getattr(licence, column) for column in FIELDS.values()}


def settle_waiting(numbers: Iterable[str], *, authority: Authority, now: datetime) -> None:
    """What was sent later leaves nothing to decide about what was sent before."""
    waiting = RegisterDoubt.objects.waiting().filter(authority=authority, number__in=numbers)
    waiting.update(decision=RegisterDoubt.Decision.SUPERSEDED, decided_at=now)


def _nearest(
    authority: Authority, licence: Licence | None, facts: LicenceFacts
) -> tuple[Licence | None, Match]:
    """The licence of that number, else the first of the same person under another one."""
    if licence is not None:
        return licence, matching.judge(facts, licence)
    born = Licence.objects.filter(authority=authority, date_of_birth=facts.date_of_birth)
    for other in born.order_by("number"):
        if (match := matching.judge(facts, other)) is not Match.NOTHING:
            return other, match
    return None, Match.NOTHING


def _doubtful(
    known: Licence, match: Match, facts: LicenceFacts, columns: list[str], now: datetime
) -> Upserted:
    """The same doubt is raised once; another one about the number takes its place."""
    given = as_json(as_given(facts, columns))
    same = RegisterDoubt.objects.filter(
        authority=known.authority_id,
        number=facts.number,
        licence=known,
        given=given,
        known__full_name=known.full_name,
        known__date_of_birth=known.date_of_birth.isoformat(),
    )
    if same.filter(decision=RegisterDoubt.Decision.LEFT).exists():
        return Upserted(Outcome.UNCHANGED, known)
    doubt = same.waiting().first()
    if doubt is None:
        settle_waiting([facts.number], authority=known.authority, now=now)
        doubt = RegisterDoubt.objects.create(
            authority=known.authority,
            kind=KINDS[match],
            number=facts.number,
            licence=known,
            given=given,
            known=as_json(known_facts(known)),
            raised_at=now,
        )
    return Upserted(Outcome.DOUBTFUL, known, doubt)
