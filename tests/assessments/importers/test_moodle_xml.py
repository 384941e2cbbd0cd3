import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.importers import moodle_xml
from assessments.importers.item import FileRefused, Kind
from tests.assessments.importers.items import TEXTS, question, read_back, reasons, several

# As Moodle 4 exports it, shortened.
EXPORT = """<?xml version="1.0" encoding="UTF-8"?>
<quiz>
<!-- question: 0  -->
  <question type="category">
    <category>
      <text>$course$/top/Default for Safeguarding/Spotting signs</text>
    </category>
    <info format="moodle_auto_format">
      <text>The default category for questions shared in context 'Safeguarding'.</text>
    </info>
    <idnumber></idnumber>
  </question>

<!-- question: 3158  -->
  <question type="multichoice">
    <name>
      <text>Late fare</text>
    </name>
    <questiontext format="html">
      <text><![CDATA[<p dir="ltr" style="text-align: left;">A man books a ride for a girl.&nbsp;
She cries.<br></p><p>What do you do <strong>first</strong>?</p>]]></text>
    </questiontext>
    <generalfeedback format="html">
      <text><![CDATA[<p>Her safety comes first &amp; last.</p>]]></text>
    </generalfeedback>
    <defaultgrade>1.0000000</defaultgrade>
    <penalty>0.3333333</penalty>
    <hidden>0</hidden>
    <idnumber></idnumber>
    <single>true</single>
    <shuffleanswers>false</shuffleanswers>
    <answernumbering>abc</answernumbering>
    <showstandardinstruction>0</showstandardinstruction>
    <correctfeedback format="html">
      <text>Your answer is correct.</text>
    </correctfeedback>
    <partiallycorrectfeedback format="html">
      <text>Your answer is partially correct.</text>
    </partiallycorrectfeedback>
    <incorrectfeedback format="html">
      <text>Your answer is incorrect.</text>
    </incorrectfeedback>
    <shownumcorrect/>
    <answer fraction="0" format="html">
      <text><![CDATA[<p>Drive on</p>]]></text>
      <feedback format="html">
        <text><![CDATA[<p>You may be the only one who can help.</p>]]></text>
      </feedback>
    </answer>
    <answer fraction="100" format="html">
      <text><![CDATA[<p>Ring 999</p>]]></text>
      <feedback format="html">
        <text></text>
      </feedback>
    </answer>
    <hint format="html"><text>Think of her.</text></hint>
    <tags>
      <tag><text>critical</text></tag>
      <tag><text>spring 2024</text></tag>
    </tags>
  </question>

<!-- question: 3159  -->
  <question type="truefalse">
    <name><text>Age</text></name>
    <questiontext format="moodle_auto_format"><text>A child is under 18.</text></questiontext>
    <generalfeedback format="moodle_auto_format"><text></text></generalfeedback>
    <answer fraction="100" format="moodle_auto_format">
      <text>true</text>
      <feedback format="html"><text>Yes.</text></feedback>
    </answer>
    <answer fraction="0" format="moodle_auto_format">
      <text>false</text>
      <feedback format="html"><text></text></feedback>
    </answer>
  </question>

<!-- question: 3160  -->
  <question type="shortanswer">
    <name><text>Number</text></name>
    <questiontext format="html"><text>Which number do you ring?</text></questiontext>
    <answer fraction="100" format="moodle_auto_format"><text>999</text></answer>
  </question>
</quiz>
"""

RIGHT = '<answer fraction="100"><text>a</text></answer>'
WRONG = '<answer fraction="0"><text>b</text></answer>'
GOOD = (
    '<question type="multichoice"><name><text>{0}</text></name>'
    "<questiontext><text>Question {0}</text></questiontext>" + RIGHT + WRONG + "</question>\n"
)


def quiz(*questions):
    return f"<quiz>\n{''.join(questions)}</quiz>".encode()


def multichoice(inside, text="<questiontext><text>Q</text></questiontext>"):
    return quiz(f'<question type="multichoice">{text}{inside}</question>')


def weighted(*fractions, single):
    answers = [
        f'<answer fraction="{fraction}"><text>{letter}</text></answer>'
        for letter, fraction in zip("abcdefgh", fractions, strict=False)
    ]
    return multichoice(f"<single>{single}</single>{''.join(answers)}")


def only(data):
    reading = moodle_xml.read(data)
    assert reading.skipped == ()
    [(_position, item)] = reading.items
    return item


def refused(data):
    reading = moodle_xml.read(data)
    assert reading.items == ()
    [reason] = reasons(reading)
    return reason


@pytest.fixture(scope="module")
def export():
    return moodle_xml.read(EXPORT.encode())


def test_question_of_a_real_export_keeps_all_that_counts(export):
    item = export.items[0][1]
    assert (item.name, item.kind, item.topic) == ("Late fare", Kind.SINGLE, "spotting-signs")
    assert item.text == "A man books a ride for a girl. She cries.\n\nWhat do you do first?"
    assert [(choice.text, choice.correct) for choice in item.choices] == [
        ("Drive on", False),
        ("Ring 999", True),
    ]
    assert item.choices[0].feedback == "You may be the only one who can help."
    assert item.explanation == "Her safety comes first & last."
    assert (item.fixed_order, item.critical) == (True, True)


def test_statement_of_a_real_export(export):
    item = export.items[1][1]
    assert (item.kind, item.text) == (Kind.TRUE_FALSE, "A child is under 18.")
    assert [(choice.correct, choice.feedback) for choice in item.choices] == [
        (True, "Yes."),
        (False, ""),
    ]


def test_category_is_no_item_and_other_types_are_skipped_by_name(export):
    assert [position for position, _item in export.items] == [1, 2]
    [skipped] = export.skipped
    assert (skipped.position, skipped.name) == (3, "Number")
    assert "typed in" in skipped.reason


@pytest.mark.parametrize(
    ("kind", "reason"),
    [
        ("essay", "essay"),
        ("shortanswer", "typed in"),
        ("numerical", "number"),
        ("matching", "Matching"),
        ("cloze", "gaps"),
        ("description", "description"),
        ("ddwtos", "“ddwtos”"),
        ("calculated", "“calculated”"),
        ("", "type “”"),
    ],
)
def test_other_types_are_skipped(kind, reason):
    assert reason in refused(quiz(f'<question type="{kind}">{RIGHT}{WRONG}</question>'))


@pytest.mark.parametrize(
    ("fractions", "right"),
    [
        (("50", "50", "0"), "ab"),
        (("50.00000", "50", "-100"), "ab"),
        (("33.33333", "33.33333", "33.33333", "0"), "abc"),
        (("100", "0"), "a"),
    ],
)
def test_several_right_options_that_earn_the_mark_together(fractions, right):
    item = only(weighted(*fractions, single="false"))
    assert item.kind == Kind.MULTIPLE
    assert "".join(choice.text for choice in item.choices if choice.correct) == right


@pytest.mark.parametrize("single", ["true", "1", " true "])
def test_single_is_said_in_old_and_new_ways(single):
    assert only(weighted("100", "-33.33333", single=single)).kind == Kind.SINGLE


@pytest.mark.parametrize(
    ("fractions", "single", "reason"),
    [
        (("60", "40", "0"), "false", "unequal"),
        (("40", "40", "0"), "false", "whole mark"),
        (("100", "50", "0"), "true", "part of the mark"),
        (("100", "100", "0"), "true", "only one"),
        (("0", "0"), "true", "No option is right"),
        (("50", "50"), "false", "one must be wrong"),
        (("much", "0"), "true", "“much” is no share"),
        (("NaN", "0"), "true", "no share"),
        (("1e9", "0"), "true", "no share"),
        (("", "0"), "true", "no share"),
        (("100",), "true", "There are 1 options"),
        (("100", *["0"] * 6), "true", "There are 7 options"),
    ],
)
def test_fractions_that_cannot_be_scored_are_skipped(fractions, single, reason):
    assert reason in refused(weighted(*fractions, single=single))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "<questiontext><text>Q</text><file encoding='base64'>aGk=</file></questiontext>",
            "picture",
        ),
        ("<questiontext><text><![CDATA[Q <img src=x>]]></text></questiontext>", "<img>"),
        ("<questiontext><text><![CDATA[<iframe src=x></iframe>]]></text></questiontext>", "iframe"),
        ("<questiontext><text>Q <b>bold</b></text></questiontext>", "not escaped"),
        ("<questiontext><text> </text></questiontext>", "no text"),
        ("<questiontext/>", "no text"),
        ("", "no text"),
    ],
)
def test_text_that_is_more_or_less_than_words_is_skipped(text, reason):
    assert reason in refused(multichoice(RIGHT + WRONG, text=text))


@pytest.mark.parametrize(
    "answers",
    [RIGHT + WRONG, RIGHT, "", '<answer fraction="100"><text>true</text></answer>' * 2],
)
def test_statement_without_true_and_false_is_skipped(answers):
    text = "<questiontext><text>Q</text></questiontext>"
    reason = refused(quiz(f'<question type="truefalse">{text}{answers}</question>'))
    assert "true and false" in reason


def test_script_in_html_is_gone():
    html = "Q<script>x()</script> <a href='javascript:x()'>here</a>"
    text = f"<questiontext><text><![CDATA[{html}]]></text></questiontext>"
    assert only(multichoice(RIGHT + WRONG, text=text)).text == "Q here"


@pytest.mark.parametrize(
    ("form", "meant"),
    [("html", "a b"), ("moodle_auto_format", "a\nb"), ("markdown", "a\nb"), ("plain_text", "a\nb")],
)
def test_format_says_what_a_line_end_is(form, meant):
    text = f'<questiontext format="{form}"><text>a\nb</text></questiontext>'
    assert only(multichoice(RIGHT + WRONG, text=text)).text == meant


def test_plain_text_keeps_what_looks_like_html():
    text = '<questiontext format="plain_text"><text>&lt;b&gt; &amp;amp;</text></questiontext>'
    assert only(multichoice(RIGHT + WRONG, text=text)).text == "<b> &amp;"


@pytest.mark.parametrize(
    "bad",
    [
        '<question type="multichoice"><name><text>Fish & chips</text></name></question>',
        '<question type="multichoice"><name><text>x</name></question>',
        '<question type="multichoice"><name><text>x',
        '<question type="multichoice"><name><text>&nbsp;</text></name></question>',
        "</question>",
        '<question type="multichoice" type="essay"></question>',
    ],
)
def test_broken_question_never_spoils_its_neighbours(bad):
    reading = moodle_xml.read(quiz(GOOD.format(1), bad + "\n", GOOD.format(2)))
    assert [item.name for item in read_back(reading)] == ["1", "2"]


def test_broken_question_is_named_by_its_line():
    reading = moodle_xml.read(quiz(GOOD.format(1), "<question>&</question>\n", GOOD.format(2)))
    [skipped] = reading.skipped
    assert (skipped.position, skipped.reason[:8]) == (2, "line 3: ")


def test_questions_behind_a_broken_category_have_no_topic():
    category = '<question type="category"><category><text>{}</text></category></question>\n'
    broken = category.format("b & c")
    reading = moodle_xml.read(quiz(category.format("a"), GOOD.format(1), broken, GOOD.format(2)))
    assert [item.topic for item in read_back(reading)] == ["a", ""]


def test_file_that_ends_too_soon_gives_what_was_whole():
    whole = quiz(GOOD.format(1), GOOD.format(2))
    reading = moodle_xml.read(whole[: whole.index(b"Question 2")])
    assert [item.name for item in read_back(reading)] == ["1"]
    assert [skipped.position for skipped in reading.skipped] == [2]


@given(st.one_of(TEXTS, st.text()).map(lambda text: text.replace("\0", "")))
def test_junk_never_spoils_its_neighbours(junk):
    data = f"<quiz>{GOOD.format(1)}{junk}{GOOD.format(2)}</quiz>".encode(errors="replace")
    names = [item.name for item in read_back(moodle_xml.read(data))]
    assert (names[0], names[-1]) == ("1", "2")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "line 1"),
        (b"Just words", "no XML"),
        (b"<html><body/></html>", "not a quiz"),
        (b"<quiz></quiz>", "no question"),
        (b"<quiz>&", "no question"),
        (b'<?xml version="1.0" encoding="shift_jis"?><quiz/>', "encoding"),
    ],
)
def test_file_that_is_no_quiz_is_refused(data, reason):
    with pytest.raises(FileRefused, match=reason):
        moodle_xml.read(data)


def test_questions_are_written_as_moodle_reads_them():
    item = several(["a", "b"], ["<c>"], name="N", topic="signs", text="Q")
    said = '<feedback format="plain_text"><text></text></feedback></answer>'
    assert moodle_xml.write([item]).split("\n") == [
        '<?xml version="1.0" encoding="UTF-8"?>',
        "<quiz>",
        '  <question type="category">',
        "    <category><text>$course$/top/signs</text></category>",
        "  </question>",
        '  <question type="multichoice">',
        "    <name><text>N</text></name>",
        '    <questiontext format="plain_text"><text>Q</text></questiontext>',
        '    <generalfeedback format="plain_text"><text></text></generalfeedback>',
        "    <defaultgrade>1</defaultgrade>",
        "    <penalty>0</penalty>",
        "    <hidden>0</hidden>",
        "    <single>false</single>",
        "    <shuffleanswers>true</shuffleanswers>",
        "    <answernumbering>none</answernumbering>",
        f'    <answer fraction="50" format="plain_text"><text>a</text>{said}',
        f'    <answer fraction="50" format="plain_text"><text>b</text>{said}',
        f'    <answer fraction="-100" format="plain_text"><text>&lt;c&gt;</text>{said}',
        "  </question>",
        "</quiz>",
        "",
    ]


def test_critical_question_carries_its_tag():
    tag = "<tags><tag><text>critical</text></tag></tags>"
    assert tag in moodle_xml.write([question(critical=True)])
    assert "<tags>" not in moodle_xml.write([question()])
