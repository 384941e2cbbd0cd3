"""How far somebody is through a course. Pure: plain values in, plain values out (R14, R19)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID


class LessonState(StrEnum):
    DONE = "done"
    NEXT = "next"
    LOCKED = "locked"


@dataclass(frozen=True)
class Screen:
    """``id`` of the screen's block and of the checks on it, in order."""

    id: UUID
    check_ids: tuple[UUID, ...] = ()


@dataclass(frozen=True)
class SoFar:
    """Of the lessons of one round: which are ``done``, which were and are to be gone through
    ``again``, and how often each was ``asked`` for again."""

    done: frozenset[int] = frozenset()
    again: frozenset[int] = frozenset()
    asked: Mapping[int, int] = field(default_factory=dict)

    def times_asked(self, lesson_id: int) -> int:
        return self.asked.get(lesson_id, 0)


def so_far(rows: Iterable[tuple[int, bool, int]]) -> SoFar:
    """Sums up a round. Each row names a lesson and says whether it was finished in a way that
    still counts, and the number of an asking, or 0."""
    known: set[int] = set()
    done: set[int] = set()
    asked: dict[int, int] = {}
    for lesson_id, counts, number in rows:
        known.add(lesson_id)
        if counts:
            done.add(lesson_id)
        if number > asked.get(lesson_id, 0):
            asked[lesson_id] = number
    return SoFar(frozenset(done), frozenset(known - done), asked)


def lesson_states(lesson_ids: Sequence[int], done: Collection[int]) -> dict[int, LessonState]:
    """Lessons are taken in order: all done ones stay open, the first undone one is next."""
    states: dict[int, LessonState] = {}
    next_found = False
    for lesson_id in lesson_ids:
        if lesson_id in done:
            states[lesson_id] = LessonState.DONE
        elif not next_found:
            states[lesson_id] = LessonState.NEXT
            next_found = True
        else:
            states[lesson_id] = LessonState.LOCKED
    return states


def furthest_screen(screens: Sequence[Screen], visited: Collection[UUID]) -> int:
    """The number, from 1, of the first screen not gone through yet; the last one if all are."""
    for number, screen in enumerate(screens, start=1):
        if screen.id not in visited:
            return number
    return max(len(screens), 1)


def unanswered_checks(screen: Screen, answered: Collection[UUID]) -> tuple[UUID, ...]:
    """The checks of a screen that have had no try yet; any answer, right or wrong, counts."""
    return tuple(check for check in screen.check_ids if check not in answered)


def lesson_is_complete(screens: Sequence[Screen], visited: Collection[UUID]) -> bool:
    """Every screen has been gone through; time on screen never decides."""
    return all(screen.id in visited for screen in screens)


def course_is_complete(lesson_ids: Collection[int], done: Collection[int]) -> bool:
    """A course without lessons is never complete: an empty page must not open a test."""
    return bool(lesson_ids) and all(lesson_id in done for lesson_id in lesson_ids)
