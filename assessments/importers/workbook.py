"""The cells of an XLSX file as texts. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime, time
from functools import partial
from io import BytesIO
from typing import Any

from assessments.importers.item import FileRefused
from people.importers import sheets
from people.importers.sheets import Fault, Limits, SheetRefused

MAX_UNPACKED = 30 * 1024 * 1024
MAX_MARKS = 1_500_000  # Signs "<" in all parts: a few for each of 300,000 cells.
MAX_ROWS = 20_000
MAX_COLUMNS = 60
SENTENCES = {
    Fault.UNREADABLE: "The workbook cannot be read. Save it again as XLSX, or as CSV.",
    Fault.ODDLY_PACKED: "The workbook is packed in a way that no spreadsheet is.",
    Fault.TOO_LARGE: "The workbook would unpack to more than can be read here.",
    Fault.SEVERAL_SHEETS: "The workbook has several sheets. Keep the one to read.",
    Fault.TOO_MANY_ROWS: f"The sheet has more than {MAX_ROWS:,} rows, empty ones included.",
    Fault.TOO_MANY_CELLS: f"The sheet has more than {MAX_COLUMNS} columns.",
}

# The texts of a row, and what is wrong with one of its cells.
Row = tuple[list[str], str]


def is_workbook(data: bytes) -> bool:
    return data.startswith(b"PK")


def rows(data: bytes, *, dates: bool = False) -> Iterator[Row]:
    """The rows of the only sheet, each as long as its last cell says. With ``dates`` a cell may
    hold a day, which reads YYYY-MM-DD. Raises FileRefused."""
    limits = Limits(MAX_UNPACKED, MAX_UNPACKED, MAX_MARKS, MAX_ROWS, MAX_COLUMNS)
    try:
        yield from sheets.rows(BytesIO(data), limits=limits, read=partial(_texts, dates=dates))
    except SheetRefused as refusal:
        raise FileRefused(SENTENCES[refusal.fault]) from refusal


def _texts(cells: Sequence[Any], *, dates: bool) -> Row:
    texts, fault = [], ""
    wrong = "a formula, a time or an error" if dates else "a formula, a date or an error"
    for number, cell in enumerate(cells, start=1):
        text = _day(cell) if dates and cell.data_type == "d" else _text(cell)
        if text is None:
            fault = f"Cell {number} holds {wrong}; it must be a text."
        texts.append(text or "")
    return texts, fault


def _day(cell: Any) -> str | None:
    """Of a day without a time, however the program shows it."""
    value = cell.value
    whole = isinstance(value, datetime) and value.time() == time()
    return value.date().isoformat() if whole else None


def _text(cell: Any) -> str | None:
    """Empty stands for what says another thing to each who opens it."""
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else str(value)
    is_plain = isinstance(value, str | int) and cell.data_type in {"s", "n", "inlineStr"}
    return str(value) if is_plain else None
