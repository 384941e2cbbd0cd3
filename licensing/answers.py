"""What is on record about a licence, read in one statement and judged by ``licensing.eligibility``.

The statement finds everything through indexes, so that it costs the same however many licences and
certificates there are. It narrows down what can matter; it decides only which rule was in force.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, NamedTuple

from django.db import connection

from licensing.eligibility import Assessment, Certificate, Change, Event, Terms, Training
from licensing.eligibility import assess as assess_requirement
from licensing.eligibility import training as training_of
from people.models import Authority, Learner, Licence
from people.models.register import normalise_number

# Until a person's own account or a merge took it over, another record held the licence, and what
# was known of its training then is still the answer about that time. History tells which one.
BEFORE = """
    SELECT was.holder_id FROM people_licenceevent was
    WHERE was.pgh_obj_id = l.id AND was.held_from <= %(known_at)s
        AND coalesce(was.held_from < t.recorded_at, true)
        AND was.held_from > coalesce((
            SELECT max(recorded_at) FROM people_tenure
            WHERE licence_id = l.id AND coalesce(id < t.id, true)), '-infinity')
    ORDER BY was.held_from DESC, was.pgh_id DESC LIMIT 1
"""
# Who had the number earlier may have been taken over since: their training is then its successor's.
FOLLOWED = """
    WITH RECURSIVE later AS (
        SELECT t.holder_id AS id, 0 AS step
        UNION ALL
        SELECT s.stays, step + 1 FROM later JOIN LATERAL (
            SELECT succeeded_by_id AS stays, succeeded_at AS since
            FROM people_learner p WHERE p.id = later.id
            UNION ALL
            SELECT m.stays_id, m.decided_at FROM people_recordmerge m
            JOIN people_recordmerge u ON u.undoes_id = m.id
                AND u.decision = 'confirmed' AND u.decided_at > %(known_at)s
            WHERE m.gone_id = later.id
        ) s ON s.since <= %(known_at)s
    )
    SELECT id FROM later ORDER BY step DESC LIMIT 1
"""
# Nobody else's training counts for a number that was not linked while they had it.
HOLDER = f"""
CASE WHEN t.id IS NULL AND l.held_from <= %(known_at)s THEN l.holder_id
    WHEN t.held_from <= %(known_at)s THEN ({FOLLOWED})
    WHEN t.held_from > %(known_at)s OR t.id IS NULL AND l.held_from > %(known_at)s THEN ({BEFORE})
END"""
# A licence is as the register described it at the end of the day asked about, as far as that was
# known then. Days before the register came to us, and days of whoever has the number now before it
# was known to be theirs, are judged by the first description that came after.
SEEN_BY = """least(
    %(known_at)s, (%(as_at)s + 1)::timestamp AT TIME ZONE 'Europe/London')"""
SEEN = f"""
    (SELECT kind, state, starts_on, expires_on, full_name FROM people_licenceevent
    WHERE pgh_obj_id = l.id AND pgh_created_at >= coalesce((
        SELECT max(recorded_at) FROM people_tenure
        WHERE licence_id = l.id AND ended_on < %(as_at)s AND recorded_at <= %(known_at)s
    ), '-infinity')
    ORDER BY pgh_created_at < {SEEN_BY} DESC,
        CASE WHEN pgh_created_at < {SEEN_BY} THEN -pgh_id ELSE pgh_id END
    LIMIT 1)
    UNION ALL SELECT l.kind, l.state, l.starts_on, l.expires_on, l.full_name
    LIMIT 1
"""  # noqa: S608  (Put together from constants, like those below.)
# A licence counts as its holder's only once the link was on record. A number may have been somebody
# else's on the day, or have been on record as theirs: the first tenure that had not ended by then,
# or whose end was not known yet, is the one asked about. Of the requirements with one
# code the authority's own goes before the national one, then the one that began last.
ASKED = """
WITH wanted AS (
    SELECT l.id, l.authority_id, a.code AS authority, l.number,
        CASE WHEN t.recorded_at <= %(known_at)s THEN t.kind ELSE seen.kind END AS kind,
        CASE WHEN t.recorded_at <= %(known_at)s THEN t.full_name
            ELSE seen.full_name END AS full_name,
        seen.state,
        {holder} AS holder_id
    FROM {licences} l
    JOIN people_authority a ON a.id = l.authority_id
    JOIN LATERAL ({seen}) seen ON true
    LEFT JOIN LATERAL (
        SELECT id, holder_id, held_from, kind, full_name, recorded_at FROM people_tenure
        WHERE licence_id = l.id AND (ended_on >= %(as_at)s OR recorded_at > %(known_at)s)
        ORDER BY id LIMIT 1
    ) t ON true
    WHERE {narrowing}
), in_force AS (
    SELECT DISTINCT ON (w.authority_id, r.code) w.authority_id,
        r.id, r.code, r.course_id, r.effective_from, r.licence_kinds, r.grace_days
    FROM (SELECT DISTINCT authority_id FROM wanted) w
    JOIN licensing_requirement r ON r.authority_id = w.authority_id OR r.authority_id IS NULL
    WHERE r.approved_at <= %(known_at)s AND r.effective_from <= %(as_at)s
    ORDER BY w.authority_id, r.code, r.authority_id NULLS LAST,
        r.effective_from DESC, r.approved_at DESC, r.id DESC
)
""".replace("{holder}", HOLDER).replace("{seen}", SEEN)
IN_FORCE = ASKED.replace("{licences}", "people_licence")
FACTS = f"""{IN_FORCE}
SELECT w.id, w.authority, w.number, w.kind, w.holder_id IS NOT NULL,
    r.id, r.code, r.effective_from, r.licence_kinds, r.grace_days,
    c.reference, c.course_title, c.passed_on, c.valid_until, c.renew_from, c.issued_at,
    c.provider_name <> '',
    e.kind, e.effective_on, e.recorded_at
FROM wanted w
LEFT JOIN in_force r ON r.authority_id = w.authority_id
LEFT JOIN certificates_certificate c
    ON c.learner_id = w.holder_id AND c.counts_for_id = r.course_id
    AND c.authority_id = w.authority_id
    AND c.issued_at <= %(known_at)s AND c.passed_on <= %(as_at)s
LEFT JOIN certificates_certificateevent e
    ON e.certificate_id = c.id AND e.kind <> 'issued' AND e.recorded_at <= %(known_at)s
ORDER BY w.id, r.code, c.id, e.id
"""  # noqa: S608
OF_NUMBERS = "l.authority_id = %(authority)s AND l.number = ANY(%(numbers)s)"
OF_HOLDER = "l.holder_id = %(holder)s"
LONGEST_NUMBER = Licence.number.field.max_length or 0


class Row(NamedTuple):
    """One line of the statement; the later columns are None where nothing was found."""

    licence: int
    authority: str
    number: str
    kind: str
    linked: bool
    rule_id: int | None
    code: str
    effective_from: date
    licence_kinds: list[str]
    grace_days: int
    reference: str | None
    course: str
    passed_on: date
    valid_until: date
    renew_from: date
    issued_at: datetime
    recognised: bool
    change: str | None
    effective_on: date
    recorded_at: datetime


@dataclass(frozen=True)
class TrainingStatus:
    """The training of one licence on the London day ``as_at``, as it was known at ``known_at``."""

    authority: str
    licence_number: str
    as_at: date
    known_at: datetime
    requirements: tuple[Assessment, ...]

    @property
    def training(self) -> Training:
        return training_of(self.requirements)


def training_status(
    *, authority: Authority | int, number: str, as_at: date, known_at: datetime
) -> TrainingStatus | None:
    """The training of one licence of ``authority``, given as itself or by its key.

    None when the authority has no licence with that number.
    """
    found = training_statuses(authority=authority, numbers=[number], as_at=as_at, known_at=known_at)
    return found.get(normalise_number(number))


def training_statuses(
    *, authority: Authority | int, numbers: Iterable[str], as_at: date, known_at: datetime
) -> dict[str, TrainingStatus]:
    """The training of many licences of ``authority`` by normalised number, in one statement."""
    asked = sorted({normalise_number(number) for number in numbers})
    possible = [number for number in asked if _is_possible(number)]
    if not possible:
        return {}
    key = authority.pk if isinstance(authority, Authority) else authority
    narrowing = {"authority": key, "numbers": possible}
    found = _read(OF_NUMBERS, narrowing, as_at=as_at, known_at=known_at)
    return {status.licence_number: status for status in found}


def training_statuses_of(
    learner: Learner, *, as_at: date, known_at: datetime
) -> list[TrainingStatus]:
    """The training of each licence the person holds, each by its own authority's rules (R01)."""
    return _read(OF_HOLDER, {"holder": learner.pk}, as_at=as_at, known_at=known_at)


def _is_possible(number: str) -> bool:
    """Whether a register could hold the number; NUL and the like are refused by the database."""
    return 0 < len(number) <= LONGEST_NUMBER and number.isprintable()


def _read(
    narrowing: str, parameters: dict[str, Any], *, as_at: date, known_at: datetime
) -> list[TrainingStatus]:
    with connection.cursor() as cursor:
        cursor.execute(
            FACTS.format(narrowing=narrowing),
            {**parameters, "as_at": as_at, "known_at": known_at},
        )
        rows = map(Row._make, cursor.fetchall())
    return [
        _judge(list(of_licence), as_at, known_at)
        for _, of_licence in groupby(rows, key=lambda row: row.licence)
    ]


def _judge(rows: list[Row], as_at: date, known_at: datetime) -> TrainingStatus:
    first = rows[0]
    assessments = tuple(
        assess_requirement(
            _terms(lines[0]),
            licence_kind=first.kind,
            certificates=_certificates(lines),
            as_at=as_at,
            known_at=known_at,
            linked=first.linked,
        )
        for lines in _grouped(rows, "rule_id")
    )
    return TrainingStatus(first.authority, first.number, as_at, known_at, assessments)


def _grouped(rows: Collection[Row], column: str) -> list[list[Row]]:
    return [list(lines) for _, lines in groupby(rows, key=lambda row: getattr(row, column))]


def _terms(row: Row) -> Terms | None:
    """None only where the database found no requirement in force for the licence's authority."""
    if row.rule_id is None:
        return None
    return Terms(row.rule_id, row.code, row.effective_from, row.licence_kinds, row.grace_days)


def _certificates(rows: list[Row]) -> list[Certificate]:
    return [
        Certificate(
            reference=row.reference,
            course=row.course,
            passed_on=row.passed_on,
            valid_until=row.valid_until,
            renew_from=row.renew_from,
            issued_at=row.issued_at,
            recognised=row.recognised,
            events=tuple(
                Event(Change(line.change), line.effective_on, line.recorded_at)
                for line in lines
                if line.change is not None
            ),
        )
        for lines in _grouped(rows, "reference")
        if (row := lines[0]).reference is not None
    ]
