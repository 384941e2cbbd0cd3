"""Giving an answer: what is kept and what is refused."""

from datetime import timedelta

import pytest

from assessments import actions
from assessments.models import Answer
from tests.assessments.conftest import finished
from tests.assessments.pages import token

pytestmark = pytest.mark.django_db


def give(sitting, position, option_token, now):
    return actions.give_answer(
        sitting=sitting, position=position, option_tokens=[option_token], now=now
    )


def refusal(*arguments):
    with pytest.raises(actions.AnswerRefused) as caught:
        give(*arguments)
    return caught.value.code


def test_answer_is_kept_with_its_time(sitting, now):
    given = give(sitting, 2, token(sitting, 2), now)
    assert (given.position, given.answered_at) == (2, now)
    assert sitting.given_answers() == {2: token(sitting, 2)}


def test_same_answer_again_writes_nothing(sitting, now):
    first = give(sitting, 1, token(sitting, 1), now)
    assert give(sitting, 1, token(sitting, 1), now + timedelta(seconds=1)) == first
    assert Answer.objects.count() == 1


def test_last_answer_counts_and_the_earlier_ones_are_kept(sitting, now):
    for place in (0, 1, 0):
        give(sitting, 1, token(sitting, 1, place), now)
    assert sitting.given_answers() == {1: token(sitting, 1, 0)}
    assert Answer.objects.count() == 3


def test_answer_to_one_question_leaves_the_others_alone(sitting, now):
    give(sitting, 1, token(sitting, 1), now)
    give(sitting, 4, token(sitting, 4), now)
    assert set(sitting.given_answers()) == {1, 4}


@pytest.mark.parametrize("position", [-1, 0, 5, 100])
def test_place_that_the_paper_has_not_is_refused(sitting, now, position):
    assert refusal(sitting, position, token(sitting, 1), now) == "no_such_question"


def test_made_up_token_is_refused(sitting, now):
    assert refusal(sitting, 1, "x" * 22, now) == "no_such_option"


def test_token_of_another_question_is_refused(sitting, now):
    assert refusal(sitting, 1, token(sitting, 2), now) == "no_such_option"


def test_token_of_another_sitting_is_refused(sitting, course, now):
    other = actions.start_sitting(learner=finished(course), course=course, now=now)
    assert refusal(sitting, 1, token(other, 1), now) == "no_such_option"


def test_answer_after_handing_in_is_refused(sitting, now):
    actions.submit(sitting=sitting, now=now)
    assert refusal(sitting, 1, token(sitting, 1), now) == "sitting_closed"


def test_answer_at_the_deadline_is_refused(timed):
    assert refusal(timed, 1, token(timed, 1), timed.deadline_at) == "too_late"


def test_answer_a_moment_before_the_deadline_counts(timed):
    in_time = timed.deadline_at - timedelta(microseconds=1)
    give(timed, 1, token(timed, 1), in_time)
    assert timed.given_answers() == {1: token(timed, 1)}


def test_refused_answer_leaves_the_earlier_one(timed):
    give(timed, 1, token(timed, 1, 0), timed.started_at)
    refusal(timed, 1, token(timed, 1, 1), timed.deadline_at)
    assert timed.given_answers() == {1: token(timed, 1, 0)}


def test_answer_costs_five_queries_however_many_were_given(sitting, now, django_assert_num_queries):
    for place in (0, 1, 2, 3):
        give(sitting, 1, token(sitting, 1, place), now)
    with django_assert_num_queries(5):
        give(sitting, 1, token(sitting, 1, 0), now)
