"""A file held against the register: what only one of them has, and where they differ (R56)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, BinaryIO, NamedTuple

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from people.importers import FIELDS, RowError
from people.models import Authority
from people.register.staging import Staged, stage

BOTH = """
SELECT s.row, s.number, l.number, {pairs} FROM register_row s
FULL JOIN (SELECT * FROM people_licence WHERE authority_id = %(authority)s) l
    ON l.number = s.number
WHERE s.number IS NULL OR l.number IS NULL OR ({here}) IS DISTINCT FROM ({there})
ORDER BY coalesce(s.number, l.number) COLLATE "C"
"""
COUNTS = """
SELECT count(*) FILTER (WHERE s.number IS NOT NULL), count(*) FILTER (WHERE l.number IS NOT NULL),
    count(*) FILTER (WHERE l.number IS NULL), count(*) FILTER (WHERE s.number IS NULL),
    count(*) FILTER (WHERE s.number = l.number AND ({here}) IS DISTINCT FROM ({there}))
FROM register_row s
FULL JOIN (SELECT * FROM people_licence WHERE authority_id = %(authority)s) l
    ON l.number = s.number
"""


class Difference(NamedTuple):
    """``column`` is empty where one side does not have the number at all."""

    number: str
    row: int | None
    column: str
    in_file: str
    in_register: str


@dataclass(frozen=True)
class Reconciliation:
    """The counts of both sides, and the first differences. With errors nothing was compared."""

    in_file: int = 0
    in_register: int = 0
    only_in_file: int = 0
    only_in_register: int = 0
    differing: int = 0
    differences: tuple[Difference, ...] = ()
    errors: tuple[RowError, ...] = ()

    @property
    def is_clean(self) -> bool:
        return not (self.errors or self.only_in_file or self.only_in_register or self.differing)


def reconcile(
    *, authority: Authority, source: BinaryIO, today: date, limit: int = 100
) -> Reconciliation:
    """Compare and change nothing. At most ``limit`` differences are told beside the counts."""
    with transaction.atomic(), connection.cursor() as cursor:
        staged = stage(cursor, source, today=today)
        if staged.errors:
            return Reconciliation(errors=tuple(staged.errors))
        named = {"authority": authority.pk}
        cursor.execute(COUNTS.format(**_parts(staged)), named)
        counts: tuple[int, int, int, int, int] = cursor.fetchone()
        told: list[Difference] = []
        for difference in _differences(cursor, staged, named):
            if len(told) >= limit:
                break
            told.append(difference)
    return Reconciliation(*counts, tuple(told))


def all_differences(*, authority: Authority, source: BinaryIO, today: date) -> Iterator[Difference]:
    """Every difference, however many; none of a file that has errors."""
    with transaction.atomic(), connection.cursor() as cursor:
        staged = stage(cursor, source, today=today)
        if not staged.errors:
            yield from _differences(cursor, staged, {"authority": authority.pk})


def _differences(
    cursor: CursorWrapper, staged: Staged, named: dict[str, Any]
) -> Iterator[Difference]:
    statement = BOTH.format(**_parts(staged))
    columns = [column for column in staged.columns if column != "licence_number"]
    with connection.chunked_cursor() as rows:
        rows.execute(statement, named)
        for row, in_file, in_register, *values in rows:
            if in_file is None or in_register is None:
                sides = ("", "yes") if in_file is None else ("yes", "")
                yield Difference(in_file or in_register, row, "", *sides)
                continue
            for place, column in enumerate(columns):
                here, there = values[2 * place], values[2 * place + 1]
                if here != there:
                    yield Difference(in_file, row, column, _text(here), _text(there))


def _parts(staged: Staged) -> dict[str, str]:
    fields = [FIELDS[column] for column in staged.columns if column != "licence_number"]
    return {
        "pairs": ", ".join(f"s.{field}, l.{field}" for field in fields),
        "here": ", ".join(f"s.{field}" for field in fields),
        "there": ", ".join(f"l.{field}" for field in fields),
    }


def _text(value: str | date | None) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else value.isoformat()
