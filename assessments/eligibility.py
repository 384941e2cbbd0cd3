"""May a sitting start? Pure: plain values in, the reasons against it out; no reason means yes."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Code(StrEnum):
    COURSE_NOT_COMPLETE = "course_not_complete"
    SITTING_OPEN = "sitting_open"
    NO_RULE = "no_rule"
    BANK_TOO_SMALL = "bank_too_small"
    NO_TRIES_LEFT = "no_tries_left"
    HELD = "held"
    WAIT = "wait"


@dataclass(frozen=True)
class Reason:
    """Why not. ``until`` is the first instant at which a wait or a hold is over."""

    code: Code
    until: datetime | None = None


@dataclass(frozen=True)
class Terms:
    """What the test rule in force asks. ``tries`` holds those that an officer added, too; empty: as
    many as one likes."""

    bank_suffices: bool
    tries: int | None = None


def reasons_against(
    *,
    course_complete: bool,
    sitting_open: bool,
    terms: Terms | None,
    tries_used: int,
    next_try_at: datetime | None,
    now: datetime,
    held_until: datetime | None = None,
) -> tuple[Reason, ...]:
    """In the order in which they are worth telling. ``terms`` is empty while no rule is in force.

    A wait ends exactly at ``next_try_at``; it is not told to somebody who has no try left.
    ``held_until``: a decision about conduct keeps the person from a test so long (R27).
    """
    reasons = []
    if not course_complete:
        reasons.append(Reason(Code.COURSE_NOT_COMPLETE))
    if sitting_open:
        reasons.append(Reason(Code.SITTING_OPEN))
    if terms is None:
        reasons.append(Reason(Code.NO_RULE))
    elif not terms.bank_suffices:
        reasons.append(Reason(Code.BANK_TOO_SMALL))
    if held_until is not None and now < held_until:
        reasons.append(Reason(Code.HELD, held_until))
    if terms is not None and terms.tries is not None and tries_used >= terms.tries:
        reasons.append(Reason(Code.NO_TRIES_LEFT))
    elif next_try_at is not None and now < next_try_at:
        reasons.append(Reason(Code.WAIT, next_try_at))
    return tuple(reasons)
