"""From bytes to text, for every format that is a text. Pure."""

import codecs

from assessments.importers.item import FileRefused

MAX_BYTES = 5 * 1024 * 1024
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def check_size(data: bytes) -> None:
    if len(data) > MAX_BYTES:
        raise FileRefused(f"The file is larger than {MAX_BYTES // 1024 // 1024} MB.")


def decode(data: bytes) -> str:
    """The text, with every line ended alike. A mark at its start says what it is written in; else
    it is UTF-8, or what it cannot be as UTF-8 is taken for Windows-1252. Raises FileRefused."""
    check_size(data)
    marked = [encoding for mark, encoding in MARKS if data.startswith(mark)]
    for encoding in marked or ["utf-8", "cp1252"]:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" in text:
            break
        return text.replace("\r\n", "\n").replace("\r", "\n")
    raise FileRefused("The file is not a text in UTF-8, UTF-16 or Windows-1252.")
