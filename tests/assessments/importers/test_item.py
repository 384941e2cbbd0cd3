import pytest
from hypothesis import given

from assessments.importers.item import (
    Choice,
    Kind,
    faults,
    named,
    one_line,
    tidied,
    tidy,
    true_or_false,
    with_feedback_explained,
)
from tests.assessments.importers.items import TEXTS, any_items, question, several, statement


def options(*texts, right=1):
    return tuple(Choice(text, correct=place < right) for place, text in enumerate(texts))


@pytest.mark.parametrize(
    "item",
    [
        question(),
        question(choices=options(*"abcdef")),
        question(text="x" * 2000, choices=options("a" * 250, "b" * 250), source="s" * 250),
        several("a", "b"),
        several("abcdefg", "h"),
        statement(right=True),
        statement(right=False),
        question(text="Zieliński’s cab 中 🚕 \u200f"),
    ],
)
def test_sound_question_has_no_fault(item):
    assert faults(item) == ()


@pytest.mark.parametrize(
    ("item", "fault"),
    [
        (question(text=""), "no text"),
        (question(text="x" * 2001), "The question is longer than 2,000 characters."),
        (question(choices=options("a")), "There are 1 options; there must be 2 to 6."),
        (question(choices=options(*"abcdefg")), "There are 7 options; there must be 2 to 6."),
        (question(choices=options("a", "b", right=0)), "No option is right."),
        (question(choices=options("a", "b", "c", right=2)), "2 options are right; only one"),
        (question(choices=options("a", "a")), "Two options say “a”."),
        (question(choices=options("In the PM", "in the pm")), "Two options say “in the pm”."),
        (question(choices=options("a", "")), "An option has no text."),
        (question(choices=options("a", "b" * 251)), "An option is longer than 250 characters."),
        (several("a", ""), "There are 1 options; there must be 2 to 8."),
        (several("abcdefgh", "i"), "There are 9 options; there must be 2 to 8."),
        (several("ab", ""), "Every option is right; one must be wrong."),
        (several("", "ab"), "No option is right."),
        (question(kind=Kind.TRUE_FALSE), "The options of a statement are True and False."),
        (question(source="x" * 251), "The source is longer than 250 characters."),
        (question(explanation="x" * 4001), "The explanation is longer than 4,000 characters."),
        (question(text="a\x00b"), "A text holds a sign that cannot be shown (U+0000)."),
        (question(text="a\x9bb"), "(U+009B)"),
        (question(text="a\ufffeb"), "(U+FFFE)"),
        (question(text="a\U0010ffffb"), "(U+10FFFF)"),
        (question(text="a\ud800b"), "(U+D800)"),
        (question(text="a\u202eb"), "(U+202E)"),
        (question(explanation="a\x07b"), "(U+0007)"),
        (question(language="EN"), "“EN” is not the code of a language."),
        (question(language="en-"), "“en-” is not the code of a language."),
    ],
)
def test_fault_is_named(item, fault):
    assert fault in " ".join(faults(item))


def test_feedback_that_makes_the_explanation_too_long_is_a_fault():
    choices = (Choice("a", correct=True, feedback="x" * 4000), Choice("b", correct=False))
    assert faults(question(choices=choices)) == (
        "The explanation is longer than 4,000 characters.",
    )


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("a\r\nb\rc\u2028d\x0be\x85f", "a\nb\nc\nd\ne\nf"),
        ("  a \t\n\n\n\n b  ", "a\n\n b"),
        ("\ufeffa\tb", "a b"),
        ("a  b", "a  b"),
    ],
)
def test_text_has_one_form(text, meant):
    assert tidy(text) == meant


@given(TEXTS)
def test_form_of_a_text_is_reached_in_one_step(text):
    assert tidy(tidy(text)) == tidy(text)
    assert one_line(one_line(text)) == one_line(text)
    assert named(named(text)) == named(text)


@given(any_items())
def test_form_of_an_item_is_reached_in_one_step(item):
    assert tidied(item) == item


def test_name_that_is_missing_or_too_long_is_cut_from_the_text():
    assert question(text="What\nfirst?").name == "What first?"
    assert question(name="x" * 100).name == "x" * 80


def test_what_is_said_of_options_moves_to_the_explanation():
    choices = true_or_false(right=True, if_wrong="No.", if_right="Yes.")
    item = statement(right=True, explanation="So.")
    told = with_feedback_explained(tidied(question(kind=Kind.TRUE_FALSE, choices=choices)))
    assert told.explanation == "True: Yes.\nFalse: No."
    assert [choice.feedback for choice in told.choices] == ["", ""]
    assert with_feedback_explained(item) == item
