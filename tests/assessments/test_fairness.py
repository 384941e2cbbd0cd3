import pytest
from hypothesis import given
from hypothesis import strategies as st

from assessments.fairness import TopicDraw, most, shortages, spread


@pytest.mark.parametrize(
    ("drawn", "available", "fair"),
    [(4, 8, True), (4, 7, False), (4, 6, False), (1, 2, True), (1, 1, False), (1, 0, False)],
)
def test_draw_is_fair_from_twice_as_many_questions(drawn, available, fair):
    draw = TopicDraw(1, "Grooming", drawn, available)
    assert (draw.is_fair, draw.needed) == (fair, 2 * drawn)


def test_shortages_are_the_topics_that_are_not_fair_in_the_order_given():
    few = [TopicDraw(3, "Third", 2, 3), TopicDraw(1, "First", 1, 0)]
    assert shortages([few[0], TopicDraw(2, "Second", 2, 4), few[1]]) == tuple(few)


@pytest.mark.parametrize(
    ("total", "available", "shares"),
    [
        (4, {1: 10, 2: 10}, {1: 2, 2: 2}),
        (5, {1: 10, 2: 10}, {1: 3, 2: 2}),
        (5, {1: 2, 2: 10}, {1: 1, 2: 4}),
        (1, {1: 10, 2: 10}, {1: 1}),
        (9, {1: 4, 2: 5}, {1: 2, 2: 2}),
        (3, {1: 1, 2: 10}, {2: 3}),
        (3, {}, {}),
    ],
    ids=["even", "remainder", "short topic", "one", "bank too small", "topic without", "no topics"],
)
def test_questions_are_spread_over_the_topics(total, available, shares):
    assert spread(total, available) == shares


@given(st.integers(0, 60), st.dictionaries(st.integers(1, 9), st.integers(0, 40)))
def test_spread_is_fair_and_as_large_as_the_bank_allows(total, available):
    shares = spread(total, available)
    assert all(0 < share <= most(available[topic]) for topic, share in shares.items())
    assert sum(shares.values()) == min(total, sum(map(most, available.values())))


@given(st.integers(0, 60), st.dictionaries(st.integers(1, 9), st.integers(0, 40)))
def test_spread_is_even_but_for_topics_that_are_full(total, available):
    shares = spread(total, available)
    largest = max(shares.values(), default=0)
    for topic, number in available.items():
        assert shares.get(topic, 0) >= min(largest - 1, most(number))
