from datetime import UTC, datetime, timedelta

import pytest

from lms.next_step import Standing, Step, next_step

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
TODAY = NOW.date()
LATER = NOW + timedelta(seconds=1)
VALID = {"valid_until": TODAY, "renew_from": TODAY + timedelta(days=1)}
READY = {"enrolled": True, "lessons_done": True}


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({}, Step.START_COURSE),
        ({"enrolled": True}, Step.CONTINUE_COURSE),
        (READY, Step.TAKE_TEST),
        ({**READY, "test_open": True}, Step.CONTINUE_TEST),
        ({**READY, "next_try_at": LATER}, Step.WAIT_TO_TRY),
        ({**READY, "next_try_at": NOW}, Step.TAKE_TEST),
        ({**READY, "tries_left": 0, "next_try_at": LATER}, Step.NO_TRIES_LEFT),
        ({**READY, "tries_left": 1}, Step.TAKE_TEST),
        ({**READY, "has_test": False}, Step.COURSE_DONE),
        ({"enrolled": True, "has_test": False}, Step.CONTINUE_COURSE),
        ({"passed_without_certificate": True}, Step.CERTIFICATE_COMING),
        (VALID, Step.UP_TO_DATE),
        ({**VALID, "renew_from": TODAY}, Step.RENEW),
        ({**VALID, "enrolled": True}, Step.CONTINUE_COURSE),
        ({"valid_until": TODAY - timedelta(days=1), "renew_from": TODAY}, Step.START_COURSE),
    ],
)
def test_first_thing_that_applies_is_the_next_step(facts, expected):
    assert next_step(Standing(today=TODAY, now=NOW, **facts)) is expected
