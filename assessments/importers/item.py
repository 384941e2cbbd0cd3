"""A test question on its way into or out of the bank, and the rules of what one may hold. Pure."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from assessments.kinds import FEWEST, MOST, OptionFault, option_faults

NAME_LENGTH = 80
TEXT_LENGTH = 2_000
CHOICE_LENGTH = 250
SOURCE_LENGTH = 250
EXPLANATION_LENGTH = 4_000
LINE_ENDS = re.compile(r"\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
# Signs that steer a terminal, that turn the letters behind them round, or that are no signs at all
# (the last two places of each plane of Unicode among them), which no XML can hold.
NO_SIGNS = "".join(chr(plane << 16 | place) for plane in range(17) for place in (0xFFFE, 0xFFFF))
UNREADABLE = re.compile(
    rf"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202d\u202e\ud800-\udfff\ufdd0-\ufdef{NO_SIGNS}]"
)


class Kind(StrEnum):
    SINGLE = "single"
    MULTIPLE = "multiple"
    TRUE_FALSE = "true_false"


# What is wrong with the options, besides, where none of them is right.
NONE_RIGHT = {OptionFault.NOT_ONE_RIGHT, OptionFault.NOT_RIGHT_AND_WRONG}


@dataclass(frozen=True)
class Choice:
    text: str
    correct: bool
    feedback: str = ""


@dataclass(frozen=True)
class Item:
    """``topic`` and ``lesson`` are slugs. Choices stand in the order of the file."""

    name: str
    kind: Kind
    text: str
    choices: tuple[Choice, ...]
    topic: str = ""
    explanation: str = ""
    source: str = ""
    critical: bool = False
    fixed_order: bool = False
    language: str = ""
    lesson: str = ""


@dataclass(frozen=True)
class Skipped:
    """An item that was not taken. ``position`` counts all items of the file, from 1."""

    position: int
    name: str
    reason: str


@dataclass(frozen=True)
class Reading:
    """What a file holds: every item of it is in one of the two, with its position."""

    items: tuple[tuple[int, Item], ...]
    skipped: tuple[Skipped, ...]

    @property
    def read(self) -> int:
        return len(self.items) + len(self.skipped)


class FileRefused(Exception):
    """Nothing of the file is taken; the message is a sentence for the person who sent it."""


class ItemRefused(Exception):
    """This item is not taken, its neighbours are; the message says why."""

    def __init__(self, reason: str, *, name: str = "") -> None:
        super().__init__(reason)
        self.name = name


def true_or_false(*, right: bool, if_wrong: str = "", if_right: str = "") -> tuple[Choice, ...]:
    """The two options of a statement, with what is said after a wrong and after a right answer."""
    return tuple(
        Choice(text, correct, if_right if correct else if_wrong)
        for text, correct in (("True", right), ("False", not right))
    )


def is_statement(choices: Sequence[Choice]) -> bool:
    return [choice.text for choice in choices] == ["True", "False"]


def one_line(text: str) -> str:
    return " ".join(text.replace("\ufeff", "").split())


def tidy(text: str) -> str:
    """One sign for the end of a line, no space there, and one empty line at most between two."""
    text = LINE_ENDS.sub("\n", text.replace("\ufeff", "")).replace("\t", " ")
    lines = "\n".join(line.rstrip() for line in text.split("\n"))
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


def named(text: str) -> str:
    """A name for a question that has none: how it begins."""
    return one_line(text)[:NAME_LENGTH].rstrip()


def tidied(item: Item) -> Item:
    """The item in the one form in which it is read and written; a repeat changes nothing."""
    text = tidy(item.text)
    return replace(
        item,
        name=named(item.name) or named(text),
        text=text,
        choices=tuple(
            Choice(one_line(choice.text), choice.correct, tidy(choice.feedback))
            for choice in item.choices
        ),
        topic=one_line(item.topic),
        explanation=tidy(item.explanation),
        source=one_line(item.source),
        language=one_line(item.language),
        lesson=one_line(item.lesson),
    )


def with_feedback_explained(item: Item) -> Item:
    """What is said about single options, moved to the end of the explanation: the bank keeps one
    explanation for each question."""
    said = [f"{choice.text}: {choice.feedback}" for choice in item.choices if choice.feedback]
    return replace(
        item,
        choices=tuple(replace(choice, feedback="") for choice in item.choices),
        explanation=tidy("\n".join([item.explanation, *said])),
    )


def faults(item: Item) -> tuple[str, ...]:
    """Why the item cannot be a question of the bank. Empty: it can."""
    return (*_faults_of_texts(item), *_faults_of_choices(item))


def _faults_of_texts(item: Item) -> Iterator[str]:
    if not item.text:
        yield "The question has no text."
    if item.language and not LANGUAGE.fullmatch(item.language):
        yield f"“{item.language}” is not the code of a language."
    lengths = [
        ("The question", item.text, TEXT_LENGTH),
        ("The explanation", with_feedback_explained(item).explanation, EXPLANATION_LENGTH),
        ("The source", item.source, SOURCE_LENGTH),
        *(("An option", choice.text, CHOICE_LENGTH) for choice in item.choices),
    ]
    for what, text, most in lengths:
        if len(text) > most:
            yield f"{what} is longer than {most:,} characters."
    feedback = (choice.feedback for choice in item.choices)
    texts = [item.name, item.topic, item.lesson, *(text for _what, text, _most in lengths)]
    if sign := UNREADABLE.search("\n".join([*texts, *feedback])):
        yield f"A text holds a sign that cannot be shown (U+{ord(sign[0]):04X})."


def _faults_of_choices(item: Item) -> Iterator[str]:
    texts = [choice.text for choice in item.choices]
    right = sum(choice.correct for choice in item.choices)
    number = f"There are {len(texts)} options; there must be {FEWEST} to {MOST[item.kind]}."
    sentences = {
        OptionFault.TOO_FEW: number,
        OptionFault.TOO_MANY: number,
        OptionFault.NOT_ONE_RIGHT: f"{right} options are right; only one can be.",
        OptionFault.NOT_RIGHT_AND_WRONG: "Every option is right; one must be wrong.",
        OptionFault.SAME_TEXT: f"Two options say “{named(_twin(texts))}”.",
    }
    found = option_faults(item.kind, [(choice.text, choice.correct) for choice in item.choices])
    if not all(texts):
        yield "An option has no text."
    if right == 0:
        yield "No option is right."
        found = tuple(fault for fault in found if fault not in NONE_RIGHT)
    yield from (sentences[fault] for fault in found)
    if item.kind == Kind.TRUE_FALSE and not is_statement(item.choices):
        yield "The options of a statement are True and False."


def _twin(texts: Sequence[str]) -> str:
    """The first text that stood there before, in whatever case."""
    seen = set[str]()
    for text in texts:
        if text.casefold() in seen:
            return text
        seen.add(text.casefold())
    return ""
