"""One line of the table, and how rounds become one number."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True)
class Figure:
    name: str
    value: str
    yardstick: str = "–"
    ratio: str = "–"


def compared(name: str, rounds: Sequence[tuple[float, float]], unit: str) -> Figure:
    """From (value, yardstick) of each round: medians, the ratio's being that of the ratios."""
    value = median(value for value, _ in rounds)
    yardstick = median(yardstick for _, yardstick in rounds)
    ratio = median(value / yardstick for value, yardstick in rounds)
    return Figure(
        name, f"{readable(value)} {unit}", f"{readable(yardstick)} {unit}", f"{ratio:.2f}"
    )


def readable(number: float) -> str:
    if number >= 100:
        return f"{number:,.0f}"
    return f"{number:.1f}" if number >= 1 else f"{number:.3f}"


def table(figures: Sequence[Figure]) -> str:
    heads = Figure("figure", "value", "yardstick", "ratio")
    rows = [(f.name, f.value, f.yardstick, f.ratio) for f in [heads, *figures]]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    lines = [
        "  ".join(
            [row[0].ljust(widths[0])]
            + [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        )
        for row in rows
    ]
    return "\n".join([lines[0], "-" * len(lines[0]), *lines[1:]])
