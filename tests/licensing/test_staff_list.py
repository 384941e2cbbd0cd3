"""The staff list of requirements: one's own authority's and the national ones, to read."""

from datetime import date

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from people.actions import grant_membership
from tests.factories import LONG_AGO, LearnerFactory, UserFactory, make_requirement

pytestmark = pytest.mark.django_db

LIST = "/staff/requirements/"


@pytest.fixture
def sign_in_as(client, authority):
    """Signs a person in who holds the role at the authority."""

    def sign_in_as(role):
        user = UserFactory()
        grant_membership(user=user, authority=authority, role=role, by=None, now=LONG_AGO)
        user.user_permissions.add(Permission.objects.get(codename="access_admin"))
        client.force_login(user)
        return client

    return sign_in_as


@pytest.mark.parametrize("role", ["officer", "reviewer", "auditor"])
def test_staff_read_the_national_requirement(sign_in_as, requirement, role):
    page = sign_in_as(role).get(LIST).content.decode()

    assert "National" in page


def test_officer_reads_the_own_requirement(sign_in_as, authority, course):
    make_requirement(course, authority=authority, grace_days=23)

    assert "23" in sign_in_as("officer").get(LIST).content.decode()


def test_officer_reads_nothing_of_another_authority(sign_in_as, other_authority, course):
    make_requirement(course, authority=other_authority, effective_from=date(2031, 5, 6))

    page = sign_in_as("officer").get(LIST).content.decode()

    assert other_authority.name not in page


def test_menu_of_an_officer_leads_to_the_list(sign_in_as):
    assert reverse("staff_requirements") in sign_in_as("officer").get("/staff/").content.decode()


@pytest.mark.parametrize("address", [LIST, LIST + "results/"])
def test_author_is_refused(sign_in_as, address):
    response = sign_in_as("author").get(address)

    assert response.status_code == 302
    assert response["Location"] == "/staff/"


def test_driver_is_refused(client):
    client.force_login(LearnerFactory().user)

    assert client.get(LIST).status_code == 403


def test_list_costs_the_same_however_long_it_is(sign_in_as, course, django_assert_max_num_queries):
    for day in range(1, 10):
        make_requirement(course, effective_from=date(2020, 1, day))
    client = sign_in_as("officer")
    client.get(LIST)

    with django_assert_max_num_queries(24):
        client.get(LIST)
