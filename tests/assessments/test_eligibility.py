from datetime import UTC, datetime, timedelta

import pytest

from assessments.eligibility import Code, Reason, Terms, reasons_against

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
MAY = {
    "course_complete": True,
    "sitting_open": False,
    "terms": Terms(bank_suffices=True),
    "tries_used": 0,
    "next_try_at": None,
    "now": NOW,
}


def codes(**facts):
    return [reason.code for reason in reasons_against(**{**MAY, **facts})]


def test_nothing_stands_against_a_first_try_after_the_course():
    assert codes() == []


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        ({"course_complete": False}, Code.COURSE_NOT_COMPLETE),
        ({"sitting_open": True}, Code.SITTING_OPEN),
        ({"terms": None}, Code.NO_RULE),
        ({"terms": Terms(bank_suffices=False)}, Code.BANK_TOO_SMALL),
        ({"terms": Terms(bank_suffices=True, tries=2), "tries_used": 2}, Code.NO_TRIES_LEFT),
        ({"terms": Terms(bank_suffices=True, tries=2), "tries_used": 3}, Code.NO_TRIES_LEFT),
        ({"next_try_at": NOW + timedelta(seconds=1)}, Code.WAIT),
    ],
    ids=lambda value: value if isinstance(value, Code) else "",
)
def test_one_reason_against(facts, code):
    assert codes(**facts) == [code]


@pytest.mark.parametrize(
    "facts",
    [
        {"tries_used": 1_000},
        {"terms": Terms(bank_suffices=True, tries=2), "tries_used": 1},
        {"next_try_at": NOW},
        {"next_try_at": NOW - timedelta(seconds=1)},
    ],
    ids=["no-limit", "a-try-left", "wait-over-this-second", "wait-over"],
)
def test_nothing_stands_against_when(facts):
    assert codes(**facts) == []


@pytest.mark.parametrize(("seconds", "may"), [(999, False), (1000, True)])
def test_wait_of_a_thousand_seconds_ends_to_the_second(seconds, may):
    failed_at = NOW - timedelta(seconds=seconds)
    assert (codes(next_try_at=failed_at + timedelta(seconds=1000)) == []) is may


def test_wait_says_until_when():
    until = NOW + timedelta(hours=3)
    assert reasons_against(**{**MAY, "next_try_at": until}) == (Reason(Code.WAIT, until),)


def test_reasons_stand_in_the_order_in_which_they_are_told():
    facts = {
        "course_complete": False,
        "sitting_open": True,
        "terms": Terms(bank_suffices=False, tries=1),
        "tries_used": 1,
        "next_try_at": NOW + timedelta(days=1),
    }
    assert codes(**facts) == [
        Code.COURSE_NOT_COMPLETE,
        Code.SITTING_OPEN,
        Code.BANK_TOO_SMALL,
        Code.NO_TRIES_LEFT,
    ]
