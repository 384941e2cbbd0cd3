"""How much time a sitting has left, and when that is little. Pure: moments in, answers out."""

from dataclasses import dataclass
from datetime import datetime, timedelta

MINUTE = timedelta(minutes=1)
NEAR_END = timedelta(minutes=5)
NEAR_END_PART = 10  # Of a short test, its last tenth.
LEAST_WARNING = timedelta(seconds=20)  # To ask for more time (WCAG 2.2.1).


@dataclass(frozen=True)
class Clock:
    """The time of a sitting that has a limit, as it stands now."""

    started_at: datetime
    deadline_at: datetime
    now: datetime

    @property
    def left(self) -> timedelta:
        return max(self.deadline_at - self.now, timedelta(0))

    @property
    def seconds_left(self) -> int:
        """Whole ones; never more than there are."""
        return int(self.left.total_seconds())

    @property
    def minutes_left(self) -> int:
        """Whole ones; never more than there are. 0: less than a minute."""
        return self.left // MINUTE

    @property
    def is_near_end(self) -> bool:
        """The last five minutes, of a short test the last tenth: time to warn."""
        part = (self.deadline_at - self.started_at) / NEAR_END_PART
        return self.left <= max(min(NEAR_END, part), LEAST_WARNING)
