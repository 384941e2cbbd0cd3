"""Is this week different from the weeks before it? Pure; ``VERSION`` names the rule.

A rate (how many of the tests were passed) is compared by Fisher's exact test, two-sided. A count of
rare events (cases proven, certificates revoked) by the exact conditional test of two Poisson means
of Przyborowski and Wilenski, one-sided: only a rise is news. Both are exact, so that they also hold
for small councils. Few figures are never judged, and a change too small to matter is none.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from math import exp, lgamma, log

VERSION = 1
WEEKS_BEFORE = 12
UNLIKELY = 0.001  # An alert has at most this chance of coming up where nothing changed.
LEAST_NOW, LEAST_BEFORE = 20, 60  # Tests in the week, and in the weeks before it.
LEAST_CHANGE = 0.10  # Ten percentage points.
LEAST_EVENTS = 5
SLACK = 1 + 1e-7  # Two tables as likely as each other must count as such.


@dataclass(frozen=True)
class Tally:
    """``part`` of ``whole``."""

    part: int
    whole: int

    @property
    def rate(self) -> float:
        return self.part / self.whole


@dataclass(frozen=True)
class Change:
    """One week's figures, those of the weeks before it, and how likely so great a difference is by
    chance. A count has no whole. ``value`` is the part of a split that it is about."""

    week_from: date
    value: str
    now: Tally
    before: Tally
    chance: float


Counts = Mapping[tuple[date, str], tuple[int, int]]  # By the Monday of the week, and the value.


def rate_changes(counts: Counts, weeks: Collection[date]) -> Iterator[Change]:
    """Which of the rates of ``weeks`` differ; the counts are those for and those against."""
    for week, value, now, before in _compared(counts, weeks):
        tally, earlier = Tally(now[0], sum(now)), Tally(before[0], sum(before))
        if (chance := rate_changed(tally, earlier)) is not None:
            yield Change(week, value, tally, earlier, chance)


def count_rises(counts: Counts, weeks: Collection[date], *, kind: int) -> Iterator[Change]:
    """In which of ``weeks`` the first (``kind`` 0) or the second count rose."""
    for week, value, now, before in _compared(counts, weeks):
        if (chance := count_rose(now[kind], before[kind])) is not None:
            yield Change(week, value, Tally(now[kind], 0), Tally(before[kind], 0), chance)


def _compared(
    counts: Counts, weeks: Collection[date]
) -> Iterator[tuple[date, str, tuple[int, int], tuple[int, int]]]:
    nothing = (0, 0)
    for week in sorted(weeks):
        earlier = [week - timedelta(weeks=back) for back in range(1, WEEKS_BEFORE + 1)]
        for value in sorted({value for first, value in counts if first == week}):
            rows = [counts.get((monday, value), nothing) for monday in earlier]
            before = (sum(row[0] for row in rows), sum(row[1] for row in rows))
            yield week, value, counts[week, value], before


def rate_changed(now: Tally, before: Tally) -> float | None:
    """How likely so great a difference is by chance, where that is news; else None."""
    if now.whole < LEAST_NOW or before.whole < LEAST_BEFORE:
        return None
    if abs(now.rate - before.rate) < LEAST_CHANGE:
        return None
    chance = fisher(now, before)
    return chance if chance < UNLIKELY else None


def count_rose(now: int, before: int, *, weeks: int = WEEKS_BEFORE) -> float | None:
    """The same for a count in one week and in ``weeks`` weeks before it."""
    if now < LEAST_EVENTS:
        return None
    chance = poisson(now, before, weeks=weeks)
    return chance if chance < UNLIKELY else None


def fisher(now: Tally, before: Tally) -> float:
    """Fisher's exact test of two rates: the chance of a table at most as likely as this one."""
    parts, wholes = now.part + before.part, now.whole + before.whole

    def log_chance(part: int) -> float:
        return (
            _log_choose(now.whole, part)
            + _log_choose(before.whole, parts - part)
            - _log_choose(wholes, parts)
        )

    seen = exp(log_chance(now.part)) * SLACK
    possible = range(max(0, parts - before.whole), min(parts, now.whole) + 1)
    return min(1.0, sum(chance for part in possible if (chance := exp(log_chance(part))) <= seen))


def poisson(now: int, before: int, *, weeks: int) -> float:
    """The chance that, of all these events, so many or more fall into one week of weeks + 1."""
    events, share = now + before, 1 / (weeks + 1)
    return min(
        1.0,
        sum(
            exp(_log_choose(events, k) + k * log(share) + (events - k) * log(1 - share))
            for k in range(now, events + 1)
        ),
    )


def _log_choose(of: int, chosen: int) -> float:
    return lgamma(of + 1) - lgamma(chosen + 1) - lgamma(of - chosen + 1)
