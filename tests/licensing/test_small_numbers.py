"""What is hidden so that nobody can work out a small number."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensing.small_numbers import hidden

ROWS = st.dictionaries(
    st.integers(0, 20), st.tuples(st.integers(0, 12), st.integers(0, 12)), max_size=8
)


@pytest.mark.parametrize(
    ("counts", "gone"),
    [
        ({}, set()),
        ({"a": [5], "b": [0]}, set()),
        ({"a": [4], "b": [9], "c": [30]}, {"a", "b"}),  # Alone, it is the total minus the rest.
        ({"a": [1], "b": [2], "c": [9]}, {"a", "b", "c"}),  # Together they are three: too few.
        ({"a": [3], "b": [4], "c": [9]}, {"a", "b"}),
        ({"a": [9, 1], "b": [8, 7], "c": [20, 20]}, {"a", "b"}),
        ({"a": [3]}, {"a"}),  # Nothing is there to hide with it, and nothing is shown beside it.
        ({"a": [3], "b": [0]}, {"a", "b"}),  # Beside a nought it would be the total.
        ({"a": [3], "b": [0], "c": [0]}, {"a", "b"}),  # The total tells no more than of both.
        ({"a": [3], "b": [0], "c": [7], "d": [0]}, {"a", "c"}),
        ({"a": [0, 3], "b": [50, 0], "c": [40, 0]}, {"a", "c"}),
        ({"a": [3, 8], "b": [0, 1], "c": [9, 9]}, {"a", "b", "c"}),
        ({"a": [6, 1], "b": [0, 4], "c": [9, 9]}, {"a", "b"}),  # Who knows that b has none?
    ],
)
def test_small_numbers_and_what_gives_them_away_are_hidden(counts, gone):
    assert hidden(counts) == gone


@given(ROWS)
def test_no_small_number_is_shown_or_left_over(counts):
    gone = hidden(counts)
    for kind in (0, 1):
        assert not any(0 < row[kind] < 5 for key, row in counts.items() if key not in gone)
        behind = [counts[key][kind] for key in gone]
        shown = [row[kind] for key, row in counts.items() if key not in gone]
        if any(behind) and shown:
            assert len(behind) > 1
            assert sum(behind) >= 5 or not any(shown)


@given(ROWS)
def test_nothing_is_hidden_without_a_small_number(counts):
    if not any(0 < count < 5 for row in counts.values() for count in row):
        assert hidden(counts) == set()
