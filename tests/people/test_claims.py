from datetime import date, timedelta

import pytest

from people.actions import ClaimOutcome, claim_licence
from people.models import LicenceClaim
from tests.factories import LearnerFactory, LicenceFactory

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
