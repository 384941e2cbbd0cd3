"""Statements that PostgreSQL plans once for each connection, not again at every call.

A long statement over few rows takes longer to plan than to run. Here the server binds the values,
so that one plan serves them all, as the settings ask; such a statement must therefore find its rows
by index, whatever the values are. A plan is made anew when the tables change, or when statistics
are gathered.
"""

from typing import Any, cast

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper
from psycopg import RawCursor, errors

# A column changed its type under the plan, or the server has forgotten the statement.
OUTDATED = (errors.FeatureNotSupported, errors.InvalidSqlStatementName)


class Places(dict[str, str]):
    """Where each named value goes: ``$1`` for the first name met, ``$2`` for the next."""

    def __missing__(self, name: str) -> str:
        self[name] = place = f"${len(self) + 1}"
        return place


class PreparedCursor(RawCursor[Any]):
    """Prepares its statement on first use; a connection of the pool keeps it from then on."""

    # pghistory puts a statement of its own before each that may write, unless the cursor has a
    # name; two cannot be prepared as one. This one only reads.
    name = "prepared"

    def execute(self, query: Any, params: Any = None, **options: Any) -> "PreparedCursor":
        return super().execute(query, params, **{**options, "prepare": True})


class Statement:
    """A statement that only reads, with its values by name: ``%(as_at)s``."""

    def __init__(self, text: str) -> None:
        places = Places()
        self.text = text % places
        self.names = list(places)

    def rows(self, **values: Any) -> list[tuple[Any, ...]]:
        """What it finds now, in the transaction that is open.

        Migrations run under processes that serve: a statement that is out of date is prepared anew
        and asked once more, except in a transaction, which the error has ended.
        """
        database = connections[DEFAULT_DB_ALIAS]
        try:
            return self._rows(database, values)
        except DatabaseError as error:
            if not isinstance(error.__cause__, OUTDATED) or database.in_atomic_block:
                raise
        with database.cursor() as cursor:
            cursor.execute("DEALLOCATE ALL")  # The driver sees that and forgets them, too.
        return self._rows(database, values)

    def _rows(self, database: BaseDatabaseWrapper, values: dict[str, Any]) -> list[tuple[Any, ...]]:
        database.ensure_connection()
        cursor = PreparedCursor(database.connection)
        wrap = database.make_debug_cursor if database.queries_logged else database.make_cursor
        with wrap(cast("CursorWrapper", cursor)) as found:
            found.execute(self.text, [values[name] for name in self.names])
            rows: list[tuple[Any, ...]] = found.fetchall()
        return rows
