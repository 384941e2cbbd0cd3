from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import ProgrammingError, transaction
from django.db.models import ProtectedError

from courses import actions
from courses.models import Enrolment, LessonCompletion, LessonPage, ScreenVisit
from lms.demo.history import take_lesson
from tests.factories import LearnerFactory, make_course

pytestmark = pytest.mark.django_db


@pytest.fixture
def course():
    return make_course()


@pytest.fixture
def enrolment(course, now):
    return actions.enrol(learner=LearnerFactory(), course=course, now=now)


def lessons(course):
    return list(LessonPage.objects.descendant_of(course).order_by("path"))


def test_enrolling_again_returns_the_open_round(enrolment, course, now):
    again = actions.enrol(learner=enrolment.learner, course=course, now=now)
    assert again == enrolment


def test_enrolling_after_a_round_was_closed_starts_another(enrolment, course, now):
    for lesson in lessons(course):
        take_lesson(enrolment, lesson, now=now)
    actions.close_enrolment(enrolment=enrolment, now=now)
    again = actions.enrol(learner=enrolment.learner, course=course, now=now)
    assert again != enrolment


def test_passing_a_screen_leads_to_the_next(enrolment, course, now):
    first = lessons(course)[0]
    assert actions.pass_screen(enrolment=enrolment, lesson=first, number=1, now=now) == 2


def test_passing_the_same_screen_twice_writes_one_visit(enrolment, course, now):
    first = lessons(course)[0]
    for _ in range(2):
        actions.pass_screen(enrolment=enrolment, lesson=first, number=1, now=now)
    assert ScreenVisit.objects.count() == 1


@pytest.mark.parametrize(
    ("place", "number", "code"),
    [
        (1, 1, "lesson_locked"),
        (0, 2, "screen_locked"),
        (0, 99, "screen_locked"),
        (0, 0, "screen_locked"),
    ],
)
def test_steps_out_of_order_are_refused(enrolment, course, now, place, number, code):
    with pytest.raises(actions.ProgressRefused, match=code):
        actions.pass_screen(
            enrolment=enrolment, lesson=lessons(course)[place], number=number, now=now
        )


def test_screen_with_an_untried_check_is_refused(enrolment, course, now):
    first = lessons(course)[0]
    actions.pass_screen(enrolment=enrolment, lesson=first, number=1, now=now)
    with pytest.raises(actions.ProgressRefused, match="check_unanswered"):
        actions.pass_screen(enrolment=enrolment, lesson=first, number=2, now=now)


def test_wrong_try_at_a_check_lets_the_learner_go_on(enrolment, course, now):
    first = lessons(course)[0]
    actions.pass_screen(enrolment=enrolment, lesson=first, number=1, now=now)
    check = first.outline()[1].check_ids[0]
    answer = actions.answer_check(
        enrolment=enrolment, lesson=first, check_id=check, option=1, now=now
    )
    assert answer.correct is False
    assert actions.pass_screen(enrolment=enrolment, lesson=first, number=2, now=now) is None


@pytest.mark.parametrize("option", [-1, 2])
def test_answer_that_is_not_an_option_is_refused(enrolment, course, now, option):
    first = lessons(course)[0]
    check = first.outline()[1].check_ids[0]
    with pytest.raises(ValueError, match="no such option"):
        actions.answer_check(
            enrolment=enrolment, lesson=first, check_id=check, option=option, now=now
        )


def test_answer_to_a_check_of_another_lesson_is_refused(enrolment, course, now):
    with pytest.raises(ValueError, match="no such question"):
        actions.answer_check(
            enrolment=enrolment, lesson=lessons(course)[0], check_id=uuid4(), option=0, now=now
        )


def test_finishing_every_lesson_completes_the_round(enrolment, course, now):
    for place, lesson in enumerate(lessons(course)):
        take_lesson(enrolment, lesson, now=now + timedelta(hours=place))
    enrolment.refresh_from_db()
    assert enrolment.completed_at == now + timedelta(hours=1)


def test_completion_keeps_the_revision_that_was_read(enrolment, course, now):
    first = lessons(course)[0]
    take_lesson(enrolment, first, now=now)
    completion = LessonCompletion.objects.get()
    assert completion.revision == first.live_revision
    with pytest.raises(ProtectedError):
        first.live_revision.delete()


def test_course_somebody_is_on_cannot_be_deleted(enrolment, course):
    with pytest.raises(ProtectedError):
        course.delete()
    assert Enrolment.objects.exists()


@pytest.mark.parametrize("change", ["update", "delete"])
def test_completion_cannot_be_rewritten(enrolment, course, now, change):
    take_lesson(enrolment, lessons(course)[0], now=now)
    rows = LessonCompletion.objects.all()
    with pytest.raises(ProgrammingError, match="Cannot update or delete"), transaction.atomic():
        rows.update(completed_at=now + timedelta(1)) if change == "update" else rows._raw_delete(
            rows.db
        )
