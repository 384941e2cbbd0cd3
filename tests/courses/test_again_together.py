"""Lessons that are asked for again at the same moment, by many or while somebody reads."""

import pytest

from courses import actions
from courses.models import LessonAgain, ScreenVisit
from tests.certificates.together import together
from tests.factories import LearnerFactory, complete_lessons, make_course

pytestmark = pytest.mark.usefixtures("own_database")


@pytest.fixture
def enrolment(now):
    """A round whose two lessons are done."""
    enrolment = actions.enrol(learner=LearnerFactory(), course=make_course(), now=now)
    complete_lessons(enrolment, at=now)
    return enrolment


def test_lessons_that_many_ask_for_at_once_are_asked_for_once(enrolment, now):
    lessons = list(enrolment.course.lessons())

    def ask():
        return len(actions.ask_again(enrolment=enrolment, lessons=lessons, now=now))

    assert sorted(together(ask, times=6)) == [0, 0, 0, 0, 0, 2]
    assert set(LessonAgain.objects.values_list("number", flat=True)) == {1}


def test_screen_that_is_gone_through_while_the_lesson_is_asked_for_counts_for_one_reading(
    enrolment, now
):
    lesson = enrolment.course.lessons().first()

    def ask():
        actions.ask_again(enrolment=enrolment, lessons=[lesson], now=now)

    def read():
        actions.pass_screen(enrolment=enrolment, lesson=lesson, number=1, now=now)

    waiting = [read, ask, read]

    def go():
        waiting.pop()()

    together(go, times=3)
    read()
    assert enrolment.visits.current().count() == 1
    repeats = list(ScreenVisit.objects.order_by("repeat").values_list("repeat", flat=True))
    assert repeats in ([1], [0, 1])
