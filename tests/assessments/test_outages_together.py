"""Beats, sweeps and late hand-ins of many workers at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction

from assessments import actions
from assessments.models import Outage, Sitting, TimeGiven
from tests.assessments.conftest import answer, finished
from tests.assessments.test_races import at_once
from tests.site import wait_for

pytestmark = pytest.mark.usefixtures("own_database")
LATER = timedelta(hours=1)


@pytest.fixture
def silent(timed, now):
    """The last beat came a minute after the start of the sitting of ten minutes."""
    actions.beat(now=now + timedelta(minutes=1))
    return timed


def overtaken(first, second):
    """What ``first`` gives, and what ``second`` gives on a connection of its own: that one begins
    before the first is committed, and waits for it."""

    def somebody_waits():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_stat_clear_snapshot()")
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND wait_event_type = 'Lock'"
            )
            return cursor.fetchone()[0]

    def run():
        try:
            return second()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            done = first()
            later = pool.submit(run)
            wait_for(somebody_waits, what="the second one to wait")
        return done, later.result(timeout=20)


def test_beat_that_waited_for_another_finds_the_outage_recorded_and_given_back(silent, now):
    outage, second = overtaken(
        lambda: actions.beat(now=now + LATER), lambda: actions.beat(now=now + LATER)
    )
    assert (outage, second) == (Outage.objects.get(), None)
    assert TimeGiven.objects.get().seconds == 59 * 60


def test_giving_back_that_waited_for_the_same_gives_nothing_more(timed, now):
    outage = Outage.objects.create(began_at=now, over_at=now + LATER, noted_at=now + LATER)

    def give_back():
        return actions.give_back_time(outage=outage, now=now + LATER)

    assert overtaken(give_back, give_back) == (1, 0)
    assert Sitting.objects.get().deadline_at == timed.deadline_at + LATER


def test_late_page_that_waited_for_the_beat_finds_time_on_the_clock(silent, now):
    later = now + LATER
    overtaken(
        lambda: actions.beat(now=later),
        lambda: actions.close_late(sitting=silent, now=later),
    )
    again = Sitting.objects.get()
    assert (again.closed_at, again.deadline_at) == (None, later + timedelta(minutes=9))


def test_hand_in_that_came_first_keeps_its_result_and_gets_no_time(silent, now):
    answer(silent, now)
    overtaken(
        lambda: actions.submit(sitting=silent, now=now + timedelta(minutes=5)),
        lambda: actions.beat(now=now + LATER),
    )
    again = Sitting.objects.get()
    assert (again.outcome, again.deadline_at) == ("passed", silent.deadline_at)
    assert not TimeGiven.objects.exists()


def test_beats_at_once_record_one_outage_and_give_it_back_once(silent, course, now):
    for _ in range(5):
        actions.start_sitting(learner=finished(course), course=course, now=now)
    at_once(6, lambda _: actions.beat(now=now + LATER))
    assert Outage.objects.count() == 1
    assert sorted(TimeGiven.objects.values_list("seconds", flat=True)) == [59 * 60] * 6


def test_late_hand_in_and_sweeps_at_once_close_nothing_that_gets_time_back(silent, now):
    answer(silent, now)

    def step(number):
        if number == 0:
            return actions.close_late(sitting=silent, now=now + LATER).closed_at
        return actions.close_expired(now=now + LATER)

    assert at_once(5, step) == [None, 0, 0, 0, 0]
    assert Sitting.objects.get().deadline_at == now + LATER + timedelta(minutes=9)


def test_answers_and_beats_at_once_never_wait_in_a_circle(silent, now):
    tokens = [option["token"] for option in silent.questions[0]["options"]]

    def step(number):
        if number % 2:
            return actions.beat(now=now + LATER + number * timedelta(minutes=3))
        return actions.give_answer(
            sitting=silent, position=1, option_tokens=[tokens[number // 2]], now=now
        ).chosen

    done = at_once(8, step)
    assert [done[number] for number in (0, 2, 4, 6)] == tokens
