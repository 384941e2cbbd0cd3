"""Small numbers in published tables: hidden, so that nothing can be worked out from the rest. Pure.

Whoever reads a table knows that the parts of a row or column come to its total. A hidden number is
safe while at least one other number could stand in its place. Whether that is so is asked of the
whole table at once: its numbers are a flow from the total through the rows and columns back to the
total, and a number can be another one exactly if it lies on a circle along which the flow may
change (tables of this kind have whole numbers at every corner).
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum

SMALLEST = 5  # Whatever is below is hidden, nought as well: it can tell of everybody in a row.


class Hidden(StrEnum):
    """What stands where a number is hidden."""

    FEW = "few"  # It is below ``SMALLEST``.
    MORE = "more"  # It is not, but it would give away another one.


Counts = Sequence[Sequence[int]]
Shown = list[list[int | Hidden]]
Place = tuple[int, int]
Step = tuple[str, str, Place]


def hide(counts: Counts) -> Shown:
    """The table as it may be published, with the total at the end of each row and, below more
    than one row, of each column. ``counts`` is at least one row, and the rows are of one length.

    Rows in which there is nobody may have been left out: the reader is taken to know that there is
    somebody in each. Columns may not: a small number could be worked out from that.
    """
    table = _with_totals(counts)
    published = _published(table)
    hidden = {place for place in published if _at(table, place) < SMALLEST}
    while (bare := _bare(table, published, hidden)) is not None:
        more = _best_to_hide(table, published, hidden, bare)
        if more is None:
            break  # Everything is hidden.
        hidden.add(more)
    return [
        [
            _shown(number) if (row, column) in hidden else number
            for column, number in enumerate(numbers)
        ]
        for row, numbers in enumerate(table)
        if (row, 0) in published
    ]


def per_cent(part: int | Hidden, whole: int | Hidden) -> int | None:
    """How many of a hundred, rounded; None where a hidden number could be worked out from it."""
    if isinstance(part, Hidden) or isinstance(whole, Hidden) or whole == 0:
        return None
    return (200 * part + whole) // (2 * whole)


def _shown(number: int) -> Hidden:
    return Hidden.FEW if number < SMALLEST else Hidden.MORE


def _with_totals(counts: Counts) -> list[list[int]]:
    rows = [[*row, sum(row)] for row in counts]
    return [*rows, [sum(column) for column in zip(*rows, strict=True)]]


def _published(table: list[list[int]]) -> list[Place]:
    """Of a single row, the totals of the columns would be the row again."""
    rows = len(table) if len(table) > 2 else 1  # noqa: PLR2004
    return [(row, column) for row in range(rows) for column in range(len(table[0]))]


def _at(table: list[list[int]], place: Place) -> int:
    return table[place[0]][place[1]]


def _bare(table: list[list[int]], published: list[Place], hidden: set[Place]) -> Place | None:
    """A hidden number that the rest gives away; None if there is none."""
    steps = list(_steps(table, published, hidden))
    return next((place for place in sorted(hidden) if not _can_vary(steps, table, place)), None)


def _best_to_hide(
    table: list[list[int]], published: list[Place], hidden: set[Place], bare: Place
) -> Place | None:
    """The smallest number that protects ``bare`` by itself. Else the smallest beside it, so that
    the circle closes later. Totals last: without them a table says little."""
    last = (len(table) - 1, len(table[0]) - 1)
    open_ = [place for place in published if place not in hidden]
    open_.sort(
        key=lambda p: ((p[0] == last[0]) + (p[1] == last[1]), _at(table, p), p),
    )
    for place in open_:
        if _can_vary(list(_steps(table, published, hidden | {place})), table, bare):
            return place
    beside = (p for p in open_ if (p[0] == bare[0]) != (p[1] == bare[1]))
    return next(beside, next(iter(open_), None))


def _arc(table: list[list[int]], place: Place) -> tuple[str, str]:
    """From where to where the number flows."""
    row = "to" if place[0] == len(table) - 1 else f"row {place[0]}"
    column = "from" if place[1] == len(table[0]) - 1 else f"column {place[1]}"
    return (column, row) if column == "from" or row == "to" else (row, column)


def _steps(table: list[list[int]], published: list[Place], hidden: set[Place]) -> Iterator[Step]:
    """Each way in which a number could be another: up along its arc, or down against it."""
    for row, numbers in enumerate(table):
        for column, number in enumerate(numbers):
            place = (row, column)
            start, end = _arc(table, place)
            free = place not in published
            few = place in hidden and number < SMALLEST
            least = 1 if column == len(numbers) - 1 else 0  # Of a total: its row was not left out.
            more = place in hidden and not few
            if free or more or (few and number < SMALLEST - 1):
                yield start, end, place
            if (free and number > 0) or (few and number > least) or (more and number > SMALLEST):
                yield end, start, place


def _can_vary(steps: list[Step], table: list[list[int]], place: Place) -> bool:
    """Whether a step of the number itself lies on a circle with others."""
    others: dict[str, set[str]] = {}
    for start, end, of in steps:
        if of != place:
            others.setdefault(start, set()).add(end)
    return any(_reaches(others, end, start) for start, end, of in steps if of == place)


def _reaches(ways: dict[str, set[str]], start: str, end: str) -> bool:
    seen, waiting = {start}, [start]
    while waiting:
        here = waiting.pop()
        if here == end:
            return True
        new = ways.get(here, set()) - seen
        seen |= new
        waiting.extend(new)
    return False
