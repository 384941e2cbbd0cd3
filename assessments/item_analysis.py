"""What the answers say about a question (R32). Pure: the same figures always give the same flags.

Where every answer must be right, one bad question fails people who know the subject: of twenty
questions that each 98% get right, only two papers in three are passed.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

# Below this a share swings too much to say anything: of 30 answers one is three per cent.
ENOUGH_ANSWERS = 30
# Everybody who is asked has done the lesson. What fewer than half get right is unclear, wrong or
# not taught.
TOO_HARD = 0.5
# A correlation of 0.10 explains one per cent of the differences between people: as good as nothing.
LOWEST_DISCRIMINATION = 0.10
# What nearly everybody gets right cannot tell people apart, and need not: a safety act that all
# know is a good question on a paper that must be all right. So an easy question is never flagged.
EASY = 0.95
# Shares of a paper differ by far more than this; a smaller spread is the rounding of equal ones.
NO_SPREAD = 1e-9


class Flag(StrEnum):
    """Why a person should look at a version of a question."""

    TOO_HARD = "too_hard"
    DOES_NOT_TELL_APART = "does_not_tell_apart"
    WRONG_OPTION_POPULAR = "wrong_option_popular"


@dataclass(frozen=True)
class RestOfPaper:
    """How the people who answered a question did on the rest of their papers.

    ``answers`` and ``right`` count those whose paper had other questions. The means and the spread
    (standard deviation of all of them) are of the share of these others that each person had right.
    """

    answers: int
    right: int
    mean_of_right: float | None
    mean_of_wrong: float | None
    spread: float | None


@dataclass(frozen=True)
class Choice:
    """An option as papers show it, and how often it was chosen."""

    text: str
    right: bool
    times: int


def facility(*, right: int, answers: int) -> float | None:
    """The share of right answers, from 0 to 1; None without answers."""
    return right / answers if answers else None


def discrimination(rest: RestOfPaper) -> float | None:
    """How far those who got it right did better on the rest of their papers, from -1 to 1.

    The corrected point-biserial correlation: the question itself is left out of the score it is
    compared with, or it would agree with itself. None where it cannot be told: fewer than two
    people, all right or all wrong, or all equally good on the rest.
    """
    means_known = rest.mean_of_right is not None and rest.mean_of_wrong is not None
    if not means_known or rest.spread is None or rest.spread < NO_SPREAD:
        return None
    assert rest.mean_of_right is not None
    assert rest.mean_of_wrong is not None
    share = rest.right / rest.answers
    difference = rest.mean_of_right - rest.mean_of_wrong
    return difference / rest.spread * sqrt(share * (1 - share))


def flags(
    *,
    answers: int,
    right: int,
    discrimination: float | None,
    choices: Sequence[Choice] = (),
) -> tuple[Flag, ...]:
    """What is odd about a version, once enough people have answered it."""
    share = facility(right=right, answers=answers)
    if share is None or answers < ENOUGH_ANSWERS:
        return ()
    found = []
    if share < TOO_HARD:
        found.append(Flag.TOO_HARD)
    if discrimination is not None and discrimination < LOWEST_DISCRIMINATION and share < EASY:
        found.append(Flag.DOES_NOT_TELL_APART)
    if any(choice.times > right for choice in choices if not choice.right):
        found.append(Flag.WRONG_OPTION_POPULAR)
    return tuple(found)


def held_back(flagged: Collection[str], *, answers: int, reviewed_answers: int | None) -> bool:
    """Whether a version stays off papers that must be all right. ``reviewed_answers`` is how many
    there were when a person last looked at it and let it be drawn: as many more as the first flag
    took may hold it back again."""
    if not flagged:
        return False
    return reviewed_answers is None or answers >= reviewed_answers + ENOUGH_ANSWERS
