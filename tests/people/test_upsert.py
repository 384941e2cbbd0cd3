"""One licence put into the register, as a licensing system sends it."""

from datetime import date, timedelta

import pytest

from people.importers import FactsRefused
from people.models import Licence, RegisterDoubt
from people.register import Outcome, upsert_licence
from tests.factories import AuthorityFactory, LicenceFactory

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)
GIVEN = {
    "licence_number": "ph 77",
    "licence_kind": "private_hire",
    "full_name": "Amina Khan",
    "date_of_birth": "1980-03-31",
    "licence_state": "current",
}


@pytest.fixture
def authority():
    return AuthorityFactory()


@pytest.fixture
def put(authority, now):
    def put(**changes):
        given = {**GIVEN, **changes}
        return upsert_licence(authority=authority, given=given, now=now, today=TODAY)

    return put


def test_unknown_number_makes_a_licence(put, authority):
    done = put(email="amina@example.org", licence_expiry="31/12/2027")
    licence = Licence.objects.get(authority=authority)
    assert done.outcome is Outcome.CREATED
    assert (licence.number, licence.expires_on) == ("PH77", date(2027, 12, 31))


def test_repeat_changes_nothing(put):
    put()
    assert put().outcome is Outcome.UNCHANGED
    assert Licence.objects.count() == 1


def test_column_that_is_not_given_is_left_as_it_is(put):
    put(email="amina@example.org", mobile="07700 900123")
    done = put(mobile="", licence_state="suspended")
    licence = Licence.objects.get()
    assert done.outcome is Outcome.UPDATED
    assert (licence.email, licence.mobile, licence.state) == (
        "amina@example.org",
        "",
        "suspended",
    )


def test_number_of_another_authority_is_another_licence(put):
    other = LicenceFactory(number="PH77")
    assert put().outcome is Outcome.CREATED
    other.refresh_from_db()
    assert other.full_name == "Ade Example"


@pytest.mark.parametrize("changes", [{"full_name": "Piotr Nowak"}, {"date_of_birth": "1981-03-31"}])
def test_another_person_under_the_number_waits_for_an_officer(put, changes):
    put()
    done = put(**changes)
    assert done.outcome is Outcome.DOUBTFUL
    assert done.doubt.kind == RegisterDoubt.Kind.OTHER_PERSON
    licence = Licence.objects.get()
    assert (licence.full_name, licence.date_of_birth) == ("Amina Khan", date(1980, 3, 31))


def test_person_known_under_another_number_waits_for_an_officer(put):
    put()
    done = put(licence_number="PH-77", full_name="KHAN Amina")
    assert done.doubt.kind == RegisterDoubt.Kind.OTHER_NUMBER
    assert list(Licence.objects.values_list("number", flat=True)) == ["PH77"]


def test_the_same_doubt_is_raised_once(put):
    put()
    first, second = put(full_name="Piotr Nowak"), put(full_name="Piotr Nowak")
    assert first.doubt == second.doubt
    assert RegisterDoubt.objects.count() == 1


def test_another_doubt_about_a_number_takes_the_place_of_the_first(put):
    put()
    first, second = put(full_name="Piotr Nowak"), put(full_name="Bilal Hussain")
    first.doubt.refresh_from_db()
    assert first.doubt.decision == RegisterDoubt.Decision.SUPERSEDED
    assert list(RegisterDoubt.objects.waiting()) == [second.doubt]


def test_details_that_fit_settle_what_waited(put):
    put()
    put(full_name="Piotr Nowak")
    assert put(licence_state="expired").outcome is Outcome.UPDATED
    assert not RegisterDoubt.objects.waiting().exists()


def test_what_an_officer_left_is_not_asked_again(put, now, authority, django_user_model):
    put()
    doubt = put(full_name="Piotr Nowak").doubt
    officer = django_user_model.objects.create_user("officer@example.org")
    doubt.decision, doubt.reason = RegisterDoubt.Decision.LEFT, "A slip at the other end."
    doubt.decided_at, doubt.decided_by = now + timedelta(hours=1), officer
    doubt.save()
    assert put(full_name="Piotr Nowak").outcome is Outcome.UNCHANGED
    assert put(full_name="Bilal Hussain").outcome is Outcome.DOUBTFUL


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"badge": "1"}, "badge"),
        ({"date_of_birth": "03/31/1980"}, "date_of_birth"),
        ({"licence_state": "banned"}, "licence_state"),
        ({"full_name": "A\u202eB"}, "full_name"),
    ],
)
def test_wrong_facts_are_refused_by_name(put, changes, field):
    with pytest.raises(FactsRefused) as refusal:
        put(**changes)
    assert [error.field for error in refusal.value.errors] == [field]
    assert not Licence.objects.exists()
