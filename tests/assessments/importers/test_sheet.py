import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.importers import sheet
from assessments.importers.item import Choice, FileRefused, Kind
from tests.assessments.importers.items import (
    TEXTS,
    question,
    read_back,
    reasons,
    several,
    statement,
)

HEAD = "text,option_1,option_2,option_3,right\n"
GOOD = "Question {0},Right {0},Wrong {0},,1\n"


def table(*rows):
    """A CSV file of rows given as facts by column."""
    text = StringIO()
    columns = list(dict.fromkeys(column for row in rows for column in row))
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def row(**facts):
    return {"text": "Q", "option_1": "a", "option_2": "b", "right": "1"} | facts


def only(data):
    reading = sheet.read(data)
    assert reading.skipped == ()
    [(_position, item)] = reading.items
    return item


def refused(**facts):
    reading = sheet.read(table(row(**facts)))
    assert reading.items == ()
    [reason] = reasons(reading)
    return reason


def test_columns_say_all_about_a_question():
    facts = {
        "name": "First step",
        "kind": "multiple",
        "topic": "respond",
        "lesson": "respond-lesson",
        "language": "cy",
        "critical": "Yes",
        "fixed_order": "1",
        "text": "What\ndo you do?",
        "option_1": "a",
        "option_2": "b",
        "option_3": "c",
        "right": "1; 3",
        "explanation": "So.",
        "source": "Act 2004",
    }
    assert only(table(facts)) == question(
        name="First step",
        kind=Kind.MULTIPLE,
        topic="respond",
        lesson="respond-lesson",
        language="cy",
        critical=True,
        fixed_order=True,
        text="What\ndo you do?",
        choices=(
            Choice("a", correct=True),
            Choice("b", correct=False),
            Choice("c", correct=True),
        ),
        explanation="So.",
        source="Act 2004",
    )


@pytest.mark.parametrize(
    ("facts", "kind"),
    [
        ({"right": "2"}, Kind.SINGLE),
        ({"option_3": "c", "right": "1,2"}, Kind.MULTIPLE),
        ({"kind": "MULTIPLE"}, Kind.MULTIPLE),
        ({"kind": "true_false", "option_1": "", "option_2": "", "right": "true"}, Kind.TRUE_FALSE),
        ({"kind": "true_false", "option_1": "TRUE", "option_2": "FALSE"}, Kind.TRUE_FALSE),
    ],
)
def test_kind_is_named_or_follows_from_the_right_options(facts, kind):
    item = only(table(row(**facts)))
    assert item.kind == kind
    if kind == Kind.TRUE_FALSE:
        assert item.choices == statement(right=True).choices


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Text,Option_1,OPTION_2,right\nQ,a,b,1\n", "utf-8"),
        ("right,option_2,option_1,text\n1,b,a,Q\n", "utf-8-sig"),
        ("text;option_1;option_2;right\nQ;a;b;1\n", "cp1252"),
        ("text\toption_1\toption_2\tright\nQ\ta\tb\t1\n", "utf-16"),
        ("\n,,,\ntext,option_1,option_2,right,,\n\nQ,a,b,1,,\n,,,\n", "utf-8"),
    ],
    ids=["capitals", "another order", "semicolons", "tabs", "empty rows and columns"],
)
def test_tables_of_spreadsheet_programs_are_read(text, encoding):
    item = only(text.encode(encoding))
    assert (item.text, [choice.text for choice in item.choices]) == ("Q", ["a", "b"])


def test_apostrophe_that_made_a_cell_harmless_is_taken_off():
    item = only(table(row(text="'=1+1", option_1="''-1", option_2="'a'")))
    assert (item.text, item.choices[0].text, item.choices[1].text) == ("=1+1", "'-1", "'a'")


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        ({"kind": "essay"}, "“essay” is no kind"),
        ({"right": ""}, "No option is right"),
        ({"right": "3"}, "“3” in the column right"),
        ({"right": "a"}, "“a” in the column right"),
        ({"right": "0"}, "“0” in the column right"),
        ({"right": "1.0"}, "“1.0”"),
        ({"right": "1;2", "option_3": "c", "kind": "single"}, "2 options are right"),
        ({"right": "1;2"}, "one must be wrong"),
        ({"option_2": "", "option_3": "c"}, "An option has no text"),
        ({"option_1": "", "option_2": ""}, "“1” in the column right"),
        ({"option_2": "a"}, "Two options"),
        ({"text": " "}, "no text"),
        ({"text": "x" * 2001}, "longer than 2,000"),
        ({"option_1": "x" * 251}, "longer than 250"),
        ({"source": "x" * 251}, "longer than 250"),
        ({"explanation": "x" * 4001}, "longer than 4,000"),
        ({"text": "a\x1bb"}, "U+001B"),
        ({"text": "a\u202eb"}, "U+202E"),
        ({"critical": "maybe"}, "“maybe” in the column critical"),
        ({"fixed_order": "2"}, "“2” in the column fixed_order"),
        ({"language": "English!"}, "is not the code"),
        ({"kind": "true_false", "right": "1"}, "True and False"),
        ({"kind": "true_false", "option_1": "True", "option_2": "False", "right": "3"}, "true or"),
    ],
)
def test_row_that_cannot_be_a_question_is_skipped_with_the_reason(facts, reason):
    said = refused(**facts)
    assert (said[:8], reason in said) == ("line 2: ", True), said


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        ("text,option_1,option_2,right,answer,option_9", "not known: answer, option_9"),
        ("text,option_1,option_2,right,,source", r"not known: \(no name\)"),
        ("text,option_1,option_2,right,Text", "twice: text"),
        ("text,option_1", "missing: option_2, right"),
        ("just words", "not known: just words"),
    ],
)
def test_file_with_other_columns_is_refused_by_name(header, reason):
    with pytest.raises(FileRefused, match=reason):
        sheet.read(f"{header}\nQ,a,b,1\n".encode())


def test_header_alone_is_no_question():
    with pytest.raises(FileRefused, match="no question"):
        sheet.read(HEAD.encode())


@pytest.mark.parametrize(
    "bad",
    [
        'Bad,"open,b,,1\n',
        'Bad,"open"x,b,,1\n',
        '"Bad\n',
        '"Bad,a,b,,1\n',
        'Bad,a,b,,1,"too many\n',
        "Bad,a,b,,1,2,3\n",
        "Bad\n",
        "Bad,a,b,,9\n",
        '"Bad\nof two lines",a,b,,9\n',
    ],
)
def test_bad_row_never_spoils_its_neighbours(bad):
    text = HEAD + GOOD.format(1) + bad + GOOD.format(2) + '"Question\n3",a,b,,1\n' + GOOD.format(4)
    reading = sheet.read(text.encode())
    found = [item.text for item in read_back(reading)]
    assert found == ["Question 1", "Question 2", "Question\n3", "Question 4"]
    assert [skipped.position for skipped in reading.skipped] == [2]


def test_quotation_mark_that_is_never_closed_costs_its_line_alone():
    good = "".join(GOOD.format(number) for number in range(300))
    reading = sheet.read((HEAD + '"Bad,a,b,,1\n' + good).encode())
    assert (len(reading.items), len(reading.skipped)) == (300, 1)
    assert reading.skipped[0].reason == "line 2: The quotation marks of this line do not match."


@given(st.one_of(TEXTS, st.text()).map(lambda text: text.replace("\0", "")))
def test_junk_never_spoils_its_neighbours(junk):
    text = f"{HEAD}{GOOD.format(1)}{junk}\n{GOOD.format(2)}"
    texts = [item.text for item in read_back(sheet.read(text.encode(errors="replace")))]
    assert (texts[0], texts[-1]) == ("Question 1", "Question 2")


def test_questions_are_written_without_formulas():
    items = [
        several(["=a", "b"], ["c"], name="@N", text="Q", explanation="E", source="S", topic="t"),
        statement(right=False, text="-T", critical=True),
    ]
    assert sheet.write(items).split("\r\n")[1:] == [
        "'@N,multiple,t,,,no,no,Q,'=a,b,c,,,,,,1;2,E,S",
        "'-T,true_false,,,,yes,no,'-T,True,False,,,,,,,2,,",
        "",
    ]


def test_feedback_of_options_is_written_into_the_explanation():
    choices = (Choice("a", correct=True, feedback="Yes."), Choice("b", correct=False))
    [item] = read_back(sheet.read(sheet.write([question(choices=choices)]).encode()))
    assert (item.explanation, item.choices[0].feedback) == ("a: Yes.", "")
