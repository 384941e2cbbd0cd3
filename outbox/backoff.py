"""How long to wait before the next try, as a pure rule."""

from datetime import timedelta

MAX_TRIES = 12


def next_wait(tries: int) -> timedelta | None:
    """The wait after ``tries`` failed tries: one minute, doubling to six hours; None gives up.

    Twelve tries span about a day and a half, longer than a usual mail outage.
    """
    if tries >= MAX_TRIES:
        return None
    return min(timedelta(minutes=2 ** (tries - 1)), timedelta(hours=6))
