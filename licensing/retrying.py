"""How long a webhook's delivery waits for its next try, and for how long at all. Pure."""

from datetime import datetime, timedelta

FOR = timedelta(days=3)  # From the first try; then a delivery is given up.
WAITS = (
    timedelta(seconds=5),
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=5),
    timedelta(hours=10),
    timedelta(hours=14),
    timedelta(hours=16),
    timedelta(hours=20),
)
PATIENCE = 3  # Failures in a row after which an address is left alone for a while.
LONGEST_HOLD = timedelta(minutes=15)


def next_try(*, tries: int, first_tried_at: datetime, now: datetime) -> datetime | None:
    """When to try again after ``tries`` failed tries; None gives up.

    The last try is made three days after the first one, whatever came between.
    """
    last = first_tried_at + FOR
    if now >= last:
        return None
    wait = WAITS[min(tries, len(WAITS)) - 1]
    return min(now + wait, last)


def hold(failures: int) -> timedelta:
    """How long an address that failed so often in a row is left alone, whatever is due for it."""
    if failures < PATIENCE:
        return timedelta()
    return min(timedelta(seconds=10 * 2 ** min(failures - PATIENCE, 10)), LONGEST_HOLD)


def is_dead(*, failing_since: datetime, now: datetime) -> bool:
    """Whether an address has failed for so long that it is paused."""
    return now - failing_since >= FOR
