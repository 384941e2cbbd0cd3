"""Out and in again: nothing is lost and nothing moves, whatever signs a text is made of."""

import pytest
from hypothesis import given, settings

from assessments.importers import READERS, WRITERS, aiken
from assessments.importers.item import with_feedback_explained
from tests.assessments.importers.items import SOME_ITEMS, question, read_back, several, statement

CAREFUL = settings(max_examples=60, deadline=None)
AWKWARD = [
    question(text="=1+1", topic="signs", source="Act 2004, s.11 [b]\\"),
    question(text="[html]<b>Not</b> bold &amp; \\n as it stands\n\n// no comment", critical=True),
    several(["50% off", "%50%"], ["-> there", "#### here"], fixed_order=True, language="cy"),
    statement(right=False, explanation="It is = ~ # { } : \\ not.", lesson="respond"),
    several(["a", "b", "c", "d", "e", "f", "g"], ["h"], topic="signs"),
    question(text="::A:: {T}", name="'=A name", topic="respond_2"),
]


@pytest.mark.parametrize("name", WRITERS)
@CAREFUL
@given(items=SOME_ITEMS)
def test_what_is_written_is_read_as_it_was(name, items):
    meant = [with_feedback_explained(item) for item in items] if name == "csv" else items
    reading = READERS[name](WRITERS[name](meant).encode())
    assert (read_back(reading), reading.skipped) == (meant, ())


@pytest.mark.parametrize("name", WRITERS)
@CAREFUL
@given(items=SOME_ITEMS)
def test_second_export_is_the_first_to_the_byte(name, items):
    first = WRITERS[name](items)
    assert WRITERS[name](read_back(READERS[name](first.encode()))) == first


@pytest.mark.parametrize("name", WRITERS)
def test_awkward_questions_come_back(name):
    assert read_back(READERS[name](WRITERS[name](AWKWARD).encode())) == AWKWARD


@CAREFUL
@given(items=SOME_ITEMS)
def test_aiken_comes_back_to_the_byte_where_it_can_hold_the_question(items):
    first = aiken.write(items)
    again = aiken.write(read_back(aiken.read(first.encode()))) if first else ""
    assert again == first


@CAREFUL
@given(items=SOME_ITEMS)
def test_aiken_names_every_question_that_it_leaves_out(items):
    left_out = len(aiken.left_out(items))
    written = aiken.read(aiken.write(items).encode()).read if left_out < len(items) else 0
    assert left_out + written == len(items)


@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("name", ["gift", "csv"])
def test_line_ends_and_encodings_change_nothing(name, encoding, ends):
    text = WRITERS[name](AWKWARD).replace("\r\n", "\n").replace("\n", ends)
    assert read_back(READERS[name](text.encode(encoding))) == AWKWARD


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_xml_is_read_in_the_encoding_it_names(encoding):
    text = WRITERS["moodle-xml"](AWKWARD).replace("UTF-8", encoding.removesuffix("-sig"))
    assert read_back(READERS["moodle-xml"](text.encode(encoding))) == AWKWARD
