"""The certificate of one authority as the answer of another: when, for how long, and what not."""

from datetime import UTC, date, datetime, timedelta

import pytest

from licensing.answers import training_status, training_statuses_of
from licensing.compliance import compliance
from licensing.eligibility import Code, Status, Training
from licensing.models import Acceptance
from licensing.views.words import reason_in_words
from tests.factories import UserFactory, make_acceptance, make_course, make_requirement
from tests.licensing.factories import make_certificate, make_licence, reinstate, revoke

pytestmark = pytest.mark.django_db

PASSED_ON = date(2025, 4, 3)
TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def home(authority, requirement):
    """The licence of the council where the driver was trained."""
    return make_licence(authority, "NB-1")


@pytest.fixture
def away(other_authority, home):
    """The same person's licence of the council that is asked."""
    return make_licence(other_authority, "WV-1", holder=home.holder)


@pytest.fixture
def certificate(home, course):
    return make_certificate(home, course, passed_on=PASSED_ON)


@pytest.fixture
def accept(authority, other_authority, course):
    def accept(**fields):
        between = {"authority": other_authority, "from_authority": authority}
        return make_acceptance(fields.pop("course", course), **{**between, **fields})

    return accept


@pytest.fixture
def ask(other_authority, away):
    """Both forms of the rule, which must agree, asked about the licence away."""

    def ask(as_at=TODAY, known_at=NOW):
        asked = {"as_at": as_at, "known_at": known_at}
        status = training_status(authority=other_authority, number=away.number, **asked)
        (found,) = status.requirements
        counts = compliance(authority_id=other_authority.pk, **asked).counts
        assert counts[found.status] == 1
        return found

    return ask


def codes(found):
    return [reason.code for reason in found.reasons]


def test_without_a_rule_another_councils_certificate_is_nothing(ask, certificate):
    assert codes(ask()) == [Code.NEVER_PASSED]


def test_accepted_certificate_counts_and_the_answer_says_whose_it_is(
    ask, accept, certificate, authority
):
    accept()
    found = ask()

    assert (found.status, found.certificate.reference) == (Status.VALID, certificate.reference)
    assert (found.certificate.valid_until, found.renew_from) == (
        certificate.valid_until,
        certificate.renew_from,
    )
    assert codes(found) == [Code.CERTIFICATE_VALID, Code.ACCEPTED_FROM_ELSEWHERE]
    facts = {"reference": certificate.reference, "authority": authority.name}
    assert found.reasons[1].facts == facts
    assert authority.name in found.reasons[1].text


def test_it_goes_one_way_only(accept, home, other_authority, course):
    accept()
    make_certificate(home, course, passed_on=PASSED_ON, authority=other_authority)
    asked = {"as_at": TODAY, "known_at": NOW}

    (found,) = training_status(authority=home.authority, number="NB-1", **asked).requirements

    assert found.status == Status.NEVER_PASSED


@pytest.mark.parametrize(
    ("months", "as_at", "status", "valid_until"),
    [
        (12, date(2026, 4, 3), Status.EXPIRING, date(2026, 4, 3)),
        (12, date(2026, 4, 4), Status.EXPIRED, date(2026, 4, 3)),
        (24, TODAY, Status.VALID, date(2027, 4, 3)),
        (48, date(2028, 4, 3), Status.EXPIRING, date(2028, 4, 3)),
        (48, date(2028, 4, 4), Status.EXPIRED, date(2028, 4, 3)),
    ],
)
def test_it_counts_for_the_months_of_the_rule(
    ask, accept, certificate, months, as_at, status, valid_until
):
    accept(months=months)
    found = ask(as_at, max(NOW, datetime(2028, 5, 1, tzinfo=UTC)))

    assert (found.status, found.certificate.valid_until) == (status, valid_until)


@pytest.mark.parametrize(
    ("from_edition", "status"),
    [("1", Status.VALID), ("1.0", Status.NEVER_PASSED), ("2", Status.NEVER_PASSED)],
)
def test_it_counts_from_the_edition_of_the_rule(ask, accept, certificate, from_edition, status):
    accept(from_edition=from_edition)

    assert ask().status == status


def test_it_counts_from_the_first_day_of_the_rule(ask, accept, certificate):
    accept(effective_from=TODAY)

    assert ask(TODAY - timedelta(days=1)).status == Status.NEVER_PASSED
    assert ask(TODAY).status == Status.VALID


def test_rule_that_accepts_nothing_ends_it_for_the_days_that_follow(ask, accept, certificate):
    accept()
    accept(requirements=[], effective_from=TODAY)

    assert ask(TODAY - timedelta(days=1)).status == Status.VALID
    assert codes(ask(TODAY)) == [Code.NEVER_PASSED]


def test_proposal_accepts_nothing_and_approval_changes_no_earlier_answer(
    ask, certificate, authority, other_authority, course
):
    rule = Acceptance.objects.create(
        authority=other_authority,
        from_authority=authority,
        course=course,
        requirements=["safeguarding"],
        effective_from=PASSED_ON,
        reason="Test",
        proposed_by=UserFactory(),
        proposed_at=NOW - timedelta(days=2),
    )
    assert ask().status == Status.NEVER_PASSED
    rule.approve(by=UserFactory(), now=NOW)

    assert ask().status == Status.VALID
    assert ask(known_at=NOW - timedelta(seconds=1)).status == Status.NEVER_PASSED


def test_revocation_by_the_other_council_counts_at_once_and_so_does_its_end(
    ask, accept, certificate
):
    accept()
    revoke(certificate, effective_on=TODAY, recorded_at=NOW)
    found = ask()
    assert found.status == Status.REVOKED
    assert codes(found) == [Code.CERTIFICATE_REVOKED, Code.ACCEPTED_FROM_ELSEWHERE]

    later = NOW + timedelta(hours=1)
    reinstate(certificate, effective_on=TODAY, recorded_at=later)
    assert ask(known_at=later).status == Status.VALID
    assert ask().status == Status.REVOKED


def test_own_certificate_that_lasts_longer_goes_before_it(
    ask, accept, certificate, away, other_authority, course
):
    accept()
    own = make_certificate(away, course, passed_on=date(2026, 1, 5))

    found = ask()

    assert (found.certificate.reference, codes(found)) == (own.reference, [Code.CERTIFICATE_VALID])


@pytest.mark.parametrize("requirements", [["first-aid"], []])
def test_it_serves_the_requirements_of_the_rule_alone(ask, accept, certificate, requirements):
    accept(requirements=requirements)

    assert ask().status == Status.NEVER_PASSED


def test_another_course_of_theirs_can_serve_our_requirement(ask, accept, home):
    theirs = make_course(slug="their-day", lessons=0)
    accept(course=theirs)
    made = make_certificate(home, theirs, passed_on=PASSED_ON)

    found = ask()

    assert (found.status, found.certificate.reference) == (Status.VALID, made.reference)


def test_refresher_needs_a_rule_of_its_own(ask, accept, home, course):
    accept()
    refresher = make_course(slug="short", lessons=0, kind="refresher", refreshes=course)
    make_certificate(home, refresher, passed_on=PASSED_ON, counts_for=course)
    assert ask().status == Status.NEVER_PASSED

    accept(course=refresher)

    assert ask().status == Status.VALID


def test_what_the_other_council_recognised_is_not_accepted_on_its_word(ask, accept, home, course):
    accept()
    make_certificate(home, course, passed_on=PASSED_ON, provider_name="Fellbridge Training")

    assert ask().status == Status.NEVER_PASSED


def test_grace_begins_with_the_end_that_the_rule_gives_it(
    ask, accept, certificate, other_authority, course
):
    make_requirement(course, authority=other_authority, grace_days=10)
    accept(months=12)

    found = ask(date(2026, 4, 13))

    assert (found.status, found.reasons[0].facts["until"]) == (Status.IN_GRACE, date(2026, 4, 13))
    assert Code.ACCEPTED_FROM_ELSEWHERE in codes(found)
    assert ask(date(2026, 4, 14)).status == Status.EXPIRED


def test_each_licence_of_a_person_is_judged_by_its_own_council(accept, home, away, certificate):
    def training():
        found = training_statuses_of(home.holder, as_at=TODAY, known_at=NOW)
        return {status.licence_number: status.training for status in found}

    assert training() == {"NB-1": Training.MET, "WV-1": Training.NOT_MET}
    accept()
    assert training() == {"NB-1": Training.MET, "WV-1": Training.MET}


def test_staff_read_whose_certificate_it_is(ask, accept, certificate, authority):
    accept()

    said = [reason_in_words(reason) for reason in ask().reasons]

    assert said[1] == (
        f"Certificate {certificate.reference} was earned with {authority.name}, whose certificates"
        " are accepted."
    )
