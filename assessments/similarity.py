"""How alike two questions are, for a warning to whoever writes one. Pure.

Word pairs are compared and not letters: the same scene told again shares many, two questions about
the same matter share few.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple, TypeVar

Key = TypeVar("Key")


class Wording(NamedTuple):
    """A question as far as its words go."""

    text: str
    options: tuple[str, ...]


# Chosen on the first bank of 84 questions, where no two ask the same. Of its 3,486 pairs one
# reaches this: two questions with the same four telephone numbers for options. The next stands at
# 0.25, and the same question told in other words at 0.4 and more.
ALIKE = 0.3
TEXT_SHARE = 0.7  # The rest is for the options, which many questions have in common.


def likeness(one: Wording, other: Wording) -> float:
    """From 0, nothing in common, to 1, the same words. Case, punctuation and the order of the
    options do not count."""
    text = _overlap(_shingles([one.text]), _shingles([other.text]))
    options = _overlap(_shingles(one.options), _shingles(other.options))
    return TEXT_SHARE * text + (1 - TEXT_SHARE) * options


def most_alike(
    question: Wording, others: Mapping[Key, Wording], *, most: int
) -> Sequence[tuple[Key, float]]:
    """The keys of the ``others`` that are too much like the question, the most alike first."""
    scored = [(key, likeness(question, other)) for key, other in others.items()]
    alike = [(key, score) for key, score in scored if score >= ALIKE]
    return sorted(alike, key=lambda pair: -pair[1])[:most]


def words(text: str) -> list[str]:
    """The words of a text without case and marks, in any script."""
    return re.findall(r"\w+", text.casefold().replace("'", "").replace("’", ""))


def _shingles(texts: Iterable[str]) -> set[tuple[str, ...]]:
    """Single words and pairs of neighbours."""
    found: set[tuple[str, ...]] = set()
    for text in texts:
        own = words(text)
        found.update((word,) for word in own)
        found.update(pairwise(own))
    return found


def _overlap(one: set[tuple[str, ...]], other: set[tuple[str, ...]]) -> float:
    """Jaccard's share: what both have of what either has."""
    either = one | other
    return len(one & other) / len(either) if either else 0.0
