"""A register file in a temporary table, beside the register: set-based, in constant memory.

Rows are checked in Python while the database takes them in; from then on statements work on all of
them at once. The tables go with the transaction.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any, BinaryIO

from django.db import connection
from django.db.backends.utils import CursorWrapper

from people import matching
from people.importers import FIELDS, Block, FileRefused, Reading, RowError, read_register
from people.matching import Match
from people.models import Authority

MAX_ERRORS = 1_000  # Of those that are told; the rest of the file is then not read.
TOO_MANY = "There are over 1,000 errors. The rows below were not read."
TWICE = "The licence number is in row {row} already."
STEP = 5_000
BATCH = 2_000
PROGRESS = Callable[[int], None]

# The planner knows nothing of tables that were filled a moment ago, and one wrong guess compares
# each row with each other one; joins by hash are right for every size. So much memory is enough
# for any number of rows, and history is then not written twice.
PLANS = """
SET LOCAL enable_nestloop = off;
SET LOCAL cursor_tuple_fraction = 1;
SET LOCAL work_mem = '64MB'
"""
TABLES = """
DROP TABLE IF EXISTS register_row, register_news, register_doubtful;
CREATE TEMPORARY TABLE register_row (row int, number text, kind text, full_name text,
    date_of_birth date, state text, email text DEFAULT '', mobile text DEFAULT '', starts_on date,
    expires_on date, operator_reference text DEFAULT '', language text DEFAULT '') ON COMMIT DROP;
CREATE TEMPORARY TABLE register_doubtful (row int, licence_id bigint, kind text,
    settled boolean DEFAULT false) ON COMMIT DROP
"""
# Texts were checked to have nothing in them that cannot be shown, so that no cell needs quotation
# marks: what stands between two, and what would stand around one, are signs that they cannot have.
BETWEEN = "\x1f"
COPY = """
COPY register_row (row, {fields}) FROM STDIN
(FORMAT csv, DELIMITER E'\\x1f', QUOTE E'\\x1e', FORCE_NOT_NULL ({texts}))
"""
DAYS = {"date_of_birth", "starts_on", "expires_on"}

REPEATED = """
SELECT s.row, f.first FROM register_row s JOIN (
    SELECT number, min(row) AS first FROM register_row GROUP BY number HAVING count(*) > 1
) f USING (number)
WHERE s.row > f.first ORDER BY s.row LIMIT %(limit)s
"""

# Most rows of most files say what the register says already; what follows is about the others.
NEWS = """
CREATE TEMPORARY TABLE register_news ON COMMIT DROP AS
SELECT s.row, l.id AS licence_id,
    l.date_of_birth <> s.date_of_birth OR l.full_name <> s.full_name AS differs_in_who
FROM register_row s
LEFT JOIN people_licence l ON l.authority_id = %(authority)s AND l.number = s.number
WHERE l.id IS NULL OR ({there}) IS DISTINCT FROM ({here})
"""
ANY_NEW = "SELECT EXISTS (SELECT FROM register_news WHERE licence_id IS NULL)"
NEW_ROWS = "register_news n JOIN register_row s ON s.row = n.row AND n.licence_id IS NULL"

# What is spelt alike to the letter needs no judge.
UNDER_THE_SAME_NUMBER = """
SELECT s.row, l.id, s.number, s.full_name, s.date_of_birth, l.full_name, l.date_of_birth
FROM register_news n JOIN register_row s ON s.row = n.row
JOIN people_licence l ON l.id = n.licence_id AND l.authority_id = %(authority)s
WHERE n.differs_in_who
"""

# Two numbers of one person in one file are two licences; a number that the file does not list may
# have been given up for the new one, or be its older spelling.
NOT_IN_THE_FILE = f"""
SELECT l.id, l.full_name, l.date_of_birth FROM people_licence l
WHERE l.authority_id = %(authority)s
    AND NOT EXISTS (SELECT FROM register_row s WHERE s.number = l.number)
    AND EXISTS (SELECT FROM {NEW_ROWS} WHERE s.date_of_birth = l.date_of_birth)
"""  # noqa: S608
NOT_IN_THE_REGISTER = f"""
SELECT s.row, s.full_name, s.date_of_birth FROM {NEW_ROWS}
WHERE EXISTS (SELECT FROM known_name k WHERE k.date_of_birth = s.date_of_birth)
"""  # noqa: S608
NAME_TABLES = """
DROP TABLE IF EXISTS known_name, new_name;
CREATE TEMPORARY TABLE known_name (key bigint, folded text, date_of_birth date) ON COMMIT DROP;
CREATE TEMPORARY TABLE new_name (key bigint, folded text, date_of_birth date) ON COMMIT DROP
"""
UNDER_ANOTHER_NUMBER = """
INSERT INTO register_doubtful (row, licence_id, kind)
SELECT DISTINCT ON (n.key) n.key, k.key, 'other_number'
FROM new_name n JOIN known_name k USING (date_of_birth, folded)
JOIN people_licence l ON l.id = k.key
ORDER BY n.key, l.number
"""


@dataclass
class Staged:
    """What came out of reading the file; with errors, nothing of it may be used."""

    columns: tuple[str, ...] = ()
    rows: int = 0
    errors: list[RowError] = field(default_factory=list)

    @property
    def fields(self) -> list[str]:
        """The licence's columns that the file has something to say about."""
        return [FIELDS[column] for column in self.columns]


def stage(
    cursor: CursorWrapper, source: BinaryIO, *, today: date, progress: PROGRESS | None = None
) -> Staged:
    """Read the file into ``register_row``, telling ``progress`` how far that is."""
    staged = Staged()
    cursor.execute(PLANS)
    cursor.execute(TABLES)
    try:
        reading = read_register(source, today=today)
        staged.columns = reading.columns
        _take_in(cursor, reading, staged, progress)
    except FileRefused as refusal:
        staged.errors += refusal.errors
    if not staged.errors:
        cursor.execute(REPEATED, {"limit": MAX_ERRORS})
        staged.errors = [
            RowError(row, "licence_number", TWICE.format(row=first))
            for row, first in cursor.fetchall()
        ]
    return staged


def _take_in(
    cursor: CursorWrapper, reading: Reading, staged: Staged, progress: PROGRESS | None
) -> None:
    """With the first error nothing more is written, only read."""
    texts = [field for field in staged.fields if field not in DAYS]
    copying = COPY.format(fields=", ".join(staged.fields), texts=", ".join(texts))
    with cursor.copy(copying) as copy:
        try:
            for block in reading.blocks():
                before, staged.rows = staged.rows, staged.rows + len(block.rows)
                if block.errors and _note(block, staged):
                    return
                if not staged.errors:
                    copy.write(_as_text(block))
                if progress is not None and staged.rows // STEP > before // STEP:
                    progress(staged.rows)
        except FileRefused as refusal:
            staged.errors += refusal.errors


def _note(block: Block, staged: Staged) -> bool:
    """Note the errors of the block; whether that is enough of them."""
    staged.errors += block.errors
    if len(staged.errors) < MAX_ERRORS:
        return False
    del staged.errors[MAX_ERRORS:]
    last = staged.errors[-1].row
    staged.rows -= sum(row > last for row in block.rows)
    staged.errors.append(RowError(last, "", TOO_MANY))
    return True


def _as_text(block: Block) -> str:
    rows = zip(map(str, block.rows), *block.columns, strict=True)
    return "".join(f"{row}\n" for row in map(BETWEEN.join, rows))


def find_news(cursor: CursorWrapper, staged: Staged, authority: Authority) -> None:
    """Make ``register_news``: the rows that say something else than the register, with the licence
    of their number where there is one."""
    changing = [field for field in staged.fields if field != "number"]
    here, there = (", ".join(f"{table}.{field}" for field in changing) for table in "sl")
    cursor.execute(NEWS.format(here=here, there=there), {"authority": authority.pk})


def find_doubtful(cursor: CursorWrapper, authority: Authority) -> None:
    """Fill ``register_doubtful`` from ``register_news``: at most one licence for each row."""
    named = {"authority": authority.pk}
    for pairs in _batches(UNDER_THE_SAME_NUMBER, named):
        doubtful = [(row, licence) for row, licence, *sides in pairs if _is_other_person(*sides)]
        _insert(cursor, "register_doubtful (row, licence_id, kind)", doubtful, "other_person")
    cursor.execute(ANY_NEW)
    if cursor.fetchone() == (False,):
        return
    cursor.execute(NAME_TABLES)
    for batch in _batches(NOT_IN_THE_FILE, named):
        _insert(cursor, "known_name", _folded(batch))
    for batch in _batches(NOT_IN_THE_REGISTER, named):
        _insert(cursor, "new_name", _folded(batch))
    cursor.execute(UNDER_ANOTHER_NUMBER)


def _is_other_person(
    number: str, given_name: str, given_birth: date, name: str, birth: date
) -> bool:
    row = matching.Named(number, given_name, given_birth)
    return matching.judge(row, matching.Named(number, name, birth)) is Match.OTHER_PERSON


def _folded(batch: list[Any]) -> list[tuple[int, str, date]]:
    return [(key, matching.folded(name), birth) for key, name, birth in batch]


def _batches(statement: str, named: dict[str, Any]) -> Iterator[list[Any]]:
    """The rows of a statement, through a cursor of the database's own: never all at once."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement, named)
        rows = iter(cursor)
        while batch := list(islice(rows, BATCH)):
            yield batch


def _insert(cursor: CursorWrapper, table: str, rows: list[Any], *same: str) -> None:
    with cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row((*row, *same))
