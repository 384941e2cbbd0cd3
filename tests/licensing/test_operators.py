"""An operator sees its own drivers' state and a day; each driver sees who has looked (R50)."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.urls import reverse

from licensing.actions.checks import AT_ONCE, check, linked_drivers, open_again, show_drivers
from licensing.models import OperatorLook, looks_at
from people.models import Licence
from tests.conftest import NOON
from tests.factories import LearnerFactory, LicenceFactory, UserFactory, make_requirement
from tests.licensing.checkers import approved, checker_of, operator
from tests.licensing.factories import make_certificate, make_licence
from tests.licensing.test_checks import give_number_to

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon", "requirement")]
DRIVERS, LOOKS = reverse("own_drivers"), reverse("who_looked")
TODAY = date(2026, 11, 22)


@pytest.fixture
def firm(authority):
    return operator(authority)


@pytest.fixture
def dispatcher(firm):
    return checker_of(firm)


@pytest.fixture
def as_operator(client, dispatcher):
    client.force_login(dispatcher)
    return client


def driver(authority, number="PH-1002", **fields):
    return make_licence(authority, number, operator_reference="OP-1", **fields)


@pytest.fixture
def trained(authority, course):
    licence = driver(authority)
    make_certificate(licence, course, passed_on=date(2025, 4, 3))
    return licence


def shown(client, address=DRIVERS):
    response = client.get(address)
    assert response.status_code == 200
    return response.content.decode()


def csv(client, firm):
    response = client.get(reverse("drivers_of_csv", args=[firm.pk]))
    return b"".join(response.streaming_content).decode("utf-8-sig").splitlines()


# -- What the operator sees ------------------------------------------------------------------------
def test_operator_sees_number_state_and_day(as_operator, authority, course, trained):
    make_certificate(driver(authority, "PH-1003"), course, passed_on=date(2023, 12, 20))
    make_certificate(driver(authority, "PH-1004"), course, passed_on=date(2023, 11, 1))
    LicenceFactory(authority=authority, number="PH-1005", operator_reference="OP-1")
    page = " ".join(shown(as_operator).split())

    for words in (
        'PH-1002</th> <td class="govuk-table__cell">Met</td>',
        'PH-1003</th> <td class="govuk-table__cell">Met, and due to be renewed</td>',
        'PH-1004</th> <td class="govuk-table__cell">Not met</td>',
        'PH-1005</th> <td class="govuk-table__cell">Not met</td>',
        "3 April 2028",
        "20 December 2026",
        "1 November 2026",
    ):
        assert words in page
    assert trained.full_name not in page


def test_file_has_the_same_and_no_more(as_operator, firm, trained):
    assert csv(as_operator, firm) == ["Licence number,Training,Day", "PH-1002,Met,2028-04-03"]


def test_extra_time_is_not_shown_as_trained(as_operator, firm, authority, course, dispatcher):
    make_requirement(course, authority=authority, grace_days=30)
    licence = driver(authority, "PH-1004")
    make_certificate(licence, course, passed_on=date(2023, 11, 1))
    assert csv(as_operator, firm)[1:] == ["PH-1004,The council gives extra time,2026-12-01"]
    page = " ".join(shown(as_operator).split())
    assert 'PH-1004</th> <td class="govuk-table__cell">The council gives extra time</td>' in page
    assert "the day is the last one of the extra time" in page

    check(
        organisation=firm,
        number="PH-1004",
        as_at=TODAY,
        purpose="journey",
        purpose_words="",
        key=uuid4(),
        by=dispatcher,
        now=NOON,
    )
    receipts = shown(as_operator, reverse("check_receipts"))
    assert "Training requirement met – The council gives extra time" in receipts


@pytest.mark.parametrize(
    "fields",
    [
        {"operator_reference": "OP-2"},
        {"operator_reference": ""},
        {"state": Licence.State.EXPIRED},
        {"state": Licence.State.APPLICANT},
        {"expires_on": TODAY - timedelta(days=1)},
        {"starts_on": TODAY + timedelta(days=1)},
    ],
)
def test_driver_whom_the_register_does_not_link_is_not_there(as_operator, trained, fields):
    Licence.objects.filter(pk=trained.pk).update(**fields)
    assert "PH-1002" not in shown(as_operator)


def test_suspended_licence_is_still_linked(as_operator, trained):
    Licence.objects.filter(pk=trained.pk).update(state=Licence.State.SUSPENDED)
    assert "PH-1002" in shown(as_operator)


def test_driver_who_is_moved_to_another_operator_is_gone_at_once(as_operator, firm, trained):
    assert "PH-1002" in shown(as_operator)
    trained.operator_reference = "OP-2"
    trained.save()
    assert "PH-1002" not in shown(as_operator)
    assert len(csv(as_operator, firm)) == 1


def test_same_reference_at_another_authority_is_another_operator(
    as_operator, other_authority, trained
):
    driver(other_authority, "PH-2001")
    assert "PH-2001" not in shown(as_operator)


def test_operator_of_another_authority_finds_nothing(client, other_authority, firm, trained):
    client.force_login(checker_of(operator(other_authority)))
    assert "PH-1002" not in shown(client)
    for name in ("drivers_of", "drivers_of_csv"):
        assert client.get(reverse(name, args=[firm.pk])).status_code == 404


def test_other_organisations_have_no_such_list(client, authority, firm, trained):
    client.force_login(checker_of(approved(authority)))
    assert client.get(DRIVERS).status_code == 403
    assert "Your drivers" not in shown(client, reverse("check"))
    home = approved(authority)
    assert not linked_drivers(home, today=TODAY).exists()


@pytest.mark.parametrize("drivers", [2, 12])
def test_list_costs_the_same_however_long(
    as_operator, authority, drivers, django_assert_num_queries
):
    for number in range(drivers):
        driver(authority, f"PH-{3000 + number}")
    shown(as_operator)
    with django_assert_num_queries(12):
        shown(as_operator)


def test_list_has_pages(as_operator, authority):
    for number in range(51):
        LicenceFactory(authority=authority, number=f"PH-{3000 + number}", operator_reference="OP-1")
    assert "PH-3050" not in shown(as_operator)
    assert OperatorLook.objects.count() == 50
    assert "PH-3050" in shown(as_operator, DRIVERS + "?page=2")


def test_file_of_a_long_list_is_answered_in_parts(
    as_operator, firm, authority, django_assert_max_num_queries
):
    Licence.objects.bulk_create(
        LicenceFactory.build(
            authority=authority, number=f"PH-{3000 + number}", operator_reference="OP-1"
        )
        for number in range(AT_ONCE + 1)
    )
    with django_assert_max_num_queries(20):
        assert len(csv(as_operator, firm)) == AT_ONCE + 2
    assert OperatorLook.objects.count() == AT_ONCE + 1


# -- What the driver sees --------------------------------------------------------------------------
def look(firm, dispatcher, licence, *, now=NOON):
    return show_drivers(
        organisation=firm, licences=[licence], by=dispatcher, today=now.date(), now=now
    )


def test_look_at_the_list_is_noted_once_a_day_for_each_driver(firm, dispatcher, trained):
    for moment in (NOON, NOON + timedelta(hours=3), NOON + timedelta(days=1)):
        look(firm, dispatcher, trained, now=moment)
    assert [(one.day, one.learner) for one in OperatorLook.objects.order_by("day")] == [
        (TODAY, trained.holder),
        (TODAY + timedelta(days=1), trained.holder),
    ]


def asked(organisation, person, *, as_at=TODAY, **fields):
    return check(
        organisation=organisation,
        number="PH-1002",
        as_at=as_at,
        key=uuid4(),
        by=person,
        now=NOON - timedelta(hours=1),
        **{"purpose": "journey", "purpose_words": "", **fields},
    )


def test_driver_sees_who_looked_when_and_why(client, authority, firm, dispatcher, trained):
    home = approved(authority, name="Beech Lodge")
    asked(home, checker_of(home), as_at=date(2026, 3, 27), purpose_words="Words of theirs")
    look(firm, dispatcher, trained)
    client.force_login(trained.holder.user)
    page = shown(client, LOOKS)

    for words in (
        "Beech Lodge",
        "A journey of somebody in our care",
        "27 March 2026",
        firm.name,
        "The operator looked at the list of its own drivers",
        "22 November 2026",
        "What is not in this list",
    ):
        assert words in page
    assert "Words of theirs" not in page
    assert dispatcher.email not in page
    assert page.index(firm.name) < page.index("Beech Lodge")


def test_receipt_opened_again_is_a_look_once_a_day(client, authority, trained):
    home = approved(authority, name="Beech Lodge")
    checker = checker_of(home)
    receipt = asked(home, checker, as_at=date(2026, 3, 27))
    assert not open_again(receipt, by=checker, now=NOON)
    assert looks_at(trained.holder).count() == 1
    for moment in (NOON + timedelta(days=1), NOON + timedelta(days=1, hours=3)):
        assert not open_again(receipt, by=checker, now=moment)
    assert [(look["purpose"], look["as_at"]) for look in looks_at(trained.holder)] == [
        ("receipt", date(2026, 3, 27)),
        ("journey", date(2026, 3, 27)),
    ]
    client.force_login(trained.holder.user)
    assert "The organisation opened an earlier answer again" in shown(client, LOOKS)


def test_list_and_receipt_on_one_day_are_two_looks(firm, dispatcher, trained):
    receipt = asked(firm, dispatcher)
    later = NOON + timedelta(days=1)
    look(firm, dispatcher, trained, now=later)
    open_again(receipt, by=dispatcher, now=later)
    assert OperatorLook.objects.count() == 2


def test_dashboard_leads_there(client, trained):
    client.force_login(trained.holder.user)
    assert LOOKS in shown(client, reverse("dashboard"))


def test_driver_sees_nothing_of_others(client, authority, firm, dispatcher, trained):
    look(firm, dispatcher, trained)
    client.force_login(LearnerFactory(authority=authority).user)
    assert "No organisation has looked" in shown(client, LOOKS)


def test_record_from_before_the_account_is_the_persons_own(authority, firm, dispatcher):
    record = LearnerFactory(user=None, authority=authority)
    look(firm, dispatcher, driver(authority, holder=record))
    later = LearnerFactory(authority=authority)
    record.succeeded_by, record.succeeded_at = later, NOON
    record.save()
    assert looks_at(later).count() == 1


def test_look_before_the_licence_was_linked_is_its_later_holders(authority, firm, dispatcher):
    licence = LicenceFactory(authority=authority, operator_reference="OP-1")
    look(firm, dispatcher, licence)
    learner = LearnerFactory(authority=authority)
    licence.hold(learner, now=NOON)
    assert looks_at(learner).count() == 1


def test_look_at_whoever_had_the_number_before_is_not_the_later_holders(
    authority, firm, dispatcher, trained
):
    before, later = trained.holder, LearnerFactory(authority=authority)
    look(firm, dispatcher, trained, now=NOON - timedelta(days=200))
    give_number_to(trained, later, ended_on=date(2026, 5, 31))
    assert looks_at(later).count() == 0
    assert looks_at(before).count() == 1


def test_number_that_was_not_found_is_nobodys_look(authority, other_authority, trained):
    home = approved(other_authority)
    asked(home, checker_of(home))
    assert not looks_at(trained.holder).exists()


def test_whoever_is_not_in_training_is_told_so(client):
    client.force_login(UserFactory())
    assert "for drivers and others in training" in shown(client, LOOKS)


@pytest.mark.parametrize("days", [2, 12])
def test_page_of_looks_costs_the_same_however_long(
    client, firm, dispatcher, trained, days, django_assert_num_queries
):
    for day in range(days):
        look(firm, dispatcher, trained, now=NOON - timedelta(days=day))
    client.force_login(trained.holder.user)
    shown(client, LOOKS)
    with django_assert_num_queries(8):
        shown(client, LOOKS)
