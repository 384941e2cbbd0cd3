"""Who sees which language: the person's own choice, the cookie, the browser, the staff site."""

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils.translation import gettext, override
from wagtail.users.models import UserProfile

from outbox.models import Message
from people.actions import choose_language
from people.models import User
from tests.factories import PASSWORD, LearnerFactory, UserFactory

pytestmark = pytest.mark.django_db
CHOOSE = reverse("choose_language")
PRIVACY = reverse("privacy")


@pytest.fixture
def driver(client):
    learner = LearnerFactory(user=UserFactory(email="ade@example.org", password=PASSWORD))
    client.force_login(learner.user)
    return learner.user


@pytest.fixture
def administrator(client):
    user = User.objects.create_superuser("admin@example.org", PASSWORD)
    client.force_login(user)
    return user


def language_of(response):
    """What the page says of itself: language and direction."""
    opening = response.content.decode().split("<html", 1)[1].split(">", 1)[0]
    attributes = dict(part.split("=") for part in opening.replace('"', "").split() if "=" in part)
    return attributes["lang"], attributes["dir"]


def choose(client, language, **fields):
    return client.post(CHOOSE, {"language": language, "next": PRIVACY, **fields})


# -- Choosing ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("language", "direction"), [("en-gb", "ltr"), ("cy", "ltr"), ("pl", "ltr"), ("ur", "rtl")]
)
def test_stranger_reads_on_in_the_language_they_chose(client, language, direction):
    choose(client, language)
    assert language_of(client.get(PRIVACY)) == (language, direction)


def test_choice_of_a_signed_in_person_is_kept_for_every_browser(client, driver):
    choose(client, "cy")
    elsewhere = Client()
    elsewhere.force_login(driver)
    assert language_of(elsewhere.get(PRIVACY)) == ("cy", "ltr")


def test_choosing_leads_back_to_the_page_with_what_was_asked(client):
    asked = reverse("verify") + "?reference=7K3M"
    assert choose(client, "pl", next=asked)["Location"] == asked


@pytest.mark.parametrize(
    "target", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)", ""]
)
def test_choosing_leads_nowhere_else(client, target):
    assert choose(client, "pl", next=target)["Location"] == "/"


@pytest.mark.parametrize("language", ["fr", "", "en"])
def test_language_that_the_site_does_not_speak_is_refused(client, driver, language):
    response = choose(client, language)
    driver.refresh_from_db()
    assert response.status_code == 400
    assert driver.language == ""
    assert settings.LANGUAGE_COOKIE_NAME not in response.cookies


def test_looking_changes_nothing(client):
    assert client.get(CHOOSE, {"language": "pl"}).status_code == 405


def test_choice_that_another_site_sends_is_refused(driver):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(driver)
    assert choose(strict, "pl").status_code == 403
    driver.refresh_from_db()
    assert driver.language == ""


def test_action_refuses_a_language_that_the_site_does_not_speak(driver):
    with pytest.raises(ValueError, match="does not speak"):
        choose_language(user=driver, language="fr")


# -- Which counts --------------------------------------------------------------------------------
def test_own_choice_goes_before_cookie_and_browser(client, driver):
    choose_language(user=driver, language="cy")
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "pl"
    assert language_of(client.get(PRIVACY, HTTP_ACCEPT_LANGUAGE="ur"))[0] == "cy"


@pytest.mark.parametrize("signed_in", [True, False])
def test_cookie_goes_before_browser(client, signed_in):
    if signed_in:
        client.force_login(UserFactory())
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "pl"
    assert language_of(client.get(PRIVACY, HTTP_ACCEPT_LANGUAGE="ur"))[0] == "pl"


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [("ur-PK,en;q=0.5", "ur"), ("fr,cy;q=0.9,en;q=0.1", "cy"), ("fr", "en-gb"), ("en", "en-gb")],
)
def test_browser_decides_for_who_has_not_chosen(client, asked, spoken):
    assert language_of(client.get(PRIVACY, HTTP_ACCEPT_LANGUAGE=asked))[0] == spoken


def test_answer_names_its_language(client):
    response = client.get(PRIVACY, HTTP_ACCEPT_LANGUAGE="cy")
    assert response["Content-Language"] == "cy"
    assert "Accept-Language" in response["Vary"]


def test_refusal_is_in_the_language_of_the_reader(client):
    assert language_of(client.get("/no-such-page/", HTTP_ACCEPT_LANGUAGE="ur")) == ("ur", "rtl")


# -- Staff ---------------------------------------------------------------------------------------
def test_staff_site_stays_english_whatever_browser_and_driver_pages_say(client, administrator):
    choose_language(user=administrator, language="ur")
    page = client.get(reverse("wagtailadmin_home"), HTTP_ACCEPT_LANGUAGE="pl")
    assert language_of(page) == ("en-gb", "ltr")


def test_staff_site_speaks_what_the_person_chose_there(client, administrator):
    UserProfile.objects.create(user=administrator, preferred_language="pl")
    assert language_of(client.get(reverse("wagtailadmin_home")))[0] == "pl"


# -- Messages ------------------------------------------------------------------------------------
def test_who_chose_before_signing_up_keeps_the_language(client):
    choose(client, "pl")
    new = {"full_name": "Ada", "email": "ada@example.org", "password1": "a long enough phrase"}
    client.post(reverse("account_signup"), new)
    assert User.objects.get(email="ada@example.org").language == "pl"


def test_who_signs_up_without_choosing_leaves_it_to_the_browser(client):
    new = {"full_name": "Ada", "email": "ada@example.org", "password1": "a long enough phrase"}
    client.post(reverse("account_signup"), new, HTTP_ACCEPT_LANGUAGE="pl")
    assert User.objects.get(email="ada@example.org").language == ""


def test_account_mail_is_in_the_language_of_its_reader(client):
    user = UserFactory(email="ade@example.org", password=PASSWORD)
    choose_language(user=user, language="pl")
    client.post(reverse("account_reset_password"), {"email": "ade@example.org"})
    with override("pl"):
        expected = gettext("Choose a new password")
    assert expected != "Choose a new password"
    assert expected in Message.objects.get().subject


def test_account_mail_to_who_has_not_chosen_is_in_the_language_of_the_page(client):
    UserFactory(email="ade@example.org", password=PASSWORD)
    asked = {"email": "ade@example.org"}
    client.post(reverse("account_reset_password"), asked, HTTP_ACCEPT_LANGUAGE="pl")
    with override("pl"):
        assert gettext("Choose a new password") in Message.objects.get().subject


def test_mail_to_an_unknown_address_names_it_and_the_way_to_sign_up(client):
    client.post(reverse("account_reset_password"), {"email": "bee@example.org"})
    body = Message.objects.get().body
    assert "bee@example.org" in body
    assert reverse("account_signup") in body
