"""Weeks, months and quarters."""

from datetime import date
from itertools import pairwise

import pytest

from licensing.periods import Grain, latest_complete, period_of, periods


@pytest.mark.parametrize(
    ("grain", "day", "first", "last"),
    [
        (Grain.WEEK, date(2026, 11, 22), date(2026, 11, 16), date(2026, 11, 22)),
        (Grain.WEEK, date(2027, 1, 1), date(2026, 12, 28), date(2027, 1, 3)),
        (Grain.MONTH, date(2028, 2, 29), date(2028, 2, 1), date(2028, 2, 29)),
        (Grain.MONTH, date(2026, 12, 31), date(2026, 12, 1), date(2026, 12, 31)),
        (Grain.QUARTER, date(2026, 11, 22), date(2026, 10, 1), date(2026, 12, 31)),
        (Grain.QUARTER, date(2026, 3, 31), date(2026, 1, 1), date(2026, 3, 31)),
    ],
)
def test_period_holds_its_day(grain, day, first, last):
    found = period_of(grain, day)
    assert (found.first, found.last) == (first, last)


@pytest.mark.parametrize("grain", Grain)
def test_periods_follow_each_other_without_a_gap(grain):
    found = periods(grain, date(2024, 1, 10), date(2027, 1, 5))
    assert found[0].first <= date(2024, 1, 10)
    assert found[-1].last >= date(2027, 1, 5)
    for one, other in pairwise(found):
        assert (one.next, other.previous) == (other, one)


@pytest.mark.parametrize(
    ("today", "last"),
    [(date(2026, 11, 22), date(2026, 11, 15)), (date(2026, 11, 23), date(2026, 11, 22))],
)
def test_week_is_complete_once_its_sunday_is_over(today, last):
    assert latest_complete(Grain.WEEK, today).last == last
