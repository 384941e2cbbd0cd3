import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.importers import aiken
from assessments.importers.item import Choice, Kind
from tests.assessments.importers.items import (
    TEXTS,
    question,
    read_back,
    reasons,
    several,
    statement,
)

GOOD = "Question {0}\nA. Right {0}\nB. Wrong {0}\nANSWER: A\n"


def only(text):
    reading = aiken.read(text.encode())
    assert reading.skipped == ()
    [(_position, item)] = reading.items
    return item


def refused(text):
    reading = aiken.read(text.encode())
    assert reading.items == ()
    return reasons(reading)[0]


@pytest.mark.parametrize(
    "text",
    [
        "What first?\nA. Drive on\nB. Ring 999\nC. Wait\nANSWER: B",
        "What first?\nA) Drive on\nB) Ring 999\nC) Wait\nANSWER: B\n",
        "\n\n  What first?\n\n A. Drive on\n\n B. Ring 999\n\n C. Wait\n\n answer :B\n",
        "What\nfirst?\nA. Drive on\nB. Ring 999\nC. Wait\nANSWER: B",
    ],
    ids=["dots", "brackets", "empty lines and spaces", "text of two lines"],
)
def test_question_with_its_options_in_order(text):
    item = only(text)
    assert (item.name, item.kind, item.text) == ("What first?", Kind.SINGLE, "What first?")
    options = [("Drive on", False), ("Ring 999", True), ("Wait", False)]
    assert [(choice.text, choice.correct) for choice in item.choices] == options


def test_true_and_false_are_a_statement():
    item = only("It is so.\nA. True\nB. False\nANSWER: B")
    assert item == statement(right=False, text="It is so.")


def test_signs_of_other_formats_are_plain_text():
    item = only("5 < 6 {=a} <b>\nA. <i>x</i> &amp;\nB. #\nANSWER: A")
    assert (item.text, item.choices[0].text) == ("5 < 6 {=a} <b>", "<i>x</i> &amp;")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Q\nA. a\nB. b\n", "no line ANSWER"),
        ("Q\nA. a\nB. b\nANSWER:", "“?” is none"),
        ("Q\nA. a\nB. b\nANSWER: C", "“C” is none"),
        ("Q\nA. a\nB. b\nANSWER: a", "“a” is none"),
        ("Q\nA. a\nB. b\nC. c\nANSWER: A, C", "Several answers"),
        ("Q\nA. a\nB. b\nC. c\nANSWER: A and C", "is none"),
        ("Q\nANSWER: A", "no options"),
        ("Q\nA. a\nANSWER: A", "There are 1 options"),
        ("Q\nA. a\nC. c\nANSWER: A", "lettered"),
        ("Q\nB. a\nA. c\nANSWER: A", "no line ANSWER"),
        ("Q\nA. a\nmore of a\nB. b\nANSWER: A", "lettered"),
        ("Q\nA.\nB. b\nANSWER: A", "has no text"),
        ("A. a\nB. b\nANSWER: A", "The question has no text"),
        ("Q\nA. a\nB. a\nANSWER: A", "Two options"),
        ("Q\n" + "".join(f"{c}. {c}\n" for c in "ABCDEFG") + "ANSWER: A", "There are 7 options"),
        ("Only words", "no options"),
    ],
)
def test_what_cannot_be_a_question_is_skipped_with_the_reason(text, reason):
    assert reason in refused(text)


def test_place_of_a_skipped_question_is_its_position_and_line():
    text = f"{GOOD.format(1)}\nBad one\nA. a\nB. b\n\n{GOOD.format(2)}"
    reading = aiken.read(text.encode())
    [skipped] = reading.skipped
    assert (skipped.position, skipped.name) == (2, "Bad one")
    assert skipped.reason.startswith("line 6: ")
    assert [position for position, _item in reading.items] == [1, 3]


@pytest.mark.parametrize(
    "bad",
    [
        "Bad\nA. a\nB. b\n",
        "Bad\n",
        "Bad\n\n",
        "Bad\nA. a\n\n",
        "Bad\nA. a\nB. b\nANSWER: Z\n",
        "ANSWER: A\n",
        "Bad\nA. a\nstray\n\n",
    ],
)
def test_question_behind_a_bad_one_is_read(bad):
    separator = "" if "A. a" in bad or "ANSWER" in bad else "\n"
    items = read_back(aiken.read(f"{bad}{separator}{GOOD.format(1)}".encode()))
    assert [item.text for item in items] == ["Question 1"]


@given(st.one_of(TEXTS, st.text()).map(lambda text: text.replace("\0", "")))
def test_junk_never_spoils_its_neighbours(junk):
    text = f"{GOOD.format(1)}\n\n{junk}\n\n{GOOD.format(2)}"
    texts = [item.text for item in read_back(aiken.read(text.encode(errors="replace")))]
    assert (texts[0], texts[-1]) == ("Question 1", "Question 2")


def test_question_is_written_as_it_is_read():
    assert aiken.write([question(text="Q")]) == "Q\nA. Ring 999\nB. Drive on\nANSWER: A\n"


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (several(["a", "b"], ["c"]), "one right option"),
        (question(critical=True), "no place"),
        (question(fixed_order=True), "no place"),
        (question(text="One\ntwo"), "one line"),
        (question(text="A. first"), "looks like"),
        (question(text="Answer: B"), "looks like"),
        (question(choices=(Choice("ANSWER: A", correct=True), Choice("b", correct=False))), "look"),
    ],
)
def test_what_aiken_cannot_hold_is_left_out_with_the_reason(item, reason):
    [left_out] = aiken.left_out([item])
    assert (left_out.position, reason in left_out.reason) == (1, True)
    assert aiken.write([item]) == ""
