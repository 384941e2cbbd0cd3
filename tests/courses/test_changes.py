"""What becomes of a round when lessons are changed, taken down or moved meanwhile."""

from datetime import timedelta

import pytest
from wagtail.models import Page

from courses.actions import close_enrolment, enrol
from courses.models import CoursePage, LessonPage, ModulePage, ScreenVisit
from lms.demo.history import take_lesson
from tests.courses.lessons import (
    change_materially,
    finish,
    go_on,
    lessons,
    text,
    the_round,
    write,
)
from tests.factories import LearnerFactory, add_lesson, make_course

pytestmark = pytest.mark.django_db


@pytest.fixture
def lesson(course, started):
    return lessons(course)[0]


def page_of(client, course):
    return client.get(course.url).content.decode()


def test_lesson_that_was_done_is_next_again_after_a_material_change(client, course, lesson, now):
    finish(client, lesson)
    change_materially(lesson, "The number to call is new.", now=now)
    assert f'href="{lesson.url}">\n' in page_of(client, course)
    assert client.get(lessons(course)[1].url)["Location"] == course.url


def test_screens_are_gone_through_again_after_a_material_change(client, lesson, now):
    finish(client, lesson)
    change_materially(lesson, "The number to call is new.", now=now)
    assert ">Screen 1</h1>" in text(client, lesson, 2)
    finish(client, lesson)
    assert the_round(lesson.course()).completed_lessons() == {lesson.pk}


def test_check_is_tried_again_after_a_material_change(client, lesson, now):
    finish(client, lesson)
    change_materially(lesson, "The number to call is new.", now=now)
    go_on(client, lesson)
    assert "Answer the question before you go on" in go_on(client, lesson, 2).content.decode()


def test_first_screen_says_what_has_changed(client, lesson, now):
    go_on(client, lesson)
    change_materially(lesson, "The number to call is new.", now=now)
    assert "The number to call is new." in text(client, lesson)
    go_on(client, lesson)
    assert "The number to call is new." not in text(client, lesson, 2)


def test_whoever_never_read_the_older_wording_is_told_of_no_change(client, lesson, now):
    change_materially(lesson, "The number to call is new.", now=now)
    assert "The number to call is new." not in text(client, lesson)


def test_change_is_not_told_again_once_the_lesson_is_done_in_the_new_wording(client, lesson, now):
    finish(client, lesson)
    change_materially(lesson, "The number to call is new.", now=now)
    finish(client, lesson)
    change_materially(lesson, "Another sign was added.", now=now)
    page = text(client, lesson)
    assert "Another sign was added." in page
    assert "The number to call is new." not in page


def test_material_change_that_is_not_live_yet_changes_nothing(client, lesson, now):
    finish(client, lesson)
    change_materially(lesson, "The number to call is new.", now=now, publish=False)
    assert "The number to call is new." not in text(client, lesson)
    assert the_round(lesson.course()).completed_lessons() == {lesson.pk}


def test_change_that_is_not_material_leaves_what_was_done(client, lesson):
    finish(client, lesson)
    write(lesson, title="Another title")
    assert the_round(lesson.course()).completed_lessons() == {lesson.pk}


def test_form_from_before_a_material_change_is_not_taken(client, lesson, now):
    before = lesson.live_revision_id
    change_materially(lesson, "The number to call is new.", now=now)
    response = go_on(client, lesson, revision=before)
    assert response["Location"] == lesson.url
    assert "This lesson has changed since you opened it" in client.get(lesson.url).content.decode()
    assert not ScreenVisit.objects.exists()


def test_form_from_before_a_small_change_is_taken(client, lesson):
    before = lesson.live_revision_id
    write(lesson, title="Another title")
    assert go_on(client, lesson, revision=before)["Location"] == lesson.url + "?screen=2"


def test_form_of_a_screen_that_is_gone_is_not_taken(client, lesson):
    gone = str(lesson.outline()[0].id)
    write(lesson, [("text", "<p>New.</p>")])
    assert go_on(client, lesson, at=gone)["Location"] == lesson.url


def test_screen_keeps_what_was_done_when_another_is_put_before_it(client, lesson):
    go_on(client, lesson)
    first, second = lesson.screens.get_prep_value()
    new = {"type": "screen", "value": {"heading": "New first", "content": []}}
    lesson.screens = [new, first, second]
    lesson.save_revision().publish()
    assert ">New first</h1>" in text(client, lesson)
    go_on(client, lesson)
    assert ">Screen 2</h1>" in client.get(lesson.url).content.decode()


def test_round_whose_only_undone_lesson_is_taken_down_offers_what_is_next(client, course, lesson):
    finish(client, lesson)
    lessons(course)[1].unpublish()
    page = page_of(client, course)
    assert "You have finished all the lessons." in page
    assert "See what is next" in page


def test_round_whose_lessons_are_done_goes_on_with_a_lesson_that_is_added(client, course, lesson):
    for each in lessons(course):
        finish(client, each)
    new = add_lesson(ModulePage.objects.descendant_of(course).get(), slug="new")
    page = page_of(client, course)
    assert "Go on with the course" in page
    assert f'href="{new.url}"' in page


def test_taking_a_lesson_down_and_up_again_loses_nothing(client, course, lesson):
    finish(client, lesson)
    lesson.unpublish()
    lesson.save_revision().publish()
    assert the_round(course).completed_lessons() == {lesson.pk}


def test_moving_a_lesson_to_another_module_loses_nothing(client, course, lesson):
    finish(client, lesson)
    second = lessons(course)[1]
    go_on(client, second)
    module = course.add_child(instance=ModulePage(title="Later", slug="later"))
    module.save_revision().publish()
    for each in (lesson, second):
        Page.objects.get(pk=each.pk).move(Page.objects.get(pk=module.pk), pos="first-child")
    moved = LessonPage.objects.get(pk=second.pk)
    assert the_round(course).completed_lessons() == {lesson.pk}
    assert ">Screen 2</h1>" in client.get(moved.url).content.decode()


def test_changing_the_order_of_lessons_loses_nothing(client, course, lesson):
    finish(client, lesson)
    second = lessons(course)[1]
    Page.objects.get(pk=second.pk).move(Page.objects.get(pk=lesson.pk), pos="left")
    assert [each.pk for each in course.lessons()] == [second.pk, lesson.pk]
    assert the_round(course).completed_lessons() == {lesson.pk}
    assert client.get(LessonPage.objects.get(pk=lesson.pk).url).status_code == 200


def test_try_at_a_check_keeps_its_place_when_its_screen_moves(client, lesson):
    finish(client, lesson)
    lesson.screens = list(reversed(lesson.screens.get_prep_value()))
    lesson.save_revision().publish()
    assert "Yes, report it." in text(client, LessonPage.objects.get(pk=lesson.pk), 1)


@pytest.fixture
def refresher(course):
    return make_course(slug="refresher", kind=CoursePage.Kind.REFRESHER, refreshes=course)


def finished_round(learner, course, at):
    enrolment = enrol(learner=learner, course=course, now=at)
    for lesson in lessons(course):
        take_lesson(enrolment, lesson, now=at)
    close_enrolment(enrolment=enrolment, now=at)


HEADING = "What has changed since you last finished"


@pytest.mark.parametrize("changed", ["course", "refresher"])
def test_refresher_lists_what_has_changed_since_the_last_round(
    client, request, learner, course, refresher, changed, now
):
    old, new = now - timedelta(days=900), now - timedelta(days=30)
    lesson = lessons(request.getfixturevalue(changed))[0]
    change_materially(lesson, "An old change.", now=old - timedelta(days=1))
    finished_round(learner, course, old)
    change_materially(lesson, "A new sign was added.", now=new)
    page = page_of(client, refresher)
    assert HEADING in page
    assert "A new sign was added." in page
    assert "An old change." not in page


def test_refresher_counts_from_the_last_round_of_either_course(
    client, learner, course, refresher, now
):
    finished_round(learner, course, now - timedelta(days=900))
    change_materially(lessons(course)[0], "A new sign was added.", now=now - timedelta(days=500))
    finished_round(learner, refresher, now - timedelta(days=30))
    assert HEADING not in page_of(client, refresher)


def test_refresher_lists_nothing_for_whoever_never_finished(
    client, learner, course, refresher, now
):
    change_materially(lessons(course)[0], "A new sign was added.", now=now)
    assert HEADING not in page_of(client, refresher)


def test_stranger_is_shown_no_changes(client, course, refresher, now):
    change_materially(lessons(course)[0], "A new sign was added.", now=now)
    assert HEADING not in page_of(client, refresher)


def test_full_course_lists_no_changes(client, learner, course, now):
    finished_round(learner, course, now - timedelta(days=900))
    change_materially(lessons(course)[0], "A new sign was added.", now=now)
    assert HEADING not in page_of(client, course)


def test_round_that_has_served_can_be_read_or_taken_again(client, learner, course, now):
    finished_round(learner, course, now - timedelta(days=1200))
    page = page_of(client, course)
    assert "See what is next" in page
    assert "Take the course again" in page
    client.post(course.url)
    assert the_round(course).learner == learner


def test_round_of_somebody_else_changes_nothing_in_mine(client, course, lesson, now):
    finished_round(LearnerFactory(), course, now)
    assert the_round(course).completed_lessons() == set()
