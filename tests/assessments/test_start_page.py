"""The start page: what the test is like, and why it cannot start yet."""

import pytest
from django.urls import reverse

from assessments import actions
from assessments.models import Question, Sitting
from courses.actions import enrol
from tests.assessments.conftest import answer, rule_of, sit
from tests.assessments.pages import question_url, result_url, review_url, start_url, text, token
from tests.factories import LONG_AGO, LearnerFactory, UserFactory, make_course

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


def test_start_page_tells_what_the_test_is_like(as_learner, course):
    rule_of(course, time_limit_minutes=45, tries=3, waits=["PT24H"])
    page = text(as_learner.get(start_url(course)))
    assert "4 questions." in page
    assert "Some may have more than one right answer. The question says so." in page
    assert "You need to get every question right." in page
    assert "You have 45 minutes." in page
    assert "The time goes on if you leave the test." in page
    assert "You have 3 tries left." in page
    assert "you can try again after 24 hours" in page
    assert "The test is in English." in page
    assert "Start the test" in page


def test_start_page_without_limits_says_so(as_learner, course):
    rule_of(course, waits=[])
    page = text(as_learner.get(start_url(course)))
    assert "No time limit. You can stop and come back." in page
    assert "You can try as often as you need." in page
    assert "There is no wait before the next try." in page


def test_start_page_says_how_many_must_be_right(as_learner, course):
    rule_of(course, pass_mark=75, waits=["P3D"])
    page = text(as_learner.get(start_url(course)))
    assert "You need to get 3 of 4 questions right." in page
    assert "you can try again after 3 days" in page


def test_start_button_opens_the_first_question(as_learner, rule, course, learner):
    response = as_learner.post(start_url(course))
    sitting = Sitting.objects.open().get(learner=learner)
    assert response.headers["Location"] == question_url(sitting, 1)


def test_start_page_before_the_lessons_are_done_leads_to_them(client, rule, course):
    learner = LearnerFactory()
    enrol(learner=learner, course=course, now=LONG_AGO)
    client.force_login(learner.user)
    page = text(client.get(start_url(course)))
    assert "Finish every lesson of the course first." in page
    assert f'href="{course.url}"' in page
    assert "Start the test" not in page


def test_starting_before_the_lessons_are_done_leads_back_to_why_not(client, rule, course):
    client.force_login(LearnerFactory().user)
    response = client.post(start_url(course))
    assert response.headers["Location"] == start_url(course)
    assert not Sitting.objects.exists()


@pytest.mark.parametrize(
    ("wait", "moment"),
    [
        ("PT24H", "12:00pm on Monday 23 November 2026"),
        ("P220D", "12:00pm on Wednesday 30 June 2027"),
        ("P7M", "12:00pm on Tuesday 22 June 2027"),
    ],
    ids=["winter", "summer-by-days", "summer-by-months"],
)
def test_start_page_during_a_wait_says_when_it_ends_in_london(
    as_learner, course, learner, now, wait, moment
):
    rule_of(course, waits=[wait])
    sit(learner, course, now, right=0)
    page = text(as_learner.get(start_url(course)))
    assert f"You can try again from {moment}." in page


def test_start_page_without_tries_left_says_whom_to_ask(as_learner, course, learner, now):
    rule_of(course, tries=1, waits=[])
    sit(learner, course, now, right=0)
    page = text(as_learner.get(start_url(course)))
    assert "You have used all your tries. Ask your council" in page


def test_start_page_without_a_rule_says_the_test_is_not_ready(as_learner, course):
    assert "The test is not ready yet." in text(as_learner.get(start_url(course)))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda question: Question.objects.filter(pk=question.pk).delete(),
        lambda question: Question.objects.filter(pk=question.pk).update(live=False),
    ],
    ids=["missing", "unpublished"],
)
def test_start_page_with_one_question_too_few_says_the_test_is_not_ready(as_learner, course, spoil):
    rule_of(course, questions_per_topic=4, bank=4)
    spoil(Question.objects.first())
    assert "The test is not ready yet." in text(as_learner.get(start_url(course)))


def test_start_page_of_an_open_test_offers_to_go_on(as_learner, timed, course):
    page = text(as_learner.get(start_url(course)))
    assert "Your answers so far are saved." in page
    assert "Your time ends at 12:10pm." in page
    assert "Continue the test" in page


def test_going_on_leads_to_the_first_question_without_an_answer(as_learner, sitting, course, now):
    for position in (1, 2, 4):
        actions.give_answer(
            sitting=sitting, position=position, option_tokens=[token(sitting, position)], now=now
        )
    response = as_learner.post(start_url(course))
    assert response.headers["Location"] == question_url(sitting, 3)


def test_going_on_with_every_question_answered_leads_to_the_review(
    as_learner, sitting, course, now
):
    answer(sitting, now)
    assert as_learner.post(start_url(course)).headers["Location"] == review_url(sitting)


def test_start_page_after_a_pass_leads_to_the_result(as_learner, rule, course, learner, now):
    passed = sit(learner, course, now)
    page = text(as_learner.get(start_url(course)))
    assert "You passed this test on 22 November 2026." in page
    assert result_url(passed) in page
    assert "Start the test" not in page


def test_start_page_of_no_such_course_is_not_found(as_learner):
    assert as_learner.get("/tests/no-such-course/").status_code == 404


def test_start_page_of_a_draft_course_is_not_found(as_learner):
    draft = make_course(slug="draft")
    draft.unpublish()
    assert as_learner.get(start_url(draft)).status_code == 404


def test_start_page_sends_somebody_not_in_training_to_the_dashboard(client, rule, course):
    client.force_login(UserFactory())
    assert client.get(start_url(course)).headers["Location"] == reverse("dashboard")


def test_start_page_of_a_test_whose_time_is_over_leads_to_its_result(
    as_learner, timed, course, clock
):
    clock.move_to(timed.deadline_at, tick=False)
    page = text(as_learner.get(start_url(course), follow=True))
    assert "Your time was up" in page
