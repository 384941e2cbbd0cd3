"""GIFT, Moodle's format for people who write questions in a text editor. Pure.

A question ends at the next empty line, as in Moodle: one with a brace missing ends there too, and
its neighbours are read. Signs with a meaning stand for themselves behind a backslash.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from assessments.importers import labels, markup, weights
from assessments.importers.encoding import decode
from assessments.importers.item import (
    Choice,
    Item,
    ItemRefused,
    Kind,
    Reading,
    tidied,
    tidy,
    true_or_false,
)
from assessments.importers.tally import Tally

CATEGORY = "$CATEGORY:"
# One without an end is taken to the end of its line, so that none is looked for in it again.
TAG = re.compile(r"\[tag:([^\]\\]*(?:\\.[^\]\\]*)*)(\]|$)")
TITLE = re.compile(r"::((?:\\.|(?!::)[^\\])*)::", re.DOTALL)
FORMAT = re.compile(r"\[(html|moodle|plain|markdown)\]", re.IGNORECASE)
WEIGHT = re.compile(r"%(-?\d{1,3}(?:\.\d{0,9})?)%")
SIGN = re.compile(r"\\([~=#{}:\\n])|(####)|([~=#{}])")
SPECIAL = re.compile(r"[\\~=#{}:]")
SPECIAL_IN_TAG = re.compile(r"[\\\]]")
BACKSLASHED = r"\\\g<0>"
BLANK = "_____"
STATEMENT = {"T": True, "TRUE": True, "F": False, "FALSE": False}

# A piece of text: a sign with a meaning, or the empty sign and words that mean themselves.
Piece = tuple[str, str]


@dataclass(frozen=True)
class _Block:
    """The lines of one question, and what the lines before it say of it."""

    line: int
    text: str
    topic: str
    tags: tuple[str, ...]


def read(data: bytes) -> Reading:
    tally = Tally()
    for block in _blocks(decode(data).split("\n")):
        tally.take(partial(_item, block), place=f"line {block.line}")
    return tally.reading()


def _blocks(lines: Sequence[str]) -> Iterator[_Block]:
    topic, tags = "", list[str]()
    start, held = 0, list[str]()
    for number, line in enumerate([*lines, ""], start=1):
        stripped = line.strip()
        if stripped.startswith("//"):
            tags += [re.sub(r"\\(.)", r"\1", tag) for tag, end in TAG.findall(stripped) if end]
            continue
        category = stripped.startswith(CATEGORY)
        if not stripped or category or stripped.startswith("::"):
            if held:
                yield _Block(start, "\n".join(held), topic, tuple(tags))
            if held or category or not stripped:
                held, tags = [], []
        if category:
            topic = labels.topic(_literal(_pieces(stripped.removeprefix(CATEGORY))))
        elif stripped:
            start = start if held else number
            held.append(line)


def _item(block: _Block) -> Item:
    markup.check_length(block.text)
    name, rest = _title(block.text.strip())
    try:
        item = _parsed(rest)
    except ItemRefused as refusal:
        raise ItemRefused(str(refusal), name=name or rest) from refusal
    return labels.labelled(replace(item, name=name, topic=block.topic), block.tags)


def _title(text: str) -> tuple[str, str]:
    if not text.startswith("::"):
        return "", text
    if title := TITLE.match(text):
        return _literal(_pieces(title[1])), text[title.end() :]
    raise ItemRefused("The title has no end.", name=text)


def _parsed(rest: str) -> Item:
    form, rest = _form(rest, "moodle")
    before, answers, after = _parts(list(_pieces(rest)))
    behind = _literal(after)
    text = _literal(before)
    if behind.strip():  # A gap to fill in the middle of a sentence.
        text = f"{text.rstrip()} {BLANK} {behind.lstrip()}"
    answers, explanation = _cut(answers, "####")
    kind, choices = _answers(answers, form)
    explained = _said(explanation, form)
    return Item("", kind, _words(form, text), choices, explanation=explained)


def _pieces(text: str) -> Iterator[Piece]:
    end = 0
    for sign in SIGN.finditer(text):
        yield "", text[end : sign.start()]
        escaped, general, mark = sign.groups()
        if escaped:
            yield "", "\n" if escaped == "n" else escaped
        else:
            yield general or mark, general or mark
        end = sign.end()
    yield "", text[end:]


def _literal(pieces: Iterable[Piece]) -> str:
    return "".join(words for _sign, words in pieces)


def _cut(pieces: list[Piece], sign: str) -> tuple[list[Piece], list[Piece]]:
    """What stands before the first ``sign``, and what behind it."""
    signs = [piece[0] for piece in pieces]
    place = signs.index(sign) if sign in signs else len(pieces)
    return pieces[:place], pieces[place + 1 :]


def _parts(pieces: list[Piece]) -> tuple[list[Piece], list[Piece], list[Piece]]:
    """Before, between and behind the braces. Raises ItemRefused unless there is one pair."""
    braces = _literal(piece for piece in pieces if piece[0] in {"{", "}"})
    if not braces:
        raise ItemRefused("There are no answers: a description is no question.")
    if braces == "{":
        raise ItemRefused("The closing brace of the answers is missing.")
    if not braces.startswith("{}"):
        raise ItemRefused("The braces around the answers do not match.")
    if braces != "{}":
        raise ItemRefused("There is more than one pair of braces.")
    before, rest = _cut(pieces, "{")
    return before, *_cut(rest, "}")


def _answers(pieces: list[Piece], form: str) -> tuple[Kind, tuple[Choice, ...]]:
    signs = {sign for sign, _words in pieces}
    words = _literal(pieces).strip()
    if not words:
        raise ItemRefused("An essay cannot be marked as right or wrong.")
    if not _literal(_cut(pieces, "#")[0]).strip():
        raise ItemRefused("A number that is typed in is not used in these tests.")
    if "~" in signs:
        return _options(pieces, form)
    if "=" in signs and "->" in words:
        raise ItemRefused("Matching is not used in these tests.")
    answer, said = _cut(pieces, "#")
    statement = _literal(answer).strip().upper()
    if statement not in STATEMENT:
        raise ItemRefused("An answer that is typed in is not used in these tests.")
    if_wrong, if_right = (_said(part, form) for part in _cut(said, "#"))
    right = STATEMENT[statement]
    return Kind.TRUE_FALSE, true_or_false(right=right, if_wrong=if_wrong, if_right=if_right)


def _options(pieces: list[Piece], form: str) -> tuple[Kind, tuple[Choice, ...]]:
    options: list[tuple[str, list[Piece]]] = [("", [])]
    for sign, words in pieces:
        if sign in {"~", "="}:
            options.append((sign, []))
        else:
            options[-1][1].append((sign, words))
    if _literal(options.pop(0)[1]).strip():
        raise ItemRefused("Words stand in front of the first answer.")
    one_answer = any(sign == "=" for sign, _pieces in options)
    texts, shares, said = [], [], []
    for sign, option in options:
        answer, feedback = _cut(option, "#")
        share, text = _weight(_literal(answer).strip())
        shares.append(share or ("100" if sign == "=" else "0"))
        texts.append(_words(*_form(text, form)))
        said.append(_said(feedback, form))
    right = weights.rights([weights.weight(share) for share in shares], one_answer=one_answer)
    choices = tuple(map(Choice, texts, right, said))
    return Kind.SINGLE if one_answer else Kind.MULTIPLE, choices


def _weight(text: str) -> tuple[str, str]:
    weight = WEIGHT.match(text)
    return (weight[1], text[weight.end() :]) if weight else ("", text)


def _said(pieces: Iterable[Piece], form: str) -> str:
    return _words(*_form(_literal(pieces), form))


def _form(text: str, default: str) -> tuple[str, str]:
    text = text.strip()
    form = FORMAT.match(text)
    return (form[1].lower(), text[form.end() :].strip()) if form else (default, text)


def _words(form: str, text: str) -> str:
    """Markdown is Moodle's own format here: its signs stay, the HTML in it does not."""
    if form == "plain":
        return tidy(text)
    return markup.plain(text) if form == "html" else markup.lines(text)


def write(items: Iterable[Item]) -> str:
    """A category before each question whose topic is another than that of the one before."""
    blocks, topic = [], ""
    for item in map(tidied, items):
        if item.topic != topic:
            topic = item.topic
            blocks.append(f"{CATEGORY} {_escaped(labels.category(topic))}")
        blocks.append(_written(item))
    return "".join(f"{block}\n\n" for block in blocks)


def _written(item: Item) -> str:
    tags = "".join(f" [tag:{SPECIAL_IN_TAG.sub(BACKSLASHED, tag)}]" for tag in labels.tags(item))
    comment = f"//{tags}\n" if tags else ""
    explanation = f"\n\t####{_shielded(item.explanation)}" if item.explanation else ""
    head = f"{comment}::{_escaped(item.name)}::[plain]{_escaped(item.text)} {{"
    if item.kind == Kind.TRUE_FALSE:
        return f"{head}{_statement(item)}{explanation}\n}}"
    options = "".join(f"\n\t{option}" for option in _written_options(item))
    return f"{head}{options}{explanation}\n}}"


def _statement(item: Item) -> str:
    right = next(choice for choice in item.choices if choice.correct)
    wrong = next(choice for choice in item.choices if not choice.correct)
    if_wrong = f"#{_shielded(wrong.feedback)}" if wrong.feedback or right.feedback else ""
    if_right = f"#{_shielded(right.feedback)}" if right.feedback else ""
    return f"{right.text.upper()}{if_wrong}{if_right}"


def _written_options(item: Item) -> Iterator[str]:
    earned = weights.share(sum(choice.correct for choice in item.choices))
    for choice in item.choices:
        if item.kind == Kind.SINGLE:
            sign = "=" if choice.correct else "~"
        else:
            sign = f"~%{earned}%" if choice.correct else "~%-100%"
        said = f"#{_shielded(choice.feedback)}" if choice.feedback else ""
        yield f"{sign}{_shielded(choice.text)}{said}"


def _shielded(text: str) -> str:
    """A text that begins like a format or a weight is told apart from one by its own format."""
    return f"[plain]{_escaped(text)}" if text.startswith(("[", "%")) else _escaped(text)


def _escaped(text: str) -> str:
    return SPECIAL.sub(BACKSLASHED, text).replace("\n", "\\n")
