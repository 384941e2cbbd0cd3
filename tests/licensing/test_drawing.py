"""The order in which an unannounced check falls on drivers."""

import hashlib
import hmac
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licensing.drawing import commitment, draw, place, population_digest

SEED = "5eed" * 16
NUMBERS = [f"PH-{number}" for number in range(1001, 1021)]
some_numbers = st.sets(st.text("ABHPC-0123456789/É", min_size=1, max_size=8), max_size=40)


# Worked out with `printf %s NUMBER | openssl dgst -sha256 -hmac SEED`.
@pytest.mark.parametrize(
    ("seed", "number", "expected"),
    [
        ("key", "PH-1001", "009c8e81def5843e94992fcfa638e1b4bb0ceeba3a2e7666bd77712bfa0a4909"),
        ("key", "PH-1002", "3555bedcecd05521b7cba62099263ba144743d7f5b4a363099b0a1bc2278212a"),
        (SEED, "HC-7", "97b1f7946363226a5109b19e44bf1157d070f2bdc63ff831fa58b592935a55b1"),
    ],
)
def test_place_is_the_hmac_of_the_number_under_the_seed(seed, number, expected):
    assert place(number, seed=seed) == expected


def test_commitment_is_the_sha256_of_the_seed():
    assert commitment("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_digest_is_of_the_numbers_one_a_line_whatever_order_they_come_in():
    expected = hashlib.sha256(b"A-1\nB-1\n").hexdigest()
    assert population_digest(["B-1", "A-1"]) == population_digest(["A-1", "B-1"]) == expected


@pytest.mark.parametrize(
    ("numbers", "how_many", "drawn"),
    [([], 3, 0), (["A"], 3, 1), (["A", "B", "C", "D"], 3, 3), (["A", "A"], 2, 1)],
)
def test_as_many_are_drawn_as_were_asked_for_or_as_there_are(numbers, how_many, drawn):
    drawing = draw(numbers, seed=SEED, how_many=how_many)
    assert (len(drawing.numbers), drawing.population) == (drawn, len(set(numbers)))


def test_drawn_are_those_whose_places_come_first():
    def by_hand(number):
        return hmac.new(SEED.encode(), number.encode(), "sha256").hexdigest()

    expected = tuple(sorted(NUMBERS, key=by_hand)[:5])
    assert draw(NUMBERS, seed=SEED, how_many=5).numbers == expected


def test_another_seed_gives_another_order():
    orders = {draw(NUMBERS, seed=f"{n}", how_many=20).numbers for n in range(50)}
    assert len(orders) == 50


@given(some_numbers, st.randoms(use_true_random=False), st.integers(1, 50))
def test_same_seed_and_numbers_give_the_same_list_in_whatever_order_they_come(
    numbers, shuffler, how_many
):
    shuffled = sorted(numbers)
    shuffler.shuffle(shuffled)
    first = draw(numbers, seed=SEED, how_many=how_many)
    assert draw(shuffled, seed=SEED, how_many=how_many) == first


@given(some_numbers, st.text("XYZ", min_size=1, max_size=4))
def test_a_further_licence_changes_the_order_of_no_others(numbers, further):
    before = draw(numbers, seed=SEED, how_many=100).numbers
    after = draw({*numbers, further}, seed=SEED, how_many=100).numbers
    assert tuple(number for number in after if number != further) == before


@given(some_numbers, st.integers(1, 50))
def test_a_longer_list_begins_with_the_shorter_one(numbers, how_many):
    longer = draw(numbers, seed=SEED, how_many=how_many + 1).numbers
    assert longer[:how_many] == draw(numbers, seed=SEED, how_many=how_many).numbers


def test_every_driver_has_about_the_same_chance():
    """4,000 draws of 5 out of 20 under seeds that stay the same: each number is expected 1,000
    times. Beyond 45 the sum of squares would come about by chance once in a thousand times."""
    seeds = random.Random(55)
    counts = dict.fromkeys(NUMBERS, 0)
    for _ in range(4_000):
        for number in draw(NUMBERS, seed=f"{seeds.getrandbits(256):064x}", how_many=5).numbers:
            counts[number] += 1
    assert sum(counts.values()) == 20_000
    assert sum((count - 1_000) ** 2 / 1_000 for count in counts.values()) < 45
