import codecs

import pytest

from assessments.importers.encoding import decode
from assessments.importers.item import FileRefused


@pytest.mark.parametrize(
    "data",
    [
        "Zieliński’s".encode(),
        codecs.BOM_UTF8 + "Zieliński’s".encode(),
        "Zieliński’s".encode("utf-16"),
        codecs.BOM_UTF16_BE + "Zieliński’s".encode("utf-16-be"),
    ],
)
def test_unicode_is_read_with_and_without_its_mark(data):
    assert decode(data) == "Zieliński’s"


def test_what_is_not_utf8_is_taken_for_windows_1252():
    assert decode("It’s £5 – café".encode("cp1252")) == "It’s £5 – café"


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_line_ends_become_one(ends):
    assert decode(f"a{ends}{ends}b".encode()) == "a\n\nb"


@pytest.mark.parametrize(
    "data",
    [
        b"a\0b",
        codecs.BOM_UTF8 + b"caf\xe9",
        codecs.BOM_UTF16_LE + b"a",
        codecs.BOM_UTF16_LE + b"\x00\xd8",
        codecs.BOM_UTF32_LE + "abc".encode("utf-32-le"),
        "abc".encode("utf-16-le"),
        b"\x81\xfe",
    ],
)
def test_what_is_no_text_is_refused(data):
    with pytest.raises(FileRefused, match="not a text"):
        decode(data)
