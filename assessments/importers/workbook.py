"""The cells of an XLSX file as texts. Pure.

openpyxl reads it row by row in little memory; defusedxml, which it uses where it is installed, lets
no entity grow. What the file would unpack to is known before: a few kilobytes can hold gigabytes.
"""

import warnings
from collections.abc import Iterator, Sequence
from datetime import datetime, time
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from openpyxl import load_workbook

from assessments.importers.item import FileRefused

MAX_UNPACKED = 30 * 1024 * 1024
MAX_MARKS = 1_500_000  # Signs "<" in all parts: a few for each of 300,000 cells.
MAX_ROWS = 20_000
MAX_COLUMNS = 60

# The texts of a row, and what is wrong with one of its cells.
Row = tuple[list[str], str]


def is_workbook(data: bytes) -> bool:
    return data.startswith(b"PK")


def rows(data: bytes, *, dates: bool = False) -> Iterator[Row]:
    """The rows of the only sheet, each as long as its last cell says. With ``dates`` a cell may
    hold a day, which reads YYYY-MM-DD. Raises FileRefused."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Of styles and rules that are not read here.
            workbook = load_workbook(_checked(data), read_only=True, keep_links=False)
            yield from _rows(workbook, dates=dates)
    except FileRefused:
        raise
    except Exception as fault:  # openpyxl fails in as many ways as files are broken.
        sentence = "The workbook cannot be read. Save it again as XLSX, or as CSV."
        raise FileRefused(sentence) from fault


def _checked(data: bytes) -> BytesIO:
    """The XML of the workbook in a new archive: what is read later is what was measured here,
    whatever the old one says of itself in another place."""
    measured = BytesIO()
    room, marks = MAX_UNPACKED, MAX_MARKS
    with ZipFile(BytesIO(data)) as packed, ZipFile(measured, "w") as unpacked:
        for part in packed.infolist():
            if not part.filename.endswith((".xml", ".rels")):
                continue
            if part.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
                raise FileRefused("The workbook is packed in a way that no spreadsheet is.")
            with packed.open(part) as source:
                content = source.read(room + 1)
            room -= len(content)
            marks -= content.count(b"<")
            if room < 0 or marks < 0:
                raise FileRefused("The workbook would unpack to more than can be read here.")
            unpacked.writestr(part.filename, content)
    return measured


def _rows(workbook: Any, *, dates: bool) -> Iterator[Row]:
    if len(workbook.worksheets) != 1:
        raise FileRefused("The workbook has several sheets. Keep the one to read.")
    sheet = workbook.worksheets[0]
    sheet.reset_dimensions()  # What a file says of its own size is often wrong.
    room = MAX_ROWS * MAX_COLUMNS
    for number, cells in enumerate(sheet.iter_rows(max_row=MAX_ROWS + 1), start=1):
        room -= len(cells)
        if number > MAX_ROWS or room < 0:
            raise FileRefused(f"The sheet has more than {MAX_ROWS:,} rows, empty ones included.")
        if any(cell.value is not None for cell in cells[MAX_COLUMNS:]):
            raise FileRefused(f"The sheet has more than {MAX_COLUMNS} columns.")
        yield _texts(cells[:MAX_COLUMNS], dates=dates)


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
