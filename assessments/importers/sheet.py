"""CSV and XLSX with the columns of ``COLUMNS``, for people who write questions in a spreadsheet.

Pure. ``right`` holds the numbers of the right options, as in "2" or "1;3".
"""

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from io import StringIO

from assessments.importers import workbook
from assessments.importers.encoding import check_size, decode
from assessments.importers.item import (
    Choice,
    FileRefused,
    Item,
    ItemRefused,
    Kind,
    Reading,
    named,
    one_line,
    tidied,
    true_or_false,
    with_feedback_explained,
)
from assessments.importers.tally import Tally
from assessments.kinds import MOST
from people.cells import as_meant, harmless

OPTIONS = tuple(f"option_{number}" for number in range(1, MOST[Kind.MULTIPLE] + 1))
COLUMNS = (
    *("name", "kind", "topic", "lesson", "language", "critical", "fixed_order", "text"),
    *OPTIONS,
    *("right", "explanation", "source"),
)
REQUIRED = ("text", "option_1", "option_2", "right")
# A row of a question stands on fewer lines; a quotation mark that is never closed on more.
MAX_LINES = 100
YES = {"yes", "y", "true", "1"}
NO = {"", "no", "n", "false", "0"}


@dataclass(frozen=True)
class _Row:
    place: str
    cells: Sequence[str]
    fault: str = ""

    @property
    def is_blank(self) -> bool:
        return not self.fault and not any(cell.strip() for cell in self.cells)


def read(data: bytes) -> Reading:
    check_size(data)
    rows = _workbook_rows(data) if workbook.is_workbook(data) else None
    tally, columns = Tally(), list[str]()
    for row in rows or _csv_rows(decode(data)):
        if row.is_blank:
            continue
        if not columns:
            columns = _columns(row)
        else:
            tally.take(partial(_item, columns, row), place=row.place)
    return tally.reading()


def _workbook_rows(data: bytes) -> Iterator[_Row]:
    for number, (cells, fault) in enumerate(workbook.rows(data), start=1):
        yield _Row(f"row {number}", cells, fault)


def _csv_rows(text: str) -> Iterator[_Row]:
    """The rows of a CSV. Where a quotation mark is wrong, that line is lost and the next is read;
    a row of many lines that has not the right number of cells is such a place too."""
    lines = text.split("\n")
    head = next((line for line in lines if line.strip()), "")
    delimiter = max(",;\t", key=head.count)
    place, width = 0, 0
    while place < len(lines):
        if not lines[place].strip():
            place += 1
            continue
        cells, end = _record(lines, place, delimiter)
        width = width or len(cells or [])
        if cells is None or (end > place + 1 and len(cells) != width):
            fault = "The quotation marks of this line do not match."
            yield _Row(f"line {place + 1}", [lines[place][:200]], fault)
            end = place + 1
        else:
            yield _Row(f"line {place + 1}", cells)
        place = end


def _record(lines: Sequence[str], start: int, delimiter: str) -> tuple[list[str] | None, int]:
    """The cells of the row that begins at a line, and the line behind it; none: it has no end."""
    ahead = range(start, min(start + MAX_LINES, len(lines)))
    reader = csv.reader((f"{lines[place]}\n" for place in ahead), delimiter=delimiter, strict=True)
    try:
        cells = next(reader)
    except csv.Error:
        return None, start + 1
    return cells, start + reader.line_num


def _columns(header: _Row) -> list[str]:
    if header.fault:
        raise FileRefused(f"The names of the columns cannot be read. {header.fault}")
    names = [one_line(cell).lower() for cell in header.cells]
    while names and not names[-1]:
        names.pop()
    unknown = [named(name) or "(no name)" for name in names if name not in COLUMNS]
    twice = sorted({name for name in names if names.count(name) > 1 and name in COLUMNS})
    missing = [name for name in REQUIRED if name not in names]
    for sentence, wrong in [
        ("These columns are not known", unknown),
        ("These columns are there twice", twice),
        ("These columns are missing", missing),
    ]:
        if wrong:
            raise FileRefused(f"{sentence}: {', '.join(wrong[:5])}.")
    return names


def _item(columns: Sequence[str], row: _Row) -> Item:
    facts = dict.fromkeys(COLUMNS, "")
    facts |= {column: as_meant(cell.strip()) for column, cell in zip(columns, row.cells)}  # noqa: B905
    name = facts["name"] or facts["text"]
    if row.fault:
        raise ItemRefused(row.fault, name=name)
    if any(cell.strip() for cell in row.cells[len(columns) :]):
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
