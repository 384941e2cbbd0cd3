"""The same step from many places at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from assessments import actions
from assessments.models import Answer, Sitting
from tests.assessments.conftest import answer, rule_of
from tests.assessments.test_start_with_code import handed_out

pytestmark = pytest.mark.usefixtures("own_database")


def at_once(count, step):
    """Run ``step(number)`` in ``count`` threads that set off together; their results in order."""
    barrier = Barrier(count)

    def run(number):
        barrier.wait(timeout=10)
        try:
            return step(number)
        except actions.Refused as refusal:
            return refusal.code
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


def test_fifty_starts_at_once_open_one_sitting(rule, learner, course, now):
    started = at_once(50, lambda _: actions.start_sitting(learner=learner, course=course, now=now))
    assert len({sitting.pk for sitting in started}) == 1
    assert Sitting.objects.count() == 1


def test_starts_at_once_after_the_last_try_but_one_use_one_try(course, learner, now):
    rule_of(course, tries=1)
    at_once(8, lambda _: actions.start_sitting(learner=learner, course=course, now=now))
    assert Sitting.objects.count() == 1


def test_handing_in_fifty_times_at_once_gives_one_result(sitting, now):
    answer(sitting, now)
    results = at_once(
        50,
        lambda number: actions.submit(sitting=sitting, now=now + timedelta(seconds=number)),
    )
    assert len({(result.closed_at, result.outcome) for result in results}) == 1


def test_answer_and_handing_in_at_once_agree(sitting, now):
    """Either the answer was saved before the marking and counts, or it was refused."""
    answer(sitting, now, right=3)
    key = sitting.questions[3]["key"]

    def step(number):
        if number == 0:
            return actions.submit(sitting=sitting, now=now).correct_count
        return actions.give_answer(sitting=sitting, position=4, option_tokens=[key], now=now).chosen

    right, saved = at_once(2, step)
    assert (right, saved) in {(4, key), (3, "sitting_closed")}


def test_same_answer_from_many_tabs_at_once_is_one_row(sitting, now):
    token = sitting.questions[0]["options"][0]["token"]
    at_once(
        6,
        lambda _: actions.give_answer(sitting=sitting, position=1, option_tokens=[token], now=now),
    )
    assert Answer.objects.count() == 1


def test_sweeps_at_once_close_each_sitting_once(course, learner, now):
    rule_of(course, time_limit_minutes=10)
    sitting = actions.start_sitting(learner=learner, course=course, now=now)
    closed = at_once(4, lambda _: actions.close_expired(now=now + timedelta(hours=1)))
    assert sum(closed) == 1
    sitting.refresh_from_db()
    assert sitting.closed_at == sitting.deadline_at


def test_pass_and_start_at_once_open_no_second_sitting(sitting, learner, course, now):
    answer(sitting, now)

    def step(number):
        if number == 0:
            return actions.submit(sitting=sitting, now=now).pk
        return actions.start_sitting(learner=learner, course=course, now=now).pk

    _, started = at_once(2, step)
    assert started in {sitting.pk, "course_not_complete"}
    assert Sitting.objects.count() == 1


def test_asking_for_more_time_many_times_at_once_adds_it_once(course, learner, now):
    rule_of(course, time_limit_minutes=10, extension_minutes=3)
    sitting = actions.start_sitting(learner=learner, course=course, now=now)
    shown = sitting.deadline_at
    at_once(6, lambda _: actions.extend(sitting=sitting, deadline_at=shown, now=now))
    sitting.refresh_from_db()
    assert sitting.deadline_at == shown + timedelta(minutes=3)


def test_wrong_codes_typed_at_once_are_all_counted(course, learner, now):
    rule_of(course, start_code_required=True)
    code = handed_out(learner, course, now)
    start = {"learner": learner, "course": course, "now": now}
    refused = at_once(4, lambda _: actions.start_sitting(**start, code="WRONG-ONE"))
    code.refresh_from_db()
    assert (refused, code.wrong_tries) == (["no_such_code"] * 4, 4)


def test_challenges_of_one_question_at_once_are_one(sitting, now):
    made = at_once(
        4,
        lambda number: actions.challenge(
            sitting=sitting, position=1, text=f"Wrong {number}.", now=now
        ),
    )
    assert len({challenge.pk for challenge in made}) == 1


def test_requests_for_help_at_once_are_one(learner, now):
    wanted = {"more_time": True, "breaks": False, "helps": [], "reason_class": "other"}
    asked = at_once(4, lambda _: actions.ask_for_adjustment(learner=learner, now=now, **wanted))
    assert len({adjustment.pk for adjustment in asked}) == 1
