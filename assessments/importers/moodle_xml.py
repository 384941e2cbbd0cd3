"""Moodle XML, as Moodle exports its question banks. Pure.

No document type and no entity is allowed, so that nothing can grow while it is read and nothing is
fetched. Where the XML is broken, each question is read on its own: those that are whole count.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from html import escape
from io import BytesIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring, iterparse

from assessments.importers import labels, markup, weights
from assessments.importers.encoding import check_size, decode
from assessments.importers.item import (
    Choice,
    FileRefused,
    Item,
    ItemRefused,
    Kind,
    Reading,
    tidied,
    tidy,
)
from assessments.importers.tally import Tally

# More than any question has, and little enough for the memory of a small machine.
MAX_ELEMENTS = 2_000
START = re.compile(r"(?=<question[\s>])")
END = "</question>"
STATEMENT = {"true": True, "false": False}
REFUSED = {
    "description": "A description is no question.",
    "essay": "An essay cannot be marked as right or wrong.",
    "shortanswer": "An answer that is typed in is not used in these tests.",
    "numerical": "A number that is typed in is not used in these tests.",
    "matching": "Matching is not used in these tests.",
    "cloze": "A text with gaps is not used in these tests.",
}


def read(data: bytes) -> Reading:
    check_size(data)
    try:
        return _Quiz().whole(data)
    except ParseError as fault:
        return _Quiz().in_parts(decode(data), fault)


class _Quiz:
    """``topic`` is the category met last."""

    def __init__(self) -> None:
        self.tally = Tally()
        self.topic = ""

    def whole(self, data: bytes) -> Reading:
        for question in _questions(data):
            self._take(question)
        return self.tally.reading()

    def in_parts(self, text: str, fault: ParseError) -> Reading:
        """Of a file that as a whole is no XML; ``fault`` says why not."""
        if "<quiz" not in text:
            line, _column = fault.position
            raise FileRefused(f"The file is no XML: line {line} is broken.") from fault
        line = 1
        for part in START.split(text):
            if part.startswith("<question"):
                self._take_part(part, line)
            line += part.count("\n")
        return self.tally.reading()

    def _take_part(self, part: str, line: int) -> None:
        end = part.find(END)
        question = part[: end + len(END)] if end >= 0 else part
        if question.count("<") > 2 * MAX_ELEMENTS:
            raise _too_many()
        try:
            element = fromstring(question, forbid_dtd=True)
        except (ParseError, DefusedXmlException):
            if 'type="category"' in part[:100]:
                self.topic = ""
            self.tally.take(_broken, place=f"line {line}")
        else:
            self._take(element)

    def _take(self, question: Element) -> None:
        if question.get("type") == "category":
            self.topic = labels.topic(question.findtext("category/text", ""))
        else:
            self.tally.take(partial(_item, question, self.topic))


def _broken() -> Item:
    raise ItemRefused("The XML of this question is broken.")


def _too_many() -> FileRefused:
    return FileRefused(f"A question has more than {MAX_ELEMENTS:,} elements.")


def _events(data: bytes) -> Iterator[tuple[str, Element]]:
    try:
        yield from iterparse(BytesIO(data), events=("start", "end"), forbid_dtd=True)
    except DefusedXmlException as danger:
        raise FileRefused("The file declares a document type or entities of its own.") from danger
    except (ValueError, LookupError) as fault:
        raise FileRefused("The file is in an encoding that is not known.") from fault


def _questions(data: bytes) -> Iterator[Element]:
    """The questions one by one, each forgotten before the next is read."""
    path: list[Element] = []
    elements = 0
    for event, element in _events(data):
        if event == "start":
            path.append(element)
            elements += 1
            if path[0].tag != "quiz":
                raise FileRefused("The file is XML, but not a quiz of Moodle.")
            if elements > MAX_ELEMENTS:
                raise _too_many()
            continue
        path.pop()
        if len(path) == 1:
            if element.tag == "question":
                yield element
            path[0].clear()
            elements = 1


def _item(question: Element, topic: str) -> Item:
    name = question.findtext("name/text", "")
    try:
        item = _parsed(question)
    except ItemRefused as refusal:
        raise ItemRefused(str(refusal), name=name) from refusal
    tags = (tag.findtext("text", "") for tag in question.iterfind("tags/tag"))
    return labels.labelled(replace(item, name=name, topic=topic), tags)


def _parsed(question: Element) -> Item:
    kind = question.get("type", "")
    if kind not in {"multichoice", "truefalse"}:
        known = f"Questions of the type “{kind[:40]}” are not used in these tests."
        raise ItemRefused(REFUSED.get(kind, known))
    if question.find(".//file") is not None:
        raise ItemRefused("A picture or another file belongs to the question.")
    text = _words(question.find("questiontext"))
    explanation = _words(question.find("generalfeedback"))
    answers = question.findall("answer")
    if kind == "truefalse":
        return Item("", Kind.TRUE_FALSE, text, _statement(answers), explanation=explanation)
    one_answer = _says(question, "single", default=True)
    shares = [weights.weight(answer.get("fraction", "")) for answer in answers]
    return Item(
        "",
        Kind.SINGLE if one_answer else Kind.MULTIPLE,
        text,
        tuple(
            Choice(_words(answer), right, _words(answer.find("feedback")))
            for answer, right in zip(
                answers, weights.rights(shares, one_answer=one_answer), strict=True
            )
        ),
        explanation=explanation,
        fixed_order=not _says(question, "shuffleanswers", default=True),
    )


def _statement(answers: list[Element]) -> tuple[Choice, ...]:
    """The answers of a statement by what they say, whichever stands first."""
    said = {answer.findtext("text", "").strip().lower(): answer for answer in answers}
    if len(answers) != len(STATEMENT) or set(said) != set(STATEMENT):
        raise ItemRefused("The answers of a statement are not true and false.")
    shares = [weights.weight(said[word].get("fraction", "")) for word in STATEMENT]
    right, _wrong = weights.rights(shares, one_answer=True)
    feedback = {word: _words(said[word].find("feedback")) for word in STATEMENT}
    return tuple(
        Choice(word.capitalize(), right == meaning, feedback[word])
        for word, meaning in STATEMENT.items()
    )


def _says(question: Element, what: str, *, default: bool) -> bool:
    """A yes or no, as old and new versions of Moodle write it."""
    return question.findtext(what, str(default)).strip().lower() in {"true", "1"}


def _words(element: Element | None) -> str:
    """What an element with a format and a text says, as plain text."""
    text = None if element is None else element.find("text")
    if element is None or text is None:
        return ""
    if len(text):
        raise ItemRefused("The HTML of a text is not escaped.")
    form = element.get("format", "html")
    if form == "plain_text":
        return tidy(text.text or "")
    return (markup.plain if form == "html" else markup.lines)(text.text or "")


def write(items: Iterable[Item]) -> str:
    """A category before each question whose topic is another than that of the one before."""
    parts, topic = [], ""
    for item in map(tidied, items):
        if item.topic != topic:
            topic = item.topic
            parts.append(_category(topic))
        parts.append(_written(item))
    return f'<?xml version="1.0" encoding="UTF-8"?>\n<quiz>\n{"".join(parts)}</quiz>\n'


def _category(topic: str) -> str:
    path = _text(labels.category(topic))
    return f'  <question type="category">\n    <category>{path}</category>\n  </question>\n'


def _written(item: Item) -> str:
    kind = "truefalse" if item.kind == Kind.TRUE_FALSE else "multichoice"
    lines = [
        f"<name>{_text(item.name)}</name>",
        _formatted("questiontext", item.text),
        _formatted("generalfeedback", item.explanation),
        "<defaultgrade>1</defaultgrade>",
        "<penalty>0</penalty>",
        "<hidden>0</hidden>",
    ]
    if item.kind != Kind.TRUE_FALSE:
        lines += [
            f"<single>{str(item.kind == Kind.SINGLE).lower()}</single>",
            f"<shuffleanswers>{str(not item.fixed_order).lower()}</shuffleanswers>",
            "<answernumbering>none</answernumbering>",
        ]
    lines += [*_answers(item), *_tags(item)]
    body = "".join(f"    {line}\n" for line in lines)
    return f'  <question type="{kind}">\n{body}  </question>\n'


def _answers(item: Item) -> Iterator[str]:
    right = weights.share(sum(choice.correct for choice in item.choices))
    wrong = "-100" if item.kind == Kind.MULTIPLE else "0"
    for choice in item.choices:
        statement = item.kind == Kind.TRUE_FALSE
        text = _text(choice.text.lower() if statement else choice.text)
        said = _formatted("feedback", choice.feedback)
        fraction = right if choice.correct else wrong
        yield f'<answer fraction="{fraction}" format="plain_text">{text}{said}</answer>'


def _tags(item: Item) -> Iterator[str]:
    tags = "".join(f"<tag>{_text(tag)}</tag>" for tag in labels.tags(item))
    if tags:
        yield f"<tags>{tags}</tags>"


def _formatted(name: str, text: str) -> str:
    return f'<{name} format="plain_text">{_text(text)}</{name}>'


def _text(text: str) -> str:
    return f"<text>{escape(text, quote=False)}</text>"
