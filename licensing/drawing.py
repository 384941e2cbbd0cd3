"""Whom an unannounced check falls on: decided by a seed and the licence numbers, and nothing else.

Each number gets its HMAC-SHA256 under the seed, in hexadecimal, and the numbers are sorted by it.
So the order is the same for ever, whatever order the numbers came in, nobody who lacks the seed can
tell it, and a further licence moves no other one past its neighbour. ``docs/rechecks.md`` tells how
to do the same with common tools.
"""

import hashlib
import hmac
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Drawing:
    """Who was drawn, in order, out of how many; ``digest`` tells one population from another."""

    numbers: tuple[str, ...]
    population: int
    digest: str


def commitment(seed: str) -> str:
    """What is shown of the seed before the start: it fixes the seed and does not tell it."""
    return hashlib.sha256(seed.encode()).hexdigest()


def place(number: str, *, seed: str) -> str:
    return hmac.new(seed.encode(), number.encode(), hashlib.sha256).hexdigest()


def draw(numbers: Iterable[str], *, seed: str, how_many: int) -> Drawing:
    """The first ``how_many`` of these numbers, or all if there are fewer."""
    population = sorted(set(numbers))
    order = sorted(population, key=lambda number: place(number, seed=seed))
    return Drawing(tuple(order[:how_many]), len(population), population_digest(population))


def population_digest(numbers: Iterable[str]) -> str:
    """SHA-256 of the numbers, one a line, in the order of their characters' codes."""
    lines = "".join(f"{number}\n" for number in sorted(numbers))
    return hashlib.sha256(lines.encode()).hexdigest()
