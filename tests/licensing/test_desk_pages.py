"""Finding a driver and writing down a contact, through the pages (R49)."""

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from licensing.models import DriverContact
from people.actions import declare_interest
from tests.conftest import NOON
from tests.factories import UserFactory
from tests.licensing.desk import hand_over, member, words
from tests.licensing.factories import make_licence

pytestmark = pytest.mark.django_db

FIND, CONTACTS = reverse("staff_drivers"), reverse("driver_contacts")
NEW = reverse("log_contact")
TOLD = {
    "source": "councillor",
    "source_name": "Cora Councillor",
    "way": "phone",
    "contacted_at": "2026-11-22T10:30",
    "said": "Asked for the licence to be looked at again.",
    "asks_for_decision": "yes",
}


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def officer(authority):
    return member("officer", authority, first_name="Olive", last_name="Officer")


@pytest.fixture
def as_officer(client, officer):
    client.force_login(officer)
    return client


@pytest.fixture
def licence(authority):
    return make_licence(authority, "PH-1004", full_name="Grace Okoro")


def page(licence):
    return reverse("staff_driver", args=[licence.pk])


def find(client, named, licence, **more):
    return client.post(FIND, {"named": named, "authority": licence.authority_id, **more})


# -- Finding --------------------------------------------------------------------------------------
@pytest.mark.parametrize("named", ["PH-1004", "okoro grace"])
def test_driver_is_found(as_officer, licence, named):
    assert page(licence) in words(find(as_officer, named, licence))


def test_what_is_looked_for_stands_in_no_address(as_officer, licence):
    """A name in an address would stay in the logs of every server on the way."""
    form = words(as_officer.get(FIND))
    assert '<form method="post" role="search"' in form
    response = find(as_officer, "Grace Okoro", licence)
    assert response.status_code == 200
    assert "Okoro" not in repr(response.headers)
    assert "no-store" in response["Cache-Control"]
    assert page(licence) not in words(as_officer.get(f"{FIND}?named=PH-1004"))


def test_nothing_of_it_is_kept_in_the_session(as_officer, licence):
    before = dict(as_officer.session)
    find(as_officer, "Grace Okoro", licence)
    assert dict(as_officer.session) == before


@pytest.mark.parametrize(
    ("named", "told"), [("", "Write what you look for"), ("Nobody Here", "We found nobody")]
)
def test_nothing_found_is_told(as_officer, licence, named, told):
    assert told in words(find(as_officer, named, licence))


def test_more_is_shown_on_demand(as_officer, authority, licence):
    for number in range(22):
        make_licence(authority, f"HC-{number}", full_name="Sam Same")
    first = find(as_officer, "sam", licence)
    assert "Show more" in words(first)
    second = words(find(as_officer, "sam", licence, page=2))
    assert second.count("Sam Same") == 2
    assert "Show more" not in second


@pytest.mark.parametrize("number", ["9" * 20, "9" * 5000, "-1"])
def test_page_that_cannot_be_is_not_there(as_officer, licence, number):
    response = find(as_officer, "okoro", licence, page=number)
    assert response.status_code == 404


def test_another_authority_cannot_be_asked(as_officer, other_authority):
    other = make_licence(other_authority, "PH-77", full_name="Olu Other")
    text = words(find(as_officer, "PH-77", other))
    assert page(other) not in text
    assert "Olu" not in text


@pytest.mark.parametrize("role", ["author", "reviewer", "councillor"])
def test_desk_is_shut_to_others(client, authority, licence, role):
    client.force_login(member(role, authority))
    for address in (FIND, CONTACTS, NEW):
        assert client.get(address).status_code in {302, 403}
    assert "Okoro" not in words(find(client, "PH-1004", licence))


def test_finding_has_its_price(as_officer, licence, django_assert_max_num_queries):
    find(as_officer, "grace", licence)
    with django_assert_max_num_queries(20):
        find(as_officer, "grace", licence)


# -- Writing down a contact -----------------------------------------------------------------------
def test_contact_is_written_down_in_one_step_from_the_driver(as_officer, licence, officer):
    response = as_officer.post(reverse("log_driver_contact", args=[licence.pk]), TOLD)
    assert response.url == page(licence)
    contact = DriverContact.objects.get()
    assert (contact.licence, contact.written_by, contact.asks_for_decision) == (
        licence, officer, True,
    )  # fmt: skip
    text = words(as_officer.get(page(licence)))
    assert "Contact about the driver" in text
    assert "Councillor: Cora Councillor" in text
    assert "They asked for a decision to be changed." in text


def test_contact_is_written_down_in_one_step_by_the_number(as_officer, licence):
    told = {**TOLD, "number": " ph-1004", "authority": licence.authority_id}
    assert as_officer.post(NEW, told).url == page(licence)
    assert DriverContact.objects.get().licence == licence


def test_number_that_is_not_there_and_one_that_is_not_told_of_get_the_same_answer(
    as_officer, officer, authority, licence, other_authority
):
    make_licence(other_authority, "PH-77")
    declare_interest(user=officer, learner=licence.holder, reason="A friend.", now=NOON)
    answers = []
    for number in ("PH-0", "PH-77", "PH-1004"):
        told = {**TOLD, "number": number, "authority": authority.pk}
        answers.append(words(as_officer.post(NEW, told)).replace(number, "…"))
    assert "We found no driver of your council with this number." in answers[0]
    texts = [answer[: answer.index("Day and time")] for answer in answers]
    assert not DriverContact.objects.exists()
    assert len({text[text.index("Licence number") :] for text in texts}) == 1


@pytest.mark.parametrize(
    ("missing", "told"),
    [
        ("source", "Choose who contacted you"),
        ("way", "Choose how they contacted you"),
        ("contacted_at", "Write the day and the time"),
        ("said", "Write what they said or asked"),
        ("asks_for_decision", "Choose yes or no"),
    ],
)
def test_what_is_missing_is_asked_for(as_officer, licence, missing, told):
    given = {name: value for name, value in TOLD.items() if name != missing}
    address = reverse("log_driver_contact", args=[licence.pk])
    assert told in words(as_officer.post(address, given))
    assert not DriverContact.objects.exists()


def test_contact_in_the_future_is_refused(as_officer, licence):
    address = reverse("log_driver_contact", args=[licence.pk])
    text = words(as_officer.post(address, {**TOLD, "contacted_at": "2026-11-22T13:00"}))
    assert "The time must not be in the future" in text


@pytest.fixture
def contact(as_officer, licence):
    as_officer.post(reverse("log_driver_contact", args=[licence.pk]), TOLD)
    return DriverContact.objects.get()


def test_correction_is_a_further_entry_that_names_the_first(as_officer, licence, contact):
    address = reverse("correct_contact", args=[contact.pk])
    assert TOLD["said"] in words(as_officer.get(address))
    as_officer.post(address, {**TOLD, "asks_for_decision": "no"})
    assert list(DriverContact.objects.values_list("corrects", "asks_for_decision")) == [
        (contact.pk, False),
        (None, True),
    ]
    assert f"Corrects entry {contact.pk}." in words(as_officer.get(page(licence)))


def test_contact_about_an_earlier_holder_is_not_corrected(as_officer, licence, officer, contact):
    address = reverse("correct_contact", args=[contact.pk])
    assert address in as_officer.get(CONTACTS).content.decode()
    hand_over(licence, officer)
    shown = as_officer.get(CONTACTS).content.decode()
    assert TOLD["said"] in shown
    assert address not in shown
    assert as_officer.get(address).status_code == 404
    assert as_officer.post(address, TOLD).status_code == 404
    assert DriverContact.objects.count() == 1


@pytest.mark.parametrize("role", ["officer", "auditor"])
def test_contacts_are_listed_for_officers_and_auditors(client, authority, contact, role):
    client.force_login(member(role, authority))
    text = words(client.get(CONTACTS))
    assert TOLD["said"] in text
    assert "Cora Councillor" in text
    assert "Olive Officer" in text


def test_auditor_writes_no_contact(client, authority, licence, contact):
    client.force_login(member("auditor", authority))
    assert NEW not in words(client.get(CONTACTS))
    for address in (
        NEW,
        reverse("log_driver_contact", args=[licence.pk]),
        reverse("correct_contact", args=[contact.pk]),
    ):
        assert client.post(address, TOLD).status_code in {302, 403}
    assert DriverContact.objects.count() == 1


def test_only_those_that_asked_for_a_decision_can_be_listed(as_officer, licence, contact):
    address = reverse("log_driver_contact", args=[licence.pk])
    as_officer.post(address, {**TOLD, "said": "A thank you.", "asks_for_decision": "no"})
    text = words(as_officer.get(f"{CONTACTS}?asked=yes"))
    assert TOLD["said"] in text
    assert "A thank you." not in text


def test_contacts_of_another_authority_are_not_there(client, other_authority, contact):
    client.force_login(member("officer", other_authority))
    assert TOLD["said"] not in words(client.get(CONTACTS))
    assert client.get(reverse("correct_contact", args=[contact.pk])).status_code == 404


def test_contact_about_whom_the_officer_knows_is_not_there(client, authority, licence, contact):
    other = member("officer", authority)
    declare_interest(user=other, learner=licence.holder, reason="A friend.", now=NOON)
    client.force_login(other)
    assert TOLD["said"] not in words(client.get(CONTACTS))
    assert client.get(reverse("correct_contact", args=[contact.pk])).status_code == 404


def test_platform_administrator_reads_contacts_and_writes_none(client, licence, contact):
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    assert TOLD["said"] in words(client.get(CONTACTS))
    address = reverse("log_driver_contact", args=[licence.pk])
    assert client.post(address, TOLD).status_code in {302, 403}


def test_list_of_contacts_costs_the_same_however_many_there_are(as_officer, licence, contact):
    def price():
        with CaptureQueriesContext(connection) as asked:
            as_officer.get(CONTACTS)
        return len(asked)

    price()
    few = price()
    for number in range(8):
        address = reverse("log_driver_contact", args=[licence.pk])
        as_officer.post(address, {**TOLD, "said": f"Number {number}."})
    assert price() == few <= 18
