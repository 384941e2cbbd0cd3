"""Which questions a paper holds, and how it is frozen. Pure: the same seed gives the same paper."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import combinations, islice, product
from typing import Any, NotRequired, TypedDict

VERSION = 2
TOKEN_BYTES = 16
SEVERAL = "multiple"  # The kind of question that may have more than one right option.
# How far the expected share of right answers on a paper may lie from that of the bank it is drawn
# from: with 20 questions, less than one question easier or harder than usual.
DIFFICULTY_BAND = 0.03


@dataclass(frozen=True)
class Candidate:
    """A question that may be drawn. ``times_shown`` and ``in_last_paper`` are about this learner,
    ``exposure`` about everybody; ``facility`` is the share of right answers, from 0 to 1, once
    enough people have answered."""

    question_id: int
    topic: str
    times_shown: int = 0
    in_last_paper: bool = False
    exposure: int = 0
    facility: float | None = None


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
    kind: str = "single"
    fixed_order: bool = False
    picture: "Picture | None" = None


class Picture(TypedDict):
    """``digest`` names the kept copy; width and height are in pixels."""

    digest: str
    alt: str
    width: int
    height: int


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
    kind: NotRequired[str]  # Papers of version 1 have only questions with one right option.
    picture: NotRequired[Picture]


class Carried(TypedDict):
    """A topic that an earlier sitting of the round had passed, so it is not drawn again (R08)."""

    slug: str
    title: str
    sitting_id: str
    correct: int
    questions: int


class Paper(TypedDict):
    """Topics stand in the order of the blueprint, questions and options as they are shown."""

    version: int
    topics: list[FrozenTopic]
    questions: list[FrozenQuestion]
    carried: NotRequired[list[Carried]]


def draw(
    *,
    blueprint: Mapping[str, int],
    candidates: Iterable[Candidate],
    seed: str,
    past: Collection[frozenset[int]] = (),
) -> tuple[int, ...] | BankTooSmall:
    """The questions of a paper in the order they are shown: ``blueprint`` says how many of a topic.

    Of each topic those go first that were not in the learner's last paper, then those shown to the
    learner least (unseen before all), then those shown least to everybody. The seed decides ties.
    Among questions equally new to the learner, some are swapped until the paper is about as hard as
    any other. No paper has the same questions as one of ``past`` while the bank allows another.
    """
    by_topic = {topic: _by_preference(topic, candidates, seed) for topic in blueprint}
    missing = {
        topic: count - len(by_topic[topic])
        for topic, count in blueprint.items()
        if len(by_topic[topic]) < count
    }
    if missing or not blueprint:
        return BankTooSmall(missing)
    seen = set(past)
    papers = list(islice(_papers(blueprint, by_topic, len(seen)), len(seen) + 1))
    for paper in papers:
        for drawn in (_balanced(paper, by_topic), paper):
            question_ids = frozenset(candidate.question_id for candidate in drawn)
            if question_ids not in seen:
                return _shuffled(question_ids, seed)
    return _shuffled((candidate.question_id for candidate in papers[0]), seed)


def _shuffled(question_ids: Iterable[int], seed: str) -> tuple[int, ...]:
    return tuple(sorted(question_ids, key=lambda question_id: _lot(seed, "question", question_id)))


def _by_preference(topic: str, candidates: Iterable[Candidate], seed: str) -> list[Candidate]:
    def preference(candidate: Candidate) -> tuple[bool, int, int, bytes]:
        tie = _lot(seed, "draw", candidate.question_id)
        return *_novelty(candidate), candidate.exposure, tie

    return sorted((each for each in candidates if each.topic == topic), key=preference)


def _novelty(candidate: Candidate) -> tuple[bool, int]:
    """How new the question is to this learner; the lower, the newer."""
    return candidate.in_last_paper, candidate.times_shown


def _papers(
    blueprint: Mapping[str, int], by_topic: Mapping[str, Sequence[Candidate]], past: int
) -> Iterator[tuple[Candidate, ...]]:
    """Papers, the preferred one first. Of each topic ``past + 1`` choices are enough to find one
    that differs from every past paper, where there is one."""
    choices = [
        list(islice(combinations(by_topic[topic], count), past + 1))
        for topic, count in blueprint.items()
    ]
    for parts in product(*choices):
        yield tuple(candidate for part in parts for candidate in part)


def _balanced(
    paper: tuple[Candidate, ...], by_topic: Mapping[str, Sequence[Candidate]]
) -> tuple[Candidate, ...]:
    """The paper with the swaps that bring it into the band of difficulty, as few as possible.

    Each swap is the one that brings it nearest. Where nothing is known there is nothing to swap.
    """
    easiness, expected = _easiness(by_topic)
    drawn = list(paper)
    target = sum(expected[candidate.topic] for candidate in paper)
    for _ in paper:
        gap = target - sum(easiness[candidate.question_id] for candidate in drawn)
        if abs(gap) <= DIFFICULTY_BAND * len(paper):
            break
        swaps = [
            (abs(gap - easiness[other.question_id] + easiness[out.question_id]), place, index)
            for place, out in enumerate(drawn)
            for index, other in enumerate(by_topic[out.topic])
            if other not in drawn and _novelty(other) == _novelty(out)
        ]
        nearest, place, index = min(swaps, default=(abs(gap), 0, 0))
        if nearest >= abs(gap):
            break
        drawn[place] = by_topic[drawn[place].topic][index]
    return tuple(drawn)


def _easiness(
    by_topic: Mapping[str, Sequence[Candidate]],
) -> tuple[dict[int, float], dict[str, float]]:
    """The expected share of right answers of each question and of each topic. A question that too
    few have answered is taken to be as easy as its topic."""
    easiness, expected = {}, {}
    for topic, candidates in by_topic.items():
        known = [each.facility for each in candidates if each.facility is not None]
        expected[topic] = sum(known) / len(known) if known else 0.0
        for each in candidates:
            known_or_not = expected[topic] if each.facility is None else each.facility
            easiness[each.question_id] = known_or_not
    return easiness, expected


def freeze(
    *,
    questions: Iterable[BankQuestion],
    topics: Sequence[FrozenTopic],
    seed: str,
    carried: Sequence[Carried] = (),
) -> Paper:
    """The paper with ``questions`` in the order given and the options of each shuffled, unless
    their order is fixed.

    A token follows from the secret seed and the option, so it says nothing to anybody else. Raises
    ValueError for a question that has not as many right options as its kind asks for.
    """
    paper = Paper(
        version=VERSION,
        topics=list(topics),
        questions=[_frozen_question(question, seed) for question in questions],
    )
    if carried:
        paper["carried"] = list(carried)
    return paper


def shown(*, text: str, kind: str, options: Sequence[str], seed: str) -> dict[str, Any]:
    """A question as a page shows it, outside any paper and without a key: also a draft that nobody
    could mark. An empty seed keeps the order of the options."""
    places = list(range(len(options)))
    if seed:
        places.sort(key=lambda place: _lot(seed, "option", place))
    in_order = [FrozenOption(token=str(place), text=options[place]) for place in places]
    return {"text": text, "kind": kind, "options": in_order}


def chosen_in_order(question: Mapping[str, Any], tokens: Iterable[str]) -> str:
    """The way an answer is written down and compared with the key: the tokens of the chosen options
    in the order of the paper, with a space between them."""
    chosen = set(tokens)
    return " ".join(option["token"] for option in question["options"] if option["token"] in chosen)


def digest(paper: Mapping[str, object]) -> str:
    """SHA-256 of the paper's canonical JSON: sorted keys, no spaces, UTF-8."""
    canonical = json.dumps(paper, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(canonical.encode()).hexdigest()


def _frozen_question(question: BankQuestion, seed: str) -> FrozenQuestion:
    right = {_token(seed, option) for option in question.options if option.correct}
    several = question.kind == SEVERAL and 0 < len(right) < len(question.options)
    if len(right) != 1 and not several:
        raise ValueError(f"Question {question.question_id} has {len(right)} right options.")
    options = list(question.options)
    if not question.fixed_order:
        options.sort(key=lambda option: _lot(seed, "option", option.option_id))
    frozen = FrozenQuestion(
        question_id=question.question_id,
        revision_id=question.revision_id,
        topic=question.topic,
        lesson_id=question.lesson_id,
        text=question.text,
        critical=question.critical,
        kind=question.kind,
        options=[FrozenOption(token=_token(seed, option), text=option.text) for option in options],
        key="",
    )
    frozen["key"] = chosen_in_order(frozen, right)
    if question.picture is not None:
        frozen["picture"] = question.picture
    return frozen


def _token(seed: str, option: BankOption) -> str:
    lot = _lot(seed, "token", option.option_id)
    return urlsafe_b64encode(lot[:TOKEN_BYTES]).decode().rstrip("=")


def _lot(seed: str, purpose: str, identifier: int) -> bytes:
    return sha256(f"{seed}/{purpose}/{identifier}".encode()).digest()
