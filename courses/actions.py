"""Every change to enrolments and progress."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from courses import progress
from courses.models import (
    CheckAnswer,
    CoursePage,
    Enrolment,
    LessonCompletion,
    LessonPage,
    ScreenVisit,
)
from people.models import Learner


class ProgressRefused(Exception):
    """Out of order. ``code``: ``lesson_locked``, ``screen_locked`` or ``check_unanswered``."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@transaction.atomic
def enrol(*, learner: Learner, course: CoursePage, now: datetime) -> Enrolment:
    """Start a round of the course. A repeat returns the round that is open."""
    enrolment, _ = Enrolment.objects.get_or_create(
        learner=learner,
        course=course,
        closed_at=None,
        defaults={"authority": learner.authority, "started_at": now},
    )
    return enrolment


@transaction.atomic
def answer_check(
    *, enrolment: Enrolment, lesson: LessonPage, check_id: UUID, option: int, now: datetime
) -> CheckAnswer:
    """Record one try at an understanding check; it is never scored and may be repeated.

    Raises ValueError for a check or an option that the lesson does not have.
    """
    for screen in lesson.screens:
        for block in screen.value["content"]:
            if block.block_type == "check" and block.id == str(check_id):
                options = block.value["options"]
                if not 0 <= option < len(options):
                    raise ValueError("The question has no such option.")
                return CheckAnswer.objects.create(
                    enrolment=enrolment,
                    lesson=lesson,
                    check_id=check_id,
                    option=option,
                    correct=bool(options[option]["correct"]),
                    answered_at=now,
                )
    raise ValueError("The lesson has no such question.")


@transaction.atomic
def pass_screen(
    *, enrolment: Enrolment, lesson: LessonPage, number: int, now: datetime
) -> int | None:
    """Go on from screen ``number`` (from 1). Returns the next number; None once the lesson is done.

    Finishing the last lesson completes the round. A repeat writes nothing new. Raises
    ProgressRefused when the lesson or screen is not open yet or a check on it has had no try.
    """
    enrolment = Enrolment.objects.select_for_update(of=("self",)).get(pk=enrolment.pk)
    screens = lesson.outline()
    done = completed_lessons(enrolment)
    lesson_ids = [page.pk for page in enrolment.course.lessons()]
    states = progress.lesson_states(lesson_ids, done)
    if states.get(lesson.pk, progress.LessonState.LOCKED) is progress.LessonState.LOCKED:
        raise ProgressRefused("lesson_locked")
    visited = visited_screens(enrolment, lesson)
    if not 1 <= number <= progress.furthest_screen(screens, visited):
        raise ProgressRefused("screen_locked")
    screen = screens[number - 1]
    if progress.unanswered_checks(screen, answered_checks(enrolment, lesson)):
        raise ProgressRefused("check_unanswered")
    ScreenVisit.objects.get_or_create(
        enrolment=enrolment, lesson=lesson, screen_id=screen.id, defaults={"visited_at": now}
    )
    if number < len(screens):
        return number + 1
    if lesson.pk not in done and progress.lesson_is_complete(screens, visited | {screen.id}):
        _complete_lesson(enrolment, lesson, lesson_ids, done | {lesson.pk}, now)
    return None


def _complete_lesson(
    enrolment: Enrolment, lesson: LessonPage, lesson_ids: list[int], done: set[int], now: datetime
) -> None:
    LessonCompletion.objects.create(
        enrolment=enrolment, lesson=lesson, revision=lesson.live_revision, completed_at=now
    )
    if enrolment.completed_at is None and progress.course_is_complete(lesson_ids, done):
        enrolment.completed_at = now
        enrolment.save(update_fields=["completed_at"])


@transaction.atomic
def close_enrolment(*, enrolment: Enrolment, now: datetime) -> None:
    """End a round that has served, so that the next renewal starts afresh. Repeats do nothing."""
    enrolment = Enrolment.objects.select_for_update(of=("self",)).get(pk=enrolment.pk)
    if enrolment.closed_at is None:
        enrolment.closed_at = now
        enrolment.save(update_fields=["closed_at"])


def completed_lessons(enrolment: Enrolment) -> set[int]:
    return set(enrolment.completions.values_list("lesson_id", flat=True))


def visited_screens(enrolment: Enrolment, lesson: LessonPage) -> set[UUID]:
    return set(enrolment.visits.filter(lesson=lesson).values_list("screen_id", flat=True))


def answered_checks(enrolment: Enrolment, lesson: LessonPage) -> set[UUID]:
    return set(enrolment.check_answers.filter(lesson=lesson).values_list("check_id", flat=True))
