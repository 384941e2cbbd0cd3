"""One screen of a lesson: hard words, support, time, language."""

import re

import pytest
from bs4 import BeautifulSoup
from django.core import signing
from django.urls import reverse

from courses.actions import start_translation
from courses.models import Contact, GlossaryWord, LessonPage, ScreenVisit
from courses.views import screens
from tests.courses.lessons import answer, go_on, lessons, text, the_round, write
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def lesson(course, started):
    return lessons(course)[0]


def word(name, meaning="A plain meaning.", **fields):
    return GlossaryWord.objects.create(word=name, meaning=meaning, **fields)


OPTIONS = [
    {"text": "Grooming", "correct": True, "feedback": "Yes, this is grooming."},
    {"text": "No", "correct": False, "feedback": "No."},
]
CHOICE = {"text": "Grooming?", "consequence": "<p>It was grooming.</p>"}
STORY = {"title": "grooming", "story": "<p>Story.</p>", "prompt": "grooming?", "reveal": "<p>B</p>"}


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("text", "<p>About grooming.</p>"),
        ("callout", {"tone": "important", "title": "", "text": "<p>About grooming.</p>"}),
        ("scenario", {**STORY, "story": "<p>About grooming.</p>", "choices": []}),
        ("scenario", {**STORY, "choices": [CHOICE, CHOICE]}),
        ("scenario", {**STORY, "choices": [], "reveal": "<p>About grooming.</p>"}),
    ],
    ids=["text", "callout", "story", "consequence", "reveal"],
)
def test_hard_word_can_be_tapped_in(client, lesson, kind, value):
    target = f"word-{word('grooming').pk}"
    page = text(client, write(lesson, [(kind, value)]))
    assert page.count(f'popovertarget="{target}" type="button">grooming</button>') == 1
    assert f'id="{target}" popover' in page


def test_hard_word_can_be_tapped_in_the_feedback_of_a_check(client, lesson):
    word("grooming")
    lesson = write(lesson, [("check", {"question": "Which?", "options": OPTIONS})])
    check = str(lesson.outline()[0].check_ids[0])
    go_on(client, lesson, check=check, **{f"{check}-option": 0})
    assert 'type="button">grooming</button>' in text(client, lesson)


def test_word_of_another_language_is_not_marked(client, lesson):
    word("grooming", language="cy")
    page = text(client, write(lesson, [("text", "<p>grooming</p>")]))
    assert "app-word" not in page


def test_other_form_of_a_word_is_explained_too(client, lesson):
    word("exploit", also="exploits, exploited")
    page = text(client, write(lesson, [("text", "<p>She was exploited.</p>")]))
    assert ">exploited</button>" in page
    assert "<strong>exploit</strong>: A plain meaning." in " ".join(page.split())


def test_screen_without_a_hard_word_has_no_word_list(client, lesson):
    word("grooming")
    assert "Hard words on this page" not in text(client, lesson)


@pytest.fixture
def samaritans():
    support = {"use_when": "You are upset.", "source": "Test"}
    Contact.objects.create(key="licensing", name="Licensing team", **support)
    return Contact.objects.create(key="sam", name="Samaritans", support=True, **support)


@pytest.mark.parametrize("number", [1, 2])
def test_distressing_lesson_offers_a_break_and_support_on_every_screen(
    client, lesson, samaritans, number
):
    lesson = write(lesson, distressing=True)
    go_on(client, lesson)
    page = text(client, lesson, number)
    assert page.count("Take a break") == 2
    assert "Samaritans" in page
    assert "Licensing team" not in page


@pytest.mark.parametrize(("number", "is_open"), [(1, True), (2, False)])
def test_warning_stands_open_on_the_first_screen_alone(client, lesson, number, is_open):
    lesson = write(lesson, distressing=True)
    go_on(client, lesson)
    page = text(client, lesson, number)
    assert ('<details class="govuk-details" open>' in page) is is_open


def test_other_lesson_has_no_warning(client, lesson, samaritans):
    page = text(client, lesson)
    assert "If this upsets you" not in page
    assert page.count("Take a break") == 1


def test_break_costs_nothing(client, lesson):
    go_on(client, lesson)
    client.get(reverse("dashboard"))
    assert ">Screen 2</h1>" in text(client, lesson)


def stamped(page):
    return page.partition('name="shown" value="')[2].partition('"')[0]


def seconds():
    return ScreenVisit.objects.get().seconds


def test_time_between_showing_a_screen_and_going_on_is_kept(client, lesson, time_machine):
    time_machine.move_to("2026-11-22 12:00:00+00:00", tick=False)
    shown = stamped(text(client, lesson))
    time_machine.shift(95)
    go_on(client, lesson, shown=shown)
    assert seconds() == 95


@pytest.mark.parametrize(
    ("shift", "kept"), [(4 * 3600, 4 * 3600), (4 * 3600 + 1, None), (-1, None)]
)
def test_time_beyond_belief_is_not_kept(client, lesson, time_machine, shift, kept):
    time_machine.move_to("2026-11-22 12:00:00+00:00", tick=False)
    shown = stamped(text(client, lesson))
    time_machine.shift(shift)
    go_on(client, lesson, shown=shown)
    assert seconds() == kept


@pytest.mark.parametrize("how", ["missing", "forged", "of another form", "of another screen"])
def test_time_that_cannot_be_trusted_is_unknown_and_refuses_nothing(client, lesson, how, now):
    own = the_round(lesson.course())
    fields = {
        "missing": {},
        "forged": {"shown": stamped(text(client, lesson)) + "x"},
        "of another form": {"shown": signing.Signer(salt="other").sign_object([own.pk, "", 1])},
        "of another screen": {"shown": screens.stamp(own, lesson.outline()[1].id, now=now)},
    }[how]
    assert go_on(client, lesson, **fields)["Location"] == lesson.url + "?screen=2"
    assert seconds() is None


def speak(client, code):
    client.post(reverse("choose_language"), {"language": code, "next": "/"})


def heading(page):
    return BeautifulSoup(page, "html.parser").h1


def test_reader_of_a_language_without_a_translation_is_told(client, lesson):
    speak(client, "cy")
    page = text(client, lesson)
    title = heading(page)
    assert (title.text, title["lang"], title["dir"]) == ("Screen 1", "en-gb", "ltr")
    assert "English" in title.find_next(string=re.compile("Cymraeg"))


@pytest.fixture
def urdu(lesson):
    translation = start_translation(
        page=lesson, language="ur", by=UserFactory(is_superuser=True, is_staff=True)
    )
    screens = translation.screens.get_prep_value()
    screens[0]["value"]["heading"] = "پہلا صفحہ"
    screens[0]["value"]["content"][0]["value"] = "<p>یہ ایک grooming ہے</p>"
    translation.screens = screens
    translation.save_revision().publish()
    return LessonPage.objects.get(pk=translation.pk)


def test_reader_of_a_translation_reads_it_in_its_own_direction(client, lesson, urdu):
    speak(client, "ur")
    title = heading(text(client, lesson))
    assert (title.text, title["lang"], title["dir"]) == ("پہلا صفحہ", "ur", "rtl")


def test_hard_words_are_those_of_the_language_that_is_read(client, lesson, urdu):
    word("grooming", "English meaning.")
    word("grooming", "اردو معنی", language="ur")
    speak(client, "ur")
    page = text(client, lesson)
    assert "اردو معنی" in page
    assert "English meaning." not in page


def test_progress_is_the_lesson_s_and_says_which_translation_was_read(client, lesson, urdu):
    speak(client, "ur")
    go_on(client, lesson)
    answer(client, lesson, 0)
    go_on(client, lesson, 2)
    assert the_round(lesson.course()).completed_lessons() == {lesson.pk}
    visits = set(ScreenVisit.objects.values_list("revision", "translation"))
    assert visits == {(lesson.live_revision_id, urdu.live_revision_id)}


def test_reader_of_the_lesson_s_own_language_is_told_nothing(client, lesson):
    assert "This lesson is not in" not in text(client, lesson)


def test_answer_that_is_chosen_again_wrongly_shows_the_error_alone(client, lesson):
    go_on(client, lesson)
    answer(client, lesson, 0)
    page = answer(client, lesson, 9).content.decode()
    assert "Choose an answer" in page
    assert "Yes, report it." not in page
