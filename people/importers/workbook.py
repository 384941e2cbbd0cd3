"""The rows of a register in an XLSX file, one after the other. Pure."""

from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any, BinaryIO, NamedTuple
from zipfile import ZipFile

from people.importers import sheets
from people.importers.columns import FileRefused, RowError
from people.importers.sheets import Fault, Limits, SheetRefused

MAX_UNPACKED = 400 * 1024 * 1024
MAX_SHARED = 64 * 1024 * 1024
MAX_MARKS = 24_000_000  # Signs "<" in all parts: a few for each cell of 300,000 rows.
MAX_ROWS = 300_001
MAX_COLUMNS = 60
SENTENCES = {
    Fault.UNREADABLE: "The workbook cannot be read. Save it again as XLSX, or as CSV.",
    Fault.ODDLY_PACKED: "The workbook is packed in a way that no spreadsheet is.",
    Fault.TOO_LARGE: "The workbook is too large. Save it as CSV.",
    Fault.SEVERAL_SHEETS: "The workbook has several sheets. Keep the one with the register.",
    Fault.TOO_MANY_ROWS: f"The sheet has more than {MAX_ROWS - 1:,} rows, empty ones included.",
    Fault.TOO_MANY_CELLS: f"The row has over {MAX_COLUMNS} cells.",
}


class Unreadable(NamedTuple):
    """A cell that says another thing to each who opens it, and why."""

    reason: str


Cell = str | date | Unreadable
FORMULA = Unreadable("The cell holds a formula. Put its value there.")
ERROR = Unreadable("The cell holds an error.")
ODD = Unreadable("The cell holds no text. Format it as text and write it again.")


def rows(source: BinaryIO) -> Iterator[list[Cell]]:
    """The rows of the only sheet. Raises FileRefused."""
    limits = Limits(MAX_UNPACKED, MAX_SHARED, MAX_MARKS, MAX_ROWS, MAX_COLUMNS)
    try:
        yield from sheets.rows(source, limits=limits, read=lambda cells: [*map(_cell, cells)])
    except SheetRefused as refusal:
        raise FileRefused(RowError(refusal.row, "", SENTENCES[refusal.fault])) from refusal


def unpacked_size(source: BinaryIO) -> int:
    """How many bytes the parts say they hold; reading stops there, so that none holds more."""
    try:
        with ZipFile(source) as packed:
            return sum(part.file_size for part in packed.infolist())
    except Exception:  # noqa: BLE001 - As many ways as above; reading it will say so.
        return 0
    finally:
        source.seek(0)


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
