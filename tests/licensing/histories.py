"""Random histories of certificates, written as bare rows: thousands in a second.

Days lie close together, so that ends, renewals, revocations and questions often meet.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

from django.db import connection

from certificates import reference
from certificates.models import ValidityRule
from licensing.applying import AppliesTo, Description, Place, Rule
from licensing.eligibility import Certificate, Change, Event, GrantedException, Terms
from licensing.models import Requirement
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
    described: list[Description] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    exceptions: list[GrantedException] = field(default_factory=list)


ENTERED_ON = date(2020, 1, 1)


def make_histories(
    seed: int,
    *,
    authority: Authority,
    course: Any,
    how_many: int,
    cohorts: Sequence[int] = (),
) -> list[History]:
    """Written to the database, and given back as the pure rule takes them. With ``cohorts`` the
    people also have places in these, starts of their licences, and exceptions."""
    chance = random.Random(seed)
    made = [_history(chance, number) for number in range(how_many)]
    if cohorts:
        for history in made:
            _add_circumstances(history, chance, cohorts)
    rule = ValidityRule.objects.first() or make_validity_rule()
    people = [UserFactory().pk, UserFactory().pk]
    with connection.cursor() as cursor:
        cursor.execute(BARE_TRIGGERS)
        _write(cursor, made, authority=authority, course=course, rule=rule, people=people)
        cursor.execute(USUAL_TRIGGERS)
    return made


def make_rules(
    seed: int, *, authority: Authority, course: Any, how_many: int, cohorts: Sequence[int]
) -> list[Rule]:
    """Rules for every kind of driver, as rows and as the pure rule takes them."""
    chance = random.Random(seed)
    people = [UserFactory().pk, UserFactory().pk]
    return [_write_rule(_rule(chance, cohorts), authority, course, people) for _ in range(how_many)]


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


def _add_circumstances(history: History, chance: random.Random, cohorts: Sequence[int]) -> None:
    starts = [chance.choice((None, some_day(chance))) for _ in range(chance.choice((1, 1, 2, 3)))]
    moments = sorted(some_moment(chance) for _ in starts)
    history.described = [*map(Description, starts, moments)]
    if history.holder:
        open_too = [_place(chance, cohorts, open_too=True)] if chance.random() < 0.4 else []
        history.places = [_place(chance, cohorts) for _ in range(chance.choice((0, 0, 1)))]
        history.places += open_too  # Of places that nobody left there is one in each cohort.
    history.exceptions = [_exception(chance) for _ in range(chance.choice((0, 0, 1, 2)))]


def _place(chance: random.Random, cohorts: Sequence[int], *, open_too: bool = False) -> Place:
    added, left = sorted((some_moment(chance), some_moment(chance)))
    return Place(chance.choice(cohorts), added, chance.choice((None, left)) if open_too else left)


def _exception(chance: random.Random) -> GrantedException:
    granted, ended = sorted((some_moment(chance), some_moment(chance)))
    return GrantedException(some_day(chance), granted, chance.choice((None, None, ended)))


def _rule(chance: random.Random, cohorts: Sequence[int]) -> Rule:
    first = START + timedelta(days=chance.randrange(-5, SPAN // 2))
    for_whom = chance.choice(list(AppliesTo))
    own = for_whom is AppliesTo.COHORT or chance.random() < 0.6
    fewest = 0 if for_whom is AppliesTo.EVERYBODY else 1
    kinds = chance.sample(KINDS, chance.choice((fewest, 2, 3, 3)))
    late = first + timedelta(days=chance.randrange(10, SPAN))
    due_by = chance.choice((None, late, late))
    code = chance.choice(("safeguarding", "safeguarding", "first-aid"))
    terms = Terms(0, code, first, kinds, chance.choice((0, 0, 3, 9)), due_by)
    cohort = chance.choice(cohorts) if for_whom is AppliesTo.COHORT else None
    return Rule(terms, some_moment(chance), own, for_whom, cohort)


def _write_rule(rule: Rule, authority: Authority, course: Any, people: list[int]) -> Rule:
    terms = rule.terms
    row = Requirement.objects.create(
        authority=authority if rule.own else None,
        code=terms.code,
        course=course,
        effective_from=terms.effective_from,
        licence_kinds=list(terms.licence_kinds),
        grace_days=terms.grace_days,
        due_by=terms.due_by,
        applies_to=rule.applies_to.value,
        cohort_id=rule.cohort,
        reason="Test",
        proposed_by_id=people[0],
        proposed_at=rule.approved_at,
        approved_by_id=people[1],
        approved_at=rule.approved_at,
    )
    return replace(rule, terms=replace(terms, rule_id=row.pk))


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
    _write_circumstances(cursor, made, authority, people)


def _write_circumstances(
    cursor: Any, made: list[History], authority: Authority, people: list[int]
) -> None:
    cursor.execute("SELECT number, id FROM people_licence WHERE authority_id = %s", [authority.pk])
    keys = dict(cursor.fetchall())
    cursor.executemany(
        "INSERT INTO people_licenceevent (pgh_created_at, pgh_label, pgh_obj_id, id, authority_id,"
        " number, kind, state, full_name, date_of_birth, email, mobile, operator_reference,"
        " language, created_at, starts_on) VALUES (%s, 'update', %s, %s, %s, %s, %s, 'current',"
        " 'X', '1980-01-01', '', '', '', '', '2020-01-01', %s)",
        [
            (one.recorded_at, key, key, authority.pk, h.number, h.kind, one.starts_on)
            for h in made
            for key in [keys[h.number]]
            for one in h.described
        ],
    )
    cursor.executemany(
        "INSERT INTO courses_cohortplace (cohort_id, learner_id, added_by_id, added_at, left_by_id,"
        " left_at) VALUES (%s, %s, %s, %s, %s, %s)",
        [
            (one.cohort, h.holder, people[0], one.added_at, one.left_at and people[0], one.left_at)
            for h in made
            for one in h.places
        ],
    )
    cursor.executemany(
        "INSERT INTO licensing_trainingexception (licence_id, requirement, reason, ends_on,"
        " proposed_by_id, proposed_at, decision, decision_reason, decided_by_id, decided_at,"
        " ended_by_id, ended_at, end_reason) VALUES (%s, 'safeguarding', 'Test', %s, %s, %s,"
        " 'granted', '', %s, %s, %s, %s, %s)",
        [
            (keys[h.number], one.ends_on, people[0], one.granted_at, people[1], one.granted_at,
             one.ended_at and people[1], one.ended_at, "Test" if one.ended_at else "")
            for h in made
            for one in h.exceptions
        ],
    )  # fmt: skip


def _numbers(cursor: Any, table: str) -> Any:
    while True:
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id'))", [table])
        yield cursor.fetchone()[0]
