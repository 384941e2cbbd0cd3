"""Aiken: a line of text, lettered options, and the letter of the right one. Pure.

What do you do first?
A. Write it down
B. Ring 999
ANSWER: B
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial

from assessments.importers.encoding import decode
from assessments.importers.item import (
    Choice,
    Item,
    ItemRefused,
    Kind,
    Reading,
    Skipped,
    is_statement,
    named,
    tidied,
    true_or_false,
)
from assessments.importers.tally import Tally

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
OPTION = re.compile(r"([A-Z])[.)](?:[ \t]+(.*))?")
ANSWER = re.compile(r"ANSWER[ \t]*:(.*)", re.IGNORECASE)


@dataclass
class _Draft:
    """The lines of one item. ``loose`` are those behind an option that are none themselves."""

    line: int
    texts: list[str] = field(default_factory=list)
    letters: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    loose: list[str] = field(default_factory=list)
    answer: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.texts and not self.options

    def ends_before(self, line: str, *, parted: bool) -> bool:
        """The next item begins: with its option A, or as a text behind an empty line."""
        if option := OPTION.fullmatch(line):
            return option[1] == "A" and bool(self.options)
        return parted and not ANSWER.fullmatch(line) and not self.is_empty

    def next(self, number: int) -> "_Draft":
        return _Draft(number - len(self.loose), texts=self.loose)

    def add(self, line: str) -> None:
        if answer := ANSWER.fullmatch(line):
            self.answer = answer[1].strip() or "?"
        elif option := OPTION.fullmatch(line):
            self.letters.append(option[1])
            self.options.append(option[2] or "")
        else:
            (self.loose if self.options else self.texts).append(line)


def read(data: bytes) -> Reading:
    tally = Tally()
    for draft in _drafts(decode(data).split("\n")):
        tally.take(partial(_item, draft), place=f"line {draft.line}")
    return tally.reading()


def write(items: Iterable[Item]) -> str:
    """Those of the items that Aiken can hold; ``left_out`` names the others."""
    held = [item for item in map(tidied, items) if not _obstacle(item)]
    return "\n".join(_written(item) for item in held)


def left_out(items: Iterable[Item]) -> tuple[Skipped, ...]:
    obstacles = ((item.name, _obstacle(item)) for item in map(tidied, items))
    return tuple(
        Skipped(position, name, obstacle)
        for position, (name, obstacle) in enumerate(obstacles, start=1)
        if obstacle
    )


def _drafts(lines: list[str]) -> Iterator[_Draft]:
    """An item ends with its answer; one without an answer where the next begins."""
    draft, parted = _Draft(1), False
    for number, line in enumerate(map(str.strip, lines), start=1):
        if not line:
            parted = True
            continue
        if draft.ends_before(line, parted=parted):
            yield draft
            draft = draft.next(number) if OPTION.fullmatch(line) else _Draft(number)
        if draft.is_empty:
            draft.line = number
        parted = False
        draft.add(line)
        if draft.answer:
            yield draft
            draft = _Draft(number + 1)
    if not draft.is_empty:
        yield draft


def _item(draft: _Draft) -> Item:
    text = " ".join(draft.texts)
    if reason := _malformed(draft):
        raise ItemRefused(reason, name=named(text))
    right = draft.letters.index(draft.answer)
    choices = tuple(Choice(text, place == right) for place, text in enumerate(draft.options))
    if is_statement(choices):
        return Item("", Kind.TRUE_FALSE, text, true_or_false(right=right == 0))
    return Item("", Kind.SINGLE, text, choices)


def _malformed(draft: _Draft) -> str:
    if not draft.options:
        return "There are no options."
    if not draft.answer:
        return "There is no line ANSWER."
    if draft.loose or draft.letters != list(LETTERS[: len(draft.options)]):
        return "The options are not lettered A, B, C and so on, one line each."
    if re.fullmatch(r"[A-Z]([\s,;&]+[A-Z])+", draft.answer):
        return "Several answers are given; Aiken has one right option."
    if draft.answer not in draft.letters:
        return f"The answer “{draft.answer[:20]}” is none of the options."
    return ""


def _obstacle(item: Item) -> str:
    texts = [item.text, *(choice.text for choice in item.choices)]
    if item.kind == Kind.MULTIPLE:
        return "Aiken has one right option."
    if item.critical or item.fixed_order:
        return "Aiken has no place for what must be answered right or keeps its order."
    if "\n" in item.text:
        return "In Aiken a text is one line."
    if OPTION.fullmatch(item.text) or any(ANSWER.fullmatch(text) for text in texts):
        return "The text looks like an option or an answer of Aiken."
    return ""


def _written(item: Item) -> str:
    options = [
        f"{letter}. {choice.text}" for letter, choice in zip(LETTERS, item.choices, strict=False)
    ]
    right = LETTERS[[choice.correct for choice in item.choices].index(True)]
    return "\n".join([item.text, *options, f"ANSWER: {right}", ""])
