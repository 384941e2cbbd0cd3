"""Waits on London's calendar, by example and by what PostgreSQL's own calendar says."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from assessments.waiting import LONDON, Wait, over_at, parse, wait_after, written

FIRST, LAST = datetime(1996, 1, 1, tzinfo=UTC), datetime(2037, 12, 31, tzinfo=UTC)
INSTANTS = 4000  # For each unit.
GIVEN = "FROM unnest(%s::timestamptz[], %s::text[]) given (ended_at, wait)"
CLOCK = f"SELECT ended_at, wait, ended_at + wait::interval {GIVEN}"
CALENDAR = f"""
SELECT ended_at, wait,
    (ended_at AT TIME ZONE 'Europe/London' + wait::interval) AT TIME ZONE 'Europe/London' {GIVEN}
"""


def london(written_down):
    return datetime.fromisoformat(written_down).replace(tzinfo=LONDON)


@pytest.mark.parametrize(
    ("ended_at", "wait", "over"),
    [
        ("2026-11-24T09:30", "P1D", "2026-11-25T09:30"),
        ("2026-12-28T09:30", "P7D", "2027-01-04T09:30"),
        ("2026-11-24T09:30", "P1M", "2026-12-24T09:30"),
        ("2026-11-24T09:30", "P6M", "2027-05-24T09:30"),
        ("2026-11-24T09:30", "P14M", "2028-01-24T09:30"),
        ("2027-01-31T23:59", "P1M", "2027-02-28T23:59"),
        ("2028-01-31T09:30", "P1M", "2028-02-29T09:30"),
        ("2028-02-29T09:30", "P12M", "2029-02-28T09:30"),
        ("2028-02-29T09:30", "P48M", "2032-02-29T09:30"),
        ("2028-02-28T09:30", "P1D", "2028-02-29T09:30"),
        ("2026-08-31T09:30", "P6M", "2027-02-28T09:30"),
        ("2026-12-31T09:30", "P2M", "2027-02-28T09:30"),
    ],
    ids=[
        "a day",
        "days over the new year",
        "a month",
        "months over a clock change",
        "months of more than a year",
        "a month to the last of February",
        "a month to the 29th of February",
        "a year from the 29th of February",
        "four years from the 29th of February",
        "a day to the 29th of February",
        "months to a shorter month",
        "months over the new year to a shorter month",
    ],
)
def test_days_and_months_are_those_of_the_calendar(ended_at, wait, over):
    assert over_at(london(ended_at), wait) == london(over)


@pytest.mark.parametrize(
    ("wait", "before", "over"),
    [
        ("P1D", "2027-03-27T09:30:00+00:00", "2027-03-28T08:30:00+00:00"),
        ("P1D", "2027-10-30T08:30:00+00:00", "2027-10-31T09:30:00+00:00"),
        ("PT24H", "2027-03-27T09:30:00+00:00", "2027-03-28T09:30:00+00:00"),
        ("PT24H", "2027-10-30T08:30:00+00:00", "2027-10-31T08:30:00+00:00"),
        ("P1M", "2027-03-01T12:00:00+00:00", "2027-04-01T11:00:00+00:00"),
        ("P1M", "2027-10-01T11:00:00+00:00", "2027-11-01T12:00:00+00:00"),
    ],
    ids=[
        "a day when the clocks go forward",
        "a day when the clocks go back",
        "hours when the clocks go forward",
        "hours when the clocks go back",
        "a month when the clocks go forward",
        "a month when the clocks go back",
    ],
)
def test_the_hour_of_the_day_stays_unless_the_wait_is_in_hours(wait, before, over):
    assert over_at(datetime.fromisoformat(before), wait) == datetime.fromisoformat(over)


def test_wait_that_ends_in_the_hour_left_out_ends_an_hour_later_by_the_clock():
    over = over_at(london("2027-03-27T01:30"), "P1D")
    assert over == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)


def test_wait_that_ends_in_the_hour_that_comes_twice_ends_the_second_time():
    over = over_at(london("2027-10-30T01:30"), "P1D")
    assert over == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)


def test_no_wait_is_over_at_once(now):
    assert over_at(now, "") == now


@pytest.mark.parametrize(
    ("fails", "wait"),
    [(0, ""), (1, "P1D"), (2, "P7D"), (3, "P6M"), (4, "P6M"), (40, "P6M")],
)
def test_waits_grow_and_the_last_one_goes_on(fails, wait):
    assert wait_after(["P1D", "P7D", "P6M"], fails) == wait


def test_rule_without_waits_has_none_after_any_fail():
    assert [wait_after([], fails) for fails in (0, 1, 9)] == ["", "", ""]


@pytest.mark.parametrize(
    "text", ["", "P0D", "PT0H", "P1Y", "P1W", "PT30M", "P1DT2H", "P1000D", "-P1D", "P1d", "PT1H\n"]
)
def test_anything_but_the_three_forms_is_no_wait(text):
    with pytest.raises(ValueError, match="is not a wait"):
        parse(text)


@given(st.builds(Wait, st.integers(1, 999), st.sampled_from("HDM")))
def test_wait_is_read_as_it_was_written(wait):
    assert parse(written(wait)) == wait


def at_random(random, *, around_clock_changes):
    """An instant of these years; half of them in the nights in which the clocks change."""
    if around_clock_changes:
        month, day = random.choice([3, 10]), random.randint(25, 31)
        night = datetime(random.randint(1996, 2037), month, day, tzinfo=UTC)
        return night + timedelta(minutes=random.randrange(180))
    return FIRST + timedelta(seconds=random.randrange(int((LAST - FIRST).total_seconds())))


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("unit", "statement"), [("H", CLOCK), ("D", CALENDAR), ("M", CALENDAR)], ids="HDM"
)
def test_calendar_of_the_database_agrees(unit, statement):
    random = Random(unit)
    instants = [at_random(random, around_clock_changes=place % 2 == 0) for place in range(INSTANTS)]
    waits = [written(Wait(random.randint(1, 60), unit)) for _ in instants]
    with connection.cursor() as cursor:
        cursor.execute(statement, [instants, waits])
        rows = cursor.fetchall()
    assert len(rows) == INSTANTS
    differ = [(ended, wait, over) for ended, wait, over in rows if over_at(ended, wait) != over]
    assert differ == []
