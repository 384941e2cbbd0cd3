"""Random histories of certificates, written as bare rows: thousands in a second.

Days lie close together, so that ends, renewals, revocations and questions often meet.
"""

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import connection

from certificates import reference
from certificates.models import ValidityRule
from licensing.eligibility import Certificate, Change, Event
from people.models import Authority
from tests.factories import UserFactory, make_validity_rule

START = date(2024, 2, 20)
SPAN = 40  # Days.
KINDS = ("private_hire", "dual", "hackney_carriage")
BARE_TRIGGERS = "SET LOCAL session_replication_role = replica"
USUAL_TRIGGERS = "SET LOCAL session_replication_role = origin"


@dataclass
class History:
    """One licence and all that ever happened to its holder's training."""

    number: str
    kind: str
    holder: int | None
    held_from: datetime | None
    certificates: list[Certificate] = field(default_factory=list)


def make_histories(seed: int, *, authority: Authority, course: Any, how_many: int) -> list[History]:
    """Written to the database, and given back as the pure rule takes them."""
    chance = random.Random(seed)
    made = [_history(chance, number) for number in range(how_many)]
    rule = ValidityRule.objects.first() or make_validity_rule()
    people = [UserFactory().pk, UserFactory().pk]
    with connection.cursor() as cursor:
        cursor.execute(BARE_TRIGGERS)
        _write(cursor, made, authority=authority, course=course, rule=rule, people=people)
        cursor.execute(USUAL_TRIGGERS)
    return made


def some_day(chance: random.Random) -> date:
    return START + timedelta(days=chance.randrange(SPAN))


def some_moment(chance: random.Random) -> datetime:
    """On the hour, of which there are few: many things happen at the same moment."""
    day = some_day(chance)
    return datetime(day.year, day.month, day.day, chance.choice((0, 9, 23)), tzinfo=UTC)


def _history(chance: random.Random, number: int) -> History:
    held = chance.random() < 0.95
    history = History(
        number=f"PH-{number}",
        kind=chance.choice(KINDS),
        holder=1_000_000 + number if held else None,
        held_from=min(some_moment(chance), some_moment(chance)) if held else None,
    )
    if held:
        how_many = chance.choice((0, 1, 1, 1, 2, 3))
        history.certificates = [_certificate(chance) for _ in range(how_many)]
    return history


def _certificate(chance: random.Random) -> Certificate:
    passed_on = some_day(chance)
    lasts = chance.randrange(0, 15)
    valid_until = passed_on + timedelta(days=lasts)
    return Certificate(
        reference=reference.make(chance.randbytes(reference.RANDOM_LENGTH)),
        course="Safeguarding",
        passed_on=passed_on,
        valid_until=valid_until,
        renew_from=valid_until - timedelta(days=chance.randrange(0, lasts + 1)),
        issued_at=some_moment(chance),
        events=tuple(_event(chance) for _ in range(chance.choice((0, 0, 1, 2, 3)))),
    )


def _event(chance: random.Random) -> Event:
    change = chance.choice((Change.REVOKED, Change.REVOKED, Change.REINSTATED, *Change))
    return Event(change, some_day(chance), some_moment(chance))


def _write(
    cursor: Any, made: list[History], *, authority: Any, course: Any, rule: Any, people: list[int]
) -> None:
    cursor.executemany(
        "INSERT INTO people_licence (authority_id, number, kind, state, full_name, date_of_birth,"
        " email, mobile, operator_reference, language, holder_id, held_from, created_at)"
        " VALUES (%s, %s, %s, 'current', 'X', '1980-01-01', '', '', '', '', %s, %s, '2020-01-01')",
        [(authority.pk, h.number, h.kind, h.holder, h.held_from) for h in made],
    )
    ids = _numbers(cursor, "certificates_certificate")
    rows, events = [], []
    for history in made:
        for one in history.certificates:
            key = next(ids)
            of_whom = (history.holder, authority.pk, course.pk, course.pk, rule.pk)
            days = (one.passed_on, one.passed_on, one.valid_until, one.renew_from)
            rows.append((key, one.reference, uuid4(), *of_whom, *days, one.issued_at))
            events += [
                (key, event.change.value, event.recorded_at, event.effective_on, *people)
                for event in one.events
            ]
    cursor.executemany(
        "INSERT INTO certificates_certificate (id, reference, sitting_id, learner_id, authority_id,"
        " course_id, counts_for_id, rule_id, passed_at, passed_on, valid_until, renew_from,"
        " issued_at, holder_name, licence_number, authority_name, course_title, course_edition)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, 'X', '', '',"
        " 'Safeguarding', '1')",
        rows,
    )
    cursor.executemany(
        "INSERT INTO certificates_certificateevent (certificate_id, kind, recorded_at,"
        " effective_on, by_id, seconded_by_id, reason) VALUES (%s, %s, %s, %s, %s, %s, 'Test')",
        events,
    )


def _numbers(cursor: Any, table: str) -> Any:
    while True:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [table])
        yield cursor.fetchone()[0]
