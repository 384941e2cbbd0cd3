"""How much of a sitting's time an outage took."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.time_lost import LONGEST, seconds_lost

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def at(minutes):
    return NOON + timedelta(minutes=minutes)


def span(began, over):
    return at(began), at(over)


@pytest.mark.parametrize(
    ("outage", "started", "deadline", "minutes"),
    [
        ((10, 20), 0, 30, 10),
        ((-5, 20), 0, 30, 20),
        ((10, 60), 0, 30, 50),
        ((0, 30), 0, 30, 30),
        ((30, 60), 0, 30, 0),
        ((-20, 0), 0, 30, 0),
        ((29, 31), 0, 30, 2),
        ((-60, 90), 0, 30, 90),
    ],
    ids=[
        "within",
        "began before the start",
        "went on after the deadline",
        "as long as the sitting",
        "began at the deadline",
        "over at the start",
        "over the deadline",
        "around the sitting",
    ],
)
def test_clock_stands_still_from_the_outage_or_the_start_to_its_end(
    outage, started, deadline, minutes
):
    lost = seconds_lost(span(*outage), started_at=at(started), deadline_at=at(deadline))
    assert lost == minutes * 60


@pytest.mark.parametrize(
    ("earlier", "minutes"),
    [
        ([(10, 20)], 0),
        ([(0, 15)], 5),
        ([(15, 40)], 5),
        ([(12, 14), (16, 18)], 6),
        ([(12, 18), (13, 15)], 4),
        ([(30, 40)], 10),
        ([(0, 5)], 10),
        ([(5, 60)], 0),
    ],
    ids=["same", "head", "tail", "two", "nested", "later", "earlier", "around"],
)
def test_no_minute_is_given_back_twice(earlier, minutes):
    given_back = [span(*each) for each in earlier]
    lost = seconds_lost(span(10, 20), started_at=at(0), deadline_at=at(90), given=given_back)
    assert lost == minutes * 60


def test_part_of_a_second_counts_as_a_whole_one():
    outage = (at(1), at(1) + timedelta(milliseconds=1))
    assert seconds_lost(outage, started_at=at(0), deadline_at=at(30)) == 1


def test_clock_that_jumped_400_days_ahead_gives_no_more_than_the_longest():
    outage = (at(10), at(10) + timedelta(days=400))
    lost = seconds_lost(outage, started_at=at(0), deadline_at=at(30))
    assert lost == LONGEST.total_seconds()


def test_span_that_ends_before_it_began_takes_nothing():
    outage = (at(10), at(10) - timedelta(hours=2))
    assert seconds_lost(outage, started_at=at(0), deadline_at=at(30)) == 0


minute = st.integers(min_value=-100, max_value=100)


@given(began=minute, over=minute, cut=minute)
def test_outage_recorded_in_two_parts_gives_what_it_gives_in_one(began, over, cut):
    began, cut, over = sorted([began, cut, over])
    sitting = {"started_at": at(0), "deadline_at": at(200)}
    first = seconds_lost(span(began, cut), **sitting)
    second = seconds_lost(span(cut, over), **sitting, given=[span(began, cut)])
    assert first + second == seconds_lost(span(began, over), **sitting)


@given(began=minute, over=minute, earlier=st.lists(st.tuples(minute, minute), max_size=4))
def test_what_is_lost_is_never_negative_nor_longer_than_the_outage(began, over, earlier):
    began, over = sorted([began, over])
    given_back = [span(*sorted(each)) for each in earlier]
    lost = seconds_lost(span(began, over), started_at=at(0), deadline_at=at(30), given=given_back)
    assert 0 <= lost <= (over - began) * 60
