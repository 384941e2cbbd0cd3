"""Test questions in the formats of other systems (``docs/question-formats.md``). Pure: bytes in,
items out and back; what happens to the bank is decided elsewhere."""

from collections.abc import Callable, Iterable, Mapping

from assessments.importers import aiken, gift, moodle_xml, sheet
from assessments.importers.item import Item, Reading

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
