"""The figures of an authority with a proof of what they were worked out from (R51).

Everything that decided is written out as lines of text, in one order; their SHA-256 is the digest.
The same day, asked about with the same knowledge, gives the same lines for ever (I22), so that one
number shows whether two answers were worked out from the same. ``docs/compliance.md`` describes the
lines.
"""

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection
from django.db.backends.utils import CursorWrapper

from licensing.compliance import (
    DEFINITIONS,
    JUDGED,
    LICENSED,
    SEVERITY,
    Compliance,
    OfRule,
    no_counts,
)
from licensing.eligibility import MEETING, Status
from licensing.models import ComplianceRun

BATCH = 2_000
MARK = 8  # Bytes of each line's own digest that are kept, to count the lines that differ.
LINES = "compliance 1"  # What the lines say, and in which order. Counted up when that changes.
# Who holds a licence is told apart in the lines, and not told.
HOLDER = "left(encode(sha256(('holder ' || w.holder_id)::bytea), 'hex'), 16)"
DAY, INSTANT = "'YYYY-MM-DD'", '\'YYYY-MM-DD"T"HH24:MI:SS.US"Z"\''
WRITTEN = f"""{JUDGED}, written AS (
    SELECT 1 AS part, '' AS number, 0 AS licence_id, '' AS code, concat_ws(E'\\t',
        %(lines)s, %(authority)s::bigint, to_char(%(as_at)s::date, {DAY}),
        to_char(%(known_at)s::timestamptz AT TIME ZONE 'UTC', {INSTANT})) AS line
    UNION ALL
    SELECT 2, '', r.id, '', concat_ws(E'\\t',
        'rule', r.id, r.code, r.course_id, to_char(r.effective_from, {DAY}), r.grace_days,
        array_to_string(r.licence_kinds, ','), coalesce(to_char(r.due_by, {DAY}), '-'),
        r.applies_to)
    FROM licensing_requirement r WHERE r.id IN (SELECT rule_id FROM judged)
    UNION ALL
    SELECT 3, w.number, w.id, coalesce(j.code, ''), concat_ws(E'\\t',
        'licence', w.number, w.kind, w.state, coalesce({HOLDER}, '-'), coalesce(j.code, '-'),
        coalesce(j.rule_id::text, '-'), j.status, coalesce(d.reference, '-'),
        coalesce(to_char(d.valid_until, {DAY}), '-'),
        coalesce(to_char(j.excepted_until, {DAY}), '-'))
    FROM judged j
    JOIN wanted w ON w.id = j.licence_id
    LEFT JOIN decisive d ON d.licence_id = j.licence_id AND d.rule_id = j.rule_id
)"""  # noqa: S608  (Put together from constants, like those below.)
IN_ORDER = 'ORDER BY part, number COLLATE "C", licence_id, code COLLATE "C"'
EACH_LINE = f"{WRITTEN} SELECT line FROM written {IN_ORDER}"  # noqa: S608
MEASURED = f"""{WRITTEN}, of_licences AS (
    SELECT w.kind, bool_and(j.status = ANY (%(meeting)s)) AS met,
        (%(severity)s::text[])[max(array_position(%(severity)s::text[], j.status))] AS worst
    FROM judged j JOIN wanted w ON w.id = j.licence_id
    GROUP BY w.id, w.kind
)
SELECT (
    SELECT coalesce(json_agg(f), '[]') FROM (
        SELECT kind, worst, met, count(*) FROM of_licences GROUP BY kind, worst, met) f
), (
    SELECT coalesce(json_agg(f), '[]') FROM (
        SELECT rule_id, code, effective_from, grace_days, status, count(*) FROM judged
        WHERE rule_id IS NOT NULL
        GROUP BY rule_id, code, effective_from, grace_days, status
        ORDER BY code, rule_id, status) f
), encode(sha256(convert_to(string_agg(line || E'\\n', '' {IN_ORDER}), 'UTF8')), 'hex'),
string_agg(substr(sha256(convert_to(line, 'UTF8')), 1, {MARK}), ''::bytea {IN_ORDER})
FROM written
"""  # noqa: S608
# Each licence under its worst status, and there with the requirement that comes first.
PEOPLE = f"""{JUDGED}, of_licences AS (
    SELECT DISTINCT ON (licence_id) licence_id, rule_id, status
    FROM judged
    ORDER BY licence_id, array_position(%(severity)s::text[], status) DESC, code COLLATE "C"
)
SELECT w.id, w.number, w.full_name, w.kind, o.status, d.reference, d.valid_until,
    CASE WHEN o.status IN ('in_grace', 'expired') THEN %(as_at)s - d.valid_until END, l.id IS NULL
FROM of_licences o
JOIN wanted w ON w.id = o.licence_id
LEFT JOIN decisive d ON d.licence_id = o.licence_id AND d.rule_id = o.rule_id
LEFT JOIN people_licence l ON l.id = w.id
WHERE o.status = ANY (%(statuses)s)
    AND (%(after)s::bigint IS NULL OR (w.number COLLATE "C", w.id) > (
        SELECT before.number COLLATE "C", before.id FROM wanted before WHERE before.id = %(after)s))
ORDER BY w.number COLLATE "C", w.id
LIMIT %(limit)s
"""  # noqa: S608
CONCERNED = f"""{JUDGED} SELECT EXISTS (
    SELECT FROM wanted w
    LEFT JOIN people_licence l ON l.id = w.id
    WHERE w.holder_id = ANY (%(hidden)s) OR l.holder_id = ANY (%(hidden)s) OR EXISTS (
        SELECT FROM people_tenure t WHERE t.licence_id = w.id AND t.holder_id = ANY (%(hidden)s)))
"""  # noqa: S608


class Person(NamedTuple):
    """A licensed person as the register described them then. ``gone`` are those whose licence an
    undone import took away since."""

    licence_id: int
    number: str
    full_name: str
    kind: str
    status: str
    certificate: str | None
    valid_until: date | None
    days_lapsed: int | None
    gone: bool


@dataclass
class OfKind:
    """What became of the licences of one kind."""

    numerator: int = 0
    denominator: int = 0


@dataclass
class Measured:
    """The figures, by kind of licence too; the digest of what they were worked out from, and the
    beginning of the digest of each line of that."""

    figures: Compliance
    kinds: dict[str, OfKind] = field(default_factory=dict)
    digest: str = ""
    marks: bytes = b""


def measure(*, authority_id: int, as_at: date, known_at: datetime) -> Measured:
    """How many licensed drivers had met the requirement, and the proof, in one statement."""
    with connection.cursor() as cursor:
        named = _named(authority_id, as_at, known_at)
        cursor.execute(MEASURED.format(narrowing=LICENSED), named)
        licences, rules, digest, marks = cursor.fetchone()
    found = Measured(Compliance(as_at, known_at), digest=digest, marks=bytes(marks))
    for one in licences:
        _count(found, one["kind"], Status(one["worst"]), one["count"], met=one["met"])
    found.figures.requirements = _of_rules(rules)
    return found


def written_lines(*, authority_id: int, as_at: date, known_at: datetime) -> Iterator[str]:
    """The lines that the digest is the SHA-256 of, each with its end."""
    named = _named(authority_id, as_at, known_at)
    with connection.chunked_cursor() as cursor:
        cursor.execute(EACH_LINE.format(narrowing=LICENSED), named)
        for (line,) in _fetched(cursor):
            yield f"{line}\n"


def people(
    *,
    authority_id: int,
    as_at: date,
    known_at: datetime,
    statuses: Iterable[str] = SEVERITY,
    after: int | None = None,
    limit: int | None = None,
) -> Iterator[Person]:
    """Who was counted under these statuses, by number; only those that come ``after`` the licence
    with that key, if one is given."""
    named = _named(authority_id, as_at, known_at) | {
        "statuses": [str(status) for status in statuses],
        "after": after,
        "limit": limit,
    }
    with connection.chunked_cursor() as cursor:
        cursor.execute(PEOPLE.format(narrowing=LICENSED), named)
        yield from map(Person._make, _fetched(cursor))


def concerns(
    *, authority_id: int, as_at: date, known_at: datetime, hidden: Collection[int]
) -> bool:
    """Whether somebody in ``hidden`` is among those who were counted."""
    named = _named(authority_id, as_at, known_at) | {"hidden": list(hidden)}
    with connection.cursor() as cursor:
        cursor.execute(CONCERNED.format(narrowing=LICENSED), named)
        (found,) = cursor.fetchone()
    return bool(found)


def differing(first: bytes, second: bytes) -> int:
    """How many lines of two answers are not the same, by the marks of both."""
    ours, theirs = _marks(first), _marks(second)
    return max(len(ours - theirs), len(theirs - ours))


def as_stored(rules: Iterable[OfRule]) -> list[dict[str, Any]]:
    return [asdict(rule) | {"effective_from": rule.effective_from.isoformat()} for rule in rules]


def figures_of(run: ComplianceRun) -> Compliance:
    """The figures of a stored run, as the one who asked was told them."""
    return Compliance(
        as_at=run.as_at,
        known_at=run.known_at,
        numerator=run.numerator,
        denominator=run.denominator,
        counts={status: run.counts[status] for status in SEVERITY},
        requirements=[
            OfRule(**rule | {"effective_from": date.fromisoformat(rule["effective_from"])})
            for rule in run.requirements
        ],
    )


def answer_digest(figures: Compliance) -> str:
    """The SHA-256 of the figures alone."""
    answer = {
        "as_at": figures.as_at.isoformat(),
        "numerator": figures.numerator,
        "denominator": figures.denominator,
        "counts": figures.counts,
        "requirements": as_stored(figures.requirements),
    }
    return _sha256(answer)


def definitions_version() -> str:
    """Changes with the wording of what is counted, and with the form of the lines."""
    return _sha256([LINES, DEFINITIONS])[:12]


def _sha256(answer: Any) -> str:
    return hashlib.sha256(json.dumps(answer, sort_keys=True).encode()).hexdigest()


def _fetched(cursor: CursorWrapper) -> Iterator[tuple[Any, ...]]:
    """However many there are, a batch of them at a time."""
    while rows := cursor.fetchmany(BATCH):
        yield from rows


def _named(authority_id: int, as_at: date, known_at: datetime) -> dict[str, Any]:
    return {
        "authority": authority_id,
        "as_at": as_at,
        "known_at": known_at,
        "lines": LINES,
        "meeting": [status.value for status in MEETING],
        "severity": [status.value for status in SEVERITY],
    }


def _count(found: Measured, kind: str, worst: Status, count: int, *, met: bool) -> None:
    of_kind = found.kinds.setdefault(kind, OfKind())
    figures = found.figures
    for counted in (of_kind, figures):
        counted.denominator += count
        counted.numerator += count if met else 0
    figures.counts[worst] += count


def _of_rules(rows: Iterable[dict[str, Any]]) -> list[OfRule]:
    rules: dict[int, OfRule] = {}
    for one in rows:
        since = date.fromisoformat(one["effective_from"])
        rule = OfRule(one["rule_id"], one["code"], since, one["grace_days"], no_counts())
        rule = rules.setdefault(rule.rule_id, rule)
        rule.counts[Status(one["status"])] += one["count"]
    return list(rules.values())


def _marks(marks: bytes) -> set[bytes]:
    return {marks[place : place + MARK] for place in range(0, len(marks), MARK)}
