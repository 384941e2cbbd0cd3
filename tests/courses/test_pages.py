import pytest
from django.urls import reverse

from courses.models import CheckAnswer, Enrolment, LessonPage, ScreenVisit
from tests.factories import LearnerFactory, UserFactory, make_course

pytestmark = pytest.mark.django_db


@pytest.fixture
def course():
    return make_course()


@pytest.fixture
def learner(client):
    learner = LearnerFactory()
    client.force_login(learner.user)
    return learner


def lessons(course):
    return list(LessonPage.objects.descendant_of(course).order_by("path"))


def start(client, course):
    return client.post(course.url)


def test_stranger_sees_what_the_course_holds(client, course):
    page = client.get(course.url).content.decode()
    assert "Lesson-1" in page
    assert "Sign in to start" in page


def test_stranger_who_starts_is_sent_to_sign_in(client, course):
    assert "/accounts/login/" in start(client, course)["Location"]


def test_stranger_who_opens_a_lesson_is_sent_to_sign_in(client, course):
    assert "/accounts/login/" in client.get(lessons(course)[0].url)["Location"]


def test_starting_leads_to_the_first_lesson(client, course, learner):
    assert start(client, course)["Location"] == lessons(course)[0].url


def test_starting_twice_makes_one_round(client, course, learner):
    start(client, course), start(client, course)
    assert Enrolment.objects.count() == 1


def test_account_that_is_not_in_training_cannot_start(client, course):
    client.force_login(UserFactory())
    start(client, course)
    assert not Enrolment.objects.exists()


def test_lesson_before_starting_leads_to_the_course(client, course, learner):
    assert client.get(lessons(course)[0].url)["Location"] == course.url


def test_locked_lesson_leads_back_to_the_course(client, course, learner):
    start(client, course)
    assert client.get(lessons(course)[1].url)["Location"] == course.url


def test_looking_at_a_screen_records_nothing(client, course, learner):
    start(client, course)
    client.get(lessons(course)[0].url)
    assert not ScreenVisit.objects.exists()


def test_going_on_leads_to_the_next_screen(client, course, learner):
    start(client, course)
    first = lessons(course)[0]
    assert client.post(first.url + "?screen=1")["Location"] == first.url + "?screen=2"


def test_lesson_opens_where_the_learner_stopped(client, course, learner):
    start(client, course)
    first = lessons(course)[0]
    client.post(first.url + "?screen=1")
    assert "Screen 2" in client.get(first.url).content.decode()


@pytest.mark.parametrize("screen", ["2", "99", "0", "-1", "two", ""])
def test_screen_that_is_not_open_shows_the_furthest_open_one(client, course, learner, screen):
    start(client, course)
    page = client.get(lessons(course)[0].url, {"screen": screen}).content.decode()
    assert ">Screen 1</h1>" in page


def test_going_on_without_a_try_at_the_check_says_so(client, course, learner):
    start(client, course)
    first = lessons(course)[0]
    client.post(first.url + "?screen=1")
    page = client.post(first.url + "?screen=2").content.decode()
    assert "Answer the question before you go on" in page


def answer(client, lesson, option):
    check = str(lesson.outline()[1].check_ids[0])
    return client.post(lesson.url + "?screen=2", {"check": check, f"{check}-option": option})


@pytest.mark.parametrize(
    ("option", "feedback"), [(0, "Yes, report it."), (1, "Do not wait.")], ids=["right", "wrong"]
)
def test_try_at_a_check_shows_its_feedback(client, course, learner, option, feedback):
    start(client, course)
    first = lessons(course)[0]
    client.post(first.url + "?screen=1")
    answer(client, first, option)
    assert feedback in client.get(first.url).content.decode()


@pytest.mark.parametrize("option", ["", "7", "x"])
def test_check_without_a_choice_names_the_error(client, course, learner, option):
    start(client, course)
    first = lessons(course)[0]
    client.post(first.url + "?screen=1")
    assert "Choose an answer" in answer(client, first, option).content.decode()
    assert not CheckAnswer.objects.exists()


def test_check_of_another_page_changes_nothing(client, course, learner):
    start(client, course)
    first = lessons(course)[0]
    client.post(first.url + "?screen=1")
    response = client.post(first.url + "?screen=2", {"check": "no-such-check"})
    assert response.status_code == 200
    assert not CheckAnswer.objects.exists()


def finish(client, lesson):
    client.post(lesson.url + "?screen=1")
    answer(client, lesson, 0)
    return client.post(lesson.url + "?screen=2")


def test_finishing_a_lesson_leads_to_the_next(client, course, learner):
    start(client, course)
    first, second = lessons(course)
    assert finish(client, first)["Location"] == second.url


def test_finishing_the_last_lesson_leads_to_the_dashboard(client, course, learner):
    start(client, course)
    for lesson in lessons(course):
        response = finish(client, lesson)
    assert response["Location"] == reverse("dashboard")


def test_finished_lesson_can_be_read_again_from_its_start(client, course, learner):
    start(client, course)
    first = lessons(course)[0]
    finish(client, first)
    assert "Screen 1" in client.get(first.url).content.decode()


def test_unpublished_lesson_keeps_what_was_done(client, course, learner):
    start(client, course)
    first = lessons(course)[0]
    finish(client, first)
    first.unpublish()
    assert Enrolment.objects.get().completions.count() == 1


def test_module_address_leads_to_the_course(client, course):
    assert client.get(course.get_first_child().url)["Location"] == course.url
