"""Test questions in the formats of other systems (``docs/question-formats.md``). Pure: bytes in,
items out and back; what happens to the bank is decided elsewhere."""

from collections.abc import Callable, Iterable, Mapping
from typing import IO

from assessments.importers import aiken, gift, moodle_xml, sheet
from assessments.importers.encoding import MAX_BYTES
from assessments.importers.item import FileRefused, Item, Reading

__all__ = ["READERS", "WRITERS", "FileRefused", "Item", "Reading", "read_file"]

READERS: Mapping[str, Callable[[bytes], Reading]] = {
    "aiken": aiken.read,
    "gift": gift.read,
    "moodle-xml": moodle_xml.read,
    "csv": sheet.read,
}
WRITERS: Mapping[str, Callable[[Iterable[Item]], str]] = {
    "gift": gift.write,
    "moodle-xml": moodle_xml.write,
    "csv": sheet.write,
}


def read_file(file: IO[bytes], name: str) -> Reading:
    """What the file says in the format of that name; not a byte more than any file may have is
    taken into memory. Raises FileRefused."""
    return READERS[name](file.read(MAX_BYTES + 1))
