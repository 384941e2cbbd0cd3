"""A register file put into the register: all of it or nothing, and the same when only tried."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, BinaryIO

import pghistory
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from people.importers import LicenceFacts, RowError
from people.models import Authority, RegisterImport, User
from people.register.licences import lock_register
from people.register.staging import NEW_ROWS, PROGRESS, Staged, find_doubtful, find_news, stage

TOLD = 100  # Doubtful rows that a report names; the list of doubts has all.

# Plans that were made while the register was small read it from end to end; this ends them.
MANY = 5_000
ANALYZE = "ANALYZE people_licence, people_licenceevent"

# The history of what comes later in the transaction is not this import's.
FORGET = "SELECT set_config('pghistory.context_id', '', true)"
GIVEN = "jsonb_build_object({pairs})"
SAME_DOUBT = """r.authority_id = l.authority_id AND r.number = s.number AND r.licence_id = l.id
    AND r.given = {given} AND r.known->'full_name' = to_jsonb(l.full_name)
    AND r.known->'date_of_birth' = to_jsonb(l.date_of_birth)"""
OF_DOUBTFUL = """register_doubtful d JOIN register_row s ON s.row = d.row
    JOIN people_licence l ON l.id = d.licence_id"""
SETTLED = """
UPDATE register_doubtful SET settled = true WHERE row IN (
    SELECT d.row FROM {of_doubtful}
    JOIN people_registerdoubt r ON r.decision = 'left' AND {same}
)
"""
NOT_DOUBTFUL = "NOT EXISTS (SELECT FROM register_doubtful d WHERE d.row = s.row)"
UPDATE = f"""
UPDATE people_licence l SET {{assignments}}
FROM register_news n JOIN register_row s ON s.row = n.row
WHERE l.id = n.licence_id AND l.authority_id = %(authority)s AND {NOT_DOUBTFUL}
"""  # noqa: S608  (Put together from constants, like the next.)
INSERT = f"""
INSERT INTO people_licence (authority_id, created_at, {{every}})
SELECT %(authority)s, %(now)s, {{every}} FROM {NEW_ROWS} WHERE {NOT_DOUBTFUL}
"""  # noqa: S608
SUPERSEDE = """
UPDATE people_registerdoubt old
SET decision = 'superseded', decided_at = %(now)s, settled_with_id = %(import)s
WHERE old.authority_id = %(authority)s AND old.decided_at IS NULL
    AND EXISTS (SELECT FROM register_row s WHERE s.number = old.number)
    AND NOT EXISTS (SELECT FROM {of_doubtful}
        JOIN people_registerdoubt r ON {same}
        WHERE r.id = old.id AND NOT d.settled)
"""
RAISE = """
INSERT INTO people_registerdoubt
    (authority_id, kind, number, licence_id, given, known, source_id, row, raised_at)
SELECT l.authority_id, d.kind, s.number, l.id, {given}, {known}, %(import)s, s.row, %(now)s
FROM {of_doubtful}
WHERE NOT d.settled AND NOT EXISTS (
    SELECT FROM people_registerdoubt r WHERE r.authority_id = l.authority_id
        AND r.number = s.number AND r.decided_at IS NULL)
ORDER BY s.row
"""
COUNT = """
SELECT count(*) FILTER (WHERE NOT settled), count(*) FILTER (WHERE settled) FROM register_doubtful
"""
NAMED = """
SELECT d.row, s.number, d.kind FROM register_doubtful d JOIN register_row s ON s.row = d.row
WHERE NOT d.settled ORDER BY d.row LIMIT %(limit)s
"""


@dataclass(frozen=True)
class Doubtful:
    """A row that was put aside for an officer."""

    row: int
    number: str
    kind: str


@dataclass(frozen=True)
class ImportReport:
    """What an import did, or would do. With errors it does nothing."""

    rows: int
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    doubtful: int = 0
    errors: Sequence[RowError] = ()
    doubts: Sequence[Doubtful] = ()
    register_import: RegisterImport | None = None


def import_register(
    *,
    authority: Authority,
    source: BinaryIO,
    file_name: str,
    by: User | None,
    now: datetime,
    today: date,
    dry_run: bool = False,
    progress: PROGRESS | None = None,
) -> ImportReport:
    """Make the register say what the file says, for the licences that the file lists.

    All rows or none: with one error nothing is done. Rows that may be about another person are put
    aside for an officer; the others are taken. The same file again changes nothing. ``dry_run``
    does the same and takes it back. ``source`` can be read from any place (seek).
    """
    fact = RegisterImport(
        authority=authority,
        file_name=file_name[:200],
        digest=hashlib.file_digest(source, "sha256").hexdigest(),  # type: ignore[arg-type]
        imported_at=now,
        imported_by=by,
    )
    source.seek(0)
    with (
        transaction.atomic(),
        pghistory.context(register=fact.file_name) as context,
        connection.cursor() as cursor,
    ):
        fact.context = context.id
        staged = stage(cursor, source, today=today, progress=progress)
        report = _apply(cursor, staged, fact)
        cursor.execute(FORGET)
        if dry_run or report.errors:
            transaction.set_rollback(True)
        elif report.created + report.updated >= MANY:
            cursor.execute(ANALYZE)
    return report


def _apply(cursor: CursorWrapper, staged: Staged, fact: RegisterImport) -> ImportReport:
    if staged.errors:
        return ImportReport(staged.rows, errors=tuple(staged.errors))
    lock_register(fact.authority)
    fact.columns = list(staged.columns)
    parts = _parts(staged)
    named: dict[str, Any] = {"authority": fact.authority_id, "now": fact.imported_at}
    find_news(cursor, staged, fact.authority)
    find_doubtful(cursor, fact.authority)
    cursor.execute(SETTLED.format(**parts))
    cursor.execute(UPDATE.format(**parts), {**named})
    updated = cursor.rowcount
    cursor.execute(INSERT.format(**parts), {**named})
    created = cursor.rowcount
    cursor.execute(COUNT)
    doubtful, _settled = cursor.fetchone()
    fact.rows, fact.created, fact.updated, fact.doubtful = staged.rows, created, updated, doubtful
    fact.unchanged = staged.rows - created - updated - doubtful
    fact.save()
    cursor.execute(SUPERSEDE.format(**parts), {**named, "import": fact.pk})
    cursor.execute(RAISE.format(**parts), {**named, "import": fact.pk})
    cursor.execute(NAMED, {"limit": TOLD})
    doubts = tuple(Doubtful(*row) for row in cursor.fetchall())
    return ImportReport(
        rows=fact.rows,
        created=fact.created,
        updated=fact.updated,
        unchanged=fact.unchanged,
        doubtful=fact.doubtful,
        doubts=doubts,
        register_import=fact,
    )


def _parts(staged: Staged) -> dict[str, str]:
    """What the statements are put together of. Every name in them is one of ours."""
    changing = [field for field in staged.fields if field != "number"]
    given = _as_json("s", staged.fields)
    return {
        "assignments": ", ".join(f"{field} = s.{field}" for field in changing),
        "every": ", ".join(LicenceFacts._fields),
        "given": given,
        "known": _as_json("l", list(LicenceFacts._fields)),
        "same": SAME_DOUBT.format(given=given),
        "of_doubtful": OF_DOUBTFUL,
    }


def _as_json(table: str, fields: list[str]) -> str:
    return GIVEN.format(pairs=", ".join(f"'{field}', {table}.{field}" for field in fields))
