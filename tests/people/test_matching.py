"""Is a row about the person the register has? The rule as a table of cases."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from people.importers import LicenceFacts
from people.matching import Described, Match, folded, judge, names_agree, strong_matches

BORN = date(1980, 3, 31)
WORDS = st.lists(st.text("abcdefgéø", min_size=2, max_size=9), min_size=1, max_size=4)


def person(name="Amina Khan", number="PH-1", born=BORN):
    return LicenceFacts(number, "private_hire", name, born, "current")


@pytest.mark.parametrize(
    ("row", "known", "match"),
    [
        (person(), person(), Match.SAME),
        (person("KHAN, Amina"), person("Mrs Amina Khan"), Match.SAME),
        (person("Amína Khan"), person(), Match.SAME),
        (person(born=date(1981, 3, 31)), person(), Match.OTHER_PERSON),
        (person("Piotr Nowak"), person(), Match.OTHER_PERSON),
        (person("Amina Begum"), person(), Match.OTHER_PERSON),
        (person("AMINA KHAN", number="PH1"), person(), Match.OTHER_NUMBER),
        (person("Khan Amina", number="HC-7"), person(), Match.OTHER_NUMBER),
        (person(number="PH-2", born=date(1981, 3, 31)), person(), Match.NOTHING),
        (person("Amina K", number="PH-2"), person(), Match.NOTHING),
    ],
)
def test_row_is_matched_on_number_and_birth_and_name_together(row, known, match):
    assert judge(row, known) is match


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Mohammed Ali", "Muhammad Ali"),
        ("Mohammed Ali Khan", "Mohammed Khan"),
        ("J Smith", "John Smith"),
        ("Anne-Marie O'Neill", "Anne Marie ONeill"),
        ("Łukasz Straße", "Lukasz Strasse"),
        ("Dr Siân Jones", "Sian Jones"),
        ("Jonathan Smith", "Jonathon Smith"),
        ("Ali Aliya", "Aliya Ali"),
    ],
)
def test_spellings_of_one_name_agree(one, other):
    assert names_agree(one, other)
    assert names_agree(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Sarah Jones", "Sarah Williams"),
        ("Ali Shah", "Aly Shah"),
        ("John Smith", "Jane Smith"),
        ("J", "John Smith"),
        ("J S", "John Smith"),
        ("Amina Khan", "Bilal Hussain"),
        ("...", "John"),
    ],
)
def test_another_name_does_not_agree(one, other):
    assert not names_agree(one, other)
    assert not names_agree(other, one)


def test_name_that_is_only_a_title_keeps_it():
    assert folded("Dr") == "dr"


@given(WORDS, st.randoms())
def test_name_agrees_with_itself_however_ordered_and_written(words, random):
    name = " ".join(words)
    random.shuffle(words)
    other = "  ".join(words).upper()
    assert folded(name) == folded(other)
    assert names_agree(name, other)


@given(WORDS, WORDS)
def test_agreement_asks_nobody_first(one, other):
    assert names_agree(" ".join(one), " ".join(other)) == names_agree(
        " ".join(other), " ".join(one)
    )


# -- Two records of one person ------------------------------------------------------------------
HELD = Described(1, "PH-1", "Amina Khan", date(1980, 3, 31), is_held=True)
OTHER = HELD._replace(number="PH-2")


@pytest.mark.parametrize(
    ("one", "other", "grounds"),
    [
        (HELD, OTHER, ["birth_and_name"]),
        (HELD, OTHER._replace(full_name="KHAN, Amína"), ["birth_and_name"]),
        (HELD, OTHER._replace(full_name="Bilal Khan"), []),
        (HELD, OTHER._replace(date_of_birth=date(1981, 3, 31)), []),
        (HELD, HELD._replace(full_name="A. K.", is_held=False), ["number"]),
        (HELD, HELD._replace(is_held=False), ["birth_and_name", "number"]),
        (HELD, HELD._replace(full_name="A. K.", is_held=False, authority=2), []),
        (HELD, HELD._replace(is_held=False, date_of_birth=date(1981, 3, 31)), []),
        (HELD._replace(is_held=False), OTHER._replace(is_held=False), []),
    ],
)
def test_what_speaks_for_one_person_with_two_records(one, other, grounds):
    assert strong_matches([one], [other]) == grounds
    assert strong_matches([other], [one]) == grounds


def test_name_alone_speaks_for_nothing():
    assert strong_matches([], [HELD]) == []
