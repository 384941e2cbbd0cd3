from uuid import UUID

import pytest

from courses.progress import (
    LessonState,
    Screen,
    SoFar,
    course_is_complete,
    furthest_screen,
    lesson_is_complete,
    lesson_states,
    so_far,
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
    ("rows", "expected"),
    [
        ([], SoFar()),
        ([(7, True, 0)], SoFar({7})),
        ([(7, False, 0)], SoFar(again={7})),
        ([(7, False, 0), (7, True, 0)], SoFar({7})),
        ([(7, False, 0), (7, False, 1), (8, True, 0)], SoFar({8}, {7}, {7: 1})),
        ([(7, False, 2), (7, False, 1), (7, True, 0)], SoFar({7}, set(), {7: 2})),
    ],
    ids=[
        "nothing done",
        "done",
        "changed since",
        "changed and done again",
        "asked for again",
        "asked for twice and done again",
    ],
)
def test_round_is_summed_up(rows, expected):
    assert so_far(rows) == expected


@pytest.mark.parametrize(("lesson", "times"), [(7, 2), (8, 0)])
def test_lesson_knows_how_often_it_was_asked_for_again(lesson, times):
    assert SoFar(asked={7: 2}).times_asked(lesson) == times


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
