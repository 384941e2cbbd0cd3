"""One certificate as staff see it, and the steps that two of them take."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.models import Case
from certificates import actions
from certificates.models import Certificate, StandingChange
from people.actions import declare_interest
from people.models import Interest
from tests.certificates.factories import make_certificate
from tests.factories import LearnerFactory, UserFactory, staff

pytestmark = pytest.mark.django_db
WAITING = reverse("waiting_changes")
PROVEN = reverse("proven_cases")
REVOKE = {
    "reason_class": "conduct",
    "reason": "A phone was used.",
    "effective_on": "2026-11-22",
}


@pytest.fixture(autouse=True)
def clock(today_is):
    """Pages read the clock; it stands at noon of the day of the pass."""


def member(role, authority, now):
    user = staff(role, authority, now)
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    return user


@pytest.fixture
def officer(certificate, now):
    return member("officer", certificate.authority, now)


@pytest.fixture
def second(certificate, now):
    return member("officer", certificate.authority, now)


@pytest.fixture
def as_officer(client, officer):
    client.force_login(officer)
    return client


@pytest.fixture
def change(certificate, officer, now):
    return actions.propose_change(
        certificate=certificate,
        kind="revoked",
        reason_class="conduct",
        reason="A phone was used.",
        by=officer,
        now=now,
    )


def page(certificate):
    return reverse("staff_certificate", args=[certificate.pk])


def address(change):
    return reverse("standing_change", args=[change.pk])


def words(response):
    return " ".join(response.content.decode().split())


def doors(certificate, change):
    """Every staff address about the certificate."""
    steps = ["revocation", "reinstatement", "correction"]
    one = [reverse(f"propose_{step}", args=[certificate.pk]) for step in steps]
    interest = reverse("certificate_interest", args=[certificate.pk])
    return [page(certificate), *one, interest, address(change)]


# -- One certificate ------------------------------------------------------------------------------
def test_page_shows_facts_standing_and_what_can_be_done(as_officer, certificate):
    text = words(as_officer.get(page(certificate)))
    for fact in [certificate.reference, certificate.holder_name, "22 November 2029", "Valid"]:
        assert fact in text
    for step in ["propose_revocation", "propose_correction", "certificate_interest"]:
        assert reverse(step, args=[certificate.pk]) in text
    assert reverse("propose_reinstatement", args=[certificate.pk]) not in text
    assert reverse("certificate_pdf", args=[certificate.reference]) in text


def test_page_leads_to_the_test_and_its_case(as_officer, certificate, now):
    case = Case.objects.create(sitting=certificate.sitting, opened_by=UserFactory(), opened_at=now)
    text = words(as_officer.get(page(certificate)))
    assert reverse("sitting_bundle", args=[certificate.sitting_id]) in text
    assert reverse("test_case", args=[case.pk]) in text


def test_page_tells_everything_that_happened(as_officer, certificate, change, second, now):
    actions.decline_change(change=change, reason="Not proven.", by=second, now=now)
    two = {"by": second, "seconded_by": change.proposed_by, "now": now}
    actions.revoke(certificate=certificate, reason="It was proven.", **two)
    actions.reinstate(certificate=certificate, reason="On appeal.", **two)
    text = words(as_officer.get(page(certificate)))
    for told in ["Issued", "Proposed: revoke it", "Declined", "It was proven.", "On appeal."]:
        assert told in text
    assert str(second) in text


def test_waiting_change_is_told_and_nothing_else_offered(as_officer, certificate, change):
    text = words(as_officer.get(page(certificate)))
    assert address(change) in text
    assert reverse("propose_revocation", args=[certificate.pk]) not in text


def test_auditor_reads_and_is_offered_nothing(client, certificate, change, now):
    client.force_login(member("auditor", certificate.authority, now))
    text = words(client.get(page(certificate)))
    assert certificate.holder_name in text
    assert reverse("propose_revocation", args=[certificate.pk]) not in text
    assert ".pdf" not in text
    assert "Confirm</button>" not in words(client.get(address(change)))


@pytest.mark.parametrize("role", ["author", "reviewer"])
def test_other_staff_are_refused_everywhere(client, certificate, change, now, role):
    client.force_login(member(role, certificate.authority, now))
    for door in [*doors(certificate, change), WAITING, PROVEN]:
        response = client.get(door)
        assert response.status_code in (302, 403, 404)
        assert certificate.holder_name not in response.content.decode()


def test_another_authority_finds_nothing(client, certificate, change, now):
    client.force_login(member("officer", LearnerFactory().authority, now))
    for door in doors(certificate, change):
        assert client.get(door).status_code == 404
        assert client.post(door, {**REVOKE, "decision": "confirm"}).status_code in (404, 405)
    assert certificate.events.count() == 1
    assert certificate.reference not in words(client.get(WAITING))


def test_declared_interest_closes_every_door(client, certificate, change, second, now):
    client.force_login(second)
    assert client.get(page(certificate)).status_code == 200
    declare_interest(user=second, learner=certificate.learner, reason="Cousin.", now=now)
    pdf = reverse("certificate_pdf", args=[certificate.reference])
    for door in [*doors(certificate, change), pdf]:
        assert client.get(door).status_code == 404
    assert client.post(address(change), {"decision": "confirm"}).status_code == 404
    assert certificate.reference not in words(client.get(WAITING))
    assert certificate.events.count() == 1


def test_own_record_is_closed_to_an_officer(client, certificate, change, now):
    own = certificate.learner.user
    own.memberships.create(authority=certificate.authority, role="officer", granted_at=now)
    own.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(own)
    for door in doors(certificate, change):
        assert client.get(door).status_code == 404


def test_interest_of_an_administrator_counts_too(client, certificate, now):
    admin = UserFactory(is_superuser=True, is_staff=True)
    client.force_login(admin)
    assert client.get(page(certificate)).status_code == 200
    declare_interest(user=admin, learner=certificate.learner, reason="Friend.", now=now)
    assert client.get(page(certificate)).status_code == 404


def test_interest_is_declared_from_the_certificate(as_officer, officer, certificate):
    declare = reverse("certificate_interest", args=[certificate.pk])
    assert certificate.learner.full_name in words(as_officer.get(declare))
    assert as_officer.post(declare, {"reason": ""}).status_code == 200
    assert not Interest.objects.exists()
    as_officer.post(declare, {"reason": "My neighbour."})
    assert Interest.objects.get().user == officer
    assert as_officer.get(page(certificate)).status_code == 404


# -- Proposing and deciding -----------------------------------------------------------------------
def test_two_officers_revoke_step_by_step(client, certificate, officer, second):
    client.force_login(officer)
    response = client.post(reverse("propose_revocation", args=[certificate.pk]), REVOKE)
    change = StandingChange.objects.get()
    assert response["Location"] == address(change)
    own_page = words(client.get(address(change)))
    assert "Confirm</button>" not in own_page
    assert "Take it back" in own_page
    client.post(address(change), {"decision": "confirm"})
    assert certificate.events.count() == 1

    client.force_login(second)
    decide = words(client.get(address(change)))
    assert "What will happen" in decide
    assert "A phone was used." in decide
    response = client.post(address(change), {"decision": "confirm"}, follow=True)
    assert "Revoked" in words(response)
    event = certificate.events.last()
    assert (event.kind, event.by, event.seconded_by) == ("revoked", officer, second)


def test_proposing_a_day_to_come_is_refused_in_the_form(as_officer, certificate):
    wrong = {**REVOKE, "effective_on": "2026-11-23"}
    response = as_officer.post(reverse("propose_revocation", args=[certificate.pk]), wrong)
    assert response.status_code == 200
    assert "Choose a day in this time." in words(response)
    assert not StandingChange.objects.exists()


def test_proposing_beside_what_waits_is_refused(client, certificate, change, second):
    client.force_login(second)
    response = client.post(reverse("propose_revocation", args=[certificate.pk]), REVOKE)
    assert "waits already" in words(response)


@pytest.mark.parametrize("step", ["revocation", "reinstatement", "correction"])
def test_auditor_proposes_nothing(client, certificate, now, step):
    client.force_login(member("auditor", certificate.authority, now))
    response = client.post(reverse(f"propose_{step}", args=[certificate.pk]), REVOKE)
    assert response.status_code in (302, 403)
    assert not StandingChange.objects.exists()


def test_name_is_corrected_step_by_step(client, certificate, officer, second):
    client.force_login(officer)
    facts = {"reason_class": "name_corrected", "reason": "Passport.", "holder_name": "Adé Example"}
    client.post(reverse("propose_correction", args=[certificate.pk]), facts)
    client.force_login(second)
    decide = address(StandingChange.objects.get())
    assert "A new certificate is issued to Adé Example" in words(client.get(decide))
    response = client.post(decide, {"decision": "confirm"}, follow=True)
    replacement = Certificate.objects.get(replaces=certificate)
    text = words(response)
    assert "This certificate is replaced by a corrected one." in text
    assert page(replacement) in text
    assert reverse("propose_revocation", args=[certificate.pk]) not in text
    assert page(certificate) in words(client.get(page(replacement)))


def test_reinstatement_is_offered_for_a_revoked_one(as_officer, certificate, revoke_it):
    step = reverse("propose_reinstatement", args=[certificate.pk])
    assert step in words(as_officer.get(page(certificate)))
    facts = {**REVOKE, "reason_class": "revoked_in_error"}
    as_officer.post(step, facts)
    assert StandingChange.objects.get().kind == "reinstated"


def test_declining_needs_a_reason(client, change, second):
    client.force_login(second)
    response = client.post(address(change), {"decision": "decline", "reason": ""})
    assert "Say why you decline" in words(response)
    client.post(address(change), {"decision": "decline", "reason": "Not proven."})
    change.refresh_from_db()
    assert (change.decision, change.decision_reason) == ("declined", "Not proven.")


def test_proposal_is_taken_back_on_its_page(as_officer, change):
    as_officer.post(address(change), {"decision": "take_back"})
    change.refresh_from_db()
    assert change.decision == "taken_back"


def test_nonsense_decides_nothing(client, change, second):
    client.force_login(second)
    client.post(address(change), {"decision": "whatever"})
    change.refresh_from_db()
    assert change.decision == ""


# -- Lists ----------------------------------------------------------------------------------------
def test_list_of_what_waits_and_its_number_in_the_menu(client, change, certificate, second):
    client.force_login(second)
    text = words(client.get(WAITING))
    assert certificate.reference in text
    assert "Second person (1)" in text


def test_own_proposal_is_listed_but_not_counted(as_officer, change):
    text = words(as_officer.get(WAITING))
    assert "Your own: another officer has to decide." in text
    assert "Second person (" not in text


def proven(certificate, now, **fields):
    return Case.objects.create(
        sitting=certificate.sitting,
        opened_by=UserFactory(),
        opened_at=now,
        decided_by=UserFactory(),
        decided_at=now,
        **{"decision": "proven", **fields},
    )


def test_proven_case_is_a_queue_until_somebody_decides(as_officer, certificate, now):
    case = proven(certificate, now)
    text = words(as_officer.get(PROVEN))
    assert page(certificate) in text
    assert reverse("test_case", args=[case.pk]) in text
    two = {"by": UserFactory(), "seconded_by": UserFactory(), "reason": "One."}
    actions.revoke(certificate=certificate, now=now, **two)
    assert page(certificate) not in words(as_officer.get(PROVEN))


def test_proven_case_of_a_corrected_certificate_leads_to_its_replacement(
    as_officer, certificate, now
):
    proven(certificate, now)
    two = {"by": UserFactory(), "seconded_by": UserFactory(), "reason": "One.", "now": now}
    actions.correct(certificate=certificate, holder_name="Adé Example", **two)
    replacement = Certificate.objects.get(replaces=certificate)
    text = words(as_officer.get(PROVEN))
    assert page(replacement) in text
    assert page(certificate) not in text
    actions.revoke(certificate=replacement, **two)
    assert page(replacement) not in words(as_officer.get(PROVEN))


@pytest.mark.parametrize("decision", ["advice", "no_action"])
def test_other_decisions_are_no_queue(as_officer, certificate, now, decision):
    proven(certificate, now, decision=decision)
    assert page(certificate) not in words(as_officer.get(PROVEN))


def test_overturned_case_is_no_queue(as_officer, certificate, now):
    appeal = {
        "appealed_at": now,
        "appeal_decision": "overturned",
        "appeal_decided_by": UserFactory(),
        "appeal_decided_at": now,
    }
    proven(certificate, now, **appeal)
    assert page(certificate) not in words(as_officer.get(PROVEN))


def test_proven_case_says_what_was_proposed(as_officer, certificate, change, now):
    proven(certificate, now)
    assert address(change) in words(as_officer.get(PROVEN))


# -- Costs ----------------------------------------------------------------------------------------
def test_lists_ask_the_same_number_of_questions_however_long(
    client, certificate, officer, second, now
):
    def propose_about(number):
        at = now - timedelta(days=number)
        one = make_certificate(at=at, learner=LearnerFactory(authority=certificate.authority))
        proven(one, now)
        facts = {"kind": "revoked", "reason_class": "other", "reason": "One."}
        actions.propose_change(certificate=one, by=officer, now=now, **facts)

    def questions(page, rows):
        with CaptureQueriesContext(connection) as asked:
            assert len(client.get(page).context["rows"]) == rows
        return len(asked)

    client.force_login(second)
    propose_about(0)
    few = [questions(WAITING, 1), questions(PROVEN, 1)]
    for number in range(1, 6):
        propose_about(number)
    assert [questions(WAITING, 6), questions(PROVEN, 6)] == few
    assert max(few) <= 18


def test_page_of_a_certificate_has_its_price(
    as_officer, certificate, change, django_assert_max_num_queries
):
    as_officer.get(reverse("wagtailadmin_home"))
    with django_assert_max_num_queries(23):
        as_officer.get(page(certificate))
