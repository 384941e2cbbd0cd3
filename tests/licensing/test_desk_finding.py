"""Finding a driver: by number, reference, address and name, at one's own authority alone."""

import random
from datetime import date

import pytest
from django.db import connection
from django.db.models import Value
from django.test.utils import CaptureQueriesContext

from licensing.desk.finding import Folded, find
from people.actions import declare_interest
from people.matching import folded
from people.models import Licence
from tests.conftest import NOON
from tests.factories import staff
from tests.licensing.factories import make_certificate, make_licence

pytestmark = pytest.mark.django_db

LETTERS = "aàáâãäåçèéêëìíîïñòóôõöøùúûüýÿłđðßæœþışčžőŁØÉẞÞÐÅ'’-–.ЖдΩ שم漢"


@pytest.fixture
def officer(authority):
    return staff("officer", authority, NOON)


@pytest.fixture
def look(officer, authority):
    def look(typed, *, limit=20, offset=0):
        return find(officer, typed, authorities=[authority], limit=limit, offset=offset)

    return look


def numbers(found):
    return [licence.number for licence in found.licences]


@pytest.fixture
def licence(authority):
    return make_licence(authority, "PH-1004", full_name="Grace Adaeze Okoro-Núñez")


@pytest.mark.parametrize("typed", ["PH-1004", "ph-1004", " ph - 1004 "])
def test_number_is_found_however_it_is_typed(look, licence, typed):
    assert numbers(look(typed)) == ["PH-1004"]


@pytest.mark.parametrize(
    "typed",
    [
        "Grace Okoro",
        "okoro grace",
        "OKO",
        "nunez",
        "Núñez Grace",
        "Mrs Okoro",
        "adaeze",
        "okoro-nu",
    ],
)
def test_name_is_found_by_its_parts_in_any_order_accents_aside(look, licence, typed):
    assert numbers(look(typed)) == ["PH-1004"]


@pytest.mark.parametrize("typed", ["Grace Smith", "x", "", "-", "%", "Gr%ce"])
def test_what_is_not_in_the_name_finds_nobody(look, licence, typed):
    assert look(typed).licences == []


@pytest.mark.parametrize("seed", range(3))
def test_database_folds_a_name_as_the_matching_does(authority, seed):
    """Whatever word of a name is typed, it is found in it."""
    chance = random.Random(seed)
    names = ["".join(chance.choices(LETTERS, k=chance.randrange(3, 12))) for _ in range(300)]
    make_licence(authority)
    for name in names:
        plain = Licence.objects.annotate(plain=Folded(Value(name))).values_list("plain", flat=True)
        assert all(word in plain[0] for word in folded(name).split()), name


def test_account_and_register_address_are_found(look, authority):
    held = make_licence(authority, "PH-1", email="in.register@example.org")
    assert numbers(look("In.Register@example.org")) == ["PH-1"]
    assert numbers(look(held.holder.user.email.upper())) == ["PH-1"]


def test_reference_finds_the_holder(look, authority, licence, course):
    certificate = make_certificate(licence, course, passed_on=date(2025, 4, 3))
    assert numbers(look(certificate.reference)) == ["PH-1004"]
    assert numbers(look(certificate.reference.lower().replace("-", " "))) == ["PH-1004"]


def test_certificate_of_somebody_without_a_licence_is_given_instead(look, authority, course):
    licence = make_licence(authority)
    certificate = make_certificate(licence, course, passed_on=date(2025, 4, 3))
    Licence.objects.filter(pk=licence.pk).update(holder=None, held_from=None)
    found = look(certificate.reference)
    assert (found.licences, found.certificate) == ([], certificate)


def test_nobody_of_another_authority_is_found(look, other_authority, course):
    other = make_licence(other_authority, "PH-77", full_name="Olu Other", email="o@example.org")
    certificate = make_certificate(other, course, passed_on=date(2025, 4, 3))
    for typed in ("PH-77", "Olu Other", "o@example.org", certificate.reference,
                  other.holder.user.email):  # fmt: skip
        found = look(typed)
        assert (found.licences, found.certificate) == ([], None)


def test_whom_the_reader_knows_is_not_found(look, officer, licence, course):
    certificate = make_certificate(licence, course, passed_on=date(2025, 4, 3))
    declare_interest(user=officer, learner=licence.holder, reason="My sister.", now=NOON)
    for typed in ("PH-1004", "Grace", licence.holder.user.email, certificate.reference):
        found = look(typed)
        assert (found.licences, found.certificate) == ([], None)


def test_long_answers_come_in_parts(look, authority):
    for number in range(5):
        make_licence(authority, f"PH-{number}", full_name=f"Sam {number}")
    first, last = look("sam", limit=3), look("sam", limit=3, offset=3)
    assert (numbers(first), first.more) == (["PH-0", "PH-1", "PH-2"], True)
    assert (numbers(last), last.more) == (["PH-3", "PH-4"], False)


@pytest.mark.parametrize("typed", ["PH-1004", "Grace", "someone@example.org"])
def test_finding_costs_the_same_however_many_there_are(look, licence, authority, typed):
    look(typed)
    with CaptureQueriesContext(connection) as few:
        look(typed)
    for number in range(10):
        make_licence(authority, f"HC-{number}", full_name="Grace Other")
    with CaptureQueriesContext(connection) as many:
        look(typed)
    assert len(many) == len(few) <= 2
