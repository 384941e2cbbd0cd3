"""The rows of a CSV file, one after the other, however many there are. Pure."""

import codecs
import csv
from collections.abc import Iterator
from typing import BinaryIO

from people.importers.columns import FileRefused, RowError

LONGEST = 1024 * 1024
NOT_UTF8 = "The row is not UTF-8. Save the file again as “CSV UTF-8”."
BROKEN = "The row cannot be read: a quotation mark is missing or out of place."
TOO_LONG = "The row is too long."


def rows(source: BinaryIO) -> Iterator[list[str]]:
    """Raises FileRefused, with the row, where the file stops being a table."""
    number = 0
    try:
        for cells in csv.reader(_lines(source), strict=True):
            number += 1
            yield cells
    except UnicodeError:
        raise FileRefused(RowError(number + 1, "", NOT_UTF8)) from None
    except csv.Error:
        raise FileRefused(RowError(number + 1, "", BROKEN)) from None
    except OverflowError:
        raise FileRefused(RowError(number + 1, "", TOO_LONG)) from None


def _lines(source: BinaryIO) -> Iterator[str]:
    """One by one, so that what is not UTF-8 is found in its row; none longer than memory bears."""
    line = source.readline(LONGEST).removeprefix(codecs.BOM_UTF8)
    while line:
        if len(line) >= LONGEST:
            raise OverflowError
        yield line.decode()
        line = source.readline(LONGEST)
