"""An officer's word on a doubtful match."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from people.models import Licence, RegisterDoubt, Tenure
from people.register import DecisionRefused, decide_doubt, upsert_licence
from tests.factories import AuthorityFactory, LearnerFactory, UserFactory
from tests.people.register_files import AMINA, TODAY

pytestmark = pytest.mark.django_db
Decision = RegisterDoubt.Decision
BILAL = {
    "licence_number": "PH-1",
    "licence_kind": "hackney_carriage",
    "full_name": "Bilal Hussain",
    "date_of_birth": "1990-01-02",
    "licence_state": "applicant",
}
FROM = date(2026, 10, 1)


@pytest.fixture
def authority():
    return AuthorityFactory()


@pytest.fixture
def learner(authority, now):
    """Who holds the licence that the register has."""
    upsert_licence(authority=authority, given=AMINA, now=now, today=TODAY)
    learner = LearnerFactory(authority=authority)
    Licence.objects.get().hold(learner, now=now - timedelta(days=400))
    return learner


def doubt_about(authority, now, **changes):
    given = {**BILAL, **changes}
    return upsert_licence(authority=authority, given=given, now=now, today=TODAY).doubt


def decide(doubt, decision, now, **changes):
    told = {"reason": "Seen the papers.", "by": UserFactory(), "now": now, **changes}
    return decide_doubt(doubt=doubt, decision=decision, **told)


def test_same_person_takes_the_new_details_over(authority, learner, now):
    doubt = doubt_about(authority, now, full_name="Amina Begum", date_of_birth="1980-03-31")
    decided = decide(doubt, Decision.SAME_PERSON, now)
    licence = Licence.objects.get()
    assert (licence.full_name, licence.state, licence.holder) == (
        "Amina Begum",
        "applicant",
        learner,
    )
    assert licence.email == "amina@example.org"
    assert (decided.decision, decided.decided_at, decided.reason) == (
        "same_person",
        now,
        "Seen the papers.",
    )


def test_another_person_has_the_number_from_a_day_on(authority, learner, now):
    decide(doubt_about(authority, now), Decision.ANOTHER_PERSON, now, another_from=FROM)
    licence, tenure = Licence.objects.get(), Tenure.objects.get()
    assert (licence.full_name, licence.holder, licence.held_from) == ("Bilal Hussain", None, None)
    assert (licence.email, licence.mobile, licence.expires_on) == ("", "", None)
    assert (tenure.holder, tenure.full_name, tenure.kind) == (learner, "Amina Khan", "private_hire")
    assert tenure.ended_on == date(2026, 9, 30)


def test_another_person_needs_the_day(authority, learner, now):
    doubt = doubt_about(authority, now)
    with pytest.raises(DecisionRefused, match="which day"):
        decide(doubt, Decision.ANOTHER_PERSON, now)
    assert RegisterDoubt.objects.waiting().exists()


def test_tenures_of_a_number_do_not_overlap(authority, learner, now):
    decide(doubt_about(authority, now), Decision.ANOTHER_PERSON, now, another_from=FROM)
    third = doubt_about(authority, now, full_name="Piotr Nowak", date_of_birth="1960-01-02")
    with pytest.raises(DecisionRefused, match="somebody before"):
        decide(third, Decision.ANOTHER_PERSON, now, another_from=date(2026, 9, 30))
    decide(third, Decision.ANOTHER_PERSON, now, another_from=date(2026, 10, 2))
    assert [tenure.full_name for tenure in Tenure.objects.all()] == ["Amina Khan", "Bilal Hussain"]


def test_left_changes_nothing(authority, learner, now):
    before = Licence.objects.values().get()
    decide(doubt_about(authority, now), Decision.LEFT, now)
    assert Licence.objects.values().get() == before


def test_same_person_under_another_number_holds_both(authority, learner, now):
    doubt = doubt_about(
        authority,
        now,
        licence_number="HC-8",
        full_name="Amina Khan",
        date_of_birth="1980-03-31",
    )
    decide(doubt, Decision.SAME_PERSON, now)
    new = Licence.objects.get(number="HC-8")
    assert (new.holder, new.held_from, new.state) == (learner, now, "applicant")
    assert Licence.objects.get(number="PH-1").holder == learner


def test_another_person_under_another_number_has_a_licence_of_their_own(authority, learner, now):
    doubt = doubt_about(
        authority,
        now,
        licence_number="HC-8",
        full_name="Amina Khan",
        date_of_birth="1980-03-31",
    )
    decide(doubt, Decision.ANOTHER_PERSON, now)
    assert Licence.objects.get(number="HC-8").holder is None
    assert not Tenure.objects.exists()


def test_first_decision_stands(authority, learner, now):
    doubt = doubt_about(authority, now)
    decide(doubt, Decision.LEFT, now)
    assert decide(doubt, Decision.SAME_PERSON, now).decision == Decision.LEFT
    assert Licence.objects.get().full_name == "Amina Khan"


def test_decision_needs_a_reason(authority, learner, now):
    with pytest.raises(DecisionRefused, match="reason"):
        decide(doubt_about(authority, now), Decision.LEFT, now, reason=" ")


@pytest.mark.parametrize("decision", ["superseded", "undone", "", "refused"])
def test_only_an_officers_decisions_are_taken(authority, learner, now, decision):
    with pytest.raises(DecisionRefused, match="no such"):
        decide(doubt_about(authority, now), decision, now)


def test_database_keeps_a_decision(authority, learner, now):
    doubt = decide(doubt_about(authority, now), Decision.LEFT, now)
    for change in ({"reason": "Another"}, {"decision": "same_person"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            RegisterDoubt.objects.filter(pk=doubt.pk).update(**change)


def test_database_keeps_what_was_given(authority, learner, now):
    doubt = doubt_about(authority, now)
    with pytest.raises(DatabaseError), transaction.atomic():
        RegisterDoubt.objects.filter(pk=doubt.pk).update(given={})
