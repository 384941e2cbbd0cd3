"""CSV and XLSX with the columns of ``COLUMNS``, for people who write questions in a spreadsheet.

Pure. ``right`` holds the numbers of the right options, as in "2" or "1;3".
"""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from io import StringIO

from assessments.importers.item import (
    Choice,
    Item,
    ItemRefused,
    Kind,
    Reading,
    tidied,
    true_or_false,
    with_feedback_explained,
)
from assessments.importers.table import Row, columns_of, rows_of
from assessments.importers.tally import Tally
from assessments.kinds import MOST
from people.cells import harmless

OPTIONS = tuple(f"option_{number}" for number in range(1, MOST[Kind.MULTIPLE] + 1))
COLUMNS = (
    *("name", "kind", "topic", "lesson", "language", "critical", "fixed_order", "text"),
    *OPTIONS,
    *("right", "explanation", "source"),
)
REQUIRED = ("text", "option_1", "option_2", "right")
YES = {"yes", "y", "true", "1"}
NO = {"", "no", "n", "false", "0"}


def read(data: bytes) -> Reading:
    tally, columns = Tally(), list[str]()
    for row in rows_of(data):
        if not columns:
            columns = columns_of(row, known=COLUMNS, required=REQUIRED)
        else:
            tally.take(partial(_item, columns, row), place=row.place)
    return tally.reading()


def _item(columns: Sequence[str], row: Row) -> Item:
    facts = {**dict.fromkeys(COLUMNS, ""), **row.named(columns)}
    name = facts["name"] or facts["text"]
    if row.fault:
        raise ItemRefused(row.fault, name=name)
    if row.overflows(columns):
        raise ItemRefused("The row has more cells than there are columns.", name=name)
    try:
        return _parsed(facts)
    except ItemRefused as refusal:
        raise ItemRefused(str(refusal), name=name) from refusal


def _parsed(facts: Mapping[str, str]) -> Item:
    kind, choices = _choices(facts)
    return Item(
        facts["name"],
        kind,
        facts["text"],
        choices,
        topic=facts["topic"],
        explanation=facts["explanation"],
        source=facts["source"],
        critical=_says(facts, "critical"),
        fixed_order=_says(facts, "fixed_order"),
        language=facts["language"],
        lesson=facts["lesson"],
    )


def _choices(facts: Mapping[str, str]) -> tuple[Kind, tuple[Choice, ...]]:
    right = [word for word in re.split(r"[;,\s]+", facts["right"].lower()) if word]
    texts = [facts[option] for option in OPTIONS]
    while texts and not texts[-1]:
        texts.pop()
    kind = _kind(facts["kind"].lower(), right)
    if kind == Kind.TRUE_FALSE and [text.lower() for text in texts] in ([], ["true", "false"]):
        if right not in (["1"], ["2"], ["true"], ["false"]):
            raise ItemRefused("The column right of a statement says true or false.")
        return kind, true_or_false(right=right[0] in {"1", "true"})
    numbers = [str(number) for number in range(1, len(texts) + 1)]
    if wrong := [word for word in right if word not in numbers]:
        raise ItemRefused(f"“{wrong[0][:20]}” in the column right is no number of an option.")
    return kind, tuple(
        Choice(text, number in right) for number, text in zip(numbers, texts, strict=True)
    )


def _kind(name: str, right: Sequence[str]) -> Kind:
    if not name:
        return Kind.MULTIPLE if len(right) > 1 else Kind.SINGLE
    if name not in list(Kind):
        raise ItemRefused(f"“{name[:20]}” is no kind of question: {', '.join(Kind)}.")
    return Kind(name)


def _says(facts: Mapping[str, str], column: str) -> bool:
    word = facts[column].lower()
    if word not in YES | NO:
        raise ItemRefused(f"“{word[:20]}” in the column {column} is neither yes nor no.")
    return word in YES


def write(items: Iterable[Item]) -> str:
    """A table without formulas: what would run stands behind an apostrophe. It has no columns for
    what is said about single options: that moves to the explanation."""
    table = StringIO(newline="")
    writer = csv.writer(table)
    writer.writerow(COLUMNS)
    for item in items:
        facts = _facts(tidied(with_feedback_explained(item)))
        writer.writerow([harmless(facts.get(column, "")) for column in COLUMNS])
    return table.getvalue()


def _facts(item: Item) -> Mapping[str, str]:
    return {
        "name": item.name,
        "kind": item.kind,
        "topic": item.topic,
        "lesson": item.lesson,
        "language": item.language,
        "critical": "yes" if item.critical else "no",
        "fixed_order": "yes" if item.fixed_order else "no",
        "text": item.text,
        **{option: choice.text for option, choice in zip(OPTIONS, item.choices, strict=False)},
        "right": ";".join(
            str(number) for number, choice in enumerate(item.choices, start=1) if choice.correct
        ),
        "explanation": item.explanation,
        "source": item.source,
    }
