"""Tables that people write in a spreadsheet: the rows of a CSV or of an XLSX file. Pure."""

import csv
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from assessments.importers import workbook
from assessments.importers.encoding import check_size, decode
from assessments.importers.item import FileRefused, named, one_line
from people.cells import as_meant

# A row stands on fewer lines; a quotation mark that is never closed on more.
MAX_LINES = 100


@dataclass(frozen=True)
class Row:
    """``number`` counts the lines of a CSV and the rows of a sheet, from one."""

    number: int
    cells: Sequence[str]
    fault: str = ""
    unit: str = "row"

    @property
    def place(self) -> str:
        return f"{self.unit} {self.number}"

    @property
    def is_blank(self) -> bool:
        return not self.fault and not any(cell.strip() for cell in self.cells)

    def named(self, columns: Sequence[str]) -> dict[str, str]:
        """What was meant by each cell; a row may be shorter than the header."""
        pairs = zip(columns, self.cells)  # noqa: B905
        return {column: as_meant(cell.strip()) for column, cell in pairs}

    def overflows(self, columns: Sequence[str]) -> bool:
        return any(cell.strip() for cell in self.cells[len(columns) :])


def rows_of(data: bytes, *, dates: bool = False) -> Iterator[Row]:
    """The rows that are not blank. ``dates``: a cell of a sheet may hold one, read as YYYY-MM-DD.
    Raises FileRefused."""
    check_size(data)
    is_workbook = workbook.is_workbook(data)
    rows = _workbook_rows(data, dates=dates) if is_workbook else _csv_rows(decode(data))
    return (row for row in rows if not row.is_blank)


def columns_of(header: Row, *, known: Collection[str], required: Collection[str]) -> list[str]:
    """The names of the columns, in their order. Raises FileRefused, naming what is wrong."""
    if header.fault:
        raise FileRefused(f"The names of the columns cannot be read. {header.fault}")
    names = [one_line(cell).lower() for cell in header.cells]
    while names and not names[-1]:
        names.pop()
    unknown = [named(name) or "(no name)" for name in names if name not in known]
    twice = sorted({name for name in names if names.count(name) > 1 and name in known})
    missing = [name for name in required if name not in names]
    for sentence, wrong in [
        ("These columns are not known", unknown),
        ("These columns are there twice", twice),
        ("These columns are missing", missing),
    ]:
        if wrong:
            raise FileRefused(f"{sentence}: {', '.join(wrong[:5])}.")
    return names


def _workbook_rows(data: bytes, *, dates: bool) -> Iterator[Row]:
    for number, (cells, fault) in enumerate(workbook.rows(data, dates=dates), start=1):
        yield Row(number, cells, fault)


def _csv_rows(text: str) -> Iterator[Row]:
    """The rows of a CSV. Where a quotation mark is wrong, that line is lost and the next is read;
    a row of many lines that has not the right number of cells is such a place too."""
    lines = text.split("\n")
    head = next((line for line in lines if line.strip()), "")
    delimiter = max(",;\t", key=head.count)
    place, width = 0, 0
    while place < len(lines):
        if not lines[place].strip():
            place += 1
            continue
        cells, end = _record(lines, place, delimiter)
        width = width or len(cells or [])
        if cells is None or (end > place + 1 and len(cells) != width):
            fault = "The quotation marks of this line do not match."
            yield Row(place + 1, [lines[place][:200]], fault, unit="line")
            end = place + 1
        else:
            yield Row(place + 1, cells, unit="line")
        place = end


def _record(lines: Sequence[str], start: int, delimiter: str) -> tuple[list[str] | None, int]:
    """The cells of the row that begins at a line, and the line behind it; none: it has no end."""
    ahead = range(start, min(start + MAX_LINES, len(lines)))
    reader = csv.reader((f"{lines[place]}\n" for place in ahead), delimiter=delimiter, strict=True)
    try:
        cells = next(reader)
    except csv.Error:
        return None, start + 1
    return cells, start + reader.line_num
