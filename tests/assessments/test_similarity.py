"""How alike two questions are: the same one told again is found, the first bank is left alone."""

import tomllib
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.similarity import ALIKE, Wording, likeness, most_alike

BANK = Path(__file__).parents[2] / "lms" / "demo" / "content" / "safeguarding" / "questions"
OF_A_MINICAB = (
    "Maria drives a minicab. She thinks somebody may be harming a young passenger. "
    "What is her part?"
)
# Two questions about telephone numbers that have the same four for options: a fair warning.
SHARE_THEIR_OPTIONS = (48, 82)


def demo_bank():
    return {
        entry["seed"]: Wording(entry["text"], (entry["right"], *entry["wrong"]))
        for path in sorted(BANK.glob("*.toml"))
        for entry in tomllib.loads(path.read_text(encoding="utf-8"))["questions"]
    }


DEMO = demo_bank()
wordings = st.builds(Wording, st.text(), st.lists(st.text(), max_size=4).map(tuple))


def test_first_bank_gives_one_warning_and_that_a_fair_one():
    assert len(DEMO) == 84
    alike = [
        (one, other)
        for one, other in combinations(DEMO, 2)
        if likeness(DEMO[one], DEMO[other]) >= ALIKE
    ]
    assert alike == [SHARE_THEIR_OPTIONS]


@pytest.mark.parametrize(
    ("seed", "text", "options"),
    [
        (1, DEMO[1].text, DEMO[1].options),
        (1, DEMO[1].text.upper(), tuple(reversed(DEMO[1].options))),
        (1, "What does the word ‘child’ mean in safeguarding?", DEMO[1].options[:3]),
        (1, "What does child mean in safeguarding?", ("Anybody under 18", "Anybody under 16")),
        (
            2,
            "What is the main purpose of licensing taxis and private-hire drivers?",
            ("To protect the public", "To help the trade grow", "To raise money"),
        ),
        (3, DEMO[3].text, ("Call somebody", "Do nothing")),
        (
            3,
            OF_A_MINICAB,
            ("To notice signs and report them to the right people", "To find out what is going on"),
        ),
        (
            4,
            "What is the least that you need to report a worry about a child?",
            ("A feeling that something is wrong", "Proof that a crime took place"),
        ),
    ],
)
def test_the_same_question_told_again_is_alike(seed, text, options):
    assert likeness(DEMO[seed], Wording(text, options)) >= ALIKE


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("What should you do?", "When should you call 999?"),
        ("A girl of 14 asks you to wait. What do you do?", "Whom do you call about a child?"),
        ("What is grooming?", "What is county lines?"),
    ],
)
def test_another_question_about_the_same_matter_is_not_alike(one, other):
    options = ("Call the police", "Wait"), ("Ask your operator", "Drive on")
    assert likeness(Wording(one, options[0]), Wording(other, options[1])) < ALIKE


def test_words_are_found_in_any_script():
    urdu = Wording("بچے کے بارے میں فکر ہو تو کیا کریں؟", ("پولیس کو بتائیں",))
    assert likeness(urdu, urdu) == pytest.approx(1)


@given(wordings, wordings)
def test_likeness_is_a_share_and_the_same_both_ways(one, other):
    assert 0 <= likeness(one, other) <= 1
    assert likeness(one, other) == likeness(other, one)


def test_the_most_alike_come_first_and_no_more_than_asked_for():
    asked = DEMO[1]
    nearer = asked._replace(text=asked.text + " Choose.")
    found = most_alike(asked, {"other": DEMO[2], "near": nearer, "same": asked}, most=3)
    assert [key for key, _ in found] == ["same", "near"]
    assert [key for key, _ in most_alike(asked, {1: asked, 2: nearer, 3: asked}, most=2)] == [1, 3]
