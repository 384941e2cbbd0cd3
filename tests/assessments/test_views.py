"""The pages of a sitting as a driver's browser meets them."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from assessments import actions
from assessments.models import Answer, Sitting
from tests.assessments.conftest import answer, finished, rule_of, sit
from tests.assessments.pages import question_url, result_url, review_url, start_url, text, token
from tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def addresses(sitting):
    return [question_url(sitting, 1), review_url(sitting), result_url(sitting)]


# -- addresses ----------------------------------------------------------------------------------


def test_addresses_are_the_published_ones():
    pk = uuid4()
    assert reverse("test_start", args=["safeguarding"]) == "/tests/safeguarding/"
    assert reverse("sitting_question", args=[pk, 3]) == f"/tests/sittings/{pk}/questions/3/"
    assert reverse("sitting_review", args=[pk]) == f"/tests/sittings/{pk}/review/"
    assert reverse("sitting_result", args=[pk]) == f"/tests/sittings/{pk}/result/"


# -- whose sitting it is ------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "post"])
def test_sitting_of_another_driver_is_not_found(client, sitting, course, method):
    client.force_login(finished(course).user)
    found = [getattr(client, method)(address).status_code for address in addresses(sitting)]
    assert found == [404] * 3


def test_sitting_is_not_found_by_staff_without_a_learner(client, sitting):
    client.force_login(UserFactory(is_superuser=True))
    assert [client.get(address).status_code for address in addresses(sitting)] == [404] * 3


def test_stranger_is_asked_to_sign_in(client, sitting):
    for address in addresses(sitting):
        assert client.get(address).headers["Location"].startswith(reverse("account_login"))


# -- one question -------------------------------------------------------------------------------


def test_question_page_shows_one_question_and_where_one_is(as_learner, sitting):
    page = text(as_learner.get(question_url(sitting, 3)))
    assert "Question 3 of 4" in page
    assert [question["text"] in page for question in sitting.questions] == [
        position == 2 for position in range(4)
    ]
    assert question_url(sitting, 2) in page
    assert review_url(sitting) in page


def test_first_question_has_no_previous_one(as_learner, sitting):
    assert "Previous question" not in text(as_learner.get(question_url(sitting, 1)))


def test_question_page_of_a_timed_test_says_when_the_time_ends(as_learner, timed):
    assert "Your time ends at 12:10pm." in text(as_learner.get(question_url(timed, 1)))


def test_question_page_without_a_limit_speaks_of_no_time(as_learner, sitting):
    assert "Your time ends" not in text(as_learner.get(question_url(sitting, 1)))


def test_saved_answer_is_chosen_when_one_comes_back(as_learner, sitting):
    as_learner.post(question_url(sitting, 2), {"answer": token(sitting, 2, 1)})
    page = text(as_learner.get(question_url(sitting, 2)))
    assert page.count(" checked") == 1
    assert f'value="{token(sitting, 2, 1)}"' in page.split(" checked")[0].rsplit("<input", 1)[1]


def test_saving_goes_on_to_the_next_question(as_learner, sitting):
    response = as_learner.post(question_url(sitting, 1), {"answer": token(sitting, 1)})
    assert response.headers["Location"] == question_url(sitting, 2)
    assert sitting.given_answers() == {1: token(sitting, 1)}


def test_saving_the_last_question_goes_on_to_the_review(as_learner, sitting):
    response = as_learner.post(question_url(sitting, 4), {"answer": token(sitting, 4)})
    assert response.headers["Location"] == review_url(sitting)


def test_saving_a_question_reached_from_the_review_goes_back_there(as_learner, sitting):
    address = question_url(sitting, 1) + "?review"
    response = as_learner.post(address, {"answer": token(sitting, 1)})
    assert response.headers["Location"] == review_url(sitting)


@pytest.mark.parametrize(
    "data",
    [{}, {"answer": ""}, {"answer": "made-up"}, {"answer": "' OR 1=1 --"}],
    ids=["nothing", "empty", "made-up", "hostile"],
)
def test_saving_without_a_real_choice_asks_for_one_and_keeps_what_was_saved(
    as_learner, sitting, now, data
):
    actions.give_answer(sitting=sitting, position=2, option_tokens=[token(sitting, 2)], now=now)
    page = text(as_learner.post(question_url(sitting, 2), data))
    assert "There is a problem" in page
    assert page.count("Choose an answer") == 2
    assert 'href="#id_answer_0"' in page
    assert sitting.given_answers() == {2: token(sitting, 2)}


def test_option_of_another_question_is_no_choice(as_learner, sitting):
    page = text(as_learner.post(question_url(sitting, 1), {"answer": token(sitting, 2)}))
    assert "Choose an answer" in page
    assert not Answer.objects.exists()


def test_extra_fields_change_nothing(as_learner, sitting):
    extra = {"answer": token(sitting, 1), "outcome": "passed", "correct_count": "4"}
    as_learner.post(question_url(sitting, 1), extra)
    sitting.refresh_from_db()
    assert (sitting.outcome, sitting.correct_count) == ("", None)


@pytest.mark.parametrize("position", [0, 5, 99999])
def test_question_that_the_paper_has_not_is_not_found(as_learner, sitting, position):
    assert as_learner.get(question_url(sitting, position)).status_code == 404


# -- review and handing in ----------------------------------------------------------------------


def test_review_lists_what_is_answered_and_warns_of_the_rest(as_learner, sitting, now):
    actions.give_answer(sitting=sitting, position=2, option_tokens=[token(sitting, 2)], now=now)
    page = text(as_learner.get(review_url(sitting)))
    assert "You have not answered 3 questions." in page
    assert page.count("Not answered") == 3
    assert all(f'href="{question_url(sitting, place)}?review"' in page for place in range(1, 5))


def test_review_of_a_complete_paper_does_not_warn(as_learner, sitting, now):
    answer(sitting, now)
    page = text(as_learner.get(review_url(sitting)))
    assert "You have answered every question." in page
    assert "Warning" not in page


def test_handing_in_leads_to_the_result(as_learner, sitting, now):
    answer(sitting, now)
    response = as_learner.post(review_url(sitting))
    assert response.headers["Location"] == result_url(sitting)
    sitting.refresh_from_db()
    assert sitting.outcome == Sitting.Outcome.PASSED


def test_handing_in_by_a_link_is_not_possible(as_learner, sitting):
    as_learner.get(review_url(sitting))
    sitting.refresh_from_db()
    assert sitting.closed_at is None


def test_handing_in_again_shows_the_first_result_and_says_so(as_learner, sitting):
    as_learner.post(review_url(sitting))
    page = text(as_learner.post(review_url(sitting), follow=True))
    assert "You had handed in this test already. Nothing has changed." in page
    assert "You did not pass this time" in page


def test_answer_from_a_second_tab_after_handing_in_is_not_saved_and_says_so(as_learner, sitting):
    as_learner.post(review_url(sitting))
    data = {"answer": token(sitting, 1)}
    page = text(as_learner.post(question_url(sitting, 1), data, follow=True))
    assert "You had handed in this test already. Nothing has changed." in page
    assert not Answer.objects.exists()


def test_question_of_a_closed_test_leads_to_the_result(as_learner, sitting):
    as_learner.post(review_url(sitting))
    response = as_learner.get(question_url(sitting, 1))
    assert response.headers["Location"] == result_url(sitting)


# -- the deadline -------------------------------------------------------------------------------


def test_answer_after_the_deadline_is_told_to_be_too_late(as_learner, timed, clock):
    as_learner.post(question_url(timed, 1), {"answer": timed.questions[0]["key"]})
    clock.move_to(timed.deadline_at, tick=False)
    data = {"answer": timed.questions[1]["key"]}
    page = text(as_learner.post(question_url(timed, 2), data, follow=True))
    assert "Your last answer came too late to count." in page
    assert "Your time was up at 12:10pm on 22 November 2026." in page
    assert "We marked the answers that you had saved by then." in page
    assert "You got 1 of 4 right." in page


@pytest.mark.parametrize("page", [question_url, review_url], ids=["question", "review"])
def test_page_of_a_test_whose_time_is_over_leads_to_its_result(as_learner, timed, clock, page):
    clock.move_to(timed.deadline_at + timedelta(hours=2), tick=False)
    address = page(timed, 1) if page is question_url else page(timed)
    shown = text(as_learner.get(address, follow=True))
    assert "Your time was up at 12:10pm on 22 November 2026." in shown


def test_result_of_a_test_whose_time_is_over_is_there_before_the_sweep(as_learner, timed, clock):
    clock.move_to(timed.deadline_at, tick=False)
    shown = text(as_learner.get(result_url(timed), follow=True))
    assert "You did not pass this time" in shown


# -- the result ---------------------------------------------------------------------------------


def test_result_of_an_open_test_leads_back_to_it(as_learner, sitting):
    response = as_learner.get(result_url(sitting))
    assert response.headers["Location"] == review_url(sitting)


def test_result_of_a_fail_shows_topics_and_lessons_and_the_total_alone(
    as_learner, rule, course, learner, now
):
    failed = sit(learner, course, now, right=3)
    page = text(as_learner.get(result_url(failed)))
    missed = failed.questions[3]
    lessons = {lesson.pk: lesson for lesson in course.lessons()}
    assert "You got 3 of 4 right." in page
    assert f'href="{lessons.pop(missed["lesson_id"]).url}"' in page
    assert not any(f'href="{other.url}"' in page for other in lessons.values())
    assert not any(question["text"] in page for question in failed.questions)
    assert not any(f"Option {place}" in page for place in range(1, 5))


def test_result_of_a_fail_says_when_the_next_try_opens(as_learner, course, learner, now):
    rule_of(course, waits=["PT45H"])
    failed = sit(learner, course, now, right=3)
    page = text(as_learner.get(result_url(failed)))
    assert "You can try again from 9:00am on Tuesday 24 November 2026." in page
    assert "Try again</a>" not in page


def test_result_of_a_fail_without_a_wait_offers_the_next_try(as_learner, course, learner, now):
    rule_of(course, waits=[])
    failed = sit(learner, course, now, right=3)
    page = text(as_learner.get(result_url(failed)))
    assert "You can try again now." in page
    assert f'href="{start_url(course)}"' in page


def test_result_of_an_old_fail_says_nothing_of_a_next_try_after_the_pass(
    as_learner, course, learner, now
):
    rule_of(course, waits=[])
    failed = sit(learner, course, now, right=3)
    sit(learner, course, now)
    assert "Your next try" not in text(as_learner.get(result_url(failed)))


def test_result_of_a_fail_by_a_critical_question_says_so(as_learner, course, learner, now):
    topic = rule_of(course, pass_mark=75).blueprint.first().topic
    topic.questions.update(critical=True)
    sitting = actions.start_sitting(learner=learner, course=course, now=now)
    critical = next(q for q in sitting.questions if q["critical"])
    for position, question in enumerate(sitting.questions, start=1):
        if question is not critical:
            actions.give_answer(
                sitting=sitting, position=position, option_tokens=[question["key"]], now=now
            )
    actions.submit(sitting=sitting, now=now)
    page = text(as_learner.get(result_url(sitting)))
    assert "some questions must be right" in page
    assert critical["text"] not in page


def test_result_of_a_pass_says_so_and_that_the_certificate_comes(
    as_learner, rule, course, learner, now
):
    passed = sit(learner, course, now)
    page = text(as_learner.get(result_url(passed)))
    assert "You passed" in page
    assert "Your next try" not in page


def test_personal_pages_are_never_stored(as_learner, sitting):
    for address in (question_url(sitting, 1), review_url(sitting)):
        assert "no-store" in as_learner.get(address).headers["Cache-Control"]


# -- what it costs ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "queries"),
    [
        (lambda sitting: start_url(sitting.course), 15),
        (lambda sitting: question_url(sitting, 1), 7),
        (lambda sitting: question_url(sitting, 4), 7),
        (review_url, 7),
    ],
    ids=["start", "first-question", "last-question", "review"],
)
def test_page_costs(as_learner, sitting, now, django_assert_max_num_queries, address, queries):
    answer(sitting, now)
    with django_assert_max_num_queries(queries):
        as_learner.get(address(sitting))


def test_saving_an_answer_costs(as_learner, sitting, django_assert_max_num_queries):
    with django_assert_max_num_queries(9):
        as_learner.post(question_url(sitting, 1), {"answer": token(sitting, 1)})


def test_result_costs_the_same_for_one_topic_and_for_all(
    as_learner, course, learner, now, django_assert_max_num_queries
):
    rule_of(course, waits=[])
    for right in (3, 0):
        failed = sit(learner, course, now, right=right)
        with django_assert_max_num_queries(23):
            as_learner.get(result_url(failed))
