"""Financial years: from 1 April to 31 March."""

from datetime import date

import pytest

from licensing.financial_year import FinancialYear


@pytest.mark.parametrize(
    ("day", "begins"),
    [
        (date(2026, 3, 31), 2025),
        (date(2026, 4, 1), 2026),
        (date(2026, 12, 31), 2026),
        (date(2027, 1, 1), 2026),
    ],
)
def test_year_of_a_day(day, begins):
    assert FinancialYear.of(day) == FinancialYear(begins)


@pytest.mark.parametrize(("begins", "label"), [(2025, "2025/26"), (2099, "2099/00")])
def test_year_is_written_as_people_write_it(begins, label):
    assert FinancialYear(begins).label == label


@pytest.mark.parametrize(
    ("today", "as_at"),
    [
        (date(2026, 3, 30), date(2026, 3, 30)),
        (date(2026, 3, 31), date(2026, 3, 31)),
        (date(2026, 4, 1), date(2026, 3, 31)),
    ],
)
def test_figures_are_for_the_last_day_or_for_today_while_it_lasts(today, as_at):
    assert FinancialYear(2025).as_at(today) == as_at
