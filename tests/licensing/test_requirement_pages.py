"""The staff pages of requirements and of exceptions."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from licensing.actions import approve_requirement, propose_exception, propose_requirement
from licensing.models import Requirement, RulePreview, TrainingException
from licensing.preview import preview
from people.actions import declare_interest
from people.models import Licence
from tests.conftest import NOON
from tests.factories import LONG_AGO, LicenceFactory, UserFactory, make_requirement, staff
from tests.licensing.desk import hand_over
from tests.licensing.factories import make_certificate, make_licence

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

TODAY = NOON.date()
FIRST = date(2027, 1, 1)
ALL = ["private_hire", "dual", "hackney_carriage"]


@pytest.fixture
def person(authority):
    def person(role="officer", at=None):
        user = staff(role, at or authority, LONG_AGO)
        user.user_permissions.add(Permission.objects.get(codename="access_admin"))
        return user

    return person


@pytest.fixture
def officer(person):
    return person()


@pytest.fixture
def browse(client, person):
    """The pages as a second officer reads them, or whoever is given."""

    def browse(as_whom=None):
        client.force_login(as_whom or person())
        return client

    return browse


@pytest.fixture
def rule(authority, course, officer):
    draft = Requirement(
        authority=authority, course=course, effective_from=FIRST, licence_kinds=ALL, reason="Test"
    )
    return propose_requirement(rule=draft, by=officer, now=NOON)


@pytest.fixture
def asked(authority, requirement, officer):
    return propose_exception(
        licence=make_licence(authority),
        requirement="safeguarding",
        reason="Called off.",
        ends_on=TODAY + timedelta(days=9),
        by=officer,
        now=NOON,
    )


def text(response):
    return response.content.decode()


# Rules.


def test_officer_proposes_a_rule_with_a_deadline(browse, authority, course):
    given = {
        "code": "safeguarding",
        "course": course.pk,
        "licence_kinds": ["private_hire"],
        "applies_to": "existing",
        "cohort": "",
        "due_by": "2027-12-31",
        "grace_days": 28,
        "authority": authority.pk,
        "effective_from": "2027-01-01",
        "reason": "The committee decided it.",
    }

    response = browse().post("/staff/requirements/new/", given, follow=True)

    rule = Requirement.objects.get()
    assert (rule.applies_to, rule.due_by, rule.approved_at) == (
        "existing",
        date(2027, 12, 31),
        None,
    )
    assert "Drivers who were licensed before" in text(response)
    assert "31 December 2027" in text(response)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"effective_from": "2026-11-21"}, "Choose today or a later day."),
        ({"due_by": "2026-12-31"}, "Choose the first day of the rule or a later day."),
        ({"applies_to": "cohort"}, "Choose the group."),
        ({"applies_to": "new", "licence_kinds": []}, "Choose at least one kind of licence."),
        ({"grace_days": 400}, "Choose 0 to 366 days."),
        ({"effective_from": "9999-12-31"}, "Choose a day in the next ten years."),
        ({"due_by": "9999-12-31"}, "Choose a day in the next ten years."),
        ({"reason": "x" * 2001}, "at most 2000 characters"),
    ],
)
def test_form_says_what_is_wrong(browse, authority, course, given, message):
    right = {
        "code": "safeguarding",
        "course": course.pk,
        "licence_kinds": ["private_hire"],
        "applies_to": "everybody",
        "grace_days": 0,
        "authority": authority.pk,
        "effective_from": "2027-01-01",
        "reason": "The committee decided it.",
    }

    response = browse().post("/staff/requirements/new/", {**right, **given})

    assert message in text(response)
    assert not Requirement.objects.exists()


@pytest.mark.parametrize("like", ["9" * 20, "9" * 5000])
@pytest.mark.parametrize("form", ["propose_requirement", "propose_acceptance"])
def test_form_begins_empty_with_what_can_be_no_rule(browse, form, like):
    assert browse().get(f"{reverse(form)}?like={like}").status_code == 200


def test_form_begins_with_an_earlier_rule(browse, authority, course):
    like = make_requirement(course, authority=authority, grace_days=17)

    assert 'value="17"' in text(browse().get(f"/staff/requirements/new/?like={like.pk}"))


def test_second_officer_sees_the_numbers_and_approves_them(browse, rule, authority):
    make_licence(authority)
    page = browse()
    seen = page.get(f"/staff/requirements/{rule.pk}/")
    assert "1 January 2027" in text(seen)
    assert seen.context["preview"].days == [(FIRST, 1)]

    shown = {"shown": seen.context["preview"].digest}
    response = page.post(f"/staff/requirements/{rule.pk}/", shown, follow=True)

    assert "approved and can no longer be changed" in text(response)
    assert RulePreview.objects.get().days == [["2027-01-01", 1]]
    assert "What was shown to whoever approved it" in text(response)


def test_other_numbers_than_those_shown_are_not_approved(browse, rule):
    response = browse().post(f"/staff/requirements/{rule.pk}/", {"shown": "x"}, follow=True)

    assert "The numbers have changed" in text(response)
    rule.refresh_from_db()
    assert rule.approved_at is None


def test_author_of_a_rule_has_no_button(browse, rule, officer):
    page = text(browse(officer).get(f"/staff/requirements/{rule.pk}/"))

    assert "Approve this rule" not in page
    assert "Somebody other than the person who proposed it" in page


def test_rule_stands_beside_the_one_it_takes_over_from(browse, rule, requirement):
    page = browse().get(f"/staff/requirements/{rule.pk}/")

    assert page.context["before"] == requirement
    assert "The rule until now" in text(page)


def test_list_of_the_touched_leads_to_each_driver(browse, rule, authority):
    licence = make_licence(authority, full_name="Ade Example")

    page = text(browse().get(f"/staff/requirements/{rule.pk}/drivers/"))

    assert f"/staff/drivers/{licence.pk}/" in page
    assert "Ade Example" in page


@pytest.mark.parametrize("address", ["drivers/", "drivers.csv"])
@pytest.mark.parametrize("touched", [True, False])
def test_whoever_knows_a_driver_gets_no_list(
    browse, rule, authority, course, person, address, touched
):
    """Nor is told by that whether the driver is in it."""
    make_licence(authority, full_name="Ade Example")
    known, second = make_licence(authority, "PH-7", full_name="Kit Known"), person()
    if not touched:
        make_certificate(known, course, passed_on=TODAY)
    declare_interest(user=second, learner=known.holder, reason="My cousin.", now=NOON)
    response = browse(second).get(f"/staff/requirements/{rule.pk}/{address}", follow=True)

    assert response.redirect_chain[-1][0] == f"/staff/requirements/{rule.pk}/"
    assert "Ask a colleague for it." in text(response)
    assert response.context["preview"].licensed == 2
    assert "Known" not in text(response)


def test_whoever_knows_an_earlier_holder_gets_no_list(browse, rule, authority, person, officer):
    licence, second = make_licence(authority), person()
    declare_interest(user=second, learner=licence.holder, reason="My cousin.", now=NOON)
    hand_over(licence, officer)
    Licence.objects.filter(pk=licence.pk).update(holder=None, held_from=None)
    response = browse(second).get(f"/staff/requirements/{rule.pk}/drivers/", follow=True)

    assert "Ask a colleague for it." in text(response)


def test_whoever_knows_a_driver_of_another_council_reads_the_list(
    browse, rule, authority, other_authority, person
):
    make_licence(authority, full_name="Ade Example")
    known, second = make_licence(other_authority), person()
    declare_interest(user=second, learner=known.holder, reason="My cousin.", now=NOON)

    page = text(browse(second).get(f"/staff/requirements/{rule.pk}/drivers/"))

    assert "Ade Example" in page


def test_table_runs_no_formula(browse, rule, authority):
    make_licence(authority, full_name="=1+1")

    response = browse().get(f"/staff/requirements/{rule.pk}/drivers.csv")

    assert b"PH-1002,'=1+1," in b"".join(response.streaming_content)


def test_list_is_in_pages(browse, rule, authority):
    for number in range(51):
        make_licence(authority, f"PH-{number:03}")
    page = browse()

    first = text(page.get(f"/staff/requirements/{rule.pk}/drivers/"))
    last = text(page.get(f"/staff/requirements/{rule.pk}/drivers/?page=2"))

    assert ("PH-049" in first, "PH-050" in first, "PH-050" in last) == (True, False, True)


def test_pages_cost_the_same_however_many_there_are(
    browse, rule, authority, django_assert_max_num_queries
):
    page = browse()
    for number in range(12):
        make_licence(authority, f"PH-{number}")
    for address in ("", "drivers/"):
        page.get(f"/staff/requirements/{rule.pk}/{address}")
        with django_assert_max_num_queries(26):
            page.get(f"/staff/requirements/{rule.pk}/{address}")


def test_approved_rule_touches_nobody_any_more(browse, authority, course):
    approved = make_requirement(course, authority=authority)

    assert browse().get(f"/staff/requirements/{approved.pk}/drivers/").status_code == 404
    assert browse().get(f"/staff/requirements/{approved.pk}/").status_code == 200


def test_auditor_reads_and_decides_nothing(browse, rule, person, asked):
    page = browse(person("auditor"))

    assert "Approve this rule" not in text(page.get(f"/staff/requirements/{rule.pk}/"))
    assert page.get("/staff/requirements/new/").status_code == 302
    assert 'value="grant"' not in text(page.get(f"/staff/exceptions/{asked.pk}/"))
    assert page.get(f"/staff/exceptions/new/{asked.licence_id}/").status_code == 302


@pytest.fixture
def national(course):
    admin = UserFactory(is_superuser=True)
    draft = Requirement(course=course, effective_from=FIRST, licence_kinds=ALL, reason="Test")
    return propose_requirement(rule=draft, by=admin, now=NOON)


@pytest.mark.parametrize("role", ["officer", "auditor"])
def test_national_rule_gives_no_council_the_numbers_of_others(
    browse, national, person, other_authority, role
):
    make_licence(other_authority)
    page, address = browse(person(role)), f"/staff/requirements/{national.pk}/"

    assert "Whom this rule would touch" not in text(page.get(address))
    assert page.get(f"{address}drivers/").status_code == 404
    assert page.get(f"{address}drivers.csv").status_code == 404
    second = UserFactory(is_superuser=True)
    shown = preview(national, now=NOON).digest
    approve_requirement(rule=national, shown=shown, by=second, now=NOON)
    assert "What was shown to whoever approved it" not in text(page.get(address))


def test_platform_administrator_decides_a_national_rule_by_its_numbers(
    browse, national, other_authority
):
    licence = make_licence(other_authority)
    page, address = browse(UserFactory(is_superuser=True)), f"/staff/requirements/{national.pk}/"
    seen = page.get(address)

    assert seen.context["preview"].days == [(FIRST, 1)]
    assert licence.number in text(page.get(f"{address}drivers/"))
    shown = {"shown": seen.context["preview"].digest}
    approved = text(page.post(address, shown, follow=True))
    assert "What was shown to whoever approved it" in approved


def test_another_council_finds_nothing(browse, rule, asked, person, other_authority):
    page = browse(person("officer", other_authority))
    addresses = [
        f"requirements/{rule.pk}/",
        f"requirements/{rule.pk}/drivers/",
        f"requirements/{rule.pk}/drivers.csv",
        f"exceptions/{asked.pk}/",
        f"exceptions/new/{asked.licence_id}/",
    ]

    assert {page.get(f"/staff/{address}").status_code for address in addresses} == {404}
    assert page.post(f"/staff/requirements/{rule.pk}/", {"shown": "x"}).status_code == 404
    assert page.post(f"/staff/exceptions/{asked.pk}/", {"decision": "grant"}).status_code == 404
    assert asked.licence.full_name not in text(page.get("/staff/exceptions/"))


# Exceptions.


def test_officer_proposes_an_exception_from_a_driver(browse, authority, requirement):
    licence = make_licence(authority)
    given = {"requirement": "safeguarding", "ends_on": "2026-12-31", "reason": "Called off."}

    response = browse().post(f"/staff/exceptions/new/{licence.pk}/", given, follow=True)

    asked = TrainingException.objects.get()
    assert (asked.licence, asked.ends_on, asked.decision) == (licence, date(2026, 12, 31), "")
    assert "Another officer has to decide" in text(response)


def test_page_says_why_an_unlinked_licence_gets_no_time(browse, authority, requirement):
    address = f"/staff/exceptions/new/{LicenceFactory(authority=authority).pk}/"
    page = browse()
    given = {"requirement": "safeguarding", "ends_on": "2026-12-31", "reason": "Called off."}

    for response in (page.get(address), page.post(address, given)):
        assert "Nobody is linked to this licence yet." in text(response)
    assert not TrainingException.objects.exists()


@pytest.mark.parametrize("day", ["2026-11-21", "2027-11-24"])
def test_last_day_is_to_come_and_within_a_year(browse, authority, requirement, day):
    given = {"requirement": "safeguarding", "ends_on": day, "reason": "Called off."}

    page = browse().post(f"/staff/exceptions/new/{make_licence(authority).pk}/", given)

    assert "within a year" in text(page)


@pytest.mark.parametrize(
    ("decision", "given", "outcome"),
    [("grant", {}, "granted"), ("decline", {"reason": "No proof."}, "declined")],
)
def test_second_officer_decides(browse, asked, decision, given, outcome):
    browse().post(f"/staff/exceptions/{asked.pk}/", {"decision": decision, **given})

    asked.refresh_from_db()
    assert asked.decision == outcome


def test_decline_without_a_reason_is_asked_for_it(browse, asked):
    response = browse().post(f"/staff/exceptions/{asked.pk}/", {"decision": "decline"})

    assert "This field is required" in text(response)
    asked.refresh_from_db()
    assert asked.decision == ""


def test_reasons_have_an_end(browse, asked, authority):
    told, long = "at most 2000 characters", "x" * 2001
    given = {"requirement": "safeguarding", "ends_on": "2026-12-31", "reason": long}
    page = browse()

    proposed = page.post(f"/staff/exceptions/new/{make_licence(authority, 'PH-2').pk}/", given)
    assert told in text(proposed)
    declined = {"decision": "decline", "reason": long}
    assert told in text(page.post(f"/staff/exceptions/{asked.pk}/", declined))
    assert not TrainingException.objects.exclude(decision="", pk=asked.pk).exists()


def test_proposer_takes_back_and_grants_nothing(browse, asked, officer):
    page = browse(officer)
    assert 'value="grant"' not in text(page.get(f"/staff/exceptions/{asked.pk}/"))
    refused = page.post(f"/staff/exceptions/{asked.pk}/", {"decision": "grant"}, follow=True)
    assert "Another officer has to decide" in text(refused)

    page.post(f"/staff/exceptions/{asked.pk}/", {"decision": "take_back"})

    asked.refresh_from_db()
    assert asked.decision == "taken_back"


def test_granted_one_is_ended_with_a_reason(browse, asked):
    page = browse()
    page.post(f"/staff/exceptions/{asked.pk}/", {"decision": "grant"})

    ended = {"decision": "end", "reason": "A mistake."}
    response = page.post(f"/staff/exceptions/{asked.pk}/", ended, follow=True)

    asked.refresh_from_db()
    assert asked.end_reason == "A mistake."
    assert "Ended early" in text(response)


def test_list_shows_where_each_stands_at_one_cost(
    browse, asked, authority, officer, django_assert_max_num_queries
):
    page = browse()
    assert "Waits for a second officer" in text(page.get("/staff/exceptions/"))
    for number in range(8):
        propose_exception(
            licence=make_licence(authority, f"PH-{number}"), requirement="safeguarding",
            reason="Called off.", ends_on=TODAY, by=officer, now=NOON,
        )  # fmt: skip

    with django_assert_max_num_queries(22):
        page.get("/staff/exceptions/")
