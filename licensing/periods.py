"""Weeks, months and quarters of London days. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

A_DAY = timedelta(days=1)
MONTHS_OF_A_YEAR, MONTHS_OF_A_QUARTER = 12, 3


class Grain(StrEnum):
    """How long a period is. A week begins on Monday; quarters are those of the calendar, which are
    those of a council's financial year too."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"


@dataclass(frozen=True, order=True)
class Period:
    """Whole days, the last one included."""

    first: date
    last: date
    grain: Grain

    @property
    def next(self) -> "Period":
        return period_of(self.grain, self.last + A_DAY)

    @property
    def previous(self) -> "Period":
        return period_of(self.grain, self.first - A_DAY)


def period_of(grain: Grain, day: date) -> Period:
    """The period that holds ``day``."""
    if grain is Grain.WEEK:
        first = day - timedelta(days=day.weekday())
        return Period(first, first + timedelta(days=6), grain)
    months = 1 if grain is Grain.MONTH else MONTHS_OF_A_QUARTER
    month = (day.month - 1) // months * months + 1
    years, begins = divmod(month - 1 + months, MONTHS_OF_A_YEAR)
    after = date(day.year + years, begins + 1, 1)
    return Period(date(day.year, month, 1), after - A_DAY, grain)


def periods(grain: Grain, first: date, last: date) -> list[Period]:
    """Every period that holds a day from ``first`` to ``last``, in the order of time."""
    found = [period_of(grain, first)]
    while found[-1].last < last:
        found.append(found[-1].next)
    return found


def latest_complete(grain: Grain, today: date) -> Period:
    """The latest period that was over before ``today``."""
    return period_of(grain, today).previous
