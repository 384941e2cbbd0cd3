"""When a change is news."""

import random
from datetime import date, timedelta
from fractions import Fraction
from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensing.alerting import (
    Tally,
    count_rises,
    count_rose,
    fisher,
    poisson,
    rate_changed,
    rate_changes,
)

MONDAY = date(2026, 11, 16)
WEEKS = 104


@pytest.mark.parametrize(
    ("now", "before", "chance"),
    [
        # Fisher's tea-tasting lady, two-sided.
        (Tally(3, 4), Tally(1, 4), 34 / 70),
        (Tally(4, 4), Tally(0, 4), 2 / 70),
        (Tally(1, 10), Tally(11, 14), 0.002759456185220083),  # As scipy.stats.fisher_exact gives.
    ],
)
def test_fisher_gives_the_known_answers(now, before, chance):
    assert fisher(now, before) == pytest.approx(chance)


@given(st.integers(0, 12), st.integers(12, 15), st.integers(0, 15), st.integers(15, 20))
def test_fisher_is_the_sum_over_all_tables_no_likelier(part, whole, other_part, other_whole):
    parts, wholes = part + other_part, whole + other_whole
    chances = [
        Fraction(comb(whole, k) * comb(other_whole, parts - k), comb(wholes, parts))
        for k in range(max(0, parts - other_whole), min(parts, whole) + 1)
    ]
    seen = Fraction(comb(whole, part) * comb(other_whole, other_part), comb(wholes, parts))
    expected = sum(chance for chance in chances if chance <= seen)
    assert fisher(Tally(part, whole), Tally(other_part, other_whole)) == pytest.approx(
        float(expected)
    )


def test_fisher_holds_for_large_numbers():
    assert fisher(Tally(4000, 8000), Tally(48000, 96000)) == pytest.approx(1, abs=0.02)
    assert fisher(Tally(3000, 8000), Tally(48000, 96000)) < 1e-50


def test_poisson_gives_the_known_answer():
    """Of five events all in one week of thirteen."""
    assert poisson(5, 0, weeks=12) == pytest.approx(13**-5)
    assert poisson(0, 5, weeks=12) == pytest.approx(1)


@pytest.mark.parametrize(
    ("now", "before", "news"),
    [
        (Tally(8, 28), Tally(108, 132), True),
        (Tally(28, 28), Tally(66, 132), True),  # Better is news too.
        (Tally(21, 28), Tally(108, 132), False),  # By chance.
        (Tally(0, 19), Tally(108, 132), False),  # Few tests in the week,
        (Tally(0, 28), Tally(59, 59), False),  # or before it.
        (Tally(4600, 5000), Tally(57600, 60000), False),  # Certain, and too small to matter.
    ],
)
def test_rate_is_news_where_it_is_great_and_unlikely(now, before, news):
    assert (rate_changed(now, before) is not None) is news


@pytest.mark.parametrize(
    ("now", "before", "news"), [(5, 0, True), (4, 0, False), (6, 60, False), (20, 60, True)]
)
def test_count_is_news_where_it_rose(now, before, news):
    assert (count_rose(now, before) is not None) is news


def test_fall_of_a_count_is_no_news():
    assert count_rose(0, 600) is None


def test_weeks_before_are_the_twelve_before_it():
    counts = {(MONDAY - timedelta(weeks=back), ""): (1, 9) for back in range(13, 30)}
    counts |= {(MONDAY - timedelta(weeks=back), ""): (9, 1) for back in range(1, 13)}
    counts[MONDAY, ""] = (9, 15)
    (change,) = rate_changes(counts, [MONDAY])
    assert (change.now, change.before) == (Tally(9, 24), Tally(108, 120))


def test_each_value_is_compared_with_itself():
    counts = {
        **{(MONDAY - timedelta(weeks=back), "a"): (0, 1) for back in range(1, 13)},
        **{(MONDAY - timedelta(weeks=back), "b"): (0, 40) for back in range(1, 13)},
        (MONDAY, "a"): (0, 12),
        (MONDAY, "b"): (0, 41),
    }
    assert [change.value for change in count_rises(counts, [MONDAY], kind=1)] == ["a"]


@pytest.mark.parametrize("seed", range(6))
def test_steady_figures_hardly_ever_alert(seed):
    """Two years of a council where nothing changes but chance."""
    chance = random.Random(seed)
    mondays = [MONDAY - timedelta(weeks=back) for back in range(WEEKS + 12)]
    counts = {}
    for monday in mondays:
        tests = chance.randint(25, 60)
        passes = sum(chance.random() < 0.7 for _ in range(tests))
        counts[monday, ""] = (passes, tests - passes)
    rare = {(monday, ""): (chance.choice([0, 0, 1, 1, 2, 3]), 0) for monday in mondays}
    assert len(list(rate_changes(counts, mondays[:WEEKS]))) <= 1
    assert len(list(count_rises(rare, mondays[:WEEKS], kind=0))) <= 1
