"""Terms that blame a child or hide the harm are found in every form, and nothing else is."""

import pytest

from courses.wording import BARRED, barred_terms


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("a child prostitute", "child prostitute"),
        ("Child  Prostitution is", "child prostitute"),
        ("under-age sex workers", "child prostitute"),
        ("She was promiscuous.", "promiscuous"),
        ("sexually active", "sexually active"),
        ("It is a lifestyle choice", "lifestyle choice"),
        ("putting himself at risk", "putting herself at risk"),
        ("They put themselves at risk", "putting herself at risk"),
        ("her boyfriend waits", "her boyfriend"),
        ("two drug runners", "drug runner"),
        ("a money mule", "drug runner"),
        ("offered sex for the fare", "offered sex"),
        ("She consented", "consented"),
        ("they asked for it", "consented"),
        ("He absconded", "absconded"),
        ("a street-wise boy", "streetwise"),
        ("dressed inappropriately for her age", "dressed inappropriately"),
        ("<p>pro<b>x</b> sexually</p> <p>active</p>", "sexually active"),
    ],
)
def test_term_is_found_in_each_of_its_forms(text, term):
    assert [barred.term for barred in barred_terms([text])] == [term]


@pytest.mark.parametrize(
    "text",
    [
        "A child can never consent to their own abuse.",
        "The driver chooses to call 101.",
        "He says it is a boyfriend but cannot give a surname.",
        "The assistant worker",
        "She is at risk because of what others do.",
    ],
)
def test_fair_wording_is_let_through(text):
    assert barred_terms([text]) == []


def test_allowed_term_is_passed_over_and_others_are_not():
    found = barred_terms(["He absconded, streetwise."], allowed=["absconded"])
    assert [barred.term for barred in found] == ["streetwise"]


def test_each_term_says_what_to_write_instead():
    assert all(barred.instead for barred in BARRED)
    assert barred_terms(barred.instead for barred in BARRED) == []
