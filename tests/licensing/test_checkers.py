"""Two officers let an organisation in; it invites its own people; each end counts at once."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse

from licensing.actions import checkers as actions
from licensing.actions.checkers import CheckersRefused
from licensing.models import CheckerMember, CheckerOrganisation, CheckReceipt
from licensing.perms import checker_places
from outbox.models import Message
from people.models import User
from tests.conftest import NOON
from tests.factories import PASSWORD, LearnerFactory, UserFactory
from tests.factories import staff as staff_of
from tests.licensing.checkers import EARLIER, approved, checker_of, proposed
from tests.licensing.factories import make_certificate, make_licence
from tests.licensing.test_checks import PASSED, form
from tests.licensing.test_staff_webhooks import staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
ORGANISATIONS = reverse("checker_organisations")
CHECK, DASHBOARD = reverse("check"), reverse("dashboard")


def refused(act, **facts):
    with pytest.raises(CheckersRefused) as refusal:
        act(now=NOON, **facts)
    return refusal.value.code


def invitations():
    """The letters that went out, with the links in them, the last first."""
    for letter in Message.objects.filter(key__startswith="checker-invitation:").order_by("-pk"):
        yield letter, re.search(r"https?://\S+/checks/join/\S+/", letter.body).group()


def link(to):
    address = next(link for letter, link in invitations() if letter.to == to)
    return address.removeprefix(settings.SITE_URL)


def token_of(address):
    return address.rstrip("/").rpartition("/")[2]


# -- Two officers ----------------------------------------------------------------------------------
def test_nobody_checks_before_a_second_officer_has_approved(authority):
    organisation = proposed(authority)
    assert not organisation.is_in_force
    assert not Message.objects.exists()


def test_whoever_proposed_it_cannot_approve_it(authority):
    organisation = proposed(authority)
    by = organisation.proposed_by
    assert refused(actions.approve_organisation, organisation=organisation, by=by) == "own_proposal"
    with pytest.raises(IntegrityError), transaction.atomic():
        CheckerOrganisation.objects.filter(pk=organisation.pk).update(
            decision="approved", decided_by=by, decided_at=NOON
        )


@pytest.mark.parametrize("role", ["auditor", "author", "councillor"])
def test_only_officers_of_the_authority_decide(authority, other_authority, role):
    organisation = proposed(authority)
    for by in (staff_of(role, authority, NOON), staff_of("officer", other_authority, NOON)):
        facts = {"organisation": organisation, "by": by}
        assert refused(actions.approve_organisation, **facts) == "not_allowed"
        assert refused(actions.decline_organisation, reason="No.", **facts) == "not_allowed"


def test_contact_may_neither_propose_nor_approve_themselves(authority):
    contact = staff_of("officer", authority, NOON, email="cleo@example.org")
    organisation = proposed(authority, contact_email="Cleo@example.org")
    facts = {"organisation": organisation, "by": contact}
    assert refused(actions.approve_organisation, **facts) == "oneself"
    own = CheckerOrganisation(
        authority=authority, kind="other", name="Mine", contact_email="cleo@example.org"
    )
    assert refused(actions.propose_organisation, organisation=own, by=contact) == "oneself"


def test_approval_invites_the_contact_once(authority):
    organisation = approved(authority, contact_email="cleo@example.org")
    again = actions.approve_organisation(
        organisation=organisation, by=staff_of("officer", authority, NOON), now=NOON
    )
    assert again.decided_at == EARLIER
    assert [letter.to for letter, _ in invitations()] == ["cleo@example.org"]


def test_declined_organisation_cannot_be_approved_and_can_be_proposed_again(authority):
    organisation = proposed(authority, name="Fir Tree")
    by = staff_of("officer", authority, NOON)
    facts = {"organisation": organisation, "by": by}
    assert refused(actions.decline_organisation, reason=" ", **facts) == "no_reason"
    actions.decline_organisation(reason="Unknown to us.", now=NOON, **facts)
    assert refused(actions.approve_organisation, **facts) == "decided"
    assert proposed(authority, name="Fir Tree").pk


def test_name_is_taken_once_at_an_authority(authority, other_authority):
    proposed(authority, name="Fir Tree")
    with pytest.raises(CheckersRefused):
        proposed(authority, name="fir tree")
    assert proposed(other_authority, name="Fir Tree").pk


def test_end_is_final_and_has_its_reason(authority):
    organisation, by = approved(authority), staff_of("officer", authority, NOON)
    facts = {"organisation": organisation, "by": by}
    assert refused(actions.end_organisation, reason="", **facts) == "no_reason"
    ended = actions.end_organisation(reason="Closed.", now=NOON, **facts)
    again = actions.end_organisation(reason="Else.", now=NOON + timedelta(1), **facts)
    assert (again.ended_at, again.end_reason) == (ended.ended_at, "Closed.")


# -- Invitations -----------------------------------------------------------------------------------
@pytest.fixture
def home(authority):
    return approved(authority, contact_email="cleo@example.org", contact_name="Cleo Van Contact")


@pytest.fixture
def contact(home):
    return checker_of(home, is_contact=True)


def test_link_makes_an_account_and_leads_to_the_usual_page_for_a_password(client, home):
    address = link("cleo@example.org")
    assert "Accept and choose a password" in client.get(address).content.decode()
    assert not User.objects.filter(email="cleo@example.org").exists()

    response = client.post(address)
    assert "/accounts/password/reset/key/" in response["Location"]
    user = User.objects.get(email="cleo@example.org")
    assert user.get_full_name() == "Cleo Van Contact"
    assert not user.has_usable_password()
    assert checker_places(user).get().is_contact
    assert not hasattr(user, "learner")


def test_link_works_once(client, home):
    address = link("cleo@example.org")
    client.post(address)
    for response in (client.get(address), client.post(address)):
        assert response.status_code == 404
        assert "cannot be used" in response.content.decode()
    assert CheckerMember.objects.count() == 1


@pytest.mark.parametrize("days", [0, 8])
def test_link_that_is_old_or_never_was_says_the_same(client, home, days):
    address = link("cleo@example.org") if days else "/checks/join/nothing/"
    with time_machine.travel(EARLIER + timedelta(days=days), tick=False):
        response = client.post(address)
    assert response.status_code == 404
    assert "Ask whoever invited you" in response.content.decode()


def test_link_is_useless_once_the_organisation_is_ended(client, home, authority):
    by = staff_of("officer", authority, NOON)
    actions.end_organisation(organisation=home, reason="Closed.", by=by, now=NOON)
    assert client.post(link("cleo@example.org")).status_code == 404


def test_driver_joins_with_the_account_they_have(client, home):
    driver = LearnerFactory(user=UserFactory(email="cleo@example.org"))
    address = link("cleo@example.org")
    assert "Sign in first" in client.get(address).content.decode()
    assert client.post(address).status_code == 200  # Nobody joins for somebody else.
    assert not CheckerMember.objects.exists()

    client.force_login(driver.user)
    assert client.post(address)["Location"] == CHECK
    assert checker_places(driver.user).exists()
    assert client.get(CHECK).status_code == 200
    assert client.get(DASHBOARD).status_code == 200  # Still a driver's.


def test_link_is_for_its_reader_alone(client, home):
    client.force_login(UserFactory())
    page = client.post(link("cleo@example.org")).content.decode()
    assert "another email address" in page
    assert not CheckerMember.objects.exists()


def test_whoever_approved_the_organisation_cannot_join_it(client, home):
    address = link("cleo@example.org")
    User.objects.filter(pk=home.proposed_by_id).update(email="cleo@example.org")
    client.force_login(home.proposed_by)
    assert client.post(address).status_code == 403
    assert not CheckerMember.objects.exists()


def test_table_of_invitations_does_not_hold_the_link(home):
    invitation = home.invitations.get()
    assert token_of(link("cleo@example.org")) not in str(vars(invitation))
    assert next(invitations())[0].secret


def test_contact_invites_a_colleague_once(client, home, contact):
    client.force_login(contact)
    page = reverse("checker_people", args=[home.pk])
    typed = {"name": "Col League", "email": "Col@example.org"}
    for _ in range(2):
        assert client.post(page, typed).status_code == 302
    assert [letter.to for letter, _ in invitations()].count("col@example.org") == 1
    assert "Col League" in client.get(page).content.decode()
    assert not home.invitations.get(email="col@example.org").is_contact


def test_new_invitation_goes_out_once_the_first_is_too_old(home, contact):
    facts = {"organisation": home, "name": "Col", "email": "col@example.org", "by": contact}
    first = actions.invite_checker(now=NOON, **facts)
    second = actions.invite_checker(now=NOON + timedelta(days=8), **facts)
    first.refresh_from_db()
    assert (first.withdrawn_at, first.pk == second.pk) == (NOON + timedelta(days=8), False)


def test_nobody_invites_themselves(home, contact):
    facts = {"organisation": home, "name": "Me", "by": contact}
    assert refused(actions.invite_checker, email=contact.email.upper(), **facts) == "oneself"


def test_colleague_who_is_no_contact_invites_and_ends_nobody(client, home, contact):
    colleague = checker_of(home)
    facts = {"organisation": home, "name": "X", "email": "x@example.org", "by": colleague}
    assert refused(actions.invite_checker, **facts) == "not_allowed"
    member = home.members.get(user=contact)
    assert refused(actions.end_member, member=member, by=colleague) == "not_allowed"
    client.force_login(colleague)
    assert client.get(reverse("checker_people", args=[home.pk])).status_code == 403
    assert client.get(reverse("end_checker_person", args=[member.pk])).status_code == 403


def test_contact_ends_a_colleague(client, home, contact):
    colleague = checker_of(home)
    client.force_login(contact)
    page = reverse("end_checker_person", args=[home.members.get(user=colleague).pk])
    assert colleague.email in client.get(page).content.decode()
    assert client.post(page).status_code == 302
    assert not checker_places(colleague).exists()
    assert not colleague.groups.exists()


def test_whoever_is_ended_does_not_come_back_by_their_own_invitation(client, home, contact):
    facts = {"organisation": home, "name": "Me", "by": contact}
    actions.invite_checker(email="second@example.org", now=NOON, **facts)
    other = checker_of(home, is_contact=True)
    theirs = {"organisation": home, "name": "Col", "email": "col@example.org", "by": other}
    actions.invite_checker(now=NOON, **theirs)
    by = staff_of("officer", home.authority, NOON)
    actions.end_member(member=home.members.get(user=contact), by=by, now=NOON)

    assert client.post(link("second@example.org")).status_code == 404
    assert not User.objects.filter(email="second@example.org").exists()
    assert client.post(link("col@example.org")).status_code == 302


def test_contact_withdraws_an_invitation(client, home, contact):
    client.force_login(contact)
    people = reverse("checker_people", args=[home.pk])
    client.post(people, {"name": "Col League", "email": "col@example.org"})
    address = reverse("withdraw_invitation", args=[home.invitations.get(name="Col League").pk])
    assert address in client.get(people).content.decode()
    for _ in range(2):
        shown = client.post(address, follow=True).content.decode()
        assert "The invitation is withdrawn" in shown
    assert "Col League" not in shown
    client.logout()
    assert client.post(link("col@example.org")).status_code == 404


def test_officer_withdraws_an_invitation(client, authority, home):
    client.force_login(staff("officer", authority))
    page = reverse("checker_organisation", args=[home.pk])
    address = reverse("withdraw_checker_invitation", args=[home.invitations.get().pk])
    assert address in client.get(page).content.decode()
    client.post(address)
    assert address not in client.get(page).content.decode()
    client.logout()
    assert client.post(link("cleo@example.org")).status_code == 404


def test_invitation_is_withdrawn_by_whom_it_concerns(client, authority, home, contact):
    other = approved(authority)
    invitation, open_ = home.invitations.get(name="Somebody"), other.invitations.get()
    act = actions.withdraw_invitation
    assert refused(act, invitation=invitation, by=contact) == "decided"
    for by in (contact, staff_of("auditor", authority, NOON)):
        assert refused(act, invitation=open_, by=by) == "not_allowed"
    client.force_login(contact)
    for name in ("withdraw_invitation", "withdraw_checker_invitation"):
        assert client.post(reverse(name, args=[open_.pk])).status_code in {302, 403, 404}
    assert other.invitations.open(now=NOON).exists()


def test_contact_has_no_say_in_another_organisation(client, authority, home, contact):
    other = approved(authority)
    stranger = checker_of(other)
    member = other.members.get(user=stranger)
    client.force_login(contact)
    assert client.get(reverse("checker_people", args=[other.pk])).status_code == 404
    assert client.post(reverse("end_checker_person", args=[member.pk])).status_code == 404
    assert refused(actions.end_member, member=member, by=contact) == "not_allowed"


def test_person_keeps_the_link_while_another_organisation_has_them(home, contact, authority):
    other = approved(authority)
    checker_of(other, user=contact)
    by = staff_of("officer", authority, NOON)
    actions.end_organisation(organisation=home, reason="Closed.", by=by, now=NOON)
    assert contact.groups.exists()


# -- The way in ------------------------------------------------------------------------------------
def test_whoever_only_checks_lands_on_the_check(client, contact):
    client.force_login(contact)
    assert client.get(DASHBOARD)["Location"] == CHECK


def test_header_leads_checkers_to_the_check_and_nobody_else(client, contact):
    for person, there in ((contact, True), (UserFactory(), False)):
        client.force_login(person)
        page = client.get(reverse("account_email")).content.decode()
        assert ("Check a driver" in page) is there
    client.force_login(UserFactory(is_superuser=True))
    assert "Check a driver" not in client.get(reverse("account_email")).content.decode()


# -- Staff -----------------------------------------------------------------------------------------
def typed(authority, **fields):
    return {
        "authority": authority.pk,
        "kind": "childrens_home",
        "name": "Fir Tree House",
        "operator_reference": "",
        "contact_name": "Cleo Contact",
        "contact_email": "cleo@example.org",
        "reason": "Journey log.",
        **fields,
    }


def test_officer_proposes_and_another_approves_and_ends(client, authority):
    first, second = staff("officer", authority), staff("officer", authority)
    client.force_login(first)
    page = client.post(reverse("propose_checkers"), typed(authority))["Location"]
    assert "An officer other than the one who proposed it" in client.get(page).content.decode()
    organisation = CheckerOrganisation.objects.get()
    client.post(reverse("approve_checkers", args=[organisation.pk]))
    organisation.refresh_from_db()
    assert not organisation.decision

    client.force_login(second)
    assert "Waits for a second officer" in client.get(ORGANISATIONS).content.decode()
    assert "Approve, and invite" in client.get(page).content.decode()
    client.post(reverse("approve_checkers", args=[organisation.pk]))
    assert "Cleo Contact" in client.get(page).content.decode()
    client.post(reverse("end_checkers", args=[organisation.pk]), {"reason": "Closed."})
    organisation.refresh_from_db()
    assert (organisation.ended_by, organisation.end_reason) == (second, "Closed.")
    assert "Ended" in client.get(ORGANISATIONS).content.decode()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"kind": "operator"}, "Enter the reference from the register"),
        ({"operator_reference": "OP-1"}, "Only an operator has a reference"),
    ],
)
def test_reference_is_for_operators(client, authority, fields, message):
    client.force_login(staff("officer", authority))
    page = client.post(reverse("propose_checkers"), typed(authority, **fields))
    assert message in page.content.decode()
    assert not CheckerOrganisation.objects.exists()


def test_reason_that_stays_has_an_end(client, authority, home):
    client.force_login(staff("officer", authority))
    for name, fields in (
        ("propose_checkers", typed(authority, reason="x" * 2001)),
        ("end_checkers", {"reason": "x" * 2001}),
    ):
        address = reverse(name, args=[home.pk] if name == "end_checkers" else [])
        assert "at most 2000 characters" in client.post(address, fields).content.decode()
    home.refresh_from_db()
    assert home.is_in_force
    assert CheckerOrganisation.objects.count() == 1


def test_officer_of_another_authority_finds_nothing(client, other_authority, home, contact):
    client.force_login(staff("officer", other_authority))
    assert home.name not in client.get(ORGANISATIONS).content.decode()
    member = home.members.get()
    assert client.get(reverse("checker_organisation", args=[home.pk])).status_code == 404
    for name in ("approve_checkers", "decline_checkers", "end_checkers", "invite_checker_contact"):
        address = reverse(name, args=[home.pk])
        facts = {"reason": "x", "name": "x", "email": "x@example.org"}
        assert client.post(address, facts).status_code == 404
    assert client.post(reverse("end_checker", args=[member.pk])).status_code == 404


def test_auditor_reads_and_changes_nothing(client, authority, home, contact):
    client.force_login(staff("auditor", authority))
    assert home.name in client.get(ORGANISATIONS).content.decode()
    page = client.get(reverse("checker_organisation", args=[home.pk])).content.decode()
    assert contact.email in page
    assert reverse("end_checkers", args=[home.pk]) not in page
    ending = client.post(reverse("end_checkers", args=[home.pk]), {"reason": "x"})
    assert ending.status_code in {302, 403}
    client.post(reverse("end_checker", args=[home.members.get().pk]))
    home.refresh_from_db()
    assert home.is_in_force
    assert checker_places(contact).exists()


@pytest.mark.parametrize("role", ["author", "reviewer", "councillor"])
def test_others_are_refused(client, authority, home, role):
    client.force_login(staff(role, authority))
    for name in ("checker_organisations", "checks_made", "checks_made_csv", "propose_checkers"):
        assert client.get(reverse(name)).status_code in {302, 403}


def test_officer_ends_one_person(client, authority, home, contact):
    client.force_login(staff("officer", authority))
    client.post(reverse("end_checker", args=[home.members.get().pk]))
    assert not checker_places(contact).exists()


def test_officer_sees_what_was_checked_but_not_about_whom_they_know(
    client, authority, home, contact, course
):
    known, other = make_licence(authority, "PH-1002"), make_licence(authority, "PH-1003")
    client.force_login(contact)
    for licence in (known, other):
        client.post(CHECK, form(home, licence.number))
    officer = staff("officer", authority)
    officer.interests.create(learner=known.holder, reason="Cousin", declared_at=NOON)
    client.force_login(officer)

    page = client.get(reverse("checks_made")).content.decode()
    table = b"".join(client.get(reverse("checks_made_csv")).streaming_content).decode()
    for shown in (page, table):
        assert "PH-1003" in shown
        assert contact.email in shown
        assert "PH-1002" not in shown


@pytest.mark.parametrize("checks", [1, 6])
def test_staff_pages_cost_the_same_however_long(
    client, authority, home, contact, checks, django_assert_max_num_queries
):
    client.force_login(contact)
    for number in range(checks):
        client.post(CHECK, form(home, f"PH-{number}"))
    client.force_login(staff("officer", authority))
    pages = [reverse("checks_made"), ORGANISATIONS, reverse("checker_organisation", args=[home.pk])]
    for page in pages:
        client.get(page)
        with django_assert_max_num_queries(24):
            assert client.get(page).status_code == 200


# -- From the invitation to the receipt ------------------------------------------------------------
@pytest.mark.usefixtures("requirement")
def test_journey_from_the_invitation_to_the_receipt(client, authority, home, course):
    make_certificate(make_licence(authority), course, passed_on=PASSED)
    chosen = client.post(link("cleo@example.org"), follow=True)
    set_password = chosen.request["PATH_INFO"]
    chosen = client.post(
        set_password, {"password1": "fir-tree-house-77", "password2": "fir-tree-house-77"}
    )
    assert chosen.status_code == 302

    typed_in = {"login": "cleo@example.org", "password": "fir-tree-house-77"}
    landed = client.post(reverse("account_login"), typed_in, follow=True)
    assert landed.redirect_chain[-1][0] == CHECK
    assert home.name in landed.content.decode()

    answer = client.post(
        CHECK, form(home, day=PASSED + timedelta(days=1), purpose_words="Log 9"), follow=True
    )
    assert "Training requirement met" in answer.content.decode()
    receipt = CheckReceipt.objects.get()
    assert receipt.reference in answer.content.decode()
    pdf = client.get(reverse("check_receipt_pdf", args=[receipt.reference]))
    assert pdf.content.startswith(b"%PDF")
    assert PASSWORD not in answer.content.decode()
