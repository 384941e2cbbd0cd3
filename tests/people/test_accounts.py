import pytest
from django.urls import reverse

from outbox.models import Message
from people.models import Learner, User
from tests.factories import PASSWORD, LearnerFactory, UserFactory

pytestmark = pytest.mark.django_db
SIGN_UP = reverse("account_signup")
SIGN_IN = reverse("account_login")
NEW = {"full_name": "Ade  Example", "email": "Ade@Example.org", "password1": "a long enough phrase"}


def test_signing_up_makes_a_person_in_training(client):
    client.post(SIGN_UP, NEW)
    learner = Learner.objects.get()
    assert (learner.full_name, learner.user.email) == ("Ade Example", "ade@example.org")


def test_signing_up_leads_to_the_dashboard(client):
    assert client.post(SIGN_UP, NEW)["Location"] == reverse("dashboard")


@pytest.mark.parametrize(
    ("field", "message"),
    [
        ("full_name", "Enter your full name"),
        ("email", "Enter"),
        ("password1", "Enter"),
    ],
)
def test_missing_answer_is_named_and_the_rest_is_kept(client, field, message):
    page = client.post(SIGN_UP, {**NEW, field: ""}).content.decode()
    assert "There is a problem" in page
    assert message in page
    assert not User.objects.exists()


def test_short_password_is_refused_with_the_reason(client):
    page = client.post(SIGN_UP, {**NEW, "password1": "short"}).content.decode()
    assert "at least 10 characters" in page


def test_known_address_is_not_given_away_in_production(client, settings):
    """Both lead to "check your mail"; the owner of the account is told by mail."""
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"
    fresh = client.post(SIGN_UP, {**NEW, "email": "bee@example.org"})
    UserFactory(email="ade@example.org")
    known = client.post(SIGN_UP, NEW)
    assert (known.status_code, known["Location"]) == (fresh.status_code, fresh["Location"])
    assert User.objects.filter(email="ade@example.org").count() == 1


def test_wrong_password_and_unknown_address_read_the_same(client):
    LearnerFactory(user=UserFactory(email="ade@example.org", password=PASSWORD))
    wrong = client.post(SIGN_IN, {"login": "ade@example.org", "password": "not the password"})
    unknown = client.post(SIGN_IN, {"login": "bee@example.org", "password": "not the password"})
    sentence = "The email address or the password is not right"
    assert sentence in wrong.content.decode()
    assert sentence in unknown.content.decode()


def test_forgotten_password_mail_is_a_row_that_keeps_no_link_once_sent(client):
    UserFactory(email="ade@example.org", password=PASSWORD)
    client.post(reverse("account_reset_password"), {"email": "ade@example.org"})
    message = Message.objects.get()
    assert message.secret
    assert "/accounts/password/reset/key/" in message.body


def test_signing_in_by_capitals_reaches_the_same_account(client):
    LearnerFactory(user=UserFactory(email="ade@example.org", password=PASSWORD))
    response = client.post(SIGN_IN, {"login": "ADE@example.org", "password": PASSWORD})
    assert response["Location"] == reverse("dashboard")


def test_signing_up_says_what_one_works_as(client):
    client.post(SIGN_UP, {**NEW, "audience": "councillor"})
    assert Learner.objects.get().audience == "councillor"


def test_driver_is_who_says_nothing_about_their_work(client):
    client.post(SIGN_UP, NEW)
    assert Learner.objects.get().audience == "driver"
