"""What a checking organisation is told of training, and how often it may ask. Pure.

The least that answers the question: met or not, in one word why, and one day. Where there are
several requirements, it is the worst of them; for training that is met, the one that ends first.
"""

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from math import ceil
from typing import Any

from licensing.eligibility import MEETING, Assessment, Status, Training, training

WORST_FIRST = (
    Status.NEVER_PASSED,
    Status.REVOKED,
    Status.EXPIRED,
    Status.IN_GRACE,
    Status.EXPIRING,
    Status.VALID,
    Status.NOT_REQUIRED,
)
NOT_FOUND_COUNTS = 5  # Whoever guesses numbers is stopped sooner than whoever reads badges.


@dataclass(frozen=True, slots=True)
class Told:
    """``day`` is the last one that training covers or covered; the first one of a revocation; None
    where there is none."""

    training: Training
    status: Status
    day: date | None

    def facts(self) -> dict[str, Any]:
        """As it is kept: plain values."""
        return {**asdict(self), "day": self.day.isoformat() if self.day else None}


def tell(requirements: Collection[Assessment]) -> Told:
    """What may be told of the assessments of one licence."""
    outcome = training(requirements)
    deciding = [one for one in requirements if (one.status in MEETING) == (outcome == Training.MET)]
    worst = min(deciding, key=lambda one: WORST_FIRST.index(one.status), default=None)
    if worst is None:
        return Told(outcome, Status.NEVER_PASSED, None)
    if outcome == Training.NOT_MET:
        return Told(outcome, worst.status, _day(worst))
    days = [day for one in deciding if (day := _day(one)) is not None]
    return Told(outcome, worst.status, min(days, default=None))


def _day(assessment: Assessment) -> date | None:
    """The day in the reason of the status: how long it covers, since when it does not. Extra time
    may have several reasons; it lasts as long as the longest of them."""
    if assessment.status == Status.IN_GRACE:
        lasts = [reason.facts.get("until") for reason in assessment.reasons]
        return max((day for day in lasts if isinstance(day, date)), default=None)
    facts = assessment.reasons[0].facts if assessment.reasons else {}
    found = facts.get("until") or facts.get("ended") or facts.get("since")
    return found if isinstance(found, date) else None


def weight(*, found: bool) -> int:
    return 1 if found else NOT_FOUND_COUNTS


def seconds_to_wait(
    asked: Iterable[tuple[timedelta, int]], *, limit: int, window: timedelta
) -> int:
    """For how long nothing more may be asked: nought while the weights come to less than ``limit``.

    ``asked`` are the questions of the window, each with its age and its weight.
    """
    oldest_first = sorted(asked, reverse=True)
    left = sum(weight for _, weight in oldest_first)
    for age, counted in oldest_first:
        if left < limit:
            break
        left -= counted
        if left < limit:
            return max(1, ceil((window - age).total_seconds()))
    return 0
