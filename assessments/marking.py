"""What a paper earned. Pure: the same paper, answers and rule always give the same result."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Standard:
    """What a rule asks of a paper. ``pass_mark`` is in per cent; with ``critical_must_be_right`` a
    wrong must-get-right question fails the paper whatever the count. The minimum of each topic
    stands on the paper itself. All that is asked holds together (R06)."""

    pass_mark: int
    critical_must_be_right: bool = True


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


def mark(
    paper: Mapping[str, Any],
    answers: Mapping[int, str],
    standard: Standard,
    *,
    withdrawn: Collection[tuple[int, int | None]] = (),
) -> Marking:
    """Mark ``answers``: place on the paper, from 1, to the chosen tokens as the key writes them.

    All right options and no wrong one, or the answer is wrong; a missing or foreign one is too.
    ``withdrawn`` names versions of questions (question and revision) that turned out to be faulty:
    they count as right for everybody (R31).
    """
    questions: Sequence[Mapping[str, Any]] = paper["questions"]
    wrong = [
        question
        for position, question in enumerate(questions, start=1)
        if answers.get(position) != question["key"]
        and (question["question_id"], question["revision_id"]) not in withdrawn
    ]
    critical_missed = any(question["critical"] for question in wrong)
    return Marking(
        correct_count=len(questions) - len(wrong),
        question_count=len(questions),
        required_count=required_count(standard.pass_mark, len(questions)),
        critical_missed=critical_missed and standard.critical_must_be_right,
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


def passed_topics(
    paper: Mapping[str, Any], answers: Mapping[int, str], standard: Standard
) -> set[str]:
    """The topics that a later sitting of the round may leave out (R08): enough right for the topic
    on its own, by the pass mark and the topic's minimum, and no must-get-right question missed."""
    return {
        topic["slug"] for topic in paper["topics"] if _alone(paper, answers, standard, topic).passed
    }


def _alone(
    paper: Mapping[str, Any],
    answers: Mapping[int, str],
    standard: Standard,
    topic: Mapping[str, Any],
) -> Marking:
    """One topic marked as if it were the whole paper."""
    places = [
        position
        for position, question in enumerate(paper["questions"], start=1)
        if question["topic"] == topic["slug"]
    ]
    part = {"topics": [topic], "questions": [paper["questions"][place - 1] for place in places]}
    given = {
        number: answers[place] for number, place in enumerate(places, start=1) if place in answers
    }
    return mark(part, given, standard)
