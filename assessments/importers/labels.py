"""Facts for which Moodle's formats have no place of their own: its categories and tags. Pure."""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import replace

from assessments.importers.item import Item

ROOT = "$course$/top"


def category(topic: str) -> str:
    return f"{ROOT}/{topic}" if topic else ROOT


def topic(category: str) -> str:
    """The slug of the last step of a path of categories; the root alone is no topic."""
    steps = [step.strip() for step in re.split(r"(?<!/)/(?!/)", category.strip())]
    if steps[0].startswith("$"):
        del steps[0]
    if steps[:1] == ["top"]:
        del steps[0]
    return _slug(steps[-1]) if steps else ""


def tags(item: Item) -> Iterator[str]:
    if item.critical:
        yield "critical"
    if item.fixed_order:
        yield "fixed-order"
    for fact in ("language", "lesson", "source"):
        if value := getattr(item, fact):
            yield f"{fact}:{value}"


def labelled(item: Item, tags: Iterable[str]) -> Item:
    """The item with what the tags say of it; others, which are somebody else's, say nothing."""
    for tag in tags:
        fact, _colon, value = tag.strip().partition(":")
        match fact.strip():
            case "critical" if not value:
                item = replace(item, critical=True)
            case "fixed-order" if not value:
                item = replace(item, fixed_order=True)
            case "language":
                item = replace(item, language=value)
            case "lesson":
                item = replace(item, lesson=value)
            case "source":
                item = replace(item, source=value)
    return item


def _slug(words: str) -> str:
    if re.fullmatch(r"[-\w]+", words, re.ASCII):
        return words
    letters = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9_]+", "-", letters).strip("-")
