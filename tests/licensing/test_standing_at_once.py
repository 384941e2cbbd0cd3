"""What two officers decide is said at once: on every page, in every check and by the API (I19)."""

from datetime import UTC, date, datetime

import pytest
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse

from certificates.models import Certificate, StandingChange
from people.actions import declare_interest
from tests.factories import staff
from tests.licensing.factories import give_token, make_certificate, make_client, make_licence

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
NEXT_YEAR = datetime(2027, 11, 22, tzinfo=UTC)
BEFORE = "2026-11-22T11:59:59Z"
WHY = {"reason": "Somebody saw it.", "effective_on": "2026-11-22"}
STEPS = {
    "revocation": {**WHY, "reason_class": "conduct"},
    "reinstatement": {**WHY, "reason_class": "appeal_upheld"},
    "correction": {**WHY, "reason_class": "name_corrected", "holder_name": "Adé Example"},
}


@pytest.fixture
def licence(authority, requirement):
    return make_licence(authority)


@pytest.fixture
def certificate(licence, course):
    return make_certificate(licence, course, passed_on=date(2025, 4, 3))


@pytest.fixture
def officers(authority, now):
    """Two, each in a browser of their own."""
    browsers = [Client(), Client()]
    for browser in browsers:
        browser.officer = staff("officer", authority, now)
        browser.officer.user_permissions.add(Permission.objects.get(codename="access_admin"))
        browser.force_login(browser.officer)
    return browsers


@pytest.fixture
def decide(officers):
    """One proposes on the pages, the other confirms."""

    def both(certificate, step, **changed):
        first, second = officers
        facts = {**STEPS[step], **changed}
        first.post(reverse(f"propose_{step}", args=[certificate.pk]), facts)
        change = StandingChange.objects.waiting().get(certificate=certificate)
        page = reverse("standing_change", args=[change.pk])
        assert second.get(page).status_code == 200
        second.post(page, {"decision": "confirm"})

    return both


@pytest.fixture
def api(client, authority):
    token = give_token(make_client(authority), expires_at=NEXT_YEAR)

    def ask(**question):
        answer = client.get(
            "/api/v1/licences/PH-1002/training-status",
            question,
            headers={"Authorization": f"Bearer {token}"},
        ).json()
        (requirement,) = answer["requirements"]
        held = requirement["certificate"]
        return answer["training"], requirement["status"], held and held["reference"]

    return ask


@pytest.fixture
def told(certificate, officers):
    """What the holder's page, the list, the page and the list of staff, and the check say."""
    holder = Client()
    holder.force_login(certificate.learner.user)

    def ask(one):
        pages = {
            "holder": (holder, reverse("certificate", args=[one.reference])),
            "holder's list": (holder, reverse("certificates")),
            "staff": (officers[0], reverse("staff_certificate", args=[one.pk])),
            "staff list": (officers[0], reverse("staff_certificates") + f"?q={one.reference}"),
            "check": (Client(), reverse("verify_reference", args=[one.reference])),
        }
        answers = {name: browser.get(page) for name, (browser, page) in pages.items()}
        assert {answer.status_code for answer in answers.values()} == {200}
        return {name: " ".join(a.content.decode().split()) for name, a in answers.items()}

    return ask


def test_revocation_is_said_everywhere_on_the_next_request(certificate, decide, api, told):
    assert api() == ("met", "valid", certificate.reference)
    decide(certificate, "revocation")
    assert api() == ("not_met", "revoked", certificate.reference)
    said = told(certificate)
    assert "This certificate was revoked on 22 November 2026" in said["holder"]
    assert "the rules of the test were broken" in said["holder"]
    assert "Cancelled" in said["holder's list"]
    assert "Revoked" in said["staff"]
    assert "Revoked" in said["staff list"]
    assert "Not valid: this certificate was revoked" in said["check"]


def test_reinstatement_is_said_everywhere_on_the_next_request(certificate, decide, api, told):
    decide(certificate, "revocation")
    decide(certificate, "reinstatement")
    assert api() == ("met", "valid", certificate.reference)
    said = told(certificate)
    assert "Valid until the end of 3 April 2028" in said["holder"]
    assert "Reinstated: it counts again" in said["staff"]
    assert "This certificate is valid today" in said["check"]


def test_correction_is_said_everywhere_on_the_next_request(certificate, decide, api, told):
    decide(certificate, "correction")
    new = Certificate.objects.get(replaces=certificate)
    assert api() == ("met", "valid", new.reference)
    said = told(certificate)
    assert "This certificate is replaced by a corrected one." in said["holder"]
    assert new.reference in said["holder"]
    assert "Replaced" in said["holder's list"]
    assert "This certificate is replaced by a corrected one." in said["staff"]
    assert "Replaced" in said["staff list"]
    assert "Adé Example" in told(new)["holder"]
    assert "This certificate is valid today" in told(new)["check"]


def test_replaced_certificate_is_never_valid_in_the_check_nor_unknown(certificate, decide, told):
    decide(certificate, "correction")
    said = told(certificate)["check"]
    assert "Not valid" in said
    assert "valid today</h1>" not in said


def test_correction_answers_for_every_day_and_not_for_earlier_knowledge(certificate, decide, api):
    asked = [{"as_at": day} for day in ("2025-04-03", "2026-11-21", "2028-04-04")]
    before = [api(**question) for question in asked]
    decide(certificate, "correction")
    new = Certificate.objects.get(replaces=certificate)
    assert [api(**question, known_at=BEFORE) for question in asked] == before
    assert [api(**question) for question in asked] == [
        (training, status, new.reference) for training, status, _ in before
    ]


def test_revoked_days_stay_revoked_through_a_correction(
    certificate, officers, decide, api, time_machine_at
):
    decide(certificate, "revocation")
    time_machine_at(datetime(2026, 11, 25, 12, tzinfo=UTC))
    for browser in officers:
        browser.force_login(browser.officer)  # Nobody stays signed in for so long.
    decide(certificate, "reinstatement", effective_on="2026-11-25")
    decide(certificate, "correction")
    new = Certificate.objects.get(replaces=certificate)
    assert api(as_at="2026-11-23") == ("not_met", "revoked", new.reference)
    assert api(as_at="2026-11-25") == ("met", "valid", new.reference)


def test_declared_interest_shuts_the_officer_out_at_the_next_request(certificate, officers, now):
    first, _ = officers
    page = reverse("staff_certificate", args=[certificate.pk])
    assert first.get(page).status_code == 200
    officer = certificate.authority.memberships.order_by("pk").first().user
    declare_interest(user=officer, learner=certificate.learner, reason="Cousin.", now=now)
    assert first.get(page).status_code == 404
    propose = reverse("propose_revocation", args=[certificate.pk])
    assert first.post(propose, STEPS["revocation"]).status_code == 404
    assert not StandingChange.objects.exists()


def test_corrected_certificate_revoked_later_is_followed(certificate, decide, api, told):
    decide(certificate, "correction")
    new = Certificate.objects.get(replaces=certificate)
    decide(new, "revocation")
    assert api() == ("not_met", "revoked", new.reference)
    assert "Revoked" in told(new)["staff"]
    assert new.reference in told(certificate)["holder"]


def test_no_answer_is_kept_for_the_next_request(certificate, decide, api):
    question = {"as_at": "2026-11-22"}
    assert api(**question)[0] == "met"
    decide(certificate, "revocation")
    assert api(**question)[0] == "not_met"
    assert api(**question, known_at=BEFORE)[0] == "met"
