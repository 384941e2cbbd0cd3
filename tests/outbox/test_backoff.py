from datetime import timedelta

import pytest

from outbox.backoff import MAX_TRIES, next_wait


@pytest.mark.parametrize(
    ("tries", "wait"),
    [
        (1, timedelta(minutes=1)),
        (2, timedelta(minutes=2)),
        (3, timedelta(minutes=4)),
        (9, timedelta(minutes=256)),
        (10, timedelta(hours=6)),
        (11, timedelta(hours=6)),
    ],
)
def test_wait_doubles_up_to_six_hours(tries, wait):
    assert next_wait(tries) == wait


@pytest.mark.parametrize("tries", [12, 13, 100])
def test_twelfth_failure_is_the_last(tries):
    assert next_wait(tries) is None


def test_all_tries_outlast_a_day_of_outage():
    waits = [next_wait(tries) for tries in range(1, MAX_TRIES)]
    assert sum(waits, timedelta()) > timedelta(hours=20)
