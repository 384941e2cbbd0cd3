"""What a sitting asks of the database: as much for a large bank, a long paper and the eleventh try
as for a small one, a short one and the first."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments import actions
from tests.assessments.conftest import answer, finished, rule_of, sit
from tests.assessments.pages import question_url, result_url, review_url, start_url, token

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
SMALL = {"questions_per_topic": 2, "bank": 4}
LARGE_BANK = {"questions_per_topic": 2, "bank": 60}
LONG_PAPER = {"questions_per_topic": 10, "bank": 12}
# Both carry topics and give time, which cost what they cost wherever they are asked for.
RULE = {"waits": [], "resit_days": 30, "time_limit_minutes": 60, "extension_minutes": 5}
WAYS = pytest.mark.parametrize(
    ("size", "past"),
    [(SMALL, 0), (LARGE_BANK, 0), (LONG_PAPER, 0), (SMALL, 1), (SMALL, 10)],
    ids=["small", "large-bank", "long-paper", "second-try", "eleventh-try"],
)
START, ANSWER, SUBMIT = 19, 5, 8
START_PAGE, QUESTION_PAGE, SAVED_ANSWER, REVIEW_PAGE = 17, 7, 9, 7


@pytest.fixture
def sat(course, learner, now):
    """A rule of some size, under which the learner has failed ``past`` times."""

    def make(size, past):
        rule_of(course, **size, **RULE)
        for number in range(past):
            sit(learner, course, now - timedelta(days=past - number), right=0)
        return learner

    return make


def queries(do, *arguments, **named):
    with CaptureQueriesContext(connection) as captured:
        do(*arguments, **named)
    return len(captured)


@WAYS
def test_starting_costs_the_same(sat, course, now, size, past):
    learner = sat(size, past)
    assert queries(actions.start_sitting, learner=learner, course=course, now=now) == START


@WAYS
def test_answering_costs_the_same(sat, course, now, size, past):
    sitting = actions.start_sitting(learner=sat(size, past), course=course, now=now)
    given = {"position": 1, "option_tokens": [token(sitting, 1)], "now": now}
    assert queries(actions.give_answer, sitting=sitting, **given) == ANSWER


@WAYS
def test_handing_in_costs_the_same(sat, course, now, size, past):
    sitting = actions.start_sitting(learner=sat(size, past), course=course, now=now)
    answer(sitting, now, right=0)
    assert queries(actions.submit, sitting=sitting, now=now) == SUBMIT


@WAYS
def test_pages_of_a_sitting_cost_the_same(sat, as_learner, course, now, size, past):
    learner = sat(size, past)
    as_learner.get(start_url(course))
    assert queries(as_learner.get, start_url(course)) == START_PAGE
    sitting = actions.start_sitting(learner=learner, course=course, now=now)
    answer(sitting, now, right=0)
    chosen = {"answer": sitting.questions[1]["key"]}
    assert queries(as_learner.post, question_url(sitting, 2), chosen) == SAVED_ANSWER
    assert queries(as_learner.get, question_url(sitting, 2)) == QUESTION_PAGE
    assert queries(as_learner.get, review_url(sitting)) == REVIEW_PAGE


def test_more_time_costs_the_same_the_tenth_time(sat, course, now):
    sitting = actions.start_sitting(learner=sat(SMALL, 0), course=course, now=now)
    asked = []
    for _ in range(10):
        sitting.refresh_from_db()
        end = sitting.deadline_at
        asked.append(queries(actions.extend, sitting=sitting, deadline_at=end, now=now))
    assert set(asked) == {6}


def test_result_of_a_long_paper_costs_what_that_of_a_short_one_does(
    as_learner, course, learner, now
):
    costs = []
    for size in (SMALL, LONG_PAPER):
        rule_of(course, **size, **RULE)
        failed = sit(learner, course, now, right=0)
        as_learner.get(result_url(failed))  # Which leaves the site's addresses in the cache.
        costs.append(queries(as_learner.get, result_url(failed)))
    assert costs[0] == costs[1]


def test_other_people_who_sit_cost_nobody_a_query(sat, course, now):
    learner = sat(SMALL, 0)
    for _ in range(3):
        sit(finished(course), course, now)
    assert queries(actions.start_sitting, learner=learner, course=course, now=now) == START
