"""What the pages of a course cost. None of it grows with the course, the people or the words."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from courses.actions import close_enrolment, enrol
from courses.models import Contact, GlossaryWord, ModulePage
from lms.demo.history import take_lesson
from tests.courses.lessons import change_materially, go_on, lessons, write
from tests.factories import LearnerFactory, add_lesson, make_course

pytestmark = pytest.mark.django_db
FIRST_SCREEN, OTHER_SCREEN, COURSE, GOING_ON = 23, 22, 14, 28


def cost(client, url):
    """Queries of a visit that is not the first."""
    client.get(url)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(url).status_code == 200
    return len(queries)


def one_lesson(course, now):
    pass


def many_lessons(course, now):
    module = ModulePage.objects.descendant_of(course).get()
    for number in range(3, 8):
        add_lesson(module, slug=f"lesson-{number}", screens=1)


def many_screens(course, now):
    text = [("text", "<p>Words.</p>")]
    write(lessons(course)[0], *[text] * 8)


def many_people(course, now):
    for _ in range(4):
        learner = LearnerFactory()
        enrolment = enrol(learner=learner, course=course, now=now)
        take_lesson(enrolment, lessons(course)[0], now=now)


def many_words(course, now):
    words = [f"word{number}" for number in range(40)]
    GlossaryWord.objects.bulk_create(
        GlossaryWord(word=word, also=f"{word}s", meaning="A meaning.") for word in words
    )
    write(lessons(course)[0], [("text", f"<p>{' '.join(words)}</p>")], [("text", "<p>B</p>")])


def many_changes(course, now):
    for number in range(3):
        change_materially(lessons(course)[0], f"Change {number}.", now=now)


GROWN = [one_lesson, many_lessons, many_screens, many_people, many_words, many_changes]


@pytest.mark.parametrize("grow", GROWN)
def test_first_screen_costs_the_same_for(client, course, started, now, grow):
    grow(course, now)
    assert cost(client, lessons(course)[0].url) == FIRST_SCREEN


@pytest.mark.parametrize("grow", GROWN)
def test_course_page_costs_the_same_for(client, course, started, now, grow):
    grow(course, now)
    assert cost(client, course.url) == COURSE


def test_other_screen_need_not_ask_what_has_changed(client, course, started):
    lesson = lessons(course)[0]
    go_on(client, lesson)
    assert cost(client, lesson.url + "?screen=2") == OTHER_SCREEN


@pytest.mark.parametrize("contacts", [1, 5])
def test_support_costs_one_query(client, course, started, contacts):
    for number in range(contacts):
        Contact.objects.create(key=f"k{number}", name="A", use_when="B", source="C", support=True)
    lesson = write(lessons(course)[0], distressing=True)
    assert cost(client, lesson.url) == FIRST_SCREEN + 1


@pytest.mark.parametrize("blocks", [1, 4])
def test_contacts_on_a_screen_cost_the_same_however_many(client, course, started, blocks):
    pks = [
        Contact.objects.create(key=f"k{number}", name="A", use_when="B", source="C").pk
        for number in range(3)
    ]
    lesson = write(lessons(course)[0], [("contacts", pks)] * blocks, [("contacts", pks)])
    assert cost(client, lesson.url) == FIRST_SCREEN + 1


@pytest.mark.parametrize("rounds", [1, 3])
def test_own_earlier_rounds_cost_nothing_more(client, course, learner, now, rounds):
    for number in range(rounds):
        at = now - timedelta(days=2000 - 100 * number)
        enrolment = enrol(learner=learner, course=course, now=at)
        for lesson in lessons(course):
            take_lesson(enrolment, lesson, now=at)
        close_enrolment(enrolment=enrolment, now=at)
    client.post(course.url)
    assert cost(client, lessons(course)[0].url) == FIRST_SCREEN
    assert cost(client, course.url) == COURSE


@pytest.mark.parametrize("changes", [0, 4])
def test_refresher_s_page_costs_two_more(client, course, learner, now, changes):
    refresher = make_course(slug="refresher", kind="refresher", refreshes=course)
    enrolment = enrol(learner=learner, course=course, now=now - timedelta(days=900))
    for lesson in lessons(course):
        take_lesson(enrolment, lesson, now=now - timedelta(days=900))
    close_enrolment(enrolment=enrolment, now=now - timedelta(days=900))
    for number in range(changes):
        change_materially(lessons(course)[0], f"Change {number}.", now=now)
    client.post(refresher.url)
    assert cost(client, refresher.url) == COURSE + 2


@pytest.mark.parametrize("grow", [one_lesson, many_lessons, many_people])
def test_going_on_costs_the_same_for(client, course, started, now, grow):
    grow(course, now)
    lesson = lessons(course)[0]
    with CaptureQueriesContext(connection) as queries:
        go_on(client, lesson, at=str(lesson.outline()[0].id), revision=lesson.live_revision_id)
    assert len(queries) == GOING_ON
