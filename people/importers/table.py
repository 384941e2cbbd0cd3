"""The rows of a CSV file, one after the other, however many there are. Pure."""

import csv
from collections.abc import Iterator
from io import TextIOWrapper
from typing import BinaryIO

from people.importers.columns import FileRefused, RowError

NOT_UTF8 = "The file is not UTF-8 from here on. Save it again as “CSV UTF-8”."
BROKEN = "The row cannot be read: a quotation mark is missing or out of place."


def rows(source: BinaryIO) -> Iterator[list[str]]:
    """Raises FileRefused, with the row, where the file stops being a table."""
    text = TextIOWrapper(source, encoding="utf-8-sig", newline="")
    number = 0
    try:
        for cells in csv.reader(text, strict=True):
            number += 1
            yield cells
    except UnicodeError:
        raise FileRefused(RowError(number + 1, "", NOT_UTF8)) from None
    except csv.Error:
        raise FileRefused(RowError(number + 1, "", BROKEN)) from None
    finally:
        text.detach()
