"""The financial year of a council: from 1 April to 31 March. Pure."""

from dataclasses import dataclass
from datetime import date

APRIL, MARCH, LAST_OF_MARCH = 4, 3, 31


@dataclass(frozen=True, order=True)
class FinancialYear:
    """The one that begins on 1 April of ``begins``."""

    begins: int

    @classmethod
    def of(cls, day: date) -> "FinancialYear":
        """The one in which the day falls."""
        return cls(day.year if day.month >= APRIL else day.year - 1)

    @property
    def first_day(self) -> date:
        return date(self.begins, APRIL, 1)

    @property
    def last_day(self) -> date:
        return date(self.begins + 1, MARCH, LAST_OF_MARCH)

    @property
    def label(self) -> str:
        """As people write it: 2025/26."""
        return f"{self.begins}/{(self.begins + 1) % 100:02}"

    def as_at(self, today: date) -> date:
        """The day for which its figures are: its last one or, while it lasts, today."""
        return min(self.last_day, today)
