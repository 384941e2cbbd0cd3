import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.start_code import ALPHABET, digest, make, normalise

randoms = st.binary(min_size=8, max_size=8)


@given(randoms)
def test_every_code_is_two_groups_of_four_of_the_alphabet(data):
    groups = make(data).split("-")
    assert [len(group) for group in groups] == [4, 4]
    assert set("".join(groups)) <= set(ALPHABET)


def test_alphabet_has_no_character_that_is_mistaken_for_another():
    assert not set("ILOU") & set(ALPHABET)
    assert len(set(ALPHABET)) == 32


def test_code_needs_as_many_randoms_as_it_has_characters():
    with pytest.raises(ValueError, match="8 random numbers"):
        make(b"seven77")


@given(randoms)
def test_code_is_read_as_it_was_written(data):
    assert normalise(make(data)) == make(data)


@pytest.mark.parametrize(
    "typed",
    ["k7m2 9qxt", "K7M29QXT", " k7m2-9qxt ", "K7M2–9QXT"],
    ids=["space", "run", "pad", "dash"],
)
def test_spaces_dashes_and_small_letters_do_not_matter(typed):
    assert digest(typed, 1, 2) == digest("K7M2-9QXT", 1, 2)


def test_lookalikes_are_read_as_what_is_meant():
    assert normalise("oil0-1234") == "0110-1234"


@pytest.mark.parametrize(
    "other",
    [("K7M2-9QXV", 1, 2), ("K7M2-9QXT", 2, 2), ("K7M2-9QXT", 1, 1), ("K7M2-9QXT", 11, 2)],
    ids=["code", "person", "course", "near-person"],
)
def test_digest_is_of_one_code_one_person_and_one_course(other):
    assert digest(*other) != digest("K7M2-9QXT", 1, 2)


def test_digest_cannot_be_made_without_our_key(settings):
    ours = digest("K7M2-9QXT", 1, 2)
    settings.SECRET_KEY = "another-key"
    assert digest("K7M2-9QXT", 1, 2) != ours
