"""What is odd about a sitting, and what is not."""

from datetime import UTC, datetime, timedelta

import pytest

from assessments.oddities import (
    Placed,
    shared_device,
    shared_mistakes,
    too_fast,
    two_places,
)

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
HOME, WORK = ("phone", "home"), ("laptop", "work")


@pytest.mark.parametrize(
    ("seconds", "whole", "words", "odd"),
    [
        pytest.param([12] * 20, 240, 900, False, id="reads"),
        pytest.param([2.9] * 11 + [60] * 9, 600, 900, True, id="half of them in a moment"),
        pytest.param([3.0] * 20, 80, 900, False, id="quick, but not too quick"),
        pytest.param([4] * 20, 74, 900, True, id="the whole faster than any reading"),
        pytest.param([4] * 20, 75, 900, False, id="the whole at three times reading speed"),
        pytest.param([1] * 4, 4, 200, False, id="too few answers to say"),
        pytest.param([1] * 5, 5, 200, True, id="five answers are enough"),
    ],
)
def test_too_fast(seconds, whole, words, odd):
    assert (too_fast(seconds=seconds, whole=whole, words=words) is not None) is odd


def test_too_fast_says_its_figures():
    evidence = too_fast(seconds=[1.04, 2, 3, 2, 1], whole=9.4, words=200)
    assert evidence == {"answers": 5, "middle_seconds": 2, "seconds": 9, "words": 200}


@pytest.mark.parametrize(
    ("people", "checked", "evidence"),
    [(4, False, None), (5, False, {"people": 5}), (300, True, None)],
)
def test_many_people_on_one_device_are_odd_unless_somebody_saw_them(people, checked, evidence):
    assert shared_device(people=people, checked=checked) == evidence


@pytest.mark.parametrize(
    ("both_wrong", "same", "odd"),
    [(3, 3, True), (2, 2, False), (4, 3, True), (5, 3, False), (5, 4, True), (12, 3, False)],
)
def test_same_mistakes_are_odd_where_chance_does_not_explain_them(both_wrong, same, odd):
    assert (shared_mistakes(both_wrong=both_wrong, same=same) is not None) is odd


def answers(*places):
    return [
        Placed(NOON + timedelta(seconds=after), device, network)
        for after, (device, network) in places
    ]


@pytest.mark.parametrize(
    ("given", "odd"),
    [
        pytest.param([(0, HOME), (20, WORK), (40, HOME)], True, id="there and back in a minute"),
        pytest.param([(0, HOME), (30, WORK), (60, HOME)], True, id="in exactly a minute"),
        pytest.param([(0, HOME), (30, WORK), (61, HOME)], False, id="in more than a minute"),
        pytest.param([(0, HOME), (5, HOME), (9, WORK), (12, WORK), (20, HOME)], True, id="stays"),
        pytest.param([(0, HOME), (20, WORK), (40, WORK)], False, id="goes over once"),
        pytest.param(
            [(0, HOME), (20, ("phone", "mobile")), (40, HOME)], False, id="loses the network"
        ),
        pytest.param(
            [(0, HOME), (20, ("laptop", "home")), (40, HOME)], False, id="two devices at home"
        ),
        pytest.param([(0, HOME), (20, ("", "work")), (40, HOME)], False, id="unknown device"),
        pytest.param([(0, HOME), (20, WORK), (40, ("tablet", "café"))], False, id="three places"),
        pytest.param([], False, id="no answer"),
    ],
)
def test_two_places(given, odd):
    assert (two_places(answers(*given)) is not None) is odd


def test_two_places_says_how_often_and_how_quickly():
    given = [(0, HOME), (20, WORK), (40, HOME), (45, WORK)]
    assert two_places(answers(*given)) == {"times": 2, "seconds": 25}
