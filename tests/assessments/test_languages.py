"""The language of the questions beside the language of the page (R17)."""

import re

import pytest

from assessments.models import Question, TestRule
from people.actions import choose_language, grant_membership
from people.models import Membership
from tests.assessments.conftest import finished, rule_of, sit
from tests.assessments.pages import question_url, result_url, review_url, start_url, text
from tests.assessments.rules import form_url, rule_data, rule_url, topic_of
from tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
IN_ENGLISH, IN_WELSH, IN_URDU = (
    'lang="en-gb" dir="ltr"',
    'lang="cy" dir="ltr"',
    'lang="ur" dir="rtl"',
)


@pytest.fixture
def in_urdu(as_learner, learner):
    choose_language(user=learner.user, language="ur")
    return as_learner


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en-gb", "The test is in English."),
        ("cy", "The test is in Welsh."),
        ("pl", "The test is in Polish."),
        ("ur", "The test is in Urdu."),
    ],
)
def test_start_page_says_the_language_of_the_test(as_learner, course, language, sentence):
    rule_of(course, language=language)
    assert sentence in text(as_learner.get(start_url(course)))


def test_question_and_answers_carry_their_own_language(in_urdu, sitting):
    page = text(in_urdu.get(question_url(sitting, 1)))
    fieldset = re.search(r"<fieldset[^>]*>", page)[0]
    assert IN_ENGLISH in fieldset
    assert re.search(r'<html[^>]* lang="ur" dir="rtl"', page)


def test_question_in_welsh_says_so(as_learner, course, learner, now):
    rule_of(course, language="cy")
    Question.objects.update(language="cy")
    as_learner.post(start_url(course))
    page = text(as_learner.get(question_url(learner.sittings.get(), 1)))
    assert IN_WELSH in re.search(r"<fieldset[^>]*>", page)[0]


def test_refusal_inside_a_question_is_in_the_language_of_the_page(in_urdu, sitting):
    page = text(in_urdu.post(question_url(sitting, 1)))
    error = re.search(r'<div id="id_answer_error"[^>]*>', page)[0]
    assert IN_URDU in error


def test_review_marks_each_question(in_urdu, sitting):
    page = text(in_urdu.get(review_url(sitting)))
    assert page.count(f'<div class="govuk-task-list__hint" {IN_ENGLISH}>') == sitting.question_count


def test_result_marks_course_and_lessons(in_urdu, rule, course, learner, now):
    failed = sit(learner, course, now, right=0)
    page = text(in_urdu.get(result_url(failed)))
    assert f"<bdi {IN_ENGLISH}>Course</bdi>" in page
    assert f"{IN_ENGLISH}>Lesson 1</a>" in page


@pytest.mark.parametrize(
    ("language", "moment"),
    [
        ("cy", "12:00yh Dydd Llun 23 Tachwedd 2026"),
        ("pl", "12:00 Poniedziałek 23 listopada 2026"),
        ("ur", "12:00 شام سوموار 23 نومبر 2026"),
    ],
)
def test_wait_is_told_in_the_days_and_hours_of_the_language(
    as_learner, course, learner, now, language, moment
):
    rule_of(course, waits=["PT24H"])
    choose_language(user=learner.user, language=language)
    sit(learner, course, now, right=0)
    page = text(as_learner.get(start_url(course)))
    assert all(word in page for word in moment.split())


# -- Staff ---------------------------------------------------------------------------------------
@pytest.fixture
def officer(course, now):
    authority = finished(course).authority
    user = UserFactory()
    role = Membership.Role.OFFICER
    grant_membership(user=user, authority=authority, role=role, by=None, now=now)
    return user


def test_rule_form_offers_every_language_and_begins_with_english(client, course, officer):
    client.force_login(officer)
    page = text(client.get(form_url(course)))
    assert '<option value="en-gb" selected>English</option>' in page
    assert '<option value="ur">اردو</option>' in page


def test_rule_keeps_the_language_that_was_proposed(client, course, officer):
    topic_of(course).questions.update(language="cy")
    client.force_login(officer)
    council = officer.memberships.get().authority
    client.post(form_url(course), rule_data(course, council, language="cy", pass_mark=100))
    rule = TestRule.objects.get(proposed_by=officer)
    assert rule.language == "cy"
    assert "Cymraeg" in text(client.get(rule_url(rule)))
