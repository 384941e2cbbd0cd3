"""Whatever is sent, the answer is a reading or a refusal in one sentence, and it comes soon."""

from contextlib import suppress

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assessments.importers import READERS, WRITERS
from assessments.importers.encoding import MAX_BYTES
from assessments.importers.item import FileRefused
from assessments.importers.tally import MAX_ITEMS
from tests.assessments.importers.items import question, several, statement

GOOD = [question(topic="signs", critical=True), several(["a", "b"], ["c"]), statement(right=True)]
SAMPLES = [write(GOOD).encode() for write in WRITERS.values()]
FORMATS = pytest.mark.parametrize("name", READERS)
CAREFUL = settings(max_examples=80, deadline=None)
ENTITIES = '<!DOCTYPE quiz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
OUTSIDE = '<!DOCTYPE quiz [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


@st.composite
def spoilt(draw):
    """A sound file with some bytes put in, left out or changed."""
    data = bytearray(draw(st.sampled_from(SAMPLES)))
    for _ in range(draw(st.integers(1, 6))):
        place = draw(st.integers(0, len(data)))
        data[place : place + draw(st.integers(0, 8))] = draw(st.binary(max_size=6))
    return bytes(data)


def read_or_refuse(name, data):
    with suppress(FileRefused):
        return READERS[name](data)
    return None


@FORMATS
@CAREFUL
@given(data=st.binary() | st.text().map(lambda text: text.encode("utf-8", "replace")) | spoilt())
@example(data=b"")
@example(data=b"\xff\xfe")
@example(data=b"PK\x03\x04")
@example(data=b"<quiz><question type='multichoice'>" * 50)
def test_any_bytes_give_a_reading_or_a_refusal(name, data):
    reading = read_or_refuse(name, data)
    if reading:
        positions = [position for position, _item in reading.items]
        positions += [skipped.position for skipped in reading.skipped]
        assert sorted(positions) == list(range(1, reading.read + 1))


@FORMATS
def test_file_that_is_too_large_is_refused(name):
    with pytest.raises(FileRefused, match="larger than 5 MB"):
        READERS[name](b"a" * (MAX_BYTES + 1))


@pytest.mark.parametrize(
    ("name", "head", "one", "foot"),
    [
        ("aiken", "", "Q\nA. a\nB. b\nANSWER: A\n", ""),
        ("gift", "", "Q{=a ~b}\n\n", ""),
        ("moodle-xml", "<quiz>", '<question type="essay"/>', "</quiz>"),
        ("csv", "text,option_1,option_2,right\n", "Q,a,b,1\n", ""),
    ],
)
def test_more_questions_than_any_bank_are_refused(name, head, one, foot):
    with pytest.raises(FileRefused, match="more than 5,000"):
        READERS[name](f"{head}{one * (MAX_ITEMS + 1)}{foot}".encode())
    assert READERS[name](f"{head}{one * MAX_ITEMS}{foot}".encode()).read == MAX_ITEMS


@FORMATS
def test_sign_that_is_no_text_is_refused(name):
    with pytest.raises(FileRefused):
        READERS[name](b"Q\0 {=a ~b}")


@pytest.mark.parametrize("declared", [ENTITIES, OUTSIDE, "<!DOCTYPE quiz>"])
@pytest.mark.parametrize("ends", ["</quiz>", "& broken"])
def test_document_type_and_entities_are_refused(declared, ends):
    question = '<question type="essay"><name><text>&a;</text></name></question>'
    with pytest.raises(FileRefused, match="document type or entities"):
        READERS["moodle-xml"](f"{declared}<quiz>{question}{ends}".encode())


def test_question_of_endless_elements_is_refused():
    data = b'<quiz><question type="multichoice">' + b"<answer/>" * 400_000
    with pytest.raises(FileRefused, match="more than 2,000 elements"):
        READERS["moodle-xml"](data)


# Each of these once took minutes, or a gigabyte; a reader that looks at a sign more than a few
# times would keep the suite waiting.
@pytest.mark.parametrize(
    ("name", "unit"),
    [
        ("aiken", "::a:: x {=a ~b}\n"),
        ("aiken", "A. x\nB.\n"),
        ("gift", "//[tag:"),
        ("gift", "{=\\"),
        ("gift", "::\\"),
        ("gift", "[html]<a <!-- & {=a ~b}\n"),
        ("csv", '"\n'),
        ("csv", "\n"),
        ("csv", 'a,"\n'),
        ("moodle-xml", "<quiz><question type='multichoice'>"),
    ],
)
def test_long_file_of_one_trick_is_read_through_once(name, unit):
    read_or_refuse(name, (unit * (MAX_BYTES // len(unit) // 4)).encode())


@pytest.mark.parametrize("trick", ["<", "<a", "<!--", "&", "<!", "<a b='", "<![", "<?", "<a a="])
def test_html_of_one_trick_is_read_through_once(trick):
    text = (trick * 499 + "x" * 19_900)[:19_900].replace("=", "\\=")
    assert READERS["gift"](f"[html]{text} {{=a ~b}}\n\n".encode() * 50).read == 50
