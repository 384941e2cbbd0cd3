"""The time on the pages of a sitting, the warning near its end, and asking for more."""

from datetime import timedelta

import pytest
from django.urls import reverse

from assessments import actions
from assessments.models import Sitting, TimeGiven
from tests.assessments.conftest import answer, finished, rule_of
from tests.assessments.pages import question_url, result_url, review_url, start_url, text, token

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def time_url(sitting):
    return reverse("sitting_time", args=[sitting.pk])


@pytest.fixture
def extendable(course, learner, now):
    """A sitting of an hour, from noon, to which ten minutes may be added."""
    rule_of(course, time_limit_minutes=60, extension_minutes=10)
    return actions.start_sitting(learner=learner, course=course, now=now)


@pytest.fixture
def near_end(extendable, clock):
    clock.move_to(extendable.deadline_at - timedelta(minutes=4, seconds=30), tick=False)
    return extendable


def ask(client, sitting, *, ends=None, question=None):
    address = time_url(sitting) + (f"?question={question}" if question else "")
    return client.post(address, {"ends": (ends or sitting.deadline_at).isoformat()}, follow=True)


# -- the words ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "address",
    [lambda sitting: question_url(sitting, 1), review_url, lambda s: start_url(s.course)],
    ids=["question", "review", "start"],
)
def test_page_says_how_long_is_left_and_when_it_ends(as_learner, extendable, clock, address):
    clock.move_to(extendable.started_at + timedelta(minutes=17, seconds=10), tick=False)
    page = text(as_learner.get(address(extendable)))
    assert "You have 42 minutes left.</span> Your time ends at 1:00pm." in page


def test_last_minute_is_told_as_less_than_one(as_learner, near_end, clock):
    clock.move_to(near_end.deadline_at - timedelta(seconds=40), tick=False)
    as_learner.get(time_url(near_end))
    page = text(as_learner.get(question_url(near_end, 1)))
    assert "You have less than a minute left." in page


def test_script_gets_the_seconds_and_every_sentence_to_come(as_learner, near_end):
    as_learner.get(time_url(near_end))
    page = text(as_learner.get(question_url(near_end, 1)))
    assert 'data-seconds="270"' in page
    assert (
        'data-countdown="You have less than a minute left.|You have 1 minute left.|'
        "You have 2 minutes left.|You have 3 minutes left.|You have 4 minutes left." in page
    )


# -- the warning --------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("address", "back"),
    [(lambda sitting: question_url(sitting, 3), "?question=3"), (review_url, "")],
    ids=["question", "review"],
)
def test_page_near_the_end_leads_to_the_warning_once(as_learner, near_end, address, back):
    assert as_learner.get(address(near_end)).headers["Location"] == time_url(near_end) + back
    warning = text(as_learner.get(time_url(near_end) + back))
    assert "You have 4 minutes left." in warning
    assert f'href="{address(near_end)}"' in warning
    assert as_learner.get(address(near_end)).status_code == 200


def test_page_before_the_end_is_near_does_not_warn(as_learner, extendable):
    assert as_learner.get(question_url(extendable, 1)).status_code == 200


def test_warning_does_not_stand_before_an_answer_that_is_sent(as_learner, near_end):
    as_learner.post(question_url(near_end, 1), {"answer": token(near_end, 1)})
    assert near_end.given_answers() == {1: token(near_end, 1)}


def test_warning_comes_again_once_the_end_has_moved(as_learner, near_end, clock):
    as_learner.get(time_url(near_end))
    ask(as_learner, near_end)
    assert as_learner.get(question_url(near_end, 1)).status_code == 200
    near_end.refresh_from_db()
    clock.move_to(near_end.deadline_at - timedelta(minutes=2), tick=False)
    response = as_learner.get(question_url(near_end, 1))
    assert response.headers["Location"].startswith(time_url(near_end))


def test_second_device_is_warned_too(client, as_learner, near_end, learner):
    as_learner.get(time_url(near_end))
    client.logout()
    client.force_login(learner.user)
    assert client.get(review_url(near_end)).headers["Location"] == time_url(near_end)


def test_warning_counts_what_is_not_answered(as_learner, near_end, clock):
    actions.give_answer(
        sitting=near_end,
        position=2,
        option_tokens=[token(near_end, 2)],
        now=near_end.started_at,
    )
    assert "You have not answered 3 questions." in text(as_learner.get(time_url(near_end)))


def test_warning_of_a_complete_paper_says_so(as_learner, near_end):
    answer(near_end, near_end.started_at)
    assert "You have answered every question." in text(as_learner.get(time_url(near_end)))


def test_warning_of_a_test_without_a_limit_leads_on(as_learner, sitting):
    assert as_learner.get(time_url(sitting)).headers["Location"] == review_url(sitting)


@pytest.mark.parametrize("place", ["0", "5", "x", "١", "9" * 5000])
def test_way_back_to_no_such_question_leads_to_the_review(as_learner, near_end, place):
    page = text(as_learner.get(f"{time_url(near_end)}?question={place}"))
    assert f'href="{review_url(near_end)}" role="button"' in page


# -- more time ----------------------------------------------------------------------------------
def test_asking_for_more_time_moves_the_end_and_goes_on_with_the_question(as_learner, near_end):
    response = ask(as_learner, near_end, question=3)
    assert response.redirect_chain == [(question_url(near_end, 3), 302)]
    page = text(response)
    assert "Your time now ends at 1:10pm." in page
    assert "You have 14 minutes left." in page


def test_double_click_adds_time_once(as_learner, near_end):
    shown = near_end.deadline_at
    for _ in range(2):
        ask(as_learner, near_end, ends=shown)
    assert TimeGiven.objects.count() == 1


def test_rule_without_extension_offers_no_more_time(as_learner, timed, clock):
    clock.move_to(timed.deadline_at - timedelta(seconds=50), tick=False)
    assert "If you need more time" not in text(as_learner.get(time_url(timed)))
    ask(as_learner, timed)
    assert not TimeGiven.objects.exists()


def test_after_ten_times_no_more_is_offered(as_learner, near_end):
    for _ in range(9):
        TimeGiven.objects.create(
            sitting=near_end, seconds=1, why="asked", given_at=near_end.started_at
        )
    assert "You can add time 1 more time." in text(as_learner.get(time_url(near_end)))
    ask(as_learner, near_end)
    near_end.refresh_from_db()
    assert "If you need more time" not in text(as_learner.get(time_url(near_end)))
    ask(as_learner, near_end)
    assert TimeGiven.objects.count() == 10


@pytest.mark.parametrize("ends", ["", "soon", "2026-13-40"], ids=["empty", "words", "no-day"])
def test_asking_without_a_real_end_adds_nothing(as_learner, near_end, ends):
    response = as_learner.post(time_url(near_end), {"ends": ends})
    assert response.headers["Location"] == time_url(near_end)
    assert not TimeGiven.objects.exists()


def test_asking_when_the_time_is_up_leads_to_the_result_and_says_so(as_learner, near_end, clock):
    clock.move_to(near_end.deadline_at, tick=False)
    response = ask(as_learner, near_end)
    assert response.redirect_chain == [(result_url(near_end), 302)]
    assert "Your time was up before you asked for more." in text(response)
    assert Sitting.objects.get().closed_by == Sitting.ClosedBy.DEADLINE


def test_more_time_for_the_sitting_of_another_driver_is_not_found(client, near_end, course):
    client.force_login(finished(course).user)
    assert client.get(time_url(near_end)).status_code == 404
    assert ask(client, near_end).status_code == 404
    assert not TimeGiven.objects.exists()
