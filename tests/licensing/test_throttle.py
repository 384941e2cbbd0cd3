"""Counting calls: shared by every process, with few questions, and never over the limit."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from licensing.api.throttle import BLOCK, Allowance, Window, redis
from tests.conftest import NOON

MINUTE = 60


@pytest.fixture
def window():
    return Window("calls", MINUTE, NOON)


def let_through(allowance, window, *, tries, limit, step=1):
    return sum(allowance.take(window, step, limit=limit) for _ in range(tries))


@pytest.mark.parametrize("limit", [0, 1, 7, 99, 2 * BLOCK, 100 * BLOCK, 100 * BLOCK + 1])
def test_one_process_lets_as_many_through_as_the_limit_says(window, limit):
    allowed = let_through(Allowance(), window, tries=limit + 10, limit=limit)

    assert limit - limit // 100 <= allowed <= limit


def test_processes_share_the_limit(window):
    limit = 30 * BLOCK
    processes = [Allowance() for _ in range(3)]

    allowed = sum(let_through(one, window, tries=limit, limit=limit) for one in processes)

    assert limit - limit // 100 * len(processes) <= allowed <= limit


def test_threads_share_a_block(window):
    allowance, limit = Allowance(), 20 * BLOCK

    with ThreadPoolExecutor(8) as pool:
        tries = [
            pool.submit(let_through, allowance, window, tries=limit, limit=limit) for _ in range(8)
        ]
        allowed = sum(one.result() for one in tries)

    assert limit - 8 * (limit // 100) <= allowed <= limit


def test_a_block_is_asked_for_once(window):
    let_through(Allowance(), window, tries=BLOCK, limit=1_000 * BLOCK)

    assert window.count(0) == BLOCK


def test_what_weighs_much_is_counted_whole(window):
    allowance = Allowance()

    assert let_through(allowance, window, tries=3, step=1_000, limit=2_500) == 2


def test_nothing_is_carried_into_the_next_window(window):
    allowance = Allowance()
    allowance.take(window, 1, limit=1_000 * BLOCK)
    following = Window("calls", MINUTE, NOON + timedelta(seconds=MINUTE))

    allowance.take(following, 1, limit=1_000 * BLOCK)

    assert following.count(0) == BLOCK


def test_a_counter_goes_with_its_window(window):
    window.count()
    window.count()

    assert MINUTE < redis().ttl(window.key) <= 2 * MINUTE
