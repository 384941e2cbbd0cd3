"""A register file row by row, CSV or XLSX, with what is wrong in it. Pure, in little memory."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import BinaryIO, NamedTuple

from people.importers import table, workbook
from people.importers.columns import FileRefused, RowError, read_header
from people.importers.facts import LicenceFacts, RowReader
from people.importers.workbook import Cell, Unreadable

DATES = {"date_of_birth", "licence_start", "licence_expiry"}
A_DATE = "The cell holds a date. Format the column as text and write it again."
WORKBOOK_STARTS = b"PK"
MUCH = 4 * 1024 * 1024


class Line(NamedTuple):
    """One row of the file: its facts, or what is wrong with it."""

    row: int
    facts: LicenceFacts | None
    errors: Sequence[RowError] = ()


class Reading(NamedTuple):
    """The columns, and the rows as they are read. The rows can be gone through once."""

    columns: tuple[str, ...]
    lines: Iterator[Line]


def read_register(source: BinaryIO, *, today: date) -> Reading:
    """Raises FileRefused at once for a header that is not one, and from ``lines`` for a file that
    stops being a table further down. ``source`` can be read from any place (seek)."""
    is_workbook = source.read(len(WORKBOOK_STARTS)) == WORKBOOK_STARTS
    source.seek(0)
    numbered: Iterator[tuple[int, list[Cell]]] = enumerate(
        workbook.rows(source) if is_workbook else table.rows(source),  # type: ignore[arg-type]
        start=1,
    )
    _, cells = next(numbered, (1, []))
    if not any(cells):
        raise FileRefused(RowError(1, "", "The file has no header in its first row."))
    columns = read_header([cell if isinstance(cell, str) else "" for cell in cells])
    reader = RowReader(columns, today=today)
    return Reading(columns, _lines(numbered, reader, columns, is_workbook=is_workbook))


def _lines(
    numbered: Iterator[tuple[int, list[Cell]]],
    reader: RowReader,
    columns: tuple[str, ...],
    *,
    is_workbook: bool,
) -> Iterator[Line]:
    width = len(columns)
    for row, cells in numbered:
        if not any(cells):
            continue
        while len(cells) > width and not cells[-1]:
            cells.pop()
        if is_workbook:  # It leaves out the empty cells at the end of a row.
            cells.extend([""] * (width - len(cells)))
        if len(cells) != width:
            message = f"The row has {len(cells)} cells, the header {width}."
            yield Line(row, None, [RowError(row, "", message)])
            continue
        errors = _of_another_kind(row, cells, columns) if is_workbook else []
        read = errors or reader.read(row, cells)  # type: ignore[arg-type]
        yield Line(row, None, read) if isinstance(read, list) else Line(row, read)


def _of_another_kind(row: int, cells: list[Cell], columns: tuple[str, ...]) -> list[RowError]:
    """Write days as texts where a day belongs; what is wrong with the cells that are none."""
    errors = []
    for place, (column, cell) in enumerate(zip(columns, cells, strict=True)):
        if isinstance(cell, Unreadable):
            errors.append(RowError(row, column, cell.reason))
        elif isinstance(cell, date):
            if column not in DATES:
                errors.append(RowError(row, column, A_DATE))
            cells[place] = cell.isoformat()
    return errors


def has_much_in_it(source: BinaryIO) -> bool:
    """Whether a small file would unpack to a large one."""
    is_workbook = source.read(len(WORKBOOK_STARTS)) == WORKBOOK_STARTS
    source.seek(0)
    return is_workbook and workbook.unpacked_size(source) > MUCH
