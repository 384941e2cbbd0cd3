"""The page of one driver: who may read it, and of whom."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from people.actions import declare_interest
from tests.conftest import NOON
from tests.factories import UserFactory, staff
from tests.licensing.factories import make_licence

pytestmark = pytest.mark.django_db


def member(role, authority):
    user = staff(role, authority, NOON)
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    return user


@pytest.fixture
def licence(authority):
    return make_licence(authority, full_name="Lee Lapsed")


def page(licence):
    return reverse("staff_driver", args=[licence.pk])


@pytest.mark.parametrize("role", ["officer", "auditor"])
def test_officer_and_auditor_of_the_authority_read_the_page(client, licence, authority, role):
    client.force_login(member(role, authority))
    response = client.get(page(licence))
    assert response.status_code == 200
    assert "Lee Lapsed" in response.content.decode()


def test_platform_administrator_reads_the_page(client, licence):
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    assert client.get(page(licence)).status_code == 200


@pytest.mark.parametrize("role", ["author", "reviewer", "councillor"])
def test_other_roles_are_refused(client, licence, authority, role):
    client.force_login(member(role, authority))
    assert client.get(page(licence)).status_code != 200


def test_driver_of_another_authority_is_not_there(client, licence, other_authority):
    client.force_login(member("officer", other_authority))
    assert client.get(page(licence)).status_code == 404


def test_whoever_declared_an_interest_finds_nobody(client, licence, authority):
    officer = member("officer", authority)
    declare_interest(user=officer, learner=licence.holder, reason="My brother.", now=NOON)
    client.force_login(officer)
    assert client.get(page(licence)).status_code == 404


def test_nobody_reads_about_themselves(client, licence, authority):
    officer = member("officer", authority)
    licence.holder.user = officer
    licence.holder.save()
    client.force_login(officer)
    assert client.get(page(licence)).status_code == 404
