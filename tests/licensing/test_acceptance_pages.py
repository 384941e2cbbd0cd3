"""How a council comes to accept another's certificates: by the word of two of its officers."""

from datetime import date, timedelta

import pytest
import time_machine
from django.urls import reverse

from licensing.actions import approve_acceptance
from licensing.answers import training_status
from licensing.eligibility import Status
from licensing.models import Acceptance
from people.actions import grant_membership
from people.models import Membership
from people.refusals import RuleRefused
from tests.conftest import NOON
from tests.factories import AuthorityFactory, make_acceptance, make_requirement, staff
from tests.licensing.factories import make_certificate, make_licence

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon", "requirement")]
Role = Membership.Role
TODAY = NOON.date()


@pytest.fixture
def officer(other_authority):
    return staff(Role.OFFICER, other_authority, NOON)


@pytest.fixture
def second(other_authority):
    return staff(Role.OFFICER, other_authority, NOON)


@pytest.fixture
def propose(client, authority, other_authority, course):
    def propose(by, **changed):
        client.force_login(by)
        typed = {
            "authority": other_authority.pk,
            "from_authority": authority.pk,
            "course": course.pk,
            "requirements": ["safeguarding"],
            "from_edition": "1",
            "months": "24",
            "effective_from": TODAY.isoformat(),
            "reason": "Decided by the licensing committee.",
            **changed,
        }
        return client.post(reverse("propose_acceptance"), typed)

    return propose


def test_two_officers_of_the_asking_council_put_it_in_force(
    client, authority, other_authority, course, officer, second, propose
):
    home = make_licence(authority, "NB-1")
    make_licence(other_authority, "WV-1", holder=home.holder)
    make_certificate(home, course, passed_on=date(2025, 4, 3))

    def status():
        asked = {"as_at": TODAY, "known_at": NOON}
        found = training_status(authority=other_authority, number="WV-1", **asked)
        return found.requirements[0].status

    response = propose(officer)
    rule = Acceptance.objects.get()
    address = reverse("staff_acceptance", args=[rule.pk])
    assert (response["Location"], status()) == (address, Status.NEVER_PASSED)

    client.force_login(second)
    page = client.get(address).content.decode()
    assert authority.name in page
    assert "24" in page
    client.post(address)
    rule.refresh_from_db()
    assert (rule.approved_by, status()) == (second, Status.VALID)


def test_own_proposal_is_not_approved(client, officer, propose):
    propose(officer)
    rule = Acceptance.objects.get()
    address = reverse("staff_acceptance", args=[rule.pk])
    assert "Approve this rule" not in client.get(address).content.decode()
    client.post(address)
    rule.refresh_from_db()
    assert rule.approved_at is None


def test_rule_whose_first_day_has_passed_is_not_approved(client, officer, second, propose):
    propose(officer)
    rule = Acceptance.objects.get()
    address, late = reverse("staff_acceptance", args=[rule.pk]), NOON + timedelta(days=1)
    told = "The first day of this rule has passed. Propose one that begins later."
    with time_machine.travel(late, tick=False):
        client.force_login(second)
        page = client.get(address).content.decode()
        assert (told in page, "Approve this rule" in page) == (True, False)
        assert told in client.post(address, follow=True).content.decode()
    with pytest.raises(RuleRefused) as refused:
        approve_acceptance(rule=rule, by=second, now=late)
    rule.refresh_from_db()
    assert (refused.value.code, rule.approved_at) == ("day_passed", None)


def test_approved_rule_keeps_its_first_signature(other_authority, officer, second, propose):
    propose(officer)
    rule = approve_acceptance(rule=Acceptance.objects.get(), by=second, now=NOON)
    third = staff(Role.OFFICER, other_authority, NOON)
    with pytest.raises(RuleRefused) as refused:
        approve_acceptance(rule=rule, by=third, now=NOON)
    assert refused.value.code == "approved_already"


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("months", "0", "Choose 1 to 120 months."),
        ("months", "121", "Choose 1 to 120 months."),
        ("from_edition", "new", "Write an edition with a number in it."),
        ("effective_from", (TODAY - timedelta(days=1)).isoformat(), "Choose today or a later day."),
        ("requirements", ["first-aid"], "Select a valid choice"),
        ("reason", "", "This field is required."),
        ("reason", "x" * 2001, "at most 2000 characters"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(officer, propose, field, typed, said):
    response = propose(officer, **{field: typed})
    page = response.content.decode()
    assert (response.status_code, said in page) == (200, True)
    assert 'value="24"' in page or field == "months"
    assert not Acceptance.objects.exists()


def test_council_does_not_accept_from_itself(officer, propose, other_authority):
    page = propose(officer, from_authority=other_authority.pk).content.decode()
    assert "Choose another council than your own." in page
    assert not Acceptance.objects.exists()


def test_requirement_of_another_of_ones_councils_is_refused(
    officer, propose, other_authority, course
):
    third = AuthorityFactory()
    make_requirement(course, authority=third, code="their-own")
    grant_membership(user=officer, authority=third, role=Role.OFFICER, by=None, now=NOON)
    page = propose(officer, requirements=["their-own"]).content.decode()
    assert "Your council has no such requirement." in page
    assert not Acceptance.objects.exists()


def test_rule_that_ends_it_says_so_before_it_is_approved(
    client, authority, other_authority, course, officer, propose
):
    make_acceptance(course, authority=other_authority, from_authority=authority)
    propose(officer, requirements=[])
    rule = Acceptance.objects.get(requirements=[])
    page = client.get(reverse("staff_acceptance", args=[rule.pk])).content.decode()
    assert "None: nothing is accepted" in page
    assert "none of these certificates count for your drivers" in page
    assert "safeguarding" in page  # What the rule until now accepts.


def test_edition_that_the_course_has_not_reached_is_pointed_out(client, officer, propose):
    propose(officer, from_edition="2")
    address = reverse("staff_acceptance", args=[Acceptance.objects.get().pk])
    assert "The course is at edition 1 now." in client.get(address).content.decode()


@pytest.mark.parametrize("role", [Role.OFFICER, Role.AUDITOR])
def test_other_council_sees_no_page_of_it(client, authority, officer, propose, role):
    propose(officer)
    rule = Acceptance.objects.get()
    client.force_login(staff(role, authority, NOON))
    assert client.get(reverse("staff_acceptance", args=[rule.pk])).status_code == 404
    listed = client.get(reverse("staff_acceptances")).content.decode()
    assert "There is no rule yet." in listed
    with pytest.raises(RuleRefused) as refused:
        approve_acceptance(rule=rule, by=staff(Role.OFFICER, authority, NOON), now=NOON)
    assert refused.value.code == "not_allowed"


def test_officer_proposes_for_the_own_council_alone(propose, authority):
    stranger = staff(Role.OFFICER, authority, NOON)
    assert propose(stranger).status_code == 200
    assert not Acceptance.objects.exists()


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.AUTHOR])
def test_others_propose_nothing(propose, other_authority, role):
    response = propose(staff(role, other_authority, NOON))
    assert response.status_code in {302, 403}
    assert not Acceptance.objects.exists()


@pytest.mark.parametrize("rules", [1, 5])
def test_auditor_reads_the_rules_at_a_fixed_cost(
    client, authority, other_authority, course, rules, django_assert_num_queries
):
    for _ in range(rules):
        make_acceptance(course, authority=other_authority, from_authority=authority)
    client.force_login(staff(Role.AUDITOR, other_authority, NOON))
    with django_assert_num_queries(16):
        page = client.get(reverse("staff_acceptances")).content.decode()
    assert page.count(authority.name) == rules
    assert "Propose a rule" not in page


def test_new_rule_can_begin_with_an_earlier_one(
    client, authority, other_authority, course, officer
):
    earlier = make_acceptance(
        course, authority=other_authority, from_authority=authority, months=30
    )
    client.force_login(officer)
    page = client.get(reverse("propose_acceptance") + f"?like={earlier.pk}").content.decode()
    assert 'value="30"' in page
    assert "checked" in page
