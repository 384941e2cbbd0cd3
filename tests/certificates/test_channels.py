"""Which channel reaches whom, as tables of cases."""

import pytest

from certificates.channels import Contact, Way, first_way, masked, uk_mobile, ways

ORDER = ["email", "sms", "letter"]
E_MAIL = Way("email", "ade@example.org")
MOBILE = Way("sms", "+447700900123")
POST = Way("letter", "PH-1")
WHOLE = {"email": E_MAIL.to, "mobile": "07700 900123", "licence_number": POST.to}


@pytest.mark.parametrize(
    ("order", "known", "expected"),
    [
        (ORDER, {}, E_MAIL),
        (["sms", "email"], {}, MOBILE),
        (["letter", "sms", "email"], {}, POST),
        (ORDER, {"email": ""}, MOBILE),
        (ORDER, {"email": "", "mobile": ""}, POST),
        (ORDER, {"email": "  ", "mobile": "020 7946 0958"}, POST),
        (ORDER, {"email": "", "mobile": "", "licence_number": ""}, None),
        (["sms"], {"mobile": ""}, None),
        ([], {}, None),
        (ORDER, {"dead": frozenset([E_MAIL])}, MOBILE),
        (ORDER, {"dead": frozenset([E_MAIL, MOBILE])}, POST),
        (ORDER, {"dead": frozenset([E_MAIL, MOBILE, POST])}, None),
        # Another address of the same person, and the same words by another channel, still live.
        (ORDER, {"dead": frozenset([Way("email", "old@example.org")])}, E_MAIL),
        (ORDER, {"dead": frozenset([Way("sms", E_MAIL.to)])}, E_MAIL),
        (["fax", "email"], {}, E_MAIL),
    ],
)
def test_first_way_by_which_the_person_can_be_reached(order, known, expected):
    assert first_way(order, Contact(**{**WHOLE, **known})) == expected


@pytest.mark.parametrize(
    ("tried", "expected"),
    [
        (["email"], MOBILE),
        (["email", "sms"], POST),
        (["sms"], E_MAIL),
        (["email", "sms", "letter"], None),
    ],
)
def test_what_was_tried_is_not_tried_again(tried, expected):
    assert first_way(ORDER, Contact(**WHOLE), tried=tried) == expected


def test_a_channel_named_twice_is_one():
    assert list(ways(["email", "email", "sms"], Contact(**WHOLE))) == [E_MAIL, MOBILE]


@pytest.mark.parametrize(
    "written",
    ["07700 900123", "+44 7700 900123", "0044 7700 900123", "(07700) 900-123", "+447700900123"],
)
def test_a_mobile_is_written_in_one_form(written):
    assert uk_mobile(written) == "+447700900123"


def test_a_number_that_is_in_use_is_a_mobile_too():
    assert uk_mobile("07400 123456") == "+447400123456"


@pytest.mark.parametrize(
    "written",
    [
        "",
        "none",
        "020 7946 0958",  # A landline,
        "07700 90012",  # too short,
        "07700 9001234",  # too long,
        "07400 12345",
        "+48 512 345 678",  # a mobile of another country,
        "07797 712345",  # one of Jersey, which is not the United Kingdom,
        "070 1234 5678",  # a number that follows its owner and costs more.
    ],
)
def test_any_other_number_is_none(written):
    assert uk_mobile(written) == ""


@pytest.mark.parametrize(
    ("way", "shown"),
    [
        (Way("email", "jo.driver@example.org"), "j…@example.org"),
        (MOBILE, "…123"),
        (POST, "PH-1"),
        (Way("email", ""), ""),
        (Way("sms", ""), ""),
    ],
)
def test_addresses_are_shown_in_part(way, shown):
    assert masked(way) == shown
