"""The certificates an authority's staff may read."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from people.actions import declare_interest, end_membership, grant_membership
from tests.certificates.factories import make_certificate
from tests.factories import AuthorityFactory, UserFactory

pytestmark = pytest.mark.django_db
LIST = reverse("staff_certificates")


def staff(authority, now, role="officer"):
    user = UserFactory()
    grant_membership(user=user, authority=authority, role=role, by=None, now=now)
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    return user


@pytest.fixture
def as_officer(client, certificate, now):
    client.force_login(staff(certificate.authority, now))
    return client


def listed(response):
    return [certificate.reference for certificate in response.context["object_list"]]


def test_officer_sees_certificates_of_the_own_authority_only(as_officer, certificate, now):
    make_certificate(at=now)
    assert listed(as_officer.get(LIST)) == [certificate.reference]


def test_auditor_sees_them_without_a_way_to_a_file(client, certificate, now):
    client.force_login(staff(certificate.authority, now, "auditor"))
    response = client.get(LIST)
    assert listed(response) == [certificate.reference]
    assert ".pdf" not in response.content.decode()


def test_each_number_leads_to_its_page(as_officer, certificate):
    address = reverse("staff_certificate", args=[certificate.pk])
    assert address in as_officer.get(LIST).content.decode()


def test_list_hides_whom_the_officer_knows_from_the_next_request_on(as_officer, certificate, now):
    officer = certificate.authority.memberships.get().user
    declare_interest(user=officer, learner=certificate.learner, reason="Cousin.", now=now)
    assert listed(as_officer.get(LIST)) == []


def test_list_hides_the_own_certificate(client, certificate, now):
    grant_membership(
        user=certificate.learner.user,
        authority=certificate.authority,
        role="officer",
        by=None,
        now=now,
    )
    own = certificate.learner.user
    own.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(own)
    assert listed(client.get(LIST)) == []


def test_administrator_sees_all(client, certificate, now):
    make_certificate(at=now)
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    assert len(listed(client.get(LIST))) == 2


@pytest.mark.parametrize("role", ["author", "reviewer"])
@pytest.mark.parametrize("name", ["staff_certificates", "staff_certificates_results"])
def test_other_staff_are_refused(client, certificate, now, role, name):
    client.force_login(staff(certificate.authority, now, role))
    response = client.get(reverse(name))
    assert response.status_code in (302, 403)
    assert certificate.reference not in response.content.decode()


def test_role_that_ended_opens_nothing_on_the_next_request(as_officer, certificate, now):
    membership = certificate.authority.memberships.get()
    end_membership(membership=membership, by=UserFactory(), now=now)
    assert as_officer.get(LIST).status_code in (302, 403)


def test_list_shows_the_facts(as_officer, certificate):
    page = as_officer.get(LIST).content.decode()
    for fact in [certificate.holder_name, "22 November 2026", "22 November 2029", "Valid"]:
        assert fact in page


def test_list_says_what_each_is_worth_today(as_officer, certificate, revoke_it):
    assert "Revoked" in as_officer.get(LIST).content.decode()


@pytest.mark.parametrize("query", ["reference", "holder_name"])
def test_search_finds_by_number_and_name(as_officer, certificate, now, query):
    text = getattr(certificate, query)[:8].lower()
    assert listed(as_officer.get(LIST, {"q": text})) == [certificate.reference]


def test_search_finds_nothing_of_another_authority(as_officer, now):
    other = make_certificate(at=now)
    assert listed(as_officer.get(LIST, {"q": other.reference})) == []


@pytest.mark.parametrize("ordering", ["valid_until", "-valid_until", "holder_name", "learner"])
def test_only_offered_orders_are_taken(as_officer, certificate, ordering):
    assert as_officer.get(LIST, {"ordering": ordering}).status_code == 200


def test_menu_shows_the_list_to_those_who_may_see_it(as_officer, client, certificate, now):
    assert LIST in as_officer.get(reverse("wagtailadmin_home")).content.decode()
    client.force_login(staff(certificate.authority, now, "author"))
    assert LIST not in client.get(reverse("wagtailadmin_home")).content.decode()


@pytest.mark.parametrize("held", [1, 8])
def test_list_asks_the_same_number_of_questions_however_long(
    as_officer, certificate, now, held, django_assert_num_queries
):
    for _ in range(1, held):
        make_certificate(at=now, learner=None, authority=certificate.authority)
    rows_alone = reverse("staff_certificates_results")  # Without the menu, to which rooms add.
    with django_assert_num_queries(10):
        assert len(listed(as_officer.get(rows_alone))) == held


def test_authority_of_nobody_shows_nothing(client, certificate, now):
    client.force_login(staff(AuthorityFactory(), now))
    assert listed(client.get(LIST)) == []
