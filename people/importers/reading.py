"""A register file row by row, CSV or XLSX, with what is wrong in it. Pure, in little memory."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import BinaryIO, NamedTuple

from people.importers import table, workbook
from people.importers.clean import Cleaner, as_texts
from people.importers.columns import FIELDS, FileRefused, RowError, read_header
from people.importers.facts import LicenceFacts, RowReader
from people.importers.workbook import Cell, Unreadable

DATES = {"date_of_birth", "licence_start", "licence_expiry"}
A_DATE = "The cell holds a date. Format the column as text and write it again."
WORKBOOK_STARTS = b"PK"
MUCH = 4 * 1024 * 1024
BLOCK = 500  # One row that needs a closer look slows down so many.
Batch = list[tuple[int, list[Cell]]]


class Line(NamedTuple):
    """One row of the file: its facts, or what is wrong with it."""

    row: int
    facts: LicenceFacts | None
    errors: Sequence[RowError] = ()


class Shaped(NamedTuple):
    """A row with as many cells as the header has; ``errors`` where that cannot be."""

    row: int
    cells: Sequence[str]
    errors: Sequence[RowError] = ()


class Block(NamedTuple):
    """Some rows by columns, as texts that the database takes; none where there are errors."""

    rows: Sequence[int]
    columns: Sequence[Sequence[str]]
    errors: Sequence[RowError] = ()


@dataclass(frozen=True)
class Reading:
    """A file whose header has been read. Its rows can be gone through once: as facts one by one,
    or by the block, which is faster and says the same."""

    columns: tuple[str, ...]
    numbered: Iterator[tuple[int, list[Cell]]]
    is_workbook: bool
    reader: RowReader
    cleaner: Cleaner

    def lines(self) -> Iterator[Line]:
        return map(self._line, self._shaped(self.numbered))

    def blocks(self) -> Iterator[Block]:
        while batch := list(islice(self.numbered, BLOCK)):
            block = self._plain(batch) or self._row_by_row(batch)
            if block.rows:
                yield block

    def _plain(self, batch: Batch) -> Block | None:
        """The block, if nothing in it needs a closer look; an object for each row costs more than
        all else."""
        rows, every_cell = zip(*batch, strict=True)
        if self.is_workbook or set(map(len, every_cell)) != {len(self.columns)}:
            return None
        columns = self.cleaner.clean(every_cell)
        return None if columns is None else Block(rows, columns)

    def _row_by_row(self, batch: Batch) -> Block:
        shaped = list(self._shaped(batch))
        rows = [line.row for line in shaped]
        if self.is_workbook and shaped and not any(line.errors for line in shaped):
            columns = self.cleaner.clean([line.cells for line in shaped])
            if columns is not None:
                return Block(rows, columns)
        lines = [self._line(line) for line in shaped]
        errors = [error for line in lines for error in line.errors]
        if errors:
            return Block(rows, [], errors)
        facts = [line.facts for line in lines]
        fields = [FIELDS[column] for column in self.columns]
        return Block(rows, [as_texts([getattr(it, field) for it in facts]) for field in fields])

    def _shaped(self, numbered: Iterable[tuple[int, list[Cell]]]) -> Iterator[Shaped]:
        return _shaped(numbered, self.columns, is_workbook=self.is_workbook)

    def _line(self, line: Shaped) -> Line:
        if line.errors:
            return Line(line.row, None, line.errors)
        read = self.reader.read(line.row, line.cells)
        return Line(line.row, None, read) if isinstance(read, list) else Line(line.row, read)


def read_register(source: BinaryIO, *, today: date) -> Reading:
    """Raises FileRefused at once for a header that is not one, and from the rows for a file that
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
    reader, cleaner = RowReader(columns, today=today), Cleaner(columns, today=today)
    return Reading(columns, numbered, is_workbook, reader, cleaner)


def has_much_in_it(source: BinaryIO) -> bool:
    """Whether a small file would unpack to a large one."""
    is_workbook = source.read(len(WORKBOOK_STARTS)) == WORKBOOK_STARTS
    source.seek(0)
    return is_workbook and workbook.unpacked_size(source) > MUCH


def _shaped(
    numbered: Iterable[tuple[int, list[Cell]]], columns: tuple[str, ...], *, is_workbook: bool
) -> Iterator[Shaped]:
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
            yield Shaped(row, (), [RowError(row, "", message)])
            continue
        errors = _of_another_kind(row, cells, columns) if is_workbook else ()
        yield Shaped(row, cells, errors)  # type: ignore[arg-type]


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
