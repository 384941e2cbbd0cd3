"""When a webhook is tried again."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from licensing import retrying

START = datetime(2026, 11, 22, 12, tzinfo=UTC)


def tries_of_a_dead_address():
    moments, now = [START], START
    while (
        later := retrying.next_try(tries=len(moments), first_tried_at=START, now=now)
    ) is not None:
        moments.append(later)
        now = later
    return moments


def test_last_try_is_three_days_after_the_first():
    assert tries_of_a_dead_address()[-1] - START == timedelta(days=3)


def test_waits_never_grow_shorter_but_for_the_last():
    moments = tries_of_a_dead_address()
    waits = [later - before for before, later in pairwise(moments)]

    assert waits[:-1] == sorted(waits[:-1])
    assert waits[0] == timedelta(seconds=5)
    assert 10 <= len(moments) <= 15


def test_late_relay_still_makes_a_last_try():
    late = START + timedelta(days=2, hours=23)

    assert retrying.next_try(tries=2, first_tried_at=START, now=late) is not None
    assert retrying.next_try(tries=9, first_tried_at=START, now=late) == START + timedelta(days=3)
    assert retrying.next_try(tries=9, first_tried_at=START, now=START + timedelta(days=4)) is None


@pytest.mark.parametrize(
    ("failures", "seconds"), [(0, 0), (2, 0), (3, 10), (4, 20), (9, 640), (10, 900), (10_000, 900)]
)
def test_address_that_keeps_failing_is_left_alone(failures, seconds):
    assert retrying.hold(failures) == timedelta(seconds=seconds)


@pytest.mark.parametrize(("days", "dead"), [(0, False), (2.99, False), (3, True), (9, True)])
def test_address_is_dead_after_three_days(days, dead):
    assert retrying.is_dead(failing_since=START, now=START + timedelta(days=days)) is dead
