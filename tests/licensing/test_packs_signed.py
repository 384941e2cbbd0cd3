"""Councillors and officers sign for their training, another officer countersigns, and the list for
a meeting is the same whenever it is asked for."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from courses.models import Enrolment
from licensing.actions import (
    SigningRefused,
    countersign,
    decline_signature,
    enter_session,
    finished_rounds,
    sign_course,
    sign_session,
)
from licensing.meeting import meeting_document, members_on
from licensing.models import SignedTraining, TrainingSession
from licensing.pack_pdf import render_document
from people.actions import declare_interest, end_membership, grant_membership
from people.models import Audience
from tests.factories import (
    LearnerFactory,
    UserFactory,
    make_course,
    make_test_rule,
    make_validity_rule,
    staff,
)
from tests.licensing.packs import NOON
from tests.verapdf import PROFILES, broken_rules

pytestmark = pytest.mark.django_db

HELD_ON = date(2026, 11, 2)
MEETING = date(2026, 11, 25)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
LATER = NOON + timedelta(days=3)


@pytest.fixture
def officer(authority):
    return staff("officer", authority, LONG_AGO, first_name="Olive", last_name="Officer")


@pytest.fixture
def second(authority):
    return staff("officer", authority, LONG_AGO, first_name="Omar", last_name="Second")


@pytest.fixture
def councillor(authority):
    return staff("councillor", authority, LONG_AGO, first_name="Cora", last_name="Councillor")


@pytest.fixture
def session(authority, officer):
    return enter(authority, officer)


def enter(authority, by, **changed):
    told = {
        "title": "Safeguarding for the committee",
        "held_on": HELD_ON,
        "provider": "Invented Training",
        "months": 12,
        "course": None,
    }
    return enter_session(authority=authority, **{**told, **changed}, by=by, now=NOON)


def sign(session, by, *, now=NOON):
    return sign_session(session=session, by=by, now=now)


def trained(authority, *, day=MEETING, known_at=NOON):
    found = members_on(authority=authority, day=day, known_at=known_at)
    return {one.name: one.is_trained for one in found}


# -- A session -------------------------------------------------------------------------------
def test_session_is_entered_once(authority, officer, session):
    assert enter(authority, officer, title="Safeguarding  for the committee") == session
    with pytest.raises(DatabaseError), transaction.atomic():
        TrainingSession.objects.update(months=99)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"held_on": NOON.date() + timedelta(days=1)}, "in_the_future"),
        ({"title": " "}, "not_complete"),
        ({"provider": ""}, "not_complete"),
        ({"months": 0}, "not_complete"),
        ({"months": 121}, "not_complete"),
    ],
)
def test_session_that_makes_no_sense_is_refused(authority, officer, wrong, code):
    with pytest.raises(SigningRefused, match=code):
        enter(authority, officer, **wrong)


@pytest.mark.parametrize("role", ["author", "reviewer", "auditor", "councillor"])
def test_only_officers_enter_sessions(authority, role):
    with pytest.raises(SigningRefused, match="not_allowed"):
        enter(authority, staff(role, authority, NOON))


# -- Two signatures --------------------------------------------------------------------------
def test_member_signs_and_an_officer_countersigns(session, councillor, officer):
    signed = sign(session, councillor)
    assert (signed.trained_on, signed.valid_until) == (HELD_ON, date(2027, 11, 2))
    done = countersign(signed=signed, by=officer, now=LATER)
    assert (done.signed_by, done.signed_at) == (councillor, NOON)
    assert (done.decision, done.decided_by, done.decided_at) == ("confirmed", officer, LATER)


def test_signing_or_countersigning_again_changes_nothing(session, councillor, officer, second):
    signed = sign(session, councillor)
    assert sign(session, councillor, now=LATER) == signed
    countersign(signed=signed, by=officer, now=LATER)
    again = countersign(signed=signed, by=second, now=LATER + timedelta(days=1))
    assert (again.decided_by, again.decided_at) == (officer, LATER)


@pytest.mark.parametrize("role", ["author", "reviewer", "auditor"])
def test_others_do_not_sign(authority, session, role):
    with pytest.raises(SigningRefused, match="not_allowed"):
        sign(session, staff(role, authority, NOON))


def test_councillor_of_another_authority_does_not_sign(other_authority, session):
    with pytest.raises(SigningRefused, match="not_allowed"):
        sign(session, staff("councillor", other_authority, NOON))


def test_nobody_countersigns_their_own(session, officer, second):
    signed = sign(session, officer)
    with pytest.raises(SigningRefused, match="own_training"):
        countersign(signed=signed, by=officer, now=NOON)
    assert countersign(signed=signed, by=second, now=NOON).decision == "confirmed"


@pytest.mark.parametrize("role", ["author", "reviewer", "auditor", "councillor"])
def test_only_officers_countersign(authority, session, councillor, role):
    signed = sign(session, councillor)
    with pytest.raises(SigningRefused, match="not_allowed"):
        countersign(signed=signed, by=staff(role, authority, NOON), now=NOON)


def test_officer_of_another_authority_does_not_countersign(other_authority, session, councillor):
    signed = sign(session, councillor)
    with pytest.raises(SigningRefused, match="not_allowed"):
        countersign(signed=signed, by=staff("officer", other_authority, NOON), now=NOON)


def test_officer_who_knows_the_member_does_not_countersign(session, councillor, officer):
    learner = LearnerFactory(user=councillor, authority=session.authority)
    declare_interest(user=officer, learner=learner, reason="A friend.", now=NOON)
    with pytest.raises(SigningRefused, match="interest"):
        countersign(signed=sign(session, councillor), by=officer, now=NOON)


def test_declined_signature_needs_a_reason_and_may_be_given_anew(session, councillor, officer):
    signed = sign(session, councillor)
    with pytest.raises(SigningRefused, match="no_reason"):
        decline_signature(signed=signed, reason=" ", by=officer, now=NOON)
    decline_signature(signed=signed, reason="Not on the list.", by=officer, now=NOON)
    with pytest.raises(SigningRefused, match="decided"):
        countersign(signed=signed, by=officer, now=NOON)
    assert sign(session, councillor, now=LATER) != signed


def test_database_refuses_a_signature_for_somebody_else(session, councillor, officer):
    facts = {
        "authority": session.authority,
        "member": councillor.memberships.get(),
        "session": session,
        "title": "x",
        "trained_on": HELD_ON,
        "valid_until": MEETING,
        "signed_at": NOON,
    }
    with pytest.raises(DatabaseError, match="only the councillor"), transaction.atomic():
        SignedTraining.objects.create(**facts, signed_by=officer)
    with pytest.raises(IntegrityError, match="countersigned_by_another"), transaction.atomic():
        SignedTraining.objects.create(
            **facts,
            signed_by=councillor,
            decision="confirmed",
            decided_by=councillor,
            decided_at=NOON,
        )


def test_database_keeps_both_signatures(session, councillor, officer):
    signed = countersign(signed=sign(session, councillor), by=officer, now=NOON)
    for changed in ({"decided_at": LATER}, {"decision": "declined"}, {"signed_at": LATER}):
        with pytest.raises(DatabaseError), transaction.atomic():
            SignedTraining.objects.filter(pk=signed.pk).update(**changed)
    with pytest.raises(DatabaseError), transaction.atomic():
        signed.delete()


# -- A course of this service ------------------------------------------------------------------
@pytest.fixture
def course_of_councillors():
    return make_course(slug="councillors", lessons=1, audience=Audience.COUNCILLOR)


def finished(course, user, authority, **fields):
    learner = LearnerFactory(user=user, authority=authority, audience=Audience.COUNCILLOR)
    return Enrolment.objects.create(
        **{
            "learner": learner,
            "course": course,
            "authority": authority,
            "started_at": NOON,
            "completed_at": datetime(2026, 10, 31, 23, 30, tzinfo=UTC),
            **fields,
        }
    )


def test_finished_course_is_signed_for_and_lasts_as_the_rule_says(
    authority, councillor, course_of_councillors
):
    make_validity_rule(months=24)
    done = finished(course_of_councillors, councillor, authority)
    signed = sign_course(enrolment=done, authority=authority, by=councillor, now=NOON)
    assert (signed.trained_on, signed.valid_until) == (date(2026, 10, 31), date(2028, 10, 31))
    assert signed.title == course_of_councillors.title
    again = sign_course(enrolment=done, authority=authority, by=councillor, now=LATER)
    assert again == signed


def test_course_that_is_not_finished_is_refused(authority, councillor, course_of_councillors):
    begun = finished(course_of_councillors, councillor, authority, completed_at=None)
    with pytest.raises(SigningRefused, match="not_finished"):
        sign_course(enrolment=begun, authority=authority, by=councillor, now=NOON)


def test_course_with_a_test_has_to_be_passed(authority, councillor, course_of_councillors):
    make_test_rule(course_of_councillors)
    make_test_rule(course_of_councillors)
    done = finished(course_of_councillors, councillor, authority)
    assert not finished_rounds(councillor).exists()
    Enrolment.objects.filter(pk=done.pk).update(closed_at=NOON)
    assert list(finished_rounds(councillor)) == [done]


def test_course_of_somebody_else_or_for_drivers_is_refused(
    authority, councillor, course_of_councillors, course
):
    others = finished(course_of_councillors, UserFactory(), authority)
    own = finished(course, councillor, authority)
    for enrolment in (others, own):
        with pytest.raises(SigningRefused, match="not_finished"):
            sign_course(enrolment=enrolment, authority=authority, by=councillor, now=NOON)


# -- The list for a meeting --------------------------------------------------------------------
def test_list_tells_who_was_trained_and_who_was_not(authority, session, councillor, officer):
    countersign(signed=sign(session, councillor), by=officer, now=NOON)
    staff("auditor", authority, LONG_AGO, first_name="Ada", last_name="Auditor")
    assert trained(authority) == {"Cora Councillor": True, "Olive Officer": False}


def test_one_signature_alone_does_not_count(authority, session, councillor, officer):
    sign(session, councillor)
    assert trained(authority)["Cora Councillor"] is False


def test_declined_signature_does_not_count(authority, session, councillor, officer):
    decline_signature(signed=sign(session, councillor), reason="No.", by=officer, now=NOON)
    assert trained(authority)["Cora Councillor"] is False


@pytest.mark.parametrize(
    ("day", "is_trained"),
    [
        (HELD_ON - timedelta(days=1), False),
        (HELD_ON, True),
        (date(2027, 11, 2), True),
        (date(2027, 11, 3), False),
    ],
)
def test_training_counts_from_its_day_to_the_end_of_its_last(
    authority, session, councillor, officer, day, is_trained
):
    countersign(signed=sign(session, councillor), by=officer, now=NOON)
    assert trained(authority, day=day)["Cora Councillor"] is is_trained


def test_training_that_ended_is_told_beside_the_name(authority, session, councillor, officer):
    signed = countersign(signed=sign(session, councillor), by=officer, now=NOON)
    found = members_on(authority=authority, day=date(2028, 1, 1), known_at=NOON)
    assert [(one.name, one.training, one.last) for one in found] == [
        ("Cora Councillor", None, signed),
        ("Olive Officer", None, None),
    ]


def test_list_of_a_moment_stays_the_same(authority, session, councillor, officer, second):
    signed = sign(session, councillor)
    before = trained(authority, known_at=NOON)
    countersign(signed=signed, by=officer, now=LATER)
    end_membership(membership=second.memberships.get(), by=officer, now=LATER)
    staff("councillor", authority, LATER, first_name="New", last_name="Councillor")
    assert trained(authority, known_at=NOON) == before
    assert trained(authority, known_at=LATER) == {
        "Cora Councillor": True,
        "Olive Officer": False,
        "New Councillor": False,
    }


@pytest.mark.parametrize(
    ("ended_at", "is_member"),
    [
        (datetime(2026, 11, 24, 23, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 25, 23, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 26, 0, 0, tzinfo=UTC), True),
    ],
)
def test_member_is_who_was_one_at_the_end_of_the_day(
    authority, councillor, officer, ended_at, is_member
):
    end_membership(membership=councillor.memberships.get(), by=officer, now=ended_at)
    found = trained(authority, known_at=datetime(2027, 1, 1, tzinfo=UTC))
    assert ("Cora Councillor" in found) is is_member


def test_new_term_keeps_the_training_of_the_last(authority, session, councillor, officer):
    countersign(signed=sign(session, councillor), by=officer, now=NOON)
    end_membership(membership=councillor.memberships.get(), by=officer, now=NOON)
    grant_membership(user=councillor, authority=authority, role="councillor", by=officer, now=NOON)
    assert trained(authority)["Cora Councillor"] is True


def test_training_at_another_authority_does_not_count(
    authority, other_authority, session, councillor, officer
):
    countersign(signed=sign(session, councillor), by=officer, now=NOON)
    grant_membership(
        user=councillor, authority=other_authority, role="councillor", by=None, now=LONG_AGO
    )
    assert trained(other_authority) == {"Cora Councillor": False}


def test_somebody_with_two_roles_is_listed_once(authority, councillor):
    grant_membership(user=councillor, authority=authority, role="officer", by=None, now=LONG_AGO)
    (one,) = members_on(authority=authority, day=MEETING, known_at=NOON)
    assert one.roles == ("councillor", "officer")


def test_list_costs_two_questions_however_long(authority, officer, django_assert_num_queries):
    for _ in range(2):
        for _ in range(3):
            member = staff("councillor", authority, LONG_AGO)
            countersign(signed=sign(enter(authority, officer), member), by=officer, now=NOON)
        with django_assert_num_queries(2):
            members_on(authority=authority, day=MEETING, known_at=NOON)


def test_file_meets_both_standards_and_is_the_same_again(authority, session, councillor, officer):
    countersign(signed=sign(session, councillor), by=officer, now=NOON)
    asked = {"authority": authority, "day": MEETING, "known_at": NOON}
    files = set()
    for _ in range(2):
        document = meeting_document(**asked, members=members_on(**asked))
        files.add(render_document(document.as_facts(), author=authority.name, at=NOON))
    (file,) = files
    for standard in PROFILES:
        assert broken_rules(file, standard) == []
