import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse

from people.actions import grant_membership
from people.models import Membership
from tests.factories import AuthorityFactory, LearnerFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _production_rule(settings):
    settings.STAFF_SECOND_FACTOR_REQUIRED = True


@pytest.fixture
def officer(client, now):
    user = UserFactory()
    role = Membership.Role.OFFICER
    grant_membership(user=user, authority=AuthorityFactory(), role=role, by=None, now=now)
    client.force_login(user)
    return user


def test_staff_without_a_second_factor_are_led_to_set_one_up(client, officer):
    assert client.get("/staff/")["Location"] == reverse("mfa_activate_totp")


def test_staff_who_signed_in_by_password_alone_sign_in_again(client, officer):
    Authenticator.objects.create(user=officer, type=Authenticator.Type.TOTP, data={})
    assert client.get("/staff/")["Location"] == reverse("account_logout")


def test_drivers_need_no_second_factor(client):
    client.force_login(LearnerFactory().user)
    assert client.get(reverse("dashboard")).status_code == 200
