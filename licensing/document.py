"""A document of facts and tables, as it is kept, shown on a page and typeset. Pure."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

Cell = str | int
Row = tuple[Cell, ...]


@dataclass(frozen=True)
class Table:
    """``columns`` head the cells of each row; the first cell says what the row is about."""

    caption: str
    columns: tuple[str, ...]
    rows: tuple[Row, ...]


@dataclass(frozen=True)
class Section:
    heading: str
    paragraphs: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True)
class Document:
    """``facts`` are labels with what they say; ``notice`` is what nobody may overlook."""

    title: str
    facts: tuple[tuple[str, str], ...]
    notice: str
    sections: tuple[Section, ...]

    def as_facts(self) -> dict[str, Any]:
        """Plain values, for templates."""
        return asdict(self)

    def canonical(self) -> str:
        """The one way to write it down, of which a digest is taken."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def read(content: str) -> dict[str, Any]:
    """What ``canonical`` wrote, for templates."""
    document: dict[str, Any] = json.loads(content)
    return document


def digest_of(content: str) -> str:
    """SHA-256, in hexadecimal digits."""
    return hashlib.sha256(content.encode()).hexdigest()


def lines(document: dict[str, Any]) -> list[Row]:
    """Each fact and figure on a line of its own: section, table, row, column, figure."""
    facts: list[Row] = [
        (document["title"], "", label, "", fact) for label, fact in document["facts"]
    ]
    if document["notice"]:
        facts.append((document["title"], "", "", "", document["notice"]))
    for section in document["sections"]:
        heading = section["heading"]
        facts += [(heading, "", "", "", paragraph) for paragraph in section["paragraphs"]]
        for table in section["tables"]:
            facts += [
                (heading, table["caption"], row[0], column, cell)
                for row in table["rows"]
                for column, cell in zip(table["columns"][1:], row[1:], strict=True)
            ]
    return facts
