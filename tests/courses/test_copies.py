"""A phone keeps copies of screens, and sends later what was done without a line (R14)."""

import pytest

from courses.models import CheckAnswer, ScreenVisit
from courses.perms import reader_reference
from courses.views.learning import COPY, SAVED
from tests.courses.lessons import (
    answer,
    change_materially,
    check_on,
    finish,
    go_on,
    lessons,
    text,
    the_round,
)
from tests.factories import LearnerFactory

pytestmark = pytest.mark.django_db
AHEAD, LATER = {COPY: "1"}, {SAVED: "1"}


@pytest.fixture
def lesson(course, started):
    return lessons(course)[0]


def send(client, lesson, number=1, **fields):
    """What was done on a screen without a line, sent now."""
    at = str(lesson.outline()[number - 1].id)
    return client.post(
        f"{lesson.url}?screen={number}",
        {"at": at, "revision": lesson.live_revision_id, **fields},
        headers=LATER,
    )


def send_answer(client, lesson, option):
    check = check_on(lesson)
    return send(client, lesson, 2, check=check, **{f"{check}-option": option})


def test_screen_ahead_is_given_as_a_copy(client, lesson):
    assert ">Screen 2</h1>" in text(client, lesson, 2, **AHEAD)


def test_copy_of_a_screen_ahead_records_nothing_and_opens_nothing(client, lesson):
    text(client, lesson, 2, **AHEAD)
    assert not ScreenVisit.objects.exists()
    assert ">Screen 1</h1>" in text(client, lesson, 2)


def test_copy_of_a_locked_lesson_is_refused(client, course, lesson):
    response = client.get(lessons(course)[1].url, headers=AHEAD)
    assert response.status_code == 409
    assert b"Screen" not in response.content


def test_copy_for_a_stranger_leads_to_sign_in(client, lesson):
    client.logout()
    assert "/accounts/login/" in client.get(lesson.url, headers=AHEAD)["Location"]


def test_copy_holds_the_words_for_every_answer(client, lesson):
    copy = text(client, lesson, 2, **AHEAD)
    assert "Yes, report it." in copy
    assert "Do not wait." in copy


def test_page_itself_holds_only_the_words_for_the_answer_given(client, lesson):
    go_on(client, lesson)
    assert "Yes, report it." not in text(client, lesson)
    answer(client, lesson, 1)
    page = text(client, lesson)
    assert "Do not wait." in page
    assert "Yes, report it." not in page


def test_copy_bears_no_time_and_leaves_messages_to_the_page(client, course, lesson):
    client.get(lessons(course)[1].url)
    copy = text(client, lesson, **AHEAD)
    assert 'name="shown" value=""' in copy
    assert "Lessons are taken in order" not in copy
    assert "Lessons are taken in order" in text(client, lesson)


def test_what_was_done_without_a_line_counts_when_it_is_sent(client, course, lesson):
    assert send(client, lesson).status_code == 204
    assert send_answer(client, lesson, 0).status_code == 204
    assert send(client, lesson, 2).status_code == 204
    assert the_round(course).completed_lessons() == {lesson.pk}


def test_time_of_what_was_done_without_a_line_is_unknown(client, lesson):
    send(client, lesson)
    assert ScreenVisit.objects.get().seconds is None


def test_sending_the_same_again_writes_nothing_new(client, lesson):
    for _ in range(2):
        assert send(client, lesson).status_code == 204
        assert send_answer(client, lesson, 1).status_code == 204
    assert ScreenVisit.objects.count() == 1
    assert CheckAnswer.objects.count() == 1


def test_another_choice_that_is_sent_is_another_try(client, lesson):
    send(client, lesson)
    for option in (1, 0, 1):
        send_answer(client, lesson, option)
    assert list(CheckAnswer.objects.order_by("pk").values_list("option", flat=True)) == [1, 0, 1]


def sent_too_far(client, lesson):
    return send(client, lesson, 2)


def sent_without_a_choice(client, lesson):
    send(client, lesson)
    return send(client, lesson, 2, check=check_on(lesson))


def sent_before_the_check_was_tried(client, lesson):
    send(client, lesson)
    return send(client, lesson, 2)


def sent_from_a_screen_that_is_gone(client, lesson):
    return send(client, lesson, at="gone")


@pytest.mark.parametrize(
    "sent",
    [
        sent_too_far,
        sent_without_a_choice,
        sent_before_the_check_was_tried,
        sent_from_a_screen_that_is_gone,
    ],
)
def test_what_cannot_count_is_told_plainly_and_changes_nothing(client, lesson, sent):
    response = sent(client, lesson)
    assert response.status_code == 409
    assert not CheckAnswer.objects.exists()
    assert the_round(lesson.course()).completed_lessons() == set()


def test_what_was_read_before_a_material_change_does_not_count(client, lesson, now):
    before = lesson.live_revision_id
    change_materially(lesson, "A new sign was added.", now=now)
    assert send(client, lesson, revision=before).status_code == 409
    assert not ScreenVisit.objects.exists()


def test_what_was_done_in_a_locked_lesson_does_not_count(client, course, lesson):
    assert send(client, lessons(course)[1]).status_code == 409


def test_what_is_sent_without_a_session_waits_for_sign_in(client, lesson):
    client.logout()
    assert "/accounts/login/" in send(client, lesson)["Location"]


def test_what_somebody_else_did_is_refused(client, lesson, started):
    other = LearnerFactory()
    assert send(client, lesson, reader=reader_reference(other)).status_code == 403
    assert send(client, lesson, reader=reader_reference(started)).status_code == 204


def test_page_names_its_reader_in_a_way_that_says_nothing(client, lesson, started):
    reference = reader_reference(started)
    assert f'name="reader" value="{reference}"' in text(client, lesson)
    assert started.full_name not in reference


def test_what_is_sent_after_the_round_has_served_is_settled(client, course, lesson):
    for each in lessons(course):
        finish(client, each)
    enrolment = the_round(course)
    enrolment.closed_at = enrolment.completed_at
    enrolment.save()
    assert send(client, lesson).status_code == 204
    assert send_answer(client, lesson, 1).status_code == 204
    assert CheckAnswer.objects.filter(lesson=lesson).count() == 1


@pytest.mark.parametrize("screen", ["0", "9" * 30, "-1", "x"])
def test_number_that_names_no_open_screen_records_nothing(client, lesson, screen):
    go_on(client, lesson, screen, check="none")
    assert not CheckAnswer.objects.exists()


def test_page_ahead_cannot_be_passed_by_its_address(client, lesson):
    assert go_on(client, lesson, 2)["Location"] == lesson.url
    assert not ScreenVisit.objects.exists()
