"""Small numbers are hidden, and nothing hidden can be worked out from what is shown."""

from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from licensing.foi import SIGNS, publish
from licensing.hiding import SMALLEST, Hidden, hide, per_cent

FEW, MORE = Hidden.FEW, Hidden.MORE
CASES = {
    "nothing is small": ([[10, 20], [30, 40]], [[10, 20, 30], [30, 40, 70], [40, 60, 100]]),
    "one small number in a row takes another along": ([[3, 9, 20]], [[FEW, MORE, 20, 32]]),
    "nought is small": ([[0, 9, 20]], [[FEW, MORE, 20, 29]]),
    "two noughts alone would come to nought": ([[0, 0, 9, 20]], [[FEW, FEW, MORE, 20, 29]]),
    "two small numbers protect each other": ([[2, 3, 20]], [[FEW, FEW, 20, 25]]),
    "two that come to twice the largest do not": ([[4, 4, 20]], [[FEW, FEW, MORE, 28]]),
    "four numbers at the corners of a square": (
        [[3, 9], [8, 7]],
        [[FEW, MORE, 12], [MORE, MORE, 15], [11, 16, 27]],
    ),
    "a small total": ([[1, 1]], [[FEW, FEW, FEW]]),
    "rows of one each, of which none was left out": (
        [[20, 0], [1, 0], [1, 0]],
        [[MORE, FEW, MORE], [FEW, FEW, FEW], [FEW, FEW, FEW], [MORE, FEW, 22]],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_table(case):
    counts, shown = CASES[case]
    assert hide(counts) == shown


@pytest.mark.parametrize(
    ("part", "whole", "shown"),
    [(1, 8, 13), (7, 8, 88), (8, 8, 100), (FEW, 8, None), (MORE, 8, None), (5, MORE, None)],
)
def test_per_cent_only_of_what_is_shown(part, whole, shown):
    assert per_cent(part, whole) == shown


def test_per_cent_of_nobody_is_none():
    assert per_cent(0, 0) is None


def possible(sign, beyond):
    """The numbers that a reader cannot rule out for what stands in one place."""
    if sign is FEW:
        return range(SMALLEST)
    return range(SMALLEST, beyond) if sign is MORE else [sign]


def published(counts):
    """What a pack shows of the counts, by the labels of its rows and columns; None for nobody."""
    table = publish("", {f"row {r}": row for r, row in enumerate(counts)}, columns_of(counts[0]))
    if table is None:
        return None
    signs = {words: sign for sign, words in SIGNS.items()}
    return {
        (label, column): signs.get(cell, cell)
        for label, *cells in table.rows
        for column, cell in zip(table.columns[1:], cells, strict=True)
    }


def columns_of(row):
    return [f"column {c}" for c in range(len(row))]


def numbered(counts):
    """Every number of the whole table, by the same labels."""
    rows = {f"row {r}": [*row, sum(row)] for r, row in enumerate(counts)}
    rows["All"] = [sum(column) for column in zip(*rows.values(), strict=True)]
    columns = [*columns_of(counts[0]), "All"]
    return {
        (label, column): number
        for label, row in rows.items()
        for column, number in zip(columns, row, strict=True)
    }


def tables_that_fit(shown, rows, columns):
    """Every table that comes to what is shown, by trying them all. The reader knows what is left
    out of a pack: nobody is there, and whatever is not left out would have been if it had to be."""
    beyond = 1 + max([SMALLEST + 4, *(n for n in shown.values() if isinstance(n, int))])
    places = [(f"row {r}", f"column {c}") for r, c in product(range(rows), range(columns))]
    for numbers in product(*(possible(shown.get(place, 0), beyond) for place in places)):
        inner = [list(numbers[r * columns : (r + 1) * columns]) for r in range(rows)]
        whole = numbered(inner)
        if (
            all(
                whole[place] == sign
                or (sign in (FEW, MORE) and (whole[place] < SMALLEST) == (sign is FEW))
                for place, sign in shown.items()
            )
            and (published(inner) or {}).keys() == shown.keys()
        ):
            yield whole


@st.composite
def small_tables(draw):
    rows, columns = draw(st.sampled_from([(1, 2), (1, 3), (2, 2), (1, 4)]))
    number = st.integers(0, 8)
    return [draw(st.lists(number, min_size=columns, max_size=columns)) for _ in range(rows)]


@settings(max_examples=150, deadline=None)
@given(small_tables())
@example([[8, 1, 1, 0]])
@example([[8, 0], [1, 0], [1, 0]])
@example([[1, 0], [0, 0], [1, 0]])
def test_no_hidden_number_can_be_worked_out(counts):
    shown = published(counts)
    if shown is None:
        return
    unsure = {place for place, sign in shown.items() if isinstance(sign, Hidden)}
    true = numbered(counts)
    for table in tables_that_fit(shown, len(counts), len(counts[0])):
        unsure = {place for place in unsure if table[place] == true[place]}
        if not unsure:
            break
    assert not unsure, (counts, shown)


@settings(deadline=None)
@given(
    st.integers(1, 5).flatmap(
        lambda columns: st.lists(
            st.lists(st.integers(0, 5000), min_size=columns, max_size=columns),
            min_size=1,
            max_size=4,
        )
    )
)
def test_every_small_number_is_hidden_and_every_shown_one_is_true(counts):
    rows = [[*row, sum(row)] for row in counts]
    true = [*rows, [sum(column) for column in zip(*rows, strict=True)]]
    for numbers, signs in zip(true, hide(counts), strict=False):
        for number, sign in zip(numbers, signs, strict=True):
            assert (sign is FEW) == (number < SMALLEST)
            assert sign in (number, FEW, MORE)
