"""What is on record about a licence, read in one statement and judged by ``licensing.eligibility``.

The statement finds everything through indexes, so that it costs the same however many licences and
certificates there are. It narrows down what can matter; it decides only which rule was in force, as
``licensing.applying`` has it.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any, NamedTuple

from django.db import connection

from certificates.renewal import Term
from licensing.acceptance import accepted_term
from licensing.eligibility import (
    Assessment,
    Certificate,
    Change,
    Event,
    GrantedException,
    Terms,
    Training,
)
from licensing.eligibility import assess as assess_requirement
from licensing.eligibility import training as training_of
from people.models import Authority, Learner, Licence
from people.models.register import normalise_number

# Until a person's own account took it over, a record without one held the licence (its history
# tells which), and what was known of its training then is still the answer about that time.
BEFORE = """
    SELECT old.id FROM people_learner old
    WHERE old.succeeded_by_id = l.holder_id
        AND old.created_at <= %(known_at)s AND old.succeeded_at > %(known_at)s
        AND EXISTS (SELECT FROM people_licenceevent was
            WHERE was.pgh_obj_id = l.id AND was.holder_id = old.id)
    LIMIT 1
"""
# In London, as every day: the state of things at the end of ``as_at``.
LONDON_DAY = "({} AT TIME ZONE 'Europe/London')::date"
# The first day of a licence, as ``applying.began_on`` has it. A number that went to somebody else
# is theirs since that was decided, and the register described them by another day of birth.
BEGAN = f"""
coalesce((
    SELECT min(h.starts_on) FILTER (WHERE h.pgh_created_at <= greatest(%(known_at)s, h.first_at))
    FROM (SELECT starts_on, pgh_created_at, min(pgh_created_at) OVER () AS first_at
        FROM people_licenceevent WHERE pgh_obj_id = l.id
            AND date_of_birth = coalesce(t.date_of_birth, l.date_of_birth)) h
), {
    LONDON_DAY.format('''coalesce((
        SELECT max(recorded_at) FROM people_tenure
        WHERE licence_id = l.id AND (t.id IS NULL OR id < t.id)
    ), l.created_at)''')
})
"""  # noqa: S608  (Put together from constants, like those below.)
# A licence counts as its holder's only once the link was on record. A number may have been somebody
# else's on the day, or have been on record as theirs: the first tenure that had not ended by then,
# or whose end was not known yet, is the one asked about.
WANTED = f"""
SELECT l.id, l.authority_id, a.code AS authority, l.number, coalesce(t.kind, l.kind) AS kind,
    CASE WHEN t.id IS NULL AND l.held_from <= %(known_at)s THEN l.holder_id
        WHEN t.id IS NULL THEN ({BEFORE})
        WHEN t.held_from <= %(known_at)s THEN t.holder_id END AS holder_id,
    t.id AS tenure_id,
    CASE WHEN (SELECT bool_or(applies_to IN ('new', 'existing')) FROM candidates)
        THEN {BEGAN} END AS began_on
FROM people_licence l
JOIN people_authority a ON a.id = l.authority_id
LEFT JOIN LATERAL (
    SELECT id, holder_id, held_from, kind, date_of_birth FROM people_tenure
    WHERE licence_id = l.id AND (ended_on >= %(as_at)s OR recorded_at > %(known_at)s)
    ORDER BY id LIMIT 1
) t ON true
WHERE {{narrowing}}
"""  # noqa: S608
WAS_IN = f"""
SELECT FROM courses_cohortplace p
WHERE p.cohort_id = c.cohort_id AND p.learner_id = w.holder_id AND p.added_at <= %(known_at)s
    AND {LONDON_DAY.format("p.added_at")} <= %(as_at)s
    AND (p.left_at IS NULL OR p.left_at > %(known_at)s
        OR {LONDON_DAY.format("p.left_at")} > %(as_at)s)
"""
# Exceptions that whoever held the licence then had been granted by the day.
EXCEPTIONS = f"""
x.licence_id = w.licence_id AND x.requirement = w.code AND x.decision = 'granted'
AND x.decided_at <= %(known_at)s AND {LONDON_DAY.format("x.decided_at")} <= %(as_at)s
AND w.tenure_id IS NOT DISTINCT FROM (SELECT min(id) FROM people_tenure
    WHERE licence_id = w.licence_id AND recorded_at > x.decided_at)
"""  # noqa: S608
# The numbers in an edition, as ``licensing.acceptance.version`` reads them.
VERSION = """(SELECT coalesce(array_agg(n[1]::numeric), ARRAY[]::numeric[])
    FROM regexp_matches({}, '[0-9]+', 'g') n)"""
# Which certificates of which others each authority accepts on the day; worked out once.
ACCEPTING = f"""
SELECT DISTINCT ON (a.authority_id, a.from_authority_id, a.course_id) a.id, a.authority_id,
    a.from_authority_id, a.course_id, a.requirements, a.months, a.effective_from, f.name,
    {VERSION.format("a.from_edition")} AS from_version
FROM licensing_acceptance a
JOIN people_authority f ON f.id = a.from_authority_id
WHERE a.authority_id IN (SELECT authority_id FROM wanted)
    AND a.approved_at <= %(known_at)s AND a.effective_from <= %(as_at)s
ORDER BY a.authority_id, a.from_authority_id, a.course_id,
    a.effective_from DESC, a.approved_at DESC, a.id DESC
"""  # noqa: S608
# The certificates on record that count for what the licence w needs: the authority's own, and of
# others those that it accepts. Training elsewhere that another recognised was not earned there.
COUNTING = f"""LATERAL (
    SELECT c.id, c.reference, c.course_title, c.passed_on, c.valid_until, c.renew_from, c.issued_at,
        c.provider_name, a.id AS acceptance_id, a.name AS accepted_from,
        a.effective_from AS accepted_since, a.months
    FROM certificates_certificate c
    LEFT JOIN accepting a
        ON a.authority_id = w.authority_id AND a.from_authority_id = c.authority_id
        AND a.course_id = c.course_id AND w.code = ANY (a.requirements)
        AND c.provider_name = '' AND {VERSION.format("c.course_edition")} >= a.from_version
    WHERE c.learner_id = w.holder_id
        AND c.issued_at <= %(known_at)s AND c.passed_on <= %(as_at)s
        AND (c.authority_id = w.authority_id AND c.counts_for_id = w.course_id
            OR a.id IS NOT NULL)
) c"""  # noqa: S608
APPROVED = "r.approved_at <= %(known_at)s"


def in_force(approved: str = APPROVED) -> str:
    """The statement's head, which makes the table ``needs``: a row for each licence wanted and rule
    in force for it, or one row without a rule. It says in SQL what ``applying.in_force`` says in
    Python; the rank is the order in which the rules of one authority go before each other."""
    return f"""
WITH candidates AS (
    SELECT r.id, r.authority_id, r.code, r.course_id, r.effective_from, r.licence_kinds,
        r.grace_days, r.due_by, r.applies_to, r.cohort_id,
        row_number() OVER (ORDER BY r.authority_id NULLS LAST,
            CASE r.applies_to WHEN 'cohort' THEN 0 WHEN 'everybody' THEN 2 ELSE 1 END,
            r.effective_from DESC, r.approved_at DESC, r.id DESC) AS rank
    FROM licensing_requirement r
    WHERE {approved} AND r.effective_from <= %(as_at)s
), wanted AS ({WANTED}), needs AS (
    SELECT w.id AS licence_id, w.authority_id, w.authority, w.number, w.kind, w.holder_id,
        w.tenure_id, r.id AS rule_id, r.code, r.course_id, r.effective_from, r.licence_kinds,
        r.grace_days, r.due_by
    FROM wanted w
    LEFT JOIN LATERAL (
        SELECT DISTINCT ON (c.code) c.* FROM candidates c
        WHERE (c.authority_id = w.authority_id OR c.authority_id IS NULL)
            AND CASE WHEN c.applies_to = 'everybody' THEN true
                WHEN w.kind <> ALL (c.licence_kinds) THEN false
                WHEN c.applies_to = 'new' THEN w.began_on >= c.effective_from
                WHEN c.applies_to = 'existing' THEN w.began_on < c.effective_from
                ELSE EXISTS ({WAS_IN}) END
        ORDER BY c.code, c.rank
    ) r ON true
), accepting AS MATERIALIZED ({ACCEPTING})
"""  # noqa: S608


IN_FORCE = in_force()
FACTS = f"""{IN_FORCE}
SELECT w.licence_id, w.authority, w.number, w.kind, w.holder_id IS NOT NULL,
    w.rule_id, w.code, w.effective_from, w.licence_kinds, w.grace_days, w.due_by,
    c.reference, c.course_title, c.passed_on, c.valid_until, c.renew_from, c.issued_at,
    c.provider_name <> '', coalesce(c.accepted_from, ''), c.months,
    e.kind, e.effective_on, e.recorded_at,
    x.ends_on, x.granted_at, x.ended_at
FROM needs w
LEFT JOIN {COUNTING} ON true
LEFT JOIN certificates_certificateevent e
    ON e.certificate_id = c.id AND e.kind <> 'issued' AND e.recorded_at <= %(known_at)s
LEFT JOIN LATERAL (
    SELECT array_agg(x.ends_on ORDER BY x.id) AS ends_on,
        array_agg(x.decided_at ORDER BY x.id) AS granted_at,
        array_agg(x.ended_at ORDER BY x.id) AS ended_at
    FROM licensing_trainingexception x WHERE {EXCEPTIONS}
) x ON true
ORDER BY w.licence_id, w.code, c.id, e.id
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
    due_by: date | None
    reference: str | None
    course: str
    passed_on: date
    valid_until: date
    renew_from: date
    issued_at: datetime
    recognised: bool
    accepted_from: str
    months: int | None
    change: str | None
    effective_on: date
    recorded_at: datetime
    ends_on: list[date] | None
    granted_at: list[datetime]
    ended_at: list[datetime | None]


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
            exceptions=_exceptions(lines[0]),
        )
        for lines in _grouped(rows, "rule_id")
    )
    return TrainingStatus(first.authority, first.number, as_at, known_at, assessments)


def _grouped(rows: Collection[Row], column: str) -> list[list[Row]]:
    return [list(lines) for _, lines in groupby(rows, key=lambda row: getattr(row, column))]


def _terms(row: Row) -> Terms | None:
    """None only where the database found no requirement in force for the licence."""
    if row.rule_id is None:
        return None
    since, kinds = row.effective_from, row.licence_kinds
    return Terms(row.rule_id, row.code, since, kinds, row.grace_days, row.due_by)


def _exceptions(row: Row) -> list[GrantedException]:
    if row.ends_on is None:
        return []
    found = zip(row.ends_on, row.granted_at, row.ended_at, strict=True)
    return [GrantedException(*one) for one in found]


def _certificates(rows: list[Row]) -> list[Certificate]:
    return [
        Certificate(
            reference=row.reference,
            course=row.course,
            passed_on=row.passed_on,
            valid_until=(term := _term(row)).valid_until,
            renew_from=term.renew_from,
            issued_at=row.issued_at,
            recognised=row.recognised,
            accepted_from=row.accepted_from,
            events=tuple(
                Event(Change(line.change), line.effective_on, line.recorded_at)
                for line in lines
                if line.change is not None
            ),
        )
        for lines in _grouped(rows, "reference")
        if (row := lines[0]).reference is not None
    ]


def _term(row: Row) -> Term:
    """From when to when the certificate counts with the authority that is asked."""
    own = Term(row.valid_until, row.renew_from)
    return accepted_term(passed_on=row.passed_on, own=own, months=row.months)
