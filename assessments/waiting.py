"""How long somebody waits before the next try. Pure; the calendar is London's.

A wait is written as an ISO 8601 duration of one part: ``PT24H`` (hours that pass), ``P7D`` (days on
the calendar) or ``P6M`` (months on the calendar). On the calendar the hour of the day stays, also
over a change of the clocks, and a month that is too short ends on its last day. Where the clocks
show that hour twice or leave it out, the later instant counts, as in PostgreSQL's calendar.
"""

import re
from calendar import monthrange
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")
PATTERN = r"PT[1-9][0-9]{0,2}H|P[1-9][0-9]{0,2}[DM]"
MONTHS_IN_YEAR = 12


class Wait(NamedTuple):
    """``unit``: ``H``, ``D`` or ``M``."""

    amount: int
    unit: str


def parse(written: str) -> Wait:
    """Raises ValueError for anything but one of the three forms above."""
    if not re.fullmatch(PATTERN, written):
        raise ValueError(f"{written!r} is not a wait.")
    return Wait(int(written.lstrip("PT")[:-1]), written[-1])


def written(wait: Wait) -> str:
    """The other way round: ``Wait(24, "H")`` is ``PT24H``."""
    return f"PT{wait.amount}H" if wait.unit == "H" else f"P{wait.amount}{wait.unit}"


def wait_after(waits: Sequence[str], fails: int) -> str:
    """The wait after the ``fails``-th fail (from 1); the last one goes on. Empty: none."""
    return waits[min(fails, len(waits)) - 1] if waits and fails > 0 else ""


def over_at(ended_at: datetime, written: str) -> datetime:
    """The first instant after the wait, in UTC. Without a wait that is ``ended_at`` itself."""
    if not written:
        return ended_at
    wait = parse(written)
    if wait.unit == "H":
        return ended_at + timedelta(hours=wait.amount)
    there = ended_at.astimezone(LONDON).replace(tzinfo=None)
    later = there + timedelta(days=wait.amount) if wait.unit == "D" else _months(there, wait.amount)
    return max(later.replace(tzinfo=LONDON, fold=fold).astimezone(UTC) for fold in (0, 1))


def _months(there: datetime, months: int) -> datetime:
    year, month = divmod(there.year * MONTHS_IN_YEAR + there.month - 1 + months, MONTHS_IN_YEAR)
    last = monthrange(year, month + 1)[1]
    return there.replace(year=year, month=month + 1, day=min(there.day, last))
