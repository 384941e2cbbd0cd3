import re
from datetime import date

import pytest
from django.urls import reverse

from people.actions import decide_claim, declare_interest, end_membership, grant_membership
from people.models import LicenceClaim, Membership
from tests.factories import AuthorityFactory, LearnerFactory, LicenceFactory, UserFactory

pytestmark = pytest.mark.django_db
CLAIM = reverse("claim_licence")
TOKEN = re.compile(rb'name="csrfmiddlewaretoken" value="\w+"')  # Another in every answer.


def details(licence, **changes):
    fields = {
        "authority": licence.authority_id,
        "number": licence.number,
        "date_of_birth_day": "31",
        "date_of_birth_month": "3",
        "date_of_birth_year": "1980",
    }
    return {**fields, **changes}


@pytest.fixture
def learner(client):
    learner = LearnerFactory()
    client.force_login(learner.user)
    return learner


@pytest.fixture
def officer(now):
    authority, user = AuthorityFactory(), UserFactory()
    grant_membership(user=user, authority=authority, role=Membership.Role.OFFICER, by=None, now=now)
    return user


@pytest.fixture
def claim(officer, now):
    authority = officer.memberships.get().authority
    return LicenceClaim.objects.create(
        learner=LearnerFactory(),
        authority=authority,
        number="PH-9",
        date_of_birth=date(1980, 3, 31),
        made_at=now,
    )


def test_right_details_lead_to_the_dashboard(client, learner):
    response = client.post(CLAIM, details(LicenceFactory()))
    assert response["Location"] == reverse("dashboard")


def test_every_mismatch_reads_the_same(client, learner):
    licence = LicenceFactory()
    wrong_birth = client.post(CLAIM, details(licence, date_of_birth_year="1981")).content
    wrong_number = client.post(CLAIM, details(licence, number="NO-SUCH")).content
    assert TOKEN.sub(b"", wrong_birth) == TOKEN.sub(b"", wrong_number)
    assert b"do not say which part" in wrong_birth


def test_missing_answers_are_named_beside_their_fields(client, learner):
    page = client.post(CLAIM, {"authority": ""}).content.decode()
    assert "Enter your licence number" in page
    assert "There is a problem" in page


def test_stranger_is_sent_to_sign_in(client):
    assert "/accounts/login/" in client.get(CLAIM)["Location"]


def test_officer_sees_the_claims_of_their_own_authority_only(client, officer, claim, now):
    client.force_login(officer)
    LicenceClaim.objects.create(
        learner=LearnerFactory(full_name="Other Person"),
        authority=AuthorityFactory(),
        number="WV-1",
        date_of_birth=date(1990, 1, 1),
        made_at=now,
    )
    page = client.get(reverse("waiting_claims")).content.decode()
    assert "PH-9" in page
    assert "WV-1" not in page


def test_officer_links_the_licence_that_was_meant(client, officer, claim):
    licence = LicenceFactory(authority=claim.authority, number="PH-99")
    client.force_login(officer)
    client.post(reverse("decide_claim", args=[claim.pk]), {"licence": licence.pk})
    licence.refresh_from_db()
    assert licence.holder == claim.learner


def test_officer_may_decline(client, officer, claim):
    client.force_login(officer)
    client.post(reverse("decide_claim", args=[claim.pk]), {"licence": "none"})
    claim.refresh_from_db()
    assert (claim.decision, claim.decided_by) == ("declined", officer)


def test_licence_that_somebody_holds_cannot_be_linked(client, officer, claim):
    taken = LicenceFactory(authority=claim.authority, held=True)
    client.force_login(officer)
    client.post(reverse("decide_claim", args=[claim.pk]), {"licence": taken.pk})
    claim.refresh_from_db()
    assert claim.decided_at is None


def test_officer_of_another_authority_finds_no_such_claim(client, claim, now):
    other = UserFactory()
    grant_membership(
        user=other, authority=AuthorityFactory(), role=Membership.Role.OFFICER, by=None, now=now
    )
    client.force_login(other)
    assert client.get(reverse("decide_claim", args=[claim.pk])).status_code == 404


def test_role_that_was_ended_opens_nothing_on_the_next_request(client, officer, claim, now):
    client.force_login(officer)
    end_membership(membership=officer.memberships.get(), by=UserFactory(), now=now)
    assert client.get(reverse("decide_claim", args=[claim.pk])).status_code == 403


def test_first_decision_stands(officer, claim, now):
    decide_claim(claim=claim, licence=None, by=officer, now=now)
    licence = LicenceFactory(authority=claim.authority)
    again = decide_claim(claim=claim, licence=licence, by=officer, now=now)
    assert again.decision == LicenceClaim.Decision.DECLINED


@pytest.mark.parametrize("whose", ["somebody they know", "their own"])
def test_claim_is_not_there_for_whoever_is_or_knows_the_person(client, officer, claim, now, whose):
    client.force_login(officer)
    page, requests = reverse("decide_claim", args=[claim.pk]), reverse("waiting_claims")
    assert client.get(page).status_code == 200
    if whose == "their own":
        other = LearnerFactory(user=officer)
        own = LicenceClaim.objects.create(
            learner=other,
            authority=claim.authority,
            number="PH-10",
            date_of_birth=date(1980, 3, 31),
            made_at=now,
        )
        page, claim = reverse("decide_claim", args=[own.pk]), own
    else:
        declare_interest(user=officer, learner=claim.learner, reason="Cousin.", now=now)
    assert client.get(page).status_code == client.post(page, {"licence": "none"}).status_code == 404
    assert claim.number not in re.findall(r"PH-\d+", client.get(requests).content.decode())
    with pytest.raises(ValueError, match="Somebody else has to decide"):
        decide_claim(claim=claim, licence=None, by=officer, now=now)
