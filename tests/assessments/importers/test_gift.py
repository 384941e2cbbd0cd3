import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.importers import gift
from assessments.importers.item import Choice, Kind
from tests.assessments.importers.items import TEXTS, question, read_back, reasons, several

GOOD = "::{0}:: Question {0} {{=Right {0} ~Wrong {0}}}"


def only(text):
    """The one item of a text that holds no more."""
    reading = gift.read(text.encode())
    assert reading.skipped == ()
    [(position, item)] = reading.items
    assert position == 1
    return item


def refused(text):
    reading = gift.read(text.encode())
    assert reading.items == ()
    [reason] = reasons(reading)
    return reason


def answers(item):
    return [(choice.text, choice.correct) for choice in item.choices]


def test_question_with_a_title_and_options_in_their_order():
    item = only("::First step:: What do you do? {\n ~Drive on\n =Ring 999\n ~Wait\n}")
    assert (item.name, item.kind, item.text) == ("First step", Kind.SINGLE, "What do you do?")
    assert answers(item) == [("Drive on", False), ("Ring 999", True), ("Wait", False)]


def test_question_without_a_title_is_named_by_its_text():
    assert only("What do you do? {=a ~b}").name == "What do you do?"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"\~", "~"),
        (r"\=", "="),
        (r"\#", "#"),
        (r"\{", "{"),
        (r"\}", "}"),
        (r"\:", ":"),
        (r"\\", "\\"),
        (r"x\ny", "x\ny"),
        (r"\\n", "\\n"),
        (r"\q", r"\q"),
        ("3:1", "3:1"),
    ],
)
def test_signs_behind_a_backslash_mean_themselves(written, meant):
    item = only(f"::{written}:: Say {written} now {{=Say {written} now#So {written} now ~b}}")
    said = f"Say {meant} now"
    option = " ".join(said.split())
    assert (item.text, item.choices[0].text) == (said, option)
    assert item.choices[0].feedback == f"So {meant} now"


def test_comments_are_left_out():
    item = only("// A comment { = ~\n::Q:: Text\n // inside\n{=a ~b}\n// after")
    assert (item.name, item.text) == ("Q", "Text")


def test_address_in_a_text_is_no_comment():
    assert only("See http\\://x.example {=a ~b}").text == "See http://x.example"


def test_category_is_the_topic_of_all_that_follow():
    first, second, third = read_back(
        gift.read(
            b"Q1 {=a ~b}\n\n$CATEGORY: $course$/top/Default for X/Spotting the Signs\n\n"
            b"Q2 {=a ~b}\n\n$CATEGORY: respond\nQ3 {=a ~b}"
        )
    )
    assert [first.topic, second.topic, third.topic] == ["", "spotting-the-signs", "respond"]


def test_category_behind_a_question_ends_it():
    reading = gift.read(b"Q1 {=a ~b}\n$CATEGORY: x\nQ2 {=a ~b}")
    assert [item.topic for item in read_back(reading)] == ["", "x"]


def test_tags_before_a_question_are_facts_about_it_alone():
    first, second = read_back(
        gift.read(
            b"// question: 7  [id:7] [tag:critical] [tag:fixed-order] [tag:holidays]\n"
            b"// [tag:source:Act, s.11 [b\\]] [tag:lesson:respond] [tag:language:cy]\n"
            b"::Q1:: x {=a ~b}\n\n::Q2:: x {=a ~b}\n"
        )
    )
    assert (first.critical, first.fixed_order) == (True, True)
    assert (first.source, first.lesson, first.language) == ("Act, s.11 [b]", "respond", "cy")
    assert (second.critical, second.source) == (False, "")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("[plain]5 < 6 <b>&amp;</b>", "5 < 6 <b>&amp;</b>"),
        ("[html]<p>One <b>bold</b></p><p>two &amp; three</p>", "One bold\n\ntwo & three"),
        ("[moodle]One <i>word</i>\nnext", "One word\nnext"),
        ("[markdown]*One* <i>word</i>", "*One* word"),
        ("One <i>word</i>", "One word"),
        ("[HTML]a<br>b", "a\nb"),
        ("[other]a", "[other]a"),
        ("5 < 6 & 7 > 3", "5 < 6 & 7 > 3"),
    ],
)
def test_format_says_how_a_text_is_read(written, meant):
    assert only(f"::Q::{written} {{=a ~b}}").text == meant


def test_format_of_the_question_is_that_of_its_answers_unless_they_say_another():
    item = only("[html]Q {=<i>a</i>#<b>yes</b> ~[plain]<i>b</i>####<p>All</p>}")
    assert answers(item) == [("a", True), ("<i>b</i>", False)]
    assert (item.choices[0].feedback, item.explanation) == ("yes", "All")


def test_script_in_html_is_gone():
    item = only("[html]Q<script>alert(1)</script> <b onclick\\=alert(1)>x</b> {=a ~b}")
    assert item.text == "Q x"


@pytest.mark.parametrize("form", ["", "[html]", "[moodle]", "[markdown]"])
def test_picture_in_html_is_refused(form):
    assert "<img>" in refused(f"{form}Q <img src\\=x onerror\\=alert(1)> {{=a ~b}}")


@pytest.mark.parametrize(
    ("written", "right", "if_wrong", "if_right"),
    [
        ("T", True, "", ""),
        ("TRUE", True, "", ""),
        (" false ", False, "", ""),
        ("F#No.", False, "No.", ""),
        ("T#No.#Yes.", True, "No.", "Yes."),
        ("T##Yes.", True, "", "Yes."),
        ("F#No.#Yes.####Because.", False, "No.", "Yes."),
    ],
)
def test_statement_with_feedback(written, right, if_wrong, if_right):
    item = only(f"It is so. {{{written}}}")
    assert item.kind == Kind.TRUE_FALSE
    assert answers(item) == [("True", right), ("False", not right)]
    feedback = {choice.correct: choice.feedback for choice in item.choices}
    assert feedback == {True: if_right, False: if_wrong}


def test_feedback_of_answers_and_of_the_question():
    item = only("Q {\n=a # Good: yes\n~b#Not\\nyet\n~c\n####In all, so.\n}")
    assert [choice.feedback for choice in item.choices] == ["Good: yes", "Not\nyet", ""]
    assert item.explanation == "In all, so."


@pytest.mark.parametrize(
    ("options", "right"),
    [
        ("~%50%a ~%50%b ~c", "ab"),
        ("~%50%a ~%50%b ~%-100%c", "ab"),
        ("~%33.333%a ~%33.333%b ~%33.333%c ~%0%d", "abc"),
        ("~%33%a ~%33%b ~%34%c ~%-50%d", "abc"),
        ("~%100%a ~b", "a"),
    ],
)
def test_several_right_options_that_earn_the_mark_together(options, right):
    item = only(f"Q {{{options}}}")
    assert item.kind == Kind.MULTIPLE
    assert "".join(choice.text for choice in item.choices if choice.correct) == right


def test_wrong_option_of_one_best_answer_may_cost_marks():
    assert answers(only("Q {=a ~%-25%b}")) == [("a", True), ("b", False)]


def test_per_cent_that_is_no_weight_is_a_text():
    assert answers(only("Q {=%a ~50% off}")) == [("%a", True), ("50% off", False)]


def test_missing_word_becomes_a_gap():
    assert only("Ring {=999 ~111} at once.").text == "Ring _____ at once."


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Q {~%60%a ~%40%b ~c}", "unequal"),
        ("Q {~%40%a ~%40%b ~c}", "whole mark"),
        ("Q {=a ~%50%b ~c}", "part of the mark"),
        ("Q {=%50%a ~b}", "part of the mark"),
        ("Q {=a =b ~c}", "only one can be"),
        ("Q {~a ~b}", "No option is right"),
        ("Q {~%150%a ~b}", "no share of a mark"),
        ("Q {~%50%a ~%50%b}", "one must be wrong"),
        ("Q {=a =b}", "typed in"),
        ("Q {=a}", "typed in"),
        ("Q {a}", "typed in"),
        ("Q {#3:2}", "number"),
        ("Q {#=3:2 =%50%4}", "number"),
        ("Q {=a -> 1 =b -> 2}", "Matching"),
        ("Q {}", "essay"),
        ("Q {####Only this.}", "essay"),
        ("Just words.", "description"),
        ("Q {=a ~b", "closing brace"),
        ("Q =a ~b}", "do not match"),
        ("Q }{=a ~b", "do not match"),
        ("Q {=a {~b}}", "do not match"),
        ("Q {=a ~b} and {=c ~d}", "more than one pair"),
        ("::Q x {=a ~b}", "title"),
        ("Q {words =a ~b}", "in front"),
        ("{=a ~b}", "no text"),
        ("Q {=a ~}", "An option has no text"),
        ("Q {=a ~a}", "Two options say “a”"),
        ("Q {=a ~b ~c ~d ~e ~f ~g}", "7 options"),
        ("Q {=a ~b\x07}", "U+0007"),
        ("Q" * 2001 + " {=a ~b}", "longer than 2,000"),
        ("Q {=a ~" + "b" * 251 + "}", "longer than 250"),
        ("x" * 20_001 + " {=a ~b}", "longer than 20,000"),
    ],
)
def test_what_cannot_be_a_question_is_skipped_with_the_reason(text, reason):
    said = refused(text)
    assert reason in said
    assert said.startswith("line 1: ")


def test_place_of_a_skipped_question_is_its_position_and_line():
    reading = gift.read(b"// c\n::A:: x {=a ~b}\n\n\n// c\n::Bad:: y {}\n\n::C:: z {T}\n")
    [skipped] = reading.skipped
    assert (skipped.position, skipped.name) == (2, "Bad")
    assert skipped.reason.startswith("line 6: ")
    assert [position for position, _item in reading.items] == [1, 3]


def test_questions_without_an_empty_line_between_are_told_apart_by_their_titles():
    reading = gift.read(b"::A:: x {=a ~b}\n::B:: y {=a ~b\n::C:: z {=a ~b}")
    assert [item.name for item in read_back(reading)] == ["A", "C"]


@given(st.one_of(TEXTS, st.text()).map(lambda text: text.replace("\0", "")))
def test_junk_never_spoils_its_neighbours(junk):
    text = f"{GOOD.format(1)}\n\n{junk}\n\n{GOOD.format(2)}\n"
    names = [item.name for item in read_back(gift.read(text.encode(errors="replace")))]
    assert (names[0], names[-1]) == ("1", "2")


def test_questions_are_written_as_moodle_reads_them():
    items = [
        question(name="First: step", topic="respond", source="Act 2004 [s.11]", critical=True),
        several(["a", "b"], ["c"], topic="respond", explanation="Both."),
    ]
    assert gift.write(items) == (
        "$CATEGORY: $course$/top/respond\n\n"
        "// [tag:critical] [tag:source:Act 2004 [s.11\\]]\n"
        "::First\\: step::[plain]What do you do first? {\n\t=Ring 999\n\t~Drive on\n}\n\n"
        "::What do you do first?::[plain]What do you do first? {\n"
        "\t~%50%a\n\t~%50%b\n\t~%-100%c\n\t####Both.\n}\n\n"
    )


def test_feedback_of_a_statement_is_written_with_the_wrong_answer_first():
    choices = (Choice("True", correct=False, feedback="No."), Choice("False", correct=True))
    item = question(kind=Kind.TRUE_FALSE, choices=choices)
    assert "{FALSE#No.\n}" in gift.write([item])
