from datetime import date, timedelta

import pytest

from people.actions import (
    ClaimOutcome,
    claim_licence,
    decide_claim,
    hold_many_without_account,
    hold_without_account,
)
from people.models import Learner, Licence, LicenceClaim
from tests.factories import LearnerFactory, LicenceFactory, UserFactory

pytestmark = pytest.mark.django_db
BORN = date(1980, 3, 31)


def claim(licence, learner, now, *, number=None, born=BORN):
    return claim_licence(
        learner=learner,
        authority=licence.authority,
        number=number or licence.number,
        date_of_birth=born,
        now=now,
    )


def test_matching_details_link_the_licence(now):
    licence, learner = LicenceFactory(number="PH-1"), LearnerFactory(authority=None)
    assert claim(licence, learner, now, number=" ph-1 ") is ClaimOutcome.LINKED
    licence.refresh_from_db()
    assert licence.holder == learner


def test_first_linked_licence_decides_the_authority_trained_for(now):
    licence, learner = LicenceFactory(), LearnerFactory(authority=None)
    claim(licence, learner, now)
    learner.refresh_from_db()
    assert learner.authority == licence.authority


@pytest.mark.parametrize(
    ("number", "born"), [(None, date(1980, 4, 1)), ("NO-SUCH", BORN)], ids=["birth", "number"]
)
def test_any_mismatch_leaves_the_same_request(now, number, born):
    licence, learner = LicenceFactory(), LearnerFactory()
    outcome = claim(licence, learner, now, number=number, born=born)
    assert outcome is ClaimOutcome.SENT_TO_OFFICER
    assert LicenceClaim.objects.waiting().get().learner == learner


def test_licence_of_somebody_else_counts_as_a_mismatch(now):
    licence = LicenceFactory(held=True)
    outcome = claim(licence, LearnerFactory(), now)
    assert outcome is ClaimOutcome.SENT_TO_OFFICER


def test_claiming_again_changes_nothing(now):
    licence, learner = LicenceFactory(), LearnerFactory()
    claim(licence, learner, now)
    assert claim(licence, learner, now) is ClaimOutcome.LINKED
    assert LicenceClaim.objects.count() == 1


def test_sixth_wrong_claim_in_a_day_is_refused_even_if_right(now):
    licence, learner = LicenceFactory(), LearnerFactory()
    for number in range(5):
        claim(licence, learner, now, number=f"WRONG-{number}")
    assert claim(licence, learner, now) is ClaimOutcome.TOO_MANY
    assert claim(licence, learner, now + timedelta(hours=25)) is ClaimOutcome.LINKED


# -- Records without an account -------------------------------------------------------------
@pytest.fixture
def record(now):
    """A licence whose holder was trained before this service and has no account."""
    licence = LicenceFactory()
    return licence, hold_without_account(licence=licence, now=now - timedelta(days=30))


def test_register_names_who_holds_a_licence_without_an_account(record):
    licence, holder = record
    licence.refresh_from_db()
    assert (licence.holder, holder.full_name, holder.user) == (holder, licence.full_name, None)
    assert holder.authority == licence.authority


def test_licence_that_has_a_holder_keeps_them(now):
    licence = LicenceFactory(held=True)
    assert hold_without_account(licence=licence, now=now) == licence.holder


def test_many_licences_get_their_records_at_once_and_only_once(now, django_assert_max_num_queries):
    free = [LicenceFactory() for _ in range(5)]
    held = LicenceFactory(held=True)
    with django_assert_max_num_queries(6):
        hold_many_without_account(licence_ids=[one.pk for one in [*free, held]], now=now)
    hold_many_without_account(licence_ids=[one.pk for one in free], now=now)
    assert Learner.objects.filter(user=None).count() == 5
    assert Licence.objects.get(pk=held.pk).holder == held.holder


def test_claim_takes_the_record_over(record, now):
    licence, holder = record
    claimant = LearnerFactory(authority=None)
    assert claim(licence, claimant, now) is ClaimOutcome.LINKED
    licence.refresh_from_db()
    holder.refresh_from_db()
    assert (licence.holder, licence.held_from) == (claimant, now)
    assert (holder.succeeded_by, holder.succeeded_at) == (claimant, now)


def test_record_is_taken_over_once(record, now):
    licence, holder = record
    first = LearnerFactory()
    claim(licence, first, now)
    assert claim(licence, LearnerFactory(), now) is ClaimOutcome.SENT_TO_OFFICER
    holder.refresh_from_db()
    assert holder.succeeded_by == first


@pytest.mark.parametrize("born", [BORN, date(1980, 4, 1)], ids=["birth", "another birth"])
def test_officer_hands_the_record_over_with_the_licence(record, now, born):
    licence, holder = record
    claimant = LearnerFactory()
    claim(licence, claimant, now, number="WRONG", born=born)
    waiting = LicenceClaim.objects.waiting().get()
    decide_claim(claim=waiting, licence=licence, by=UserFactory(), now=now)
    holder.refresh_from_db()
    assert holder.succeeded_by == claimant


def test_wrong_date_of_birth_takes_nothing_over(record, now):
    licence, holder = record
    claim(licence, LearnerFactory(), now, born=date(1980, 4, 1))
    holder.refresh_from_db()
    assert holder.succeeded_by is None


def test_declining_takes_nothing_over(record, now):
    licence, holder = record
    claim(licence, LearnerFactory(), now, born=date(1980, 4, 1))
    decide_claim(claim=LicenceClaim.objects.get(), licence=None, by=UserFactory(), now=now)
    holder.refresh_from_db()
    assert holder.succeeded_by is None
