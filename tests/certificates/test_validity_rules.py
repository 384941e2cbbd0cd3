"""How a validity rule comes into force: proposed by one officer, approved by another."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from certificates.actions.rules import approve_rule
from certificates.models import ValidityRule
from people.models import Membership
from people.refusals import RuleRefused
from tests.certificates.factories import make_certificate
from tests.factories import AuthorityFactory, LearnerFactory, make_validity_rule, staff

pytestmark = pytest.mark.django_db
Role = Membership.Role
TWO_YEARS = {
    "months": "24",
    "ends_with_licence": "on",
    "renewal_window_days": "60",
    "refresher_lapse_days": "14",
    "reminder_days": "7, 30,  7, -1",
    "reminder_channels": "sms email letter",
    "effective_from": "2026-12-01",
    "reason": "Decided by the licensing committee.",
}


@pytest.fixture
def council():
    return AuthorityFactory()


@pytest.fixture
def officer(council, now, today_is):
    return staff(Role.OFFICER, council, now)


@pytest.fixture
def second(council, now):
    return staff(Role.OFFICER, council, now)


@pytest.fixture
def national(rule):
    return rule


def propose(client, officer, council, **changed):
    client.force_login(officer)
    typed = {**TWO_YEARS, "authority": council.pk, **changed}
    return client.post(reverse("propose_validity_rule"), typed)


def test_two_officers_put_a_rule_in_force(client, council, officer, second, national, now):
    response = propose(client, officer, council)
    proposed = ValidityRule.objects.get(authority=council)
    assert response["Location"] == reverse("validity_rule", args=[proposed.pk])
    assert proposed.reminder_days == [30, 7, -1]
    day = date(2026, 12, 1)
    assert ValidityRule.objects.in_force(authority=council, on=day).first() == national

    client.force_login(second)
    page = client.get(reverse("validity_rule", args=[proposed.pk])).content.decode()
    assert "counts until 1 December 2028" in page
    assert "It can be renewed from 2 October 2028" in page
    client.post(reverse("validity_rule", args=[proposed.pk]))
    assert ValidityRule.objects.in_force(authority=council, on=day).first() == proposed

    learner = LearnerFactory(authority=council)
    before = make_certificate(at=now, learner=learner)
    later = make_certificate(at=now + timedelta(days=30), learner=learner)
    assert (before.rule, later.rule) == (national, proposed)
    assert later.valid_until == date(2028, 12, 22)


def test_own_proposal_is_not_approved(client, council, officer, now):
    propose(client, officer, council)
    rule = ValidityRule.objects.get()
    page = client.get(reverse("validity_rule", args=[rule.pk])).content.decode()
    assert "Approve this rule" not in page
    client.post(reverse("validity_rule", args=[rule.pk]))
    rule.refresh_from_db()
    assert rule.approved_at is None


def test_approved_rule_keeps_its_first_signature(client, council, officer, second, now):
    propose(client, officer, council)
    rule = approve_rule(rule=ValidityRule.objects.get(), by=second, now=now)
    with pytest.raises(RuleRefused) as refused:
        approve_rule(rule=rule, by=staff(Role.OFFICER, council, now), now=now)
    assert refused.value.code == "approved_already"


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("months", "0", "Choose 1 to 120 months."),
        ("months", "121", "Choose 1 to 120 months."),
        ("reminder_days", "soon", "Write whole numbers"),
        ("reminder_days", ",", "Choose at least one day"),
        ("reminder_days", "181", "Choose at least one day"),
        ("reminder_days", "-31", "Choose at least one day"),
        ("reminder_channels", "pigeon", "Select a valid choice"),
        ("effective_from", "2026-11-21", "Choose today or a later day."),
        ("reason", "", "This field is required."),
    ],
)
def test_what_cannot_be_is_said_and_nothing_typed_is_lost(
    client, council, officer, field, typed, said
):
    response = propose(client, officer, council, **{field: typed})
    assert response.status_code == 200
    page = response.content.decode()
    assert said in page
    assert 'value="24"' in page or field == "months"
    assert not ValidityRule.objects.exists()


def test_officer_of_another_council_neither_sees_nor_approves_it(client, council, officer, now):
    propose(client, officer, council)
    rule = ValidityRule.objects.get()
    stranger = staff(Role.OFFICER, AuthorityFactory(), now)
    client.force_login(stranger)
    assert client.get(reverse("validity_rule", args=[rule.pk])).status_code == 404
    with pytest.raises(RuleRefused) as refused:
        approve_rule(rule=rule, by=stranger, now=now)
    assert refused.value.code == "not_allowed"


def test_officer_proposes_for_the_own_council_alone(client, council, officer):
    other = AuthorityFactory()
    assert propose(client, officer, other).status_code == 200
    assert propose(client, officer, council, authority="").status_code == 200
    assert not ValidityRule.objects.exists()


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.AUTHOR])
def test_others_propose_nothing(client, council, now, today_is, role):
    response = propose(client, staff(role, council, now), council)
    assert response.status_code in {302, 403}
    assert not ValidityRule.objects.exists()


@pytest.mark.parametrize("rules", [1, 5])
def test_auditor_reads_the_rules_at_a_fixed_cost(
    client, council, now, today_is, rules, django_assert_num_queries
):
    for _ in range(rules):
        make_validity_rule(authority=council)
    client.force_login(staff(Role.AUDITOR, council, now))
    with django_assert_num_queries(16):
        page = client.get(reverse("validity_rules")).content.decode()
    assert page.count(council.name) == rules
    assert "Propose a rule" not in page


def test_new_rule_can_begin_with_an_earlier_one(client, council, officer, now):
    earlier = make_validity_rule(authority=council, months=30, reminder_days=[5, -2])
    client.force_login(officer)
    page = client.get(reverse("propose_validity_rule") + f"?like={earlier.pk}").content.decode()
    assert 'value="30"' in page
    assert 'value="5, -2"' in page
