"""Rows by the page through a server-side cursor: the memory needed is that of one page."""

from collections.abc import Iterator
from typing import Any

from django.db import connection

PAGE = 2_000  # Rows; a page of sittings with papers of twenty questions is about 20 MB.


def rows(statement: str) -> Iterator[tuple[Any, ...]]:
    """The rows of ``statement``; call inside a transaction, in which the cursor lives."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(statement)
        while page := cursor.fetchmany(PAGE):
            yield from page
