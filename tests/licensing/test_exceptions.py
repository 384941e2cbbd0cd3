"""More time for one driver: two people, a reason, an end; and what it does to the answers."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, InternalError, ProgrammingError, transaction

from licensing.actions import (
    ExceptionRefused,
    advance_feed,
    decline_exception,
    end_exception,
    grant_exception,
    propose_exception,
    take_back_exception,
)
from licensing.answers import training_status
from licensing.eligibility import Code, Status, Training
from licensing.models import FeedEvent, TrainingException, WaitingLicence
from outbox.models import Message
from people.actions import declare_interest, grant_membership
from people.models import Licence, Membership
from people.register import decide_doubt, upsert_licence
from tests.factories import (
    LONG_AGO,
    LearnerFactory,
    LicenceFactory,
    make_course,
    make_requirement,
    staff,
)
from tests.licensing.factories import make_certificate, make_licence, revoke

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODAY = NOW.date()
UNTIL = TODAY + timedelta(days=30)


@pytest.fixture
def officer(authority):
    return staff(Membership.Role.OFFICER, authority, LONG_AGO)


@pytest.fixture
def second(authority):
    return staff(Membership.Role.OFFICER, authority, LONG_AGO)


@pytest.fixture
def licence(authority, requirement):
    return make_licence(authority)


@pytest.fixture
def propose(licence, officer):
    def propose(**fields):
        given = {
            "licence": licence,
            "requirement": "safeguarding",
            "reason": "Their course was called off.",
            "ends_on": UNTIL,
            "by": officer,
            "now": NOW,
        }
        return propose_exception(**{**given, **fields})

    return propose


@pytest.fixture
def granted(propose, second):
    return grant_exception(asked=propose(), by=second, now=NOW)


def status(licence, *, as_at=TODAY, known_at=NOW):
    found = training_status(
        authority=licence.authority, number=licence.number, as_at=as_at, known_at=known_at
    )
    (one,) = found.requirements
    return found.training, one.status, [reason.code for reason in one.reasons]


def refusal(act, **given):
    with pytest.raises(ExceptionRefused) as refused:
        act(**{"now": NOW, **given})
    return refused.value.code


def hand_on(licence, officer, *, at):
    """The register gives the number to somebody else, and an officer says so."""
    given = {
        "licence_number": licence.number,
        "licence_kind": "private_hire",
        "licence_state": "current",
        "full_name": "Somebody Else",
        "date_of_birth": "1999-09-09",
    }
    put = upsert_licence(authority=licence.authority, given=given, now=at, today=at.date())
    decide_doubt(
        doubt=put.doubt,
        decision="another_person",
        another_from=at.date(),
        reason="Seen at the counter.",
        by=officer,
        now=at,
    )
    return Licence.objects.get(pk=licence.pk)


NOT_MET = (Training.NOT_MET, Status.NEVER_PASSED, [Code.NEVER_PASSED])
HAS_TIME = (Training.MET, Status.IN_GRACE, [Code.EXCEPTION_GRANTED, Code.NEVER_PASSED])


# What it does.


def test_proposed_exception_gives_no_time(propose, licence):
    propose()

    assert status(licence) == NOT_MET


def test_granted_exception_gives_time_until_the_end_of_its_last_day(granted, licence):
    days = [TODAY - timedelta(days=1), TODAY, UNTIL, UNTIL + timedelta(days=1)]

    assert [status(licence, as_at=day) for day in days] == [NOT_MET, HAS_TIME, HAS_TIME, NOT_MET]


def test_exception_is_not_seen_before_it_was_granted(granted, licence):
    assert status(licence, known_at=NOW - timedelta(seconds=1)) == NOT_MET


def test_exception_hides_no_expiry(granted, licence, course):
    ended = TODAY - timedelta(days=1)
    make_certificate(licence, course, passed_on=date(2024, 1, 1), valid_until=ended)

    assert status(licence)[1:] == (
        Status.IN_GRACE,
        [Code.EXCEPTION_GRANTED, Code.CERTIFICATE_EXPIRED],
    )


def test_exception_does_not_help_after_a_revocation(granted, licence, course):
    certificate = make_certificate(licence, course, passed_on=date(2026, 1, 1))
    revoke(certificate, effective_on=date(2026, 2, 1), recorded_at=NOW)

    assert status(licence) == (Training.NOT_MET, Status.REVOKED, [Code.CERTIFICATE_REVOKED])


def test_exception_gives_no_time_to_another_licence(granted, authority):
    assert status(make_licence(authority, "PH-2")) == NOT_MET


def test_exception_gives_no_time_for_another_requirement(granted, licence):
    make_requirement(make_course(slug="first-aid", lessons=0), code="first-aid")

    found = training_status(
        authority=licence.authority, number=licence.number, as_at=TODAY, known_at=NOW
    ).requirements

    assert {one.terms.code: one.status for one in found} == {
        "first-aid": Status.NEVER_PASSED,
        "safeguarding": Status.IN_GRACE,
    }


def test_ended_exception_does_not_count_that_day_but_did_before(granted, licence, second):
    later = NOW + timedelta(days=3)
    end_exception(granted=granted, reason="They passed elsewhere.", by=second, now=later)
    ask = {"known_at": later}

    assert status(licence, as_at=later.date(), **ask) == NOT_MET
    assert status(licence, as_at=later.date() - timedelta(days=1), **ask) == HAS_TIME
    assert status(licence, as_at=later.date(), known_at=NOW) == HAS_TIME


def test_exception_does_not_pass_to_whoever_has_the_number_next(granted, licence, officer):
    later = NOW + timedelta(days=2)
    hand_on(licence, officer, at=later)

    found = training_status(
        authority=licence.authority, number=licence.number, as_at=later.date(), known_at=later
    )

    assert found.requirements[0].status == Status.NEVER_PASSED
    assert status(licence, as_at=TODAY, known_at=later)[1] == Status.IN_GRACE


@pytest.mark.parametrize("linked", [True, False])
def test_what_was_proposed_for_one_is_not_granted_to_the_next(
    propose, licence, officer, second, linked
):
    asked, later = propose(), NOW + timedelta(days=2)
    number = hand_on(licence, officer, at=later)
    if linked:
        number.hold(LearnerFactory(), now=later)

    assert refusal(grant_exception, asked=asked, by=second, now=later) == "changed_hands"
    declined = decline_exception(asked=asked, reason="Another driver.", by=second, now=later)
    assert declined.decision == "declined"


def test_new_holder_is_given_time_by_a_proposal_of_their_own(propose, licence, officer, second):
    later = NOW + timedelta(days=2)
    hand_on(licence, officer, at=NOW).hold(LearnerFactory(), now=NOW)

    granted = grant_exception(asked=propose(now=later), by=second, now=later)

    assert granted.decision == "granted"


def test_nobody_is_given_time_while_nobody_holds_the_licence(propose, authority, licence, second):
    unlinked = LicenceFactory(authority=authority, number="PH-2")
    assert refusal(propose, licence=unlinked) == "no_holder"
    asked = propose()
    Licence.objects.filter(pk=licence.pk).update(holder=None, held_from=None)

    assert refusal(grant_exception, asked=asked, by=second) == "no_holder"


# Two people.


def test_nobody_grants_their_own(propose, officer):
    assert refusal(grant_exception, asked=propose(), by=officer) == "same_person"


@pytest.mark.parametrize("role", ["auditor", "author", "reviewer"])
def test_only_officers_propose_and_decide(propose, authority, role):
    other = staff(role, authority, LONG_AGO)
    asked = propose()

    assert refusal(grant_exception, asked=asked, by=other) == "not_allowed"
    assert refusal(propose, by=other, requirement="x") == "not_allowed"
    assert refusal(decline_exception, asked=asked, by=other, reason="No") == "not_allowed"


def test_officer_of_another_authority_decides_nothing(propose, other_authority):
    theirs = staff(Membership.Role.OFFICER, other_authority, LONG_AGO)

    assert refusal(grant_exception, asked=propose(), by=theirs) == "not_allowed"


def test_nobody_decides_about_themselves(propose, licence, authority):
    own = licence.holder.user
    grant_membership(user=own, authority=authority, role="officer", by=None, now=LONG_AGO)

    assert refusal(grant_exception, asked=propose(), by=own) == "own_record"
    assert refusal(propose, by=own) == "own_record"


def test_nobody_decides_about_somebody_they_know(propose, licence, second):
    asked = propose()
    declare_interest(user=second, learner=licence.holder, reason="My cousin.", now=NOW)

    assert refusal(grant_exception, asked=asked, by=second) == "interest"
    assert refusal(propose, by=second) == "interest"


def test_nothing_is_granted_that_somebody_who_knows_them_proposed(
    propose, licence, officer, second
):
    asked = propose()
    declare_interest(user=officer, learner=licence.holder, reason="My cousin.", now=NOW)

    assert refusal(grant_exception, asked=asked, by=second) == "proposers_interest"


def test_nobody_ends_what_is_about_somebody_they_know(granted, licence, second):
    declare_interest(user=second, learner=licence.holder, reason="My cousin.", now=NOW)

    assert refusal(end_exception, granted=granted, reason="x", by=second) == "interest"


def test_possible_second_people_are_told_once(propose, second, authority, licence):
    knows = staff(Membership.Role.OFFICER, authority, LONG_AGO)
    declare_interest(user=knows, learner=licence.holder, reason="My cousin.", now=NOW)
    first, again = propose(), propose()

    assert first == again
    message = Message.objects.get()
    assert message.to == second.email
    assert f"/staff/exceptions/{first.pk}/" in message.body
    assert licence.full_name not in message.body
    assert licence.number not in message.body


# Steps.


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"reason": "  "}, "no_reason"),
        ({"ends_on": TODAY - timedelta(days=1)}, "wrong_day"),
        ({"ends_on": TODAY + timedelta(days=367)}, "wrong_day"),
        ({"requirement": "first-aid"}, "no_requirement"),
    ],
)
def test_what_is_proposed_has_to_make_sense(propose, fields, code):
    assert refusal(propose, **fields) == code


def test_one_waits_at_a_time(propose):
    propose()

    assert refusal(propose, reason="Another reason.") == "waiting"


def test_granting_again_changes_nothing(granted, authority):
    third = staff(Membership.Role.OFFICER, authority, LONG_AGO)

    again = grant_exception(asked=granted, by=third, now=NOW + timedelta(days=1))

    assert (again.decided_by, again.decided_at) == (granted.decided_by, NOW)


def test_too_late_is_not_granted(propose, second):
    late = NOW + timedelta(days=31)

    assert refusal(grant_exception, asked=propose(), by=second, now=late) == "wrong_day"


def test_declined_one_can_be_proposed_again(propose, second):
    asked = propose()

    declined = decline_exception(asked=asked, reason="No proof.", by=second, now=NOW)

    assert (declined.decision, declined.decision_reason) == ("declined", "No proof.")
    assert refusal(grant_exception, asked=asked, by=second) == "decided"
    assert propose().pk != asked.pk


def test_proposer_takes_it_back(propose, officer, second):
    asked = propose()

    assert refusal(take_back_exception, asked=asked, by=second) == "not_allowed"
    assert take_back_exception(asked=asked, by=officer, now=NOW).decision == "taken_back"


def test_what_is_over_cannot_be_ended(granted, second):
    late = NOW + timedelta(days=31)

    assert refusal(end_exception, granted=granted, reason="x", by=second, now=late) == "over"


def test_end_needs_a_reason_and_comes_once(granted, second, officer):
    assert refusal(end_exception, granted=granted, reason=" ", by=second) == "no_reason"
    end_exception(granted=granted, reason="First.", by=second, now=NOW)
    again = end_exception(granted=granted, reason="Second.", by=officer, now=NOW)

    assert (again.end_reason, again.ended_by) == ("First.", second)


@pytest.mark.parametrize(
    "change",
    [
        {"ends_on": UNTIL + timedelta(days=9)},
        {"reason": "Another."},
        {"decision": "declined"},
        {"decided_at": NOW - timedelta(days=9)},
    ],
)
def test_database_keeps_what_was_decided(granted, change):
    with pytest.raises((InternalError, ProgrammingError, IntegrityError)), transaction.atomic():
        TrainingException.objects.filter(pk=granted.pk).update(**change)


def test_database_keeps_the_end(granted, second):
    ended = end_exception(granted=granted, reason="First.", by=second, now=NOW)

    with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
        TrainingException.objects.filter(pk=ended.pk).update(end_reason="Second.")
    with pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
        ended.delete()


# The feed.


def test_feed_tells_the_day_after_the_exception(granted, licence, course, authority):
    ended = TODAY - timedelta(days=1)
    make_certificate(licence, course, passed_on=date(2024, 1, 1), valid_until=ended)
    advance_feed(authority_id=authority.pk, now=NOW)
    assert not FeedEvent.objects.filter(type="training.expired").exists()

    over = datetime(2026, 12, 23, 12, tzinfo=UTC)
    advance_feed(authority_id=authority.pk, now=over)

    event = FeedEvent.objects.get(type="training.expired")
    assert event.effective_on == UNTIL + timedelta(days=1)


def test_feed_tells_of_an_end_at_once(granted, licence, course, authority, second):
    ended = TODAY - timedelta(days=1)
    make_certificate(licence, course, passed_on=date(2024, 1, 1), valid_until=ended)
    advance_feed(authority_id=authority.pk, now=NOW)

    end_exception(granted=granted, reason="It was a mistake.", by=second, now=NOW)
    advance_feed(authority_id=authority.pk, now=NOW)

    assert FeedEvent.objects.get(type="training.expired").effective_on == TODAY
    assert not WaitingLicence.objects.exists()


def test_feed_looks_at_a_licence_that_was_linked(authority, requirement, course):
    held = make_licence(authority)
    make_certificate(held, course, passed_on=date(2020, 1, 1))
    advance_feed(authority_id=authority.pk, now=NOW)
    second_licence = make_licence(authority, "PH-7")
    second_licence.hold(held.holder, now=NOW)

    advance_feed(authority_id=authority.pk, now=NOW)

    found = FeedEvent.objects.filter(type="training.expired", licence=second_licence)
    assert found.count() == 1
    assert not WaitingLicence.objects.exists()
