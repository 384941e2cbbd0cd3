"""What the words of a reminder must and may not say, as tables of cases."""

import pytest

from certificates.texts import Problem, Size, Words, fill, problems, size

BODY = "Hello {name}, your training ends on {ends_on}. Renew it here: {link}"


def found(body, *, channel="email", subject="Your training"):
    return list(problems(Words(subject, body), channel=channel))


def test_each_place_takes_its_fact():
    facts = {"name": "Ade", "ends_on": "3 April 2026", "link": "https://x.example/"}
    filled = fill(Words("For {name}", BODY), facts)
    assert filled.subject == "For Ade"
    assert filled.body == (
        "Hello Ade, your training ends on 3 April 2026. Renew it here: https://x.example/"
    )


def test_fact_that_looks_like_a_place_stays_as_it_is():
    assert fill(Words("", "{name}: {course}"), {"name": "{course}", "course": "C"}).body == (
        "{course}: C"
    )


def test_subject_is_one_line_and_no_longer_than_a_message_takes():
    filled = fill(Words("{name}\n{course}", ""), {"name": "a" * 200, "course": "b" * 200})
    assert len(filled.subject) == 300
    assert "\n" not in filled.subject


def test_a_good_text_has_no_problem():
    assert found(BODY) == []


@pytest.mark.parametrize(
    ("body", "channel", "expected"),
    [
        (BODY + " {colour}", "email", [Problem("unknown_place", "colour")]),
        (BODY + " {renew_from}", "email", [Problem("unknown_place", "renew_from")]),
        (BODY + " {}", "email", [Problem("unknown_place", "")]),
        (BODY + " {name", "email", [Problem("brace")]),
        (BODY + " }", "email", [Problem("brace")]),
        ("Renew it: {link}", "email", [Problem("no_day")]),
        ("It ends on {ends_on}.", "email", [Problem("no_link")]),
        ("It ends on {ends_on}.", "sms", []),
        ("It ends on {ends_on}.", "letter", []),
        ("", "email", [Problem("no_day"), Problem("no_link")]),
    ],
)
def test_places_are_checked(body, channel, expected):
    assert found(body, channel=channel) == expected


@pytest.mark.parametrize(
    "words",
    [
        "Your licence is SUSPENDED",
        "We refused your licence",
        "Your badge will be revoked",
        "You must not drive",
        "You cannot drive",
        "You are not allowed to work",
        "You failed to renew",
        "You ignored us",
        "This is your final warning",
        "You will lose your licence",
        "You can be fined",
        "It is your fault",
        "We take away your badge",
    ],
)
def test_no_text_decides_about_a_licence_or_blames(words):
    assert [problem.code for problem in found(f"{BODY} {words}.")] == ["barred"]


def test_the_subject_is_judged_too():
    assert found(BODY, subject="Suspended") == [Problem("barred", "suspended")]


@pytest.mark.parametrize(
    "words",
    [
        "This message is about training only. It is not a decision about your licence.",
        "If you cannot find the link, call us.",
        "We hope that all is fine",
        "If you have renewed already, you do not need to do anything.",
    ],
)
def test_neutral_words_are_taken(words):
    assert found(f"{BODY} {words}") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Size(0, 1, plain=True)),
        ("a" * 160, Size(160, 1, plain=True)),
        ("a" * 161, Size(161, 2, plain=True)),
        ("a" * 306, Size(306, 2, plain=True)),
        ("a" * 307, Size(307, 3, plain=True)),
        ("€" * 80, Size(160, 1, plain=True)),
        ("€" * 81, Size(162, 2, plain=True)),
        ("ŵ" * 70, Size(70, 1, plain=False)),
        ("ŵ" + "a" * 70, Size(71, 2, plain=False)),
        ("ŵ" * 135, Size(135, 3, plain=False)),
        ("🚕" * 35, Size(70, 1, plain=False)),  # Each is two units of UTF-16.
        ("£ä\n", Size(3, 1, plain=True)),
    ],
)
def test_size_of_a_text_message(text, expected):
    assert size(text) == expected
