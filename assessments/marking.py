"""What a paper earned. Pure: the same paper, answers and pass mark always give the same result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Revisit:
    """A topic in which something was wrong, and the lessons to read again."""

    topic: str
    title: str
    lesson_ids: tuple[int, ...]


@dataclass(frozen=True)
class Marking:
    """``critical_missed``: a question that must be right was not. ``short_topics``: topics with
    fewer right answers than their minimum. Either fails the paper whatever the count is."""

    correct_count: int
    question_count: int
    required_count: int
    critical_missed: bool
    short_topics: tuple[str, ...]
    revisit: tuple[Revisit, ...]

    @property
    def passed(self) -> bool:
        """Decided on the count of right answers, never on a percentage; an empty paper fails."""
        return (
            0 < self.required_count <= self.correct_count
            and not self.critical_missed
            and not self.short_topics
        )


def required_count(pass_mark: int, question_count: int) -> int:
    """How many answers must be right: the pass mark in per cent, rounded up, in whole numbers."""
    return -(-pass_mark * question_count // 100)


def mark(paper: Mapping[str, Any], answers: Mapping[int, str], pass_mark: int) -> Marking:
    """Mark ``answers`` (place on the paper, from 1, to option token).

    A token scores only at the question it belongs to; a missing or unknown one is a wrong answer.
    """
    questions: Sequence[Mapping[str, Any]] = paper["questions"]
    wrong = [
        question
        for position, question in enumerate(questions, start=1)
        if answers.get(position) != question["key"]
    ]
    return Marking(
        correct_count=len(questions) - len(wrong),
        question_count=len(questions),
        required_count=required_count(pass_mark, len(questions)),
        critical_missed=any(question["critical"] for question in wrong),
        short_topics=_short_topics(paper, wrong),
        revisit=_revisit(paper, wrong),
    )


def _short_topics(paper: Mapping[str, Any], wrong: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    wrong_ids = {question["question_id"] for question in wrong}
    right_topics = [
        question["topic"]
        for question in paper["questions"]
        if question["question_id"] not in wrong_ids
    ]
    return tuple(
        topic["slug"]
        for topic in paper["topics"]
        if right_topics.count(topic["slug"]) < topic["minimum"]
    )


def _revisit(paper: Mapping[str, Any], wrong: Sequence[Mapping[str, Any]]) -> tuple[Revisit, ...]:
    """In the order of the blueprint, which says nothing about which question was wrong."""
    lessons: dict[str, set[int]] = {}
    for question in wrong:
        lessons.setdefault(question["topic"], set()).add(question["lesson_id"])
    return tuple(
        Revisit(topic["slug"], topic["title"], tuple(sorted(lessons[topic["slug"]])))
        for topic in paper["topics"]
        if topic["slug"] in lessons
    )
