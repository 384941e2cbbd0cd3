"""What whoever decides about training from elsewhere has to check first (R37). Pure.

The points are those that licensing officers check on a certificate. An answer that says no, or that
nobody knows, either rules acceptance out or has to be explained. ``forms.recognised`` words them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Where the training comes from; the same words as the rows have."""

    ELSEWHERE = "elsewhere"
    CLASSROOM = "classroom"
    PAST_RECORD = "past_record"


class Answer(StrEnum):
    YES = "yes"
    NO = "no"
    NOT_KNOWN = "not_known"


class Then(StrEnum):
    """What an answer leads to."""

    GO_ON = "go_on"
    EXPLAIN = "explain"
    REFUSE = "refuse"


class Fault(StrEnum):
    """Why what was answered cannot be accepted."""

    NOT_ANSWERED = "not_answered"
    NOT_EXPLAINED = "not_explained"
    RULES_IT_OUT = "rules_it_out"
    NOT_ASKED = "not_asked"


@dataclass(frozen=True)
class Point:
    """One thing to check. ``yes``, ``no`` and ``not_known``: what each answer leads to."""

    code: str
    kinds: frozenset[Kind]
    no: Then
    not_known: Then
    yes: Then = Then.GO_ON

    def after(self, answer: Answer) -> Then:
        return {Answer.YES: self.yes, Answer.NO: self.no, Answer.NOT_KNOWN: self.not_known}[answer]


@dataclass(frozen=True)
class Checked:
    """The answer to one point, and what was written beside it."""

    answer: Answer
    note: str = ""


@dataclass(frozen=True)
class Problem:
    code: str
    fault: Fault


ALL = frozenset(Kind)
TAUGHT = frozenset({Kind.ELSEWHERE, Kind.CLASSROOM})
ON_PAPER = frozenset({Kind.ELSEWHERE})
CHECKLIST = (
    Point(
        "name",
        ALL,
        no=Then.EXPLAIN,
        not_known=Then.REFUSE,
    ),
    Point(
        "number",
        TAUGHT,
        no=Then.REFUSE,
        not_known=Then.EXPLAIN,
    ),
    Point(
        "provider",
        ALL,
        no=Then.EXPLAIN,
        not_known=Then.EXPLAIN,
    ),
    Point(
        "course",
        ALL,
        no=Then.REFUSE,
        not_known=Then.REFUSE,
    ),
    Point(
        "passed",
        ALL,
        no=Then.REFUSE,
        not_known=Then.REFUSE,
    ),
    Point(
        "date",
        ALL,
        no=Then.REFUSE,
        not_known=Then.REFUSE,
    ),
    Point(
        "age",
        ON_PAPER,
        no=Then.EXPLAIN,
        not_known=Then.EXPLAIN,
    ),
    Point(
        "identity",
        TAUGHT,
        yes=Then.EXPLAIN,
        no=Then.EXPLAIN,
        not_known=Then.EXPLAIN,
    ),
    Point(
        "genuine",
        ALL,
        yes=Then.EXPLAIN,
        no=Then.REFUSE,
        not_known=Then.EXPLAIN,
    ),
    Point(
        "original",
        ON_PAPER,
        no=Then.REFUSE,
        not_known=Then.REFUSE,
    ),
)


def points_for(kind: str) -> tuple[Point, ...]:
    """What is to be checked on training of this kind, in its order."""
    return tuple(point for point in CHECKLIST if kind in point.kinds)


def judge(kind: str, answers: Mapping[str, Checked]) -> list[Problem]:
    """What stands in the way of accepting it, in the order of the checklist; none: nothing does."""
    points = points_for(kind)
    asked = {point.code for point in points}
    problems = [fault for point in points if (fault := _judge(point, answers.get(point.code)))]
    return problems + [Problem(code, Fault.NOT_ASKED) for code in answers if code not in asked]


def _judge(point: Point, checked: Checked | None) -> Problem | None:
    if checked is None:
        return Problem(point.code, Fault.NOT_ANSWERED)
    then = point.after(checked.answer)
    if then is Then.REFUSE:
        return Problem(point.code, Fault.RULES_IT_OUT)
    if then is Then.EXPLAIN and not checked.note.strip():
        return Problem(point.code, Fault.NOT_EXPLAINED)
    return None
