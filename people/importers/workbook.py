"""The rows of an XLSX file, one after the other. Pure.

openpyxl reads them row by row; defusedxml, which it uses where it is installed, lets no entity
grow. What the file would unpack to is measured before, into a file of its own: a few kilobytes can
hold gigabytes. Only the texts that the cells share are held in memory, so these have a limit too.
"""

import warnings
from collections.abc import Iterator
from datetime import date, datetime, time
from tempfile import TemporaryFile
from typing import IO, Any, BinaryIO, NamedTuple
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from openpyxl import load_workbook

from people.importers.columns import FileRefused, RowError

MAX_UNPACKED = 400 * 1024 * 1024
MAX_SHARED = 64 * 1024 * 1024
MAX_MARKS = 24_000_000  # Signs "<" in all parts: a few for each cell of 300,000 rows.
MAX_ROWS = 300_001
MAX_COLUMNS = 60
BLOCK = 1024 * 1024
SHARED = "sharedStrings.xml"


class Unreadable(NamedTuple):
    """A cell that says another thing to each who opens it, and why."""

    reason: str


Cell = str | date | Unreadable
FORMULA = Unreadable("The cell holds a formula. Put its value there.")
ERROR = Unreadable("The cell holds an error.")
ODD = Unreadable("The cell holds no text. Format it as text and write it again.")


def rows(source: BinaryIO) -> Iterator[list[Cell]]:
    """The rows of the only sheet. Raises FileRefused."""
    try:
        with warnings.catch_warnings(), TemporaryFile() as measured:
            warnings.simplefilter("ignore")  # Of styles and rules that are not read here.
            _measure(source, measured)
            yield from _rows(load_workbook(measured, read_only=True, keep_links=False))
    except FileRefused:
        raise
    except Exception as fault:  # openpyxl fails in as many ways as files are broken.
        sentence = "The workbook cannot be read. Save it again as XLSX, or as CSV."
        raise _refused(sentence) from fault


def unpacked_size(source: BinaryIO) -> int:
    """How many bytes the parts say they hold; reading stops there, so that none holds more."""
    try:
        with ZipFile(source) as packed:
            return sum(part.file_size for part in packed.infolist())
    except Exception:  # noqa: BLE001 - As many ways as above; reading it will say so.
        return 0
    finally:
        source.seek(0)


def _refused(sentence: str) -> FileRefused:
    return FileRefused(RowError(1, "", sentence))


def _measure(source: BinaryIO, measured: IO[bytes]) -> None:
    """Write the XML of the workbook into a new archive: what is read later is what was measured
    here, whatever the old one says of itself in another place."""
    room, marks = MAX_UNPACKED, MAX_MARKS
    with ZipFile(source) as packed, ZipFile(measured, "w") as unpacked:
        for part in packed.infolist():
            if not part.filename.endswith((".xml", ".rels")):
                continue
            if part.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
                raise _refused("The workbook is packed in a way that no spreadsheet is.")
            shared = MAX_SHARED if part.filename.endswith(SHARED) else MAX_UNPACKED
            with packed.open(part) as old, unpacked.open(part.filename, "w") as new:
                while block := old.read(BLOCK):
                    room, shared = room - len(block), shared - len(block)
                    marks -= block.count(b"<")
                    if room < 0 or marks < 0 or shared < 0:
                        raise _refused("The workbook is too large. Save it as CSV.")
                    new.write(block)
    measured.seek(0)


def _rows(workbook: Any) -> Iterator[list[Cell]]:
    if len(workbook.worksheets) != 1:
        raise _refused("The workbook has several sheets. Keep the one with the register.")
    sheet = workbook.worksheets[0]
    sheet.reset_dimensions()  # What a file says of its own size is often wrong.
    room = MAX_ROWS * MAX_COLUMNS
    for number, cells in enumerate(sheet.iter_rows(max_row=MAX_ROWS + 1), start=1):
        room -= len(cells)
        if number > MAX_ROWS or room < 0:
            raise _refused(f"The sheet has more than {MAX_ROWS - 1:,} rows, empty ones included.")
        if any(cell.value is not None for cell in cells[MAX_COLUMNS:]):
            raise FileRefused(RowError(number, "", f"The row has over {MAX_COLUMNS} cells."))
        yield [_cell(cell) for cell in cells[:MAX_COLUMNS]]


def _cell(cell: Any) -> Cell:
    value, kind = cell.value, cell.data_type if cell.value is not None else "n"
    if value is None:
        return ""
    if kind == "f":
        return FORMULA
    if kind == "e":
        return ERROR
    if kind == "d":
        return _day(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, str | int) and not isinstance(value, bool):
        return str(value)
    return ODD


def _day(value: Any) -> date | Unreadable:
    if isinstance(value, datetime):
        return value.date() if value.time() == time() else Unreadable("The cell holds a time.")
    return value if isinstance(value, date) else Unreadable("The cell holds a time.")
