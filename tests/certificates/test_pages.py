"""What the holder sees, and that nobody else does."""

from datetime import timedelta

import pytest
from django.urls import reverse

from people.actions import end_membership, grant_membership
from people.models import Membership
from tests.certificates.factories import make_certificate, noon
from tests.factories import AuthorityFactory, LearnerFactory, UserFactory

pytestmark = pytest.mark.django_db
LIST = reverse("certificates")


def page(client, certificate):
    return client.get(reverse("certificate", args=[certificate.reference]))


def pdf(client, certificate):
    return client.get(reverse("certificate_pdf", args=[certificate.reference]))


def officer_of(authority, now, role=Membership.Role.OFFICER):
    user = UserFactory()
    grant_membership(user=user, authority=authority, role=role, by=None, now=now)
    return user


def words(response):
    return " ".join(response.content.decode().split())


# -- The list -------------------------------------------------------------------------------
def test_list_shows_ones_own_certificates_only(as_holder, certificate, now):
    other = make_certificate(at=now)
    text = words(as_holder.get(LIST))
    assert certificate.reference in text
    assert other.reference not in text


def test_list_of_a_person_without_certificates_says_how_to_get_one(client):
    client.force_login(LearnerFactory().user)
    assert "You have no certificate yet." in words(client.get(LIST))


def test_list_of_somebody_who_is_no_learner_is_empty(client):
    client.force_login(UserFactory())
    assert client.get(LIST).status_code == 200


def test_renewed_certificate_is_not_called_due_in_the_list(as_holder, certificate, today_is):
    renewed = make_certificate(at=noon(certificate.renew_from), learner=certificate.learner)
    today_is(noon(certificate.renew_from))
    as_holder.force_login(certificate.learner.user)
    standings = dict(as_holder.get(LIST).context["rows"])
    assert standings == {renewed: "valid", certificate: "valid"}


@pytest.mark.parametrize("held", [1, 4])
def test_list_asks_the_same_number_of_questions_however_long(
    as_holder, certificate, held, django_assert_num_queries
):
    for number in range(1, held):
        later = noon(certificate.passed_on + timedelta(days=number))
        make_certificate(at=later, learner=certificate.learner)
    with django_assert_num_queries(6):
        assert len(as_holder.get(LIST).context["rows"]) == held


# -- One certificate ------------------------------------------------------------------------
def test_page_shows_the_facts(as_holder, certificate):
    text = words(page(as_holder, certificate))
    for fact in [
        certificate.reference,
        certificate.holder_name,
        certificate.course_title,
        "Edition 1",
        certificate.authority_name,
        "22 November 2026",
        "22 November 2029",
        "24 August 2029",
    ]:
        assert fact in text


def test_page_offers_the_file_and_the_public_check(as_holder, certificate):
    text = words(page(as_holder, certificate))
    assert reverse("certificate_pdf", args=[certificate.reference]) in text
    assert reverse("verify_reference", args=[certificate.reference]) in text


@pytest.mark.parametrize(
    ("days", "sentence"),
    [
        (-91, "Valid until the end of 22 November 2029."),
        (-90, "Valid until the end of 22 November 2029. You can renew it now."),
        (0, "You can renew it now."),
        (1, "This certificate ended on 22 November 2029."),
    ],
)
def test_page_says_its_standing_in_words(as_holder, certificate, today_is, days, sentence):
    today_is(noon(certificate.valid_until + timedelta(days=days)))
    as_holder.force_login(certificate.learner.user)
    assert sentence in words(page(as_holder, certificate))


def test_last_day_ends_at_midnight_in_london(as_holder, certificate, today_is):
    midnight = noon(certificate.valid_until) + timedelta(hours=12)
    today_is(midnight - timedelta(seconds=1))
    as_holder.force_login(certificate.learner.user)
    assert page(as_holder, certificate).context["standing"] == "expiring"
    today_is(midnight)
    assert page(as_holder, certificate).context["standing"] == "expired"


def test_page_of_a_revoked_certificate_says_when_and_why_and_offers_no_file(
    as_holder, certificate, revoke_it
):
    text = words(page(as_holder, certificate))
    assert "This certificate was revoked on 22 November 2026." in text
    assert "The reason given: Somebody else sat the test." in text
    assert "Download PDF" not in text


def test_page_points_to_the_newer_certificate(as_holder, certificate):
    make_certificate(at=noon(certificate.renew_from), learner=certificate.learner)
    assert "You have a newer certificate." in words(page(as_holder, certificate))


def test_address_typed_in_lower_case_works(as_holder, certificate):
    typed = certificate.reference.replace("-", "").lower()
    assert as_holder.get(f"/certificates/{typed}/").status_code == 200


@pytest.mark.parametrize("reference", ["0123-4567-89AM", "0123-4567-89AN", "nonsense", "---"])
@pytest.mark.parametrize("ending", ["/", ".pdf"])
def test_unknown_reference_is_not_there(as_holder, reference, ending):
    assert as_holder.get(f"/certificates/{reference}{ending}").status_code == 404


@pytest.mark.parametrize("view", [page, pdf])
def test_certificate_of_another_learner_is_not_there(client, certificate, view):
    client.force_login(LearnerFactory(authority=certificate.authority).user)
    assert view(client, certificate).status_code == 404


@pytest.mark.parametrize("view", [page, pdf])
def test_stranger_is_sent_to_sign_in(client, certificate, view):
    assert "/accounts/login/" in view(client, certificate)["Location"]


def test_officer_does_not_see_the_holders_page(client, certificate, now):
    client.force_login(officer_of(certificate.authority, now))
    assert page(client, certificate).status_code == 404


def test_page_asks_a_fixed_number_of_questions(as_holder, certificate, django_assert_num_queries):
    with django_assert_num_queries(7):
        page(as_holder, certificate)


def test_personal_pages_are_kept_by_no_cache(as_holder, certificate):
    for response in (
        as_holder.get(LIST),
        page(as_holder, certificate),
        pdf(as_holder, certificate),
    ):
        assert "no-store" in response["Cache-Control"]


# -- The file -------------------------------------------------------------------------------
def test_holder_downloads_a_file_named_after_the_certificate(as_holder, certificate):
    response = pdf(as_holder, certificate)
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == f'attachment; filename="{certificate.reference}.pdf"'
    assert response.content.startswith(b"%PDF")


def test_officer_of_the_authority_downloads_it(client, certificate, now):
    client.force_login(officer_of(certificate.authority, now))
    assert pdf(client, certificate).status_code == 200


def test_officer_of_another_authority_does_not(client, certificate, now):
    client.force_login(officer_of(AuthorityFactory(), now))
    assert pdf(client, certificate).status_code == 404


@pytest.mark.parametrize("role", ["auditor", "author", "reviewer"])
def test_other_staff_do_not(client, certificate, now, role):
    client.force_login(officer_of(certificate.authority, now, role))
    assert pdf(client, certificate).status_code == 404


def test_officer_who_left_does_not(client, certificate, now):
    user = officer_of(certificate.authority, now)
    end_membership(membership=user.memberships.get(), by=UserFactory(), now=now)
    client.force_login(user)
    assert pdf(client, certificate).status_code == 404


def test_no_officer_downloads_one_without_authority(client, rule, now):
    certificate = make_certificate(at=now, learner=LearnerFactory(authority=None))
    client.force_login(officer_of(AuthorityFactory(), now))
    assert pdf(client, certificate).status_code == 404
