"""Charts that the server draws: bars, and lines and columns over time. Pure.

They need no script and no style sheet. The table beside each stays the source of truth.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

ROW, BAR_TOP = 44, 20  # Pixels from one bar to the next, and from a row's top to its bar.
LONGEST = 44  # Letters of a label that fit on a phone; the table has the whole title.
TOP, BOTTOM = 24, 224  # Pixels: the highest figure of a chart over time, and its ground line.
MOST_DOTS = 30  # Points of a line; of more the marks would cover the line.
DASHES = ("", "10 5", "3 4", "14 4 3 4")  # Lines are told by their dashes, not by colours alone,
COLOURS = ("#007d7e", "#8f3a00", "#1f4e9e", "#595959")  # each dark enough on white.
MOST_LINES = len(DASHES)


@dataclass(frozen=True)
class Part:
    """A stretch of a bar, in per cent of its row, written the way SVG reads numbers."""

    pattern: str
    start: str
    width: str


@dataclass(frozen=True)
class Bar:
    label: str
    label_at: int
    bar_at: int
    parts: list[Part]


@dataclass(frozen=True)
class Chart:
    """``text`` says the same in words; ``legend`` names the patterns, where labels do not."""

    id: str
    title: str
    text: str
    bars: list[Bar]
    legend: list[tuple[str, str]] = field(default_factory=list)

    @property
    def height(self) -> int:
        return len(self.bars) * ROW


def bars(
    labels: Sequence[str], counts: Sequence[Sequence[tuple[str, int]]], total: int
) -> list[Bar]:
    """One bar for each label; its stretches are parts of ``total``, each in its pattern."""
    drawn = []
    for place, (label, stretches) in enumerate(zip(labels, counts, strict=True)):
        parts, before = [], 0
        for pattern, number in stretches:
            if number:
                parts.append(Part(pattern, _percent(before, total), _percent(number, total)))
            before += number
        top = place * ROW
        drawn.append(Bar(_cut(label), top + BAR_TOP - 6, top + BAR_TOP, parts))
    return drawn


@dataclass(frozen=True)
class Box:
    """A stretch of a column."""

    pattern: str
    x: str
    width: str
    y: str
    height: str


@dataclass(frozen=True)
class Line:
    """``runs`` are its unbroken pieces, in thousandths of the width; ``dots`` its marks."""

    label: str
    dash: str
    colour: str
    runs: list[str]
    dots: list[tuple[str, str]]


@dataclass(frozen=True)
class Mark:
    """A word beside an axis, and where it stands."""

    label: str
    at: str
    anchor: str = "start"


@dataclass(frozen=True)
class TimeChart:
    """Columns or lines over time; ``text`` says the same in words."""

    id: str
    title: str
    text: str
    scale: list[Mark]
    times: list[Mark]
    boxes: list[Box] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    legend: list[tuple[str, str]] = field(default_factory=list)


def scale(top: float, unit: str = "") -> list[Mark]:
    """The figures beside the chart, from the ground line to ``top``."""
    shown = sorted({0, *((top / 2,) if top % 2 == 0 else ()), top})
    return [Mark(f"{figure:g}{unit}", f"{_height(figure, top):g}") for figure in shown]


def times(labels: Sequence[str]) -> list[Mark]:
    """The first, the middle and the last label: more would not fit on a phone."""
    if len(labels) < MOST_LINES:
        anchors = ("middle",) * len(labels)
        return [
            Mark(label, _middle(place, len(labels)), anchor)
            for place, (label, anchor) in enumerate(zip(labels, anchors, strict=True))
        ]
    middle = len(labels) // 2
    return [
        Mark(labels[0], "0%", "start"),
        Mark(labels[middle], _middle(middle, len(labels)), "middle"),
        Mark(labels[-1], "100%", "end"),
    ]


def columns(counts: Sequence[Sequence[tuple[str, int]]], top: float) -> list[Box]:
    """One column for each period; its stretches stand on each other, each in its pattern."""
    boxes, wide = [], 100 / max(len(counts), 1)
    for place, stretches in enumerate(counts):
        below = 0
        for pattern, number in stretches:
            if number:
                y, under = _height(below + number, top), _height(below, top)
                x, width = f"{(place + 0.1) * wide:.2f}%", f"{wide * 0.8:.2f}%"
                boxes.append(Box(pattern, x, width, f"{y:.1f}", f"{under - y:.1f}"))
            below += number
    return boxes


def line(label: str, figures: Sequence[float | None], top: float, *, place: int) -> Line:
    """The line number ``place`` of a chart. It breaks where a figure is missing."""
    runs: list[list[str]] = [[]]
    dots = []
    for number, figure in enumerate(figures):
        if figure is None:
            runs.append([])
            continue
        across, y = (number + 0.5) / len(figures), _height(figure, top)
        runs[-1].append(f"{1000 * across:.1f},{y:.1f}")
        dots.append((f"{100 * across:.2f}%", f"{y:.1f}"))
    alone = {run[0] for run in runs if len(run) == 1}
    if len(figures) > MOST_DOTS:
        dots = [dot for dot in dots if f"{10 * float(dot[0][:-1]):.1f},{dot[1]}" in alone]
    drawn = [" ".join(run) for run in runs if len(run) > 1]
    return Line(label, DASHES[place], COLOURS[place], drawn, dots)


def _height(figure: float, top: float) -> float:
    return BOTTOM - (BOTTOM - TOP) * figure / top if top else float(BOTTOM)


def _middle(place: int, number: int) -> str:
    return f"{100 * (place + 0.5) / number:.2f}%"


def _percent(part: int, total: int) -> str:
    return f"{100 * part / total:.2f}%"


def _cut(label: str) -> str:
    return label if len(label) <= LONGEST else label[: LONGEST - 1].rstrip() + "…"
