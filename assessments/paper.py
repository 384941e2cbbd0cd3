"""Which questions a paper holds, and how it is frozen. Pure: the same seed gives the same paper."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TypedDict

VERSION = 1
TOKEN_BYTES = 16


@dataclass(frozen=True)
class Candidate:
    """A question that may be drawn. ``times_shown`` and ``in_last_paper`` are about this learner,
    ``exposure`` about everybody."""

    question_id: int
    topic: str
    times_shown: int = 0
    in_last_paper: bool = False
    exposure: int = 0


@dataclass(frozen=True)
class BankTooSmall:
    """No paper can be drawn. ``missing`` says how many questions each topic lacks; it is empty
    when the blueprint itself is."""

    missing: Mapping[str, int]


@dataclass(frozen=True)
class BankOption:
    option_id: int
    text: str
    correct: bool


@dataclass(frozen=True)
class BankQuestion:
    """A question with its options as the bank holds them when the paper is frozen."""

    question_id: int
    revision_id: int | None
    topic: str
    lesson_id: int
    text: str
    critical: bool
    options: tuple[BankOption, ...]


class FrozenTopic(TypedDict):
    slug: str
    title: str
    minimum: int


class FrozenOption(TypedDict):
    token: str
    text: str


class FrozenQuestion(TypedDict):
    question_id: int
    revision_id: int | None
    topic: str
    lesson_id: int
    text: str
    critical: bool
    options: list[FrozenOption]
    key: str


class Paper(TypedDict):
    """Topics stand in the order of the blueprint, questions and options as they are shown."""

    version: int
    topics: list[FrozenTopic]
    questions: list[FrozenQuestion]


def draw(
    *, blueprint: Mapping[str, int], candidates: Iterable[Candidate], seed: str
) -> tuple[int, ...] | BankTooSmall:
    """The questions of a paper in the order they are shown: ``blueprint`` says how many of a topic.

    Of each topic those go first that were not in the learner's last paper, then those shown to the
    learner least (unseen before all), then those shown least to everybody. The seed decides ties.
    """
    by_topic: dict[str, list[Candidate]] = {topic: [] for topic in blueprint}
    for candidate in candidates:
        if candidate.topic in by_topic:
            by_topic[candidate.topic].append(candidate)
    missing = {
        topic: count - len(by_topic[topic])
        for topic, count in blueprint.items()
        if len(by_topic[topic]) < count
    }
    if missing or not blueprint:
        return BankTooSmall(missing)

    def preference(candidate: Candidate) -> tuple[bool, int, int, bytes]:
        tie = _lot(seed, "draw", candidate.question_id)
        return candidate.in_last_paper, candidate.times_shown, candidate.exposure, tie

    drawn = [
        candidate.question_id
        for topic, count in blueprint.items()
        for candidate in sorted(by_topic[topic], key=preference)[:count]
    ]
    return tuple(sorted(drawn, key=lambda question_id: _lot(seed, "question", question_id)))


def freeze(*, questions: Iterable[BankQuestion], topics: Sequence[FrozenTopic], seed: str) -> Paper:
    """The paper with ``questions`` in the order given and the options of each shuffled.

    A token follows from the secret seed and the option, so it says nothing to anybody else. Raises
    ValueError for a question that has not exactly one right option.
    """
    return Paper(
        version=VERSION,
        topics=list(topics),
        questions=[_frozen_question(question, seed) for question in questions],
    )


def digest(paper: Mapping[str, object]) -> str:
    """SHA-256 of the paper's canonical JSON: sorted keys, no spaces, UTF-8."""
    canonical = json.dumps(paper, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(canonical.encode()).hexdigest()


def _frozen_question(question: BankQuestion, seed: str) -> FrozenQuestion:
    right = [option for option in question.options if option.correct]
    if len(right) != 1:
        raise ValueError(f"Question {question.question_id} has {len(right)} right options.")
    shuffled = sorted(question.options, key=lambda option: _lot(seed, "option", option.option_id))
    return FrozenQuestion(
        question_id=question.question_id,
        revision_id=question.revision_id,
        topic=question.topic,
        lesson_id=question.lesson_id,
        text=question.text,
        critical=question.critical,
        options=[FrozenOption(token=_token(seed, option), text=option.text) for option in shuffled],
        key=_token(seed, right[0]),
    )


def _token(seed: str, option: BankOption) -> str:
    lot = _lot(seed, "token", option.option_id)
    return urlsafe_b64encode(lot[:TOKEN_BYTES]).decode().rstrip("=")


def _lot(seed: str, purpose: str, identifier: int) -> bytes:
    return sha256(f"{seed}/{purpose}/{identifier}".encode()).digest()
