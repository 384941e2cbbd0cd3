from datetime import UTC, datetime, timedelta

import pytest

from assessments.clock import Clock

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def clock(*, whole, left):
    """Both in seconds."""
    end = START + timedelta(seconds=whole)
    return Clock(START, end, end - timedelta(seconds=left))


@pytest.mark.parametrize(
    ("left", "minutes"),
    [(3600, 60), (3599.5, 59), (61, 1), (60, 1), (59.9, 0), (0, 0), (-30, 0)],
)
def test_minutes_left_are_never_more_than_there_are(left, minutes):
    assert clock(whole=3600, left=left).minutes_left == minutes


@pytest.mark.parametrize(("left", "seconds"), [(59.9, 59), (0, 0), (-1, 0)])
def test_seconds_left_are_whole_and_never_below_nought(left, seconds):
    assert clock(whole=3600, left=left).seconds_left == seconds


@pytest.mark.parametrize(
    ("whole", "warned_at"),
    [(3600, 300), (3000, 300), (600, 60), (60, 20)],
    ids=["an-hour", "fifty-minutes", "a-tenth-of-a-short-test", "never-under-20-seconds"],
)
def test_end_is_near_from_the_moment_of_the_warning_on(whole, warned_at):
    assert not clock(whole=whole, left=warned_at + 1).is_near_end
    assert clock(whole=whole, left=warned_at).is_near_end
    assert clock(whole=whole, left=0).is_near_end
