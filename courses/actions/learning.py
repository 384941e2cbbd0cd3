"""Learning: rounds of a course, and progress through its lessons."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from courses import progress
from courses.models import (
    CheckAnswer,
    CoursePage,
    Enrolment,
    LessonAgain,
    LessonCompletion,
    LessonPage,
    ScreenVisit,
)
from people.models import Learner
from people.refusals import Refused


class ProgressRefused(Refused):
    """Out of order. ``code``: ``lesson_locked``, ``screen_locked`` or ``check_unanswered``."""


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
    *,
    enrolment: Enrolment,
    lesson: LessonPage,
    check_id: UUID,
    option: int,
    now: datetime,
    shown: LessonPage | None = None,
) -> CheckAnswer:
    """Record one try at an understanding check; it is never scored and may be repeated.

    ``shown`` is the translation that was read, if one was. Raises ValueError for a check or an
    option that the lesson does not have.
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
                    **_reading(lesson, shown, enrolment.so_far()),
                )
    raise ValueError("The lesson has no such question.")


@transaction.atomic
def pass_screen(
    *,
    enrolment: Enrolment,
    lesson: LessonPage,
    number: int,
    now: datetime,
    shown: LessonPage | None = None,
    seconds: int | None = None,
) -> int | None:
    """Go on from screen ``number`` (from 1). Returns the next number; None once the lesson is done.

    Finishing the last lesson completes the round. A repeat writes nothing new. ``shown`` is the
    translation that was read, if one was; ``seconds`` the time on screen, where it is known. Raises
    ProgressRefused when the lesson or screen is not open yet or a check on it has had no try.
    """
    enrolment = Enrolment.objects.select_for_update(of=("self",)).get(pk=enrolment.pk)
    screens = lesson.outline()
    so_far = enrolment.so_far()
    lesson_ids = [page.pk for page in enrolment.course.lessons()]
    states = progress.lesson_states(lesson_ids, so_far.done)
    if states.get(lesson.pk, progress.LessonState.LOCKED) is progress.LessonState.LOCKED:
        raise ProgressRefused("lesson_locked")
    visited = enrolment.visited_screens(lesson)
    if not 1 <= number <= progress.furthest_screen(screens, visited):
        raise ProgressRefused("screen_locked")
    screen = screens[number - 1]
    if progress.unanswered_checks(screen, enrolment.answered_checks(lesson)):
        raise ProgressRefused("check_unanswered")
    fact = {"enrolment": enrolment, "lesson": lesson, **_reading(lesson, shown, so_far)}
    if screen.id not in visited:
        ScreenVisit.objects.create(screen_id=screen.id, visited_at=now, seconds=seconds, **fact)
    if number < len(screens):
        return number + 1
    if lesson.pk not in so_far.done and progress.lesson_is_complete(screens, visited | {screen.id}):
        LessonCompletion.objects.create(completed_at=now, **fact)
        complete_round(enrolment=enrolment, now=now)
    return None


def _reading(
    lesson: LessonPage, shown: LessonPage | None, so_far: progress.SoFar
) -> dict[str, Any]:
    """What the person saw: the lesson's live revision, and the translation's where it was read; and
    how often the lesson had been asked for again by then."""
    translated = shown is not None and shown.pk != lesson.pk
    return {
        "revision_id": lesson.live_revision_id,
        "translation_id": shown.live_revision_id if translated and shown else None,
        "repeat": so_far.times_asked(lesson.pk),
    }


@transaction.atomic
def ask_again(
    *, enrolment: Enrolment, lessons: Iterable[LessonPage | int], now: datetime
) -> list[LessonAgain]:
    """Ask for lessons (or their keys) again in the same round: what was done in them so far counts
    no more. Returns what is asked anew.

    Only what was finished since it was last asked for, and by ``now``, is asked for again. So a
    repeat does nothing, even later with the same ``now``; nor does asking in a round that has
    served.
    """
    enrolment = Enrolment.objects.select_for_update(of=("self",), no_key=True).get(pk=enrolment.pk)
    if enrolment.closed_at is not None:
        return []
    so_far = enrolment.so_far()
    finished = enrolment.completions.filter(lesson__in=list(lessons), completed_at__lte=now)
    last_done = {
        lesson_id
        for lesson_id, repeat in finished.values_list("lesson_id", "repeat")
        if repeat == so_far.times_asked(lesson_id)
    }
    return LessonAgain.objects.bulk_create(
        LessonAgain(
            enrolment=enrolment,
            lesson_id=lesson_id,
            number=so_far.times_asked(lesson_id) + 1,
            asked_at=now,
        )
        for lesson_id in sorted(last_done)
    )


@transaction.atomic
def complete_round(*, enrolment: Enrolment, now: datetime) -> None:
    """Note when every live lesson was done for the first time. Before that, and on a repeat,
    nothing happens."""
    if enrolment.completed_at is None and enrolment.lessons_are_done():
        enrolment.completed_at = now
        enrolment.save(update_fields=["completed_at"])


@transaction.atomic
def close_enrolment(*, enrolment: Enrolment, now: datetime) -> None:
    """End a round that has served, so that the next renewal starts afresh. Repeats do nothing."""
    enrolment = Enrolment.objects.select_for_update(of=("self",)).get(pk=enrolment.pk)
    if enrolment.closed_at is None:
        enrolment.closed_at = now
        enrolment.save(update_fields=["closed_at"])
