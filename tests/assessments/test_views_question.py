"""Questions with several right answers and with pictures, and the language of both."""

import re

import pytest
from django.urls import reverse

from assessments import actions
from assessments.models import PaperPicture, Question, QuestionOption
from people.actions import choose_language
from tests.assessments.conftest import finished, rule_of
from tests.assessments.pages import question_url, text, token

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
WEBP = b"RIFF\x1a\x00\x00\x00WEBPVP8L not a real picture"


def picture_url(sitting, position=1):
    return reverse("sitting_picture", args=[sitting.pk, position])


@pytest.fixture
def several(course, learner, now):
    """Of every question the second and the third of four options are right."""
    rule_of(course)
    Question.objects.update(kind=Question.Kind.MULTIPLE)
    QuestionOption.objects.filter(text="Option 2").update(correct=True)
    return actions.start_sitting(learner=learner, course=course, now=now)


@pytest.fixture
def pictured(course, learner, now):
    rule_of(course)
    picture = PaperPicture.objects.keep(WEBP, width=720, height=480)
    Question.objects.update(picture=picture, image_alt="A car at the kerb")
    return actions.start_sitting(learner=learner, course=course, now=now)


# -- several right answers ----------------------------------------------------------------------
def test_question_with_several_right_answers_has_check_boxes_and_says_so(as_learner, several):
    page = text(as_learner.get(question_url(several, 1)))
    assert page.count('type="checkbox"') == 4
    assert "Choose every right answer." in page


def test_question_with_one_right_answer_has_radio_buttons(as_learner, sitting):
    page = text(as_learner.get(question_url(sitting, 1)))
    assert page.count('type="radio"') == 4
    assert "Choose every right answer." not in page


def test_all_that_was_ticked_is_saved_and_ticked_when_one_comes_back(as_learner, several):
    chosen = [token(several, 1, 0), token(several, 1, 2)]
    as_learner.post(question_url(several, 1), {"answer": chosen[::-1]})
    assert several.given_answers() == {1: " ".join(chosen)}
    page = text(as_learner.get(question_url(several, 1)))
    ticked = re.findall(r'value="([^"]+)"[^>]* checked', page)
    assert ticked == chosen


def test_every_right_answer_and_no_other_passes(as_learner, several, now):
    for position, question in enumerate(several.questions, start=1):
        as_learner.post(question_url(several, position), {"answer": question["key"].split()})
    assert actions.submit(sitting=several, now=now).correct_count == 4


def test_nothing_ticked_asks_for_at_least_one(as_learner, several):
    page = text(as_learner.post(question_url(several, 1)))
    assert page.count("Choose at least one answer") == 2


def test_hint_is_in_the_language_of_the_page(as_learner, several, learner):
    choose_language(user=learner.user, language="cy")
    page = text(as_learner.get(question_url(several, 1)))
    hint = re.search(r'<div class="govuk-hint"[^>]*>', page)[0]
    assert 'lang="cy" dir="ltr"' in hint
    assert 'lang="en-gb" dir="ltr"' in re.search(r"<fieldset[^>]*>", page)[0]


# -- pictures -----------------------------------------------------------------------------------
def test_picture_stands_with_its_words_in_the_language_of_the_question(as_learner, pictured):
    page = text(as_learner.get(question_url(pictured, 2)))
    image = re.search(r"<img[^>]*app-question__picture[^>]*>", page)[0]
    assert f'src="{picture_url(pictured, 2)}"' in image
    assert 'alt="A car at the kerb"' in image
    assert 'width="720" height="480" lang="en-gb" dir="ltr"' in image


def test_question_without_a_picture_has_none(as_learner, sitting):
    assert "app-question__picture" not in text(as_learner.get(question_url(sitting, 1)))


def test_picture_is_sent_as_it_was_sealed_and_never_stored(as_learner, pictured):
    Question.objects.update(picture=None)
    response = as_learner.get(picture_url(pictured))
    assert response.content == WEBP
    assert response.headers["Content-Type"] == "image/webp"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize("position", [0, 5])
def test_picture_of_no_such_question_is_not_found(as_learner, pictured, position):
    assert as_learner.get(picture_url(pictured, position)).status_code == 404


def test_picture_of_a_question_without_one_is_not_found(as_learner, sitting):
    assert as_learner.get(picture_url(sitting)).status_code == 404


def test_picture_is_not_shown_after_the_test(as_learner, pictured, now):
    actions.submit(sitting=pictured, now=now)
    assert as_learner.get(picture_url(pictured)).status_code == 404


def test_picture_of_the_sitting_of_another_driver_is_not_found(client, pictured, course):
    client.force_login(finished(course).user)
    assert client.get(picture_url(pictured)).status_code == 404
