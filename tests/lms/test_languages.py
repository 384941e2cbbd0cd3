"""Pages in every language: direction, the choice of language, days and hours, what is marked."""

from datetime import UTC, datetime

import pytest
from django.conf import settings
from django.template import Context, Template
from django.urls import reverse
from django.utils.translation import gettext, override

from lms import catalogues
from lms.translations import interface_words
from people.actions import grant_membership
from people.models import Membership
from tests.factories import AuthorityFactory, LearnerFactory, UserFactory

pytestmark = pytest.mark.django_db
Role = Membership.Role
REPORT = reverse("translations")
MOMENT = datetime(2028, 4, 3, 9, 30, tzinfo=UTC)


def page_in(client, language, address="/privacy/"):
    return " ".join(client.get(address, HTTP_ACCEPT_LANGUAGE=language).content.decode().split())


def shown(source, **values):
    return Template("{% load govuk %}" + source).render(Context(values))


# -- The choice on every page --------------------------------------------------------------------
@pytest.mark.parametrize("language", dict(settings.LANGUAGES))
def test_each_language_stands_in_its_own_words_and_the_current_one_is_marked(client, language):
    page = page_in(client, language)
    for code, name in settings.LANGUAGES:
        direction = "rtl" if code == "ur" else "ltr"
        assert f'<li class="app-languages__item" lang="{code}" dir="{direction}">' in page
        assert (f'<span aria-current="true">{name}</span>' in page) == (code == language)
        assert (f'value="{code}">{name}</button>' in page) == (code != language)


def test_choice_is_a_form_that_needs_no_script_and_comes_back_here(client):
    page = page_in(client, "en", "/verify/?from=poster")
    assert f'method="post" action="{reverse("choose_language")}"' in page
    assert 'name="csrfmiddlewaretoken"' in page
    assert '<input type="hidden" name="next" value="/verify/?from=poster">' in page


@pytest.mark.parametrize("address", ["/", "/accounts/login/", "/verify/", "/no-such-page/"])
def test_choice_stands_on_every_page_for_strangers(client, address):
    assert 'class="app-languages"' in page_in(client, "en", address)


def test_choice_stands_on_the_dashboard(client):
    client.force_login(LearnerFactory().user)
    assert 'class="app-languages"' in page_in(client, "en", "/dashboard/")


# -- Days, hours and what is in another language -------------------------------------------------
@pytest.mark.parametrize(
    ("language", "day", "time"),
    [
        ("en-gb", "3 April 2028", "10:30AM"),
        ("cy", "3 Ebrill 2028", "10:30YB"),
        ("pl", "3 kwietnia 2028", "10:30"),
        ("ur", "3 اپریل 2028", "10:30 صبح"),
    ],
)
def test_day_and_time_are_written_as_the_language_writes_them(language, day, time):
    with override(language):
        assert shown("{{ moment|date }}", moment=MOMENT) == day
        assert shown("{{ moment|time }}", moment=MOMENT) == time


@pytest.mark.parametrize(
    ("language", "attributes"),
    [
        ("en-gb", 'lang="en-gb" dir="ltr"'),
        ("cy", 'lang="cy" dir="ltr"'),
        ("ur", 'lang="ur" dir="rtl"'),
    ],
)
def test_text_of_another_language_is_marked_with_its_language_and_direction(language, attributes):
    assert shown("{% written_in language %}", language=language) == attributes


def test_course_text_is_marked_with_the_language_courses_are_written_in():
    with override("ur"):
        assert shown("{% written_in %}") == 'lang="en-gb" dir="ltr"'


def test_reference_keeps_its_order_inside_a_sentence_from_right_to_left():
    with override("ur"):
        assert shown("{{ number|isolated }}", number="7333-9QX2") == "\u20667333-9QX2\u2069"


def test_reference_stays_plain_from_left_to_right():
    assert shown("{{ number|isolated }}", number="7333-9QX2") == "7333-9QX2"


@pytest.mark.parametrize("language", sorted(catalogues.PLURAL_FORMS))
def test_page_speaks_its_language(client, language):
    with override(language):
        heading = gettext("What this service keeps")
    assert heading != "What this service keeps"
    assert heading in page_in(client, language)


def test_library_text_without_a_translation_falls_back_to_english():
    with override("ur"):
        assert gettext("Forgot your password?") == "Forgot your password?"  # allauth's, no Urdu.


# -- The report ----------------------------------------------------------------------------------
@pytest.fixture
def as_role(client, now):
    def sign_in(role):
        user = UserFactory()
        grant_membership(user=user, authority=AuthorityFactory(), role=role, by=None, now=now)
        client.force_login(user)
        return client

    return sign_in


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.REVIEWER])
def test_trainers_see_how_far_each_language_is(as_role, role):
    page = as_role(role).get(REPORT).content.decode()
    for row in interface_words():
        assert row.name in page
        assert f"<td>{row.texts}</td>" in page
    assert page.count(catalogues.AWAITING_REVIEW) == len(catalogues.PLURAL_FORMS)


@pytest.mark.parametrize("role", [Role.OFFICER, Role.AUDITOR])
def test_report_is_closed_to_other_staff(as_role, role):
    response = as_role(role).get(REPORT)
    assert response.status_code in (302, 403)
    assert catalogues.AWAITING_REVIEW not in response.content.decode()


def test_catalogue_counts_as_reviewed_only_when_it_says_so():
    row = interface_words()[0]
    assert row.awaits_review
    assert not type(row)("cy", "Cymraeg", 1, 1, "read by M. Evans, 2026").awaits_review
    assert type(row)("cy", "Cymraeg", 1, 1, "").awaits_review


def test_report_stands_in_the_menu_of_trainers_alone(as_role):
    staff_home = reverse("wagtailadmin_home")
    assert REPORT in as_role(Role.AUTHOR).get(staff_home).content.decode()
    assert REPORT not in as_role(Role.OFFICER).get(staff_home).content.decode()
