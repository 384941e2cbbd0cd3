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
from licensing.on_record import COUNTING, EXCEPTIONS, in_force
from licensing.prepared import Statement
from people.models import Authority, Learner, Licence
from people.models.register import normalise_number

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
OF_NUMBERS = Statement(
    FACTS.format(narrowing="l.authority_id = %(authority)s AND l.number = ANY(%(numbers)s)")
)
# A licence that was handed over is another authority's, whose answer about it is the person's.
HANDED_OVER = """l.state = 'expired' AND EXISTS (
    SELECT FROM people_licenceevent e JOIN people_handover h ON h.context = e.pgh_context_id
    WHERE e.pgh_obj_id = l.id AND h.from_authority_id = l.authority_id)"""
OF_HOLDER = Statement(FACTS.format(narrowing=f"l.holder_id = %(holder)s AND NOT ({HANDED_OVER})"))
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
    values = {"authority": key, "numbers": possible}
    found = _read(OF_NUMBERS, values, as_at=as_at, known_at=known_at)
    return {status.licence_number: status for status in found}


def training_statuses_of(
    learner: Learner, *, as_at: date, known_at: datetime
) -> list[TrainingStatus]:
    """The training of each licence the person holds, each by its own authority's rules (R01).
    Licences that were handed over are not theirs any more (R13)."""
    return _read(OF_HOLDER, {"holder": learner.pk}, as_at=as_at, known_at=known_at)


def _is_possible(number: str) -> bool:
    """Whether a register could hold the number; NUL and the like are refused by the database."""
    return 0 < len(number) <= LONGEST_NUMBER and number.isprintable()


def _read(
    statement: Statement, values: dict[str, Any], *, as_at: date, known_at: datetime
) -> list[TrainingStatus]:
    found = statement.rows(**values, as_at=as_at, known_at=known_at)
    rows = map(Row._make, found)
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
