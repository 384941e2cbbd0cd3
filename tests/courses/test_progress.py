from uuid import UUID

import pytest

from courses.progress import (
    LessonState,
    Screen,
    course_is_complete,
    furthest_screen,
    lesson_is_complete,
    lesson_states,
    unanswered_checks,
)

ONE, TWO, THREE = (UUID(int=number) for number in (1, 2, 3))
SCREENS = (Screen(ONE), Screen(TWO), Screen(THREE))
DONE, NEXT, LOCKED = LessonState.DONE, LessonState.NEXT, LessonState.LOCKED


@pytest.mark.parametrize(
    ("lessons", "done", "expected"),
    [
        ([], [], []),
        ([7], [], [NEXT]),
        ([7], [7], [DONE]),
        ([7, 8, 9], [], [NEXT, LOCKED, LOCKED]),
        ([7, 8, 9], [7], [DONE, NEXT, LOCKED]),
        ([7, 8, 9], [7, 8, 9], [DONE, DONE, DONE]),
        ([7, 8, 9], [7, 9], [DONE, NEXT, DONE]),
        ([7, 8], [99], [NEXT, LOCKED]),
    ],
    ids=[
        "no lessons",
        "first",
        "only one done",
        "none done",
        "one done",
        "all done",
        "lesson put in between",
        "lesson of another course",
    ],
)
def test_lessons_open_in_order(lessons, done, expected):
    assert list(lesson_states(lessons, done).values()) == expected


@pytest.mark.parametrize(
    ("visited", "expected"),
    [([], 1), ([ONE], 2), ([ONE, TWO], 3), ([ONE, TWO, THREE], 3), ([ONE, THREE], 2), ([TWO], 1)],
)
def test_learner_resumes_at_the_first_screen_not_gone_through(visited, expected):
    assert furthest_screen(SCREENS, visited) == expected


def test_lesson_without_screens_has_one_place_to_stand():
    assert furthest_screen((), []) == 1


@pytest.mark.parametrize(
    ("answered", "expected"), [([], (ONE, TWO)), ([ONE], (TWO,)), ([TWO, ONE], ())]
)
def test_every_check_needs_one_try(answered, expected):
    assert unanswered_checks(Screen(THREE, (ONE, TWO)), answered) == expected


@pytest.mark.parametrize(("visited", "expected"), [([ONE, TWO], False), ([ONE, TWO, THREE], True)])
def test_lesson_is_complete_when_every_screen_was_gone_through(visited, expected):
    assert lesson_is_complete(SCREENS, visited) is expected


@pytest.mark.parametrize(
    ("lessons", "done", "expected"),
    [([1, 2], [1], False), ([1, 2], [2, 1], True), ([1, 2], [1, 2, 3], True), ([], [], False)],
    ids=["one missing", "all", "an unpublished one too", "empty course"],
)
def test_course_is_complete_when_all_its_lessons_are(lessons, done, expected):
    assert course_is_complete(lessons, done) is expected
