"""The cells of an XLSX file, row after row. Pure.

openpyxl reads them row by row; defusedxml, which it uses where it is installed, lets no entity
grow. What the file would unpack to is measured before, into a file of its own: a few kilobytes can
hold gigabytes. Only the texts that the cells share are held in memory, so these have a limit too.
"""

import warnings
from collections.abc import Callable, Iterator, Sequence
from enum import Enum, auto
from tempfile import TemporaryFile
from typing import IO, Any, BinaryIO, NamedTuple, TypeVar
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

from openpyxl import load_workbook

BLOCK = 1024 * 1024
SHARED = "sharedStrings.xml"
Row = TypeVar("Row")


class Limits(NamedTuple):
    unpacked: int  # Bytes of all parts.
    shared: int  # Bytes of the texts that the cells share.
    marks: int  # Signs "<" in all parts.
    rows: int
    columns: int


class Fault(Enum):
    UNREADABLE = auto()
    ODDLY_PACKED = auto()
    TOO_LARGE = auto()
    SEVERAL_SHEETS = auto()
    TOO_MANY_ROWS = auto()
    TOO_MANY_CELLS = auto()


class SheetRefused(Exception):
    def __init__(self, fault: Fault, row: int = 1) -> None:
        super().__init__(fault)
        self.fault = fault
        self.row = row


def rows(
    source: BinaryIO, *, limits: Limits, read: Callable[[Sequence[Any]], Row]
) -> Iterator[Row]:
    """What ``read`` makes of the cells of each row of the only sheet. Raises SheetRefused."""
    try:
        with warnings.catch_warnings(), TemporaryFile() as measured:
            warnings.simplefilter("ignore")  # Of styles and rules that are not read here.
            _measure(source, measured, limits)
            workbook = load_workbook(measured, read_only=True, keep_links=False)
            yield from map(read, _rows(workbook, limits))
    except SheetRefused:
        raise
    except Exception as fault:  # openpyxl fails in as many ways as files are broken.
        raise SheetRefused(Fault.UNREADABLE) from fault


def _measure(source: BinaryIO, measured: IO[bytes], limits: Limits) -> None:
    """Write the XML of the workbook into a new archive: what is read later is what was measured
    here, whatever the old one says of itself in another place."""
    room, marks = limits.unpacked, limits.marks
    with ZipFile(source) as packed, ZipFile(measured, "w") as unpacked:
        for part in packed.infolist():
            if not part.filename.endswith((".xml", ".rels")):
                continue
            if part.compress_type not in {ZIP_STORED, ZIP_DEFLATED}:
                raise SheetRefused(Fault.ODDLY_PACKED)
            shared = limits.shared if part.filename.endswith(SHARED) else limits.unpacked
            with packed.open(part) as old, unpacked.open(part.filename, "w") as new:
                while block := old.read(BLOCK):
                    room, shared = room - len(block), shared - len(block)
                    marks -= block.count(b"<")
                    if room < 0 or marks < 0 or shared < 0:
                        raise SheetRefused(Fault.TOO_LARGE)
                    new.write(block)
    measured.seek(0)


def _rows(workbook: Any, limits: Limits) -> Iterator[Sequence[Any]]:
    if len(workbook.worksheets) != 1:
        raise SheetRefused(Fault.SEVERAL_SHEETS)
    sheet = workbook.worksheets[0]
    sheet.reset_dimensions()  # What a file says of its own size is often wrong.
    room = limits.rows * limits.columns
    for number, cells in enumerate(sheet.iter_rows(max_row=limits.rows + 1), start=1):
        room -= len(cells)
        if number > limits.rows or room < 0:
            raise SheetRefused(Fault.TOO_MANY_ROWS)
        if any(cell.value is not None for cell in cells[limits.columns :]):
            raise SheetRefused(Fault.TOO_MANY_CELLS, number)
        yield cells[: limits.columns]
