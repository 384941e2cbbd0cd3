import pytest
from hypothesis import given
from hypothesis import strategies as st

from certificates.reference import ALPHABET, is_wellformed, make, normalise

randoms = st.binary(min_size=11, max_size=11)
places = st.integers(0, 11)


def plain(reference):
    return reference.replace("-", "")


def grouped(characters):
    return "-".join(characters[at : at + 4] for at in (0, 4, 8))


@given(randoms)
def test_every_reference_is_wellformed(data):
    assert is_wellformed(make(data))


@given(randoms)
def test_every_reference_is_three_groups_of_four_of_the_alphabet(data):
    groups = make(data).split("-")
    assert [len(group) for group in groups] == [4, 4, 4]
    assert set("".join(groups)) <= set(ALPHABET)


def test_alphabet_has_no_character_that_is_mistaken_for_another():
    assert not set("ILOU") & set(ALPHABET)
    assert len(set(ALPHABET)) == 32


@given(randoms)
def test_any_single_wrong_character_is_noticed(data):
    reference = plain(make(data))
    for place in range(12):
        for character in ALPHABET:
            wrong = reference[:place] + character + reference[place + 1 :]
            assert is_wellformed(grouped(wrong)) is (wrong == reference)


@given(randoms)
def test_any_swap_of_two_characters_is_noticed(data):
    reference = plain(make(data))
    for first in range(12):
        for second in range(first + 1, 12):
            swapped = list(reference)
            swapped[first], swapped[second] = swapped[second], swapped[first]
            wrong = "".join(swapped)
            assert is_wellformed(grouped(wrong)) is (wrong == reference)


@given(randoms, randoms)
def test_different_randoms_give_different_references(one, other):
    same_bits = [a % 32 for a in one] == [b % 32 for b in other]
    assert (make(one) == make(other)) is same_bits


@pytest.mark.parametrize(
    ("randoms", "reference"),
    [
        ([0] * 11, "0000-0000-0000"),
        ([0] * 10 + [1], "0000-0000-0012"),
        ([31] * 11, "ZZZZ-ZZZZ-ZZZK"),
        (range(11), "0123-4567-89AM"),
    ],
)
def test_reference_made_once_is_made_the_same_for_ever(randoms, reference):
    assert make(randoms) == reference


@pytest.mark.parametrize("amount", [0, 10, 12])
def test_another_amount_of_randoms_is_refused(amount):
    with pytest.raises(ValueError, match="11"):
        make(bytes(amount))


@pytest.mark.parametrize(
    "typed",
    [
        "0123-4567-89AM",
        "0123456789am",
        " 0123 4567 89am ",
        "0123–4567–89AM",
        "o123-4567-89am",
        "OI23-4567-89AM",
        "0l23.4567.89am",
    ],
)
def test_what_people_type_is_read_as_meant(typed):
    assert normalise(typed) == "0123-4567-89AM"


@given(st.text(max_size=40))
def test_normalising_again_changes_nothing(text):
    assert normalise(normalise(text)) == normalise(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        "0123456789AM",
        "0123-4567-89am",
        "0123-4567-89A",
        "0123-4567-89AM-",
        "0123-4567-89AU",
        "0123-4567-89A٣",
        "01-234567-89AM",
        "0123-4567-89AM\n",
    ],
)
def test_anything_else_is_not_wellformed(text):
    assert not is_wellformed(text)
