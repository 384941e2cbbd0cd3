"""One driver's training for a committee: as at a day, by what was known, and for a reason."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from assessments.models import ResultChange
from certificates.models import Reminder
from licensing.actions import MakingRefused, make_committee_pack
from licensing.document import digest_of, read
from licensing.models import CommitteePack, TrainingException
from licensing.pack_pdf import render_document
from outbox.models import Message, MessageEvent
from people.actions import declare_interest
from people.models import Licence, Membership
from tests.factories import (
    LearnerFactory,
    UserFactory,
    make_acceptance,
    make_test_rule,
    make_validity_rule,
    staff,
)
from tests.licensing.desk import hand_over
from tests.licensing.factories import date_history, make_certificate, make_licence, revoke
from tests.licensing.packs import NOON, sit
from tests.verapdf import PROFILES, broken_rules

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 22)
PASSED_ON = date(2025, 4, 3)
NOTICE = "Training status only. This is not a licensing decision."


@pytest.fixture
def officer(authority):
    return staff("officer", authority, NOON, first_name="Olive", last_name="Officer")


@pytest.fixture
def licence(authority, requirement):
    return make_licence(authority)


@pytest.fixture
def certificate(licence, course):
    return make_certificate(licence, course, passed_on=PASSED_ON)


@pytest.fixture
def make(licence, officer):
    def make(*, as_at=TODAY, known_at=NOON, by=officer, reason="Hearing 12", of=licence):
        return make_committee_pack(
            licence=of,
            as_at=as_at,
            known_at=known_at,
            reason=reason,
            by=by,
            today=TODAY,
            now=NOON,
        )

    return make


def section(pack, heading):
    return next(s for s in read(pack.content)["sections"] if s["heading"] == heading)


def rows(pack, heading):
    return [row for table in section(pack, heading)["tables"] for row in table["rows"]]


def facts(pack):
    return dict(read(pack.content)["facts"])


def remind(certificate, *, at, events=()):
    message = Message.objects.create(
        key=f"reminder:{certificate.reference}:30",
        to="driver@example.org",
        subject="Reminder",
        body="The whole text.",
        created_at=at,
        not_before=at,
    )
    for kind, moment in events:
        MessageEvent.objects.create(message=message, kind=kind, at=moment)
    return Reminder.objects.create(
        certificate=certificate, notice=30, due_on=at.date(), queued_at=at, message=message
    )


# -- What is in it --------------------------------------------------------------------------
def test_pack_says_status_and_reasons_and_that_it_is_no_decision(make, certificate):
    pack = make()
    document = read(pack.content)
    assert document["notice"] == NOTICE
    assert "who contacted the council" in facts(pack)["Left out"]
    said = section(pack, "Training status")["paragraphs"]
    assert said == ["The training requirement was met on 22 November 2026."]
    ((code, state, reasons, _),) = rows(pack, "Training status")
    assert (code, state) == ("safeguarding", "valid")
    assert certificate.reference in reasons


def test_revocation_counts_only_once_it_was_on_record(make, certificate):
    recorded = datetime(2026, 10, 5, 9, tzinfo=UTC)
    revoke(certificate, effective_on=date(2026, 3, 1), recorded_at=recorded)
    march = date(2026, 3, 14)
    before = make(as_at=march, known_at=recorded - timedelta(seconds=1))
    after = make(as_at=march, known_at=recorded)
    assert [rows(pack, "Training status")[0][1] for pack in (before, after)] == [
        "valid",
        "certificate revoked",
    ]
    assert "revoked" not in [row[1] for row in rows(before, "Certificates")]
    assert "revoked" in [row[1] for row in rows(after, "Certificates")]


def test_licence_is_told_as_the_register_had_it(make, licence):
    Licence.objects.filter(pk=licence.pk).update(state="suspended", full_name="A New Name")
    assert facts(make())["Name in the register"] == "Ade Example"


@pytest.mark.parametrize(
    ("day", "name", "kind", "ends", "met"),
    [
        (date(2026, 5, 31), "Adam Example", "taxi (hackney carriage)", "30 June 2026", "met"),
        (date(2026, 6, 5), "Bob Example", "private hire", "30 June 2029", "not met"),
    ],
)
def test_whoever_is_named_is_the_one_who_is_judged(
    make, licence, certificate, officer, authority, day, name, kind, ends, met
):
    """The number went from Adam to Bob after 31 May, which came out on 10 June."""
    Licence.objects.filter(pk=licence.pk).update(
        full_name="Adam Example", kind="hackney_carriage", expires_on=date(2026, 6, 30)
    )
    licence.refresh_from_db()
    date_history()
    decided_at = datetime(2026, 6, 10, 9, tzinfo=UTC)
    hand_over(licence, officer, ended_on=date(2026, 5, 31), recorded_at=decided_at)
    bob = LearnerFactory(authority=authority, full_name="Bob Example")
    Licence.objects.filter(pk=licence.pk).update(
        full_name=bob.full_name, date_of_birth=date(1991, 2, 3), kind="private_hire",
        expires_on=date(2029, 6, 30), holder=bob, held_from=decided_at,
    )  # fmt: skip
    date_history(at=decided_at)

    pack = make(as_at=day)

    told = facts(pack)
    assert (told["Name in the register"], told["Kind of licence"]) == (name, kind)
    assert told["Licence ends"] == ends
    (said,) = section(pack, "Training status")["paragraphs"]
    assert f"was {met} on" in said
    assert bool(section(pack, "Certificates")["tables"]) is (met == "met")


def test_tests_are_told_by_day_try_and_result_but_never_their_questions(
    make, licence, course, authority, certificate
):
    at = datetime(2026, 10, 1, 9, tzinfo=UTC)
    failed = sit(course, authority, at=at, outcome="failed", learner=licence.holder)
    void = sit(
        course, authority, at=at + timedelta(days=1), outcome="void", enrolment=failed.enrolment
    )
    sit(course, authority, at=at + timedelta(days=2), enrolment=void.enrolment)
    pack = make()
    assert [(row[0], row[3], row[4]) for row in rows(pack, "Tests")][-3:] == [
        ("1 October 2026", "1", "not passed"),
        ("2 October 2026", "–", "does not count"),
        ("3 October 2026", "2", "passed"),
    ]
    assert "A secret question?" not in pack.content


def test_more_time_is_told_as_it_was_known(make, licence, officer):
    granted, ended = (datetime(2026, month, 1, 9, tzinfo=UTC) for month in (9, 11))
    TrainingException.objects.create(
        licence=licence,
        requirement="safeguarding",
        reason="In hospital.",
        ends_on=date(2026, 12, 31),
        proposed_by=officer,
        proposed_at=granted,
        decision="granted",
        decided_by=UserFactory(first_name="Omar", last_name="Second"),
        decided_at=granted,
        ended_by=officer,
        ended_at=ended,
        end_reason="Back at work.",
    )
    heading = "More time that was granted"
    by, why = "Olive Officer, granted by Omar Second", "In hospital."
    told = ["safeguarding", "31 December 2026", by, why]
    before = make(as_at=date(2026, 10, 1), known_at=ended - timedelta(days=1))
    assert rows(before, heading) == [[*told, "no"]]
    ended_on = "1 November 2026, 09:00, by Olive Officer. Back at work."
    assert rows(make(), heading) == [[*told, ended_on]]
    none = make(known_at=granted - timedelta(seconds=1))
    assert section(none, heading)["paragraphs"] == ["None was on record."]


def test_test_of_another_authority_is_not_told(make, licence, course, other_authority):
    sit(course, other_authority, at=NOON - timedelta(days=9), learner=licence.holder)
    assert section(make(), "Tests")["paragraphs"] == ["No test was on this record."]


@pytest.mark.parametrize(("is_revoked", "until"), [(False, "3 April 2027"), (True, "revoked")])
def test_accepted_certificate_is_told_as_whoever_has_its_number_can_check_it(
    make, licence, course, other_authority, is_revoked, until
):
    between = {"authority": licence.authority, "from_authority": other_authority}
    make_acceptance(course, months=24, **between)
    elsewhere = make_certificate(licence, course, passed_on=PASSED_ON, authority=other_authority)
    if is_revoked:
        revoke(elsewhere, effective_on=date(2026, 3, 1), recorded_at=NOON)

    pack = make()

    ((number, _, issued_by, told),) = rows(pack, "Certificates")
    assert (number, issued_by) == (elsewhere.reference, other_authority.name)
    assert until in told
    assert number in rows(pack, "Training status")[0][2]
    assert "merged" in facts(pack)["Left out"]


def test_result_is_told_as_it_was_known(make, licence, course, authority, officer):
    sitting = sit(course, authority, at=datetime(2026, 9, 1, 9, tzinfo=UTC), learner=licence.holder)
    changed_at = datetime(2026, 10, 1, 9, tzinfo=UTC)
    ResultChange.objects.create(
        sitting=sitting,
        kind="void",
        outcome_before="passed",
        outcome="void",
        reason_class="conduct",
        reason="Decided.",
        changed_by=officer,
        changed_at=changed_at,
    )
    known = [changed_at - timedelta(seconds=1), changed_at]
    results = [rows(make(as_at=TODAY, known_at=moment), "Tests")[0][4] for moment in known]
    assert results == ["passed", "does not count"]


def test_test_that_was_open_at_the_end_of_the_day_is_not_finished(make, licence, course, authority):
    sit(
        course,
        authority,
        at=datetime(2026, 9, 1, 22, 50, tzinfo=UTC),
        learner=licence.holder,
    )
    assert rows(make(as_at=date(2026, 9, 1)), "Tests")[0][4] == "not finished"
    assert rows(make(as_at=date(2026, 9, 2)), "Tests")[0][4] == "passed"


def test_reminders_are_told_with_their_proof_and_without_their_text(make, certificate):
    sent = datetime(2026, 9, 1, 9, tzinfo=UTC)
    remind(certificate, at=sent, events=[("accepted", sent), ("delivered", NOON)])
    early = make(known_at=sent + timedelta(hours=1))
    accepted = (
        "Accepted by the provider on 1 September 2026, 10:00. Delivered on 22 November 2026, 12:00."
    )
    assert rows(make(), "Reminders")[0][1:] == [
        "Reminder 30 days before the end",
        "1 September 2026",
        "E-mail",
        accepted,
    ]
    assert "Delivered" not in rows(early, "Reminders")[0][4]
    assert "The whole text." not in early.content
    assert section(make(as_at=date(2026, 8, 31)), "Reminders")["tables"] == []


def test_rules_of_the_day_are_told_with_who_signed_them_and_why(
    make, course, requirement, certificate
):
    test_rule = make_test_rule(course, tries=3)
    make_validity_rule(months=24, effective_from=date(2026, 11, 23))
    told = {row[0]: row for row in rows(make(), "Rules in force on the day")}
    kinds = ["Training requirement", "Test rule", "How long a pass counts"]
    assert list(told) == kinds
    number, since, words, by, why = told["Training requirement"][1:]
    assert (number, since, why) == (str(requirement.pk), "1 July 2019", "Test")
    assert by == f"{requirement.proposed_by.email}, approved by {requirement.approved_by.email}"
    assert course.title in words
    assert told["Test rule"][1] == str(test_rule.pk)
    assert "Tries in a round: 3." in told["Test rule"][3]
    assert "36 months" in told["How long a pass counts"][3]


def test_licence_without_a_holder_has_a_pack(make, authority, requirement):
    licence = make_licence(authority, "PH-9")
    Licence.objects.filter(pk=licence.pk).update(holder=None, held_from=None)
    licence.refresh_from_db()
    pack = make(of=licence)
    assert rows(pack, "Training status")[0][1] == "never trained"
    assert section(pack, "Certificates")["paragraphs"] == ["No certificate was on record."]


# -- That it was made ------------------------------------------------------------------------
def test_making_it_is_a_fact_with_who_when_whom_and_why(make, licence, officer):
    pack = make(reason="  Hearing 12  ")
    kept = CommitteePack.objects.get()
    assert (kept.licence, kept.made_by, kept.made_at) == (licence, officer, NOON)
    assert kept.reason == "Hearing 12"
    assert facts(pack)["Made for"] == "Hearing 12"
    assert facts(pack)["Made by"] == "Olive Officer"
    assert kept.digest == digest_of(kept.content)
    with pytest.raises(DatabaseError), transaction.atomic():
        CommitteePack.objects.update(reason="Another")
    with pytest.raises(DatabaseError), transaction.atomic():
        kept.delete()


def test_same_day_and_moment_tell_the_same_later(make, certificate, licence, course):
    first = make(as_at=date(2026, 3, 14), known_at=datetime(2026, 3, 20, tzinfo=UTC))
    revoke(certificate, effective_on=date(2026, 3, 1), recorded_at=NOON)
    make_certificate(licence, course, passed_on=date(2026, 4, 1))
    again = make(as_at=date(2026, 3, 14), known_at=datetime(2026, 3, 20, tzinfo=UTC))
    assert again.content == first.content


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"reason": "  "}, "no_reason"),
        ({"as_at": TODAY + timedelta(days=1)}, "in_the_future"),
        ({"known_at": NOON + timedelta(seconds=1)}, "in_the_future"),
    ],
)
def test_without_a_reason_or_about_the_future_none_is_made(make, wrong, code):
    with pytest.raises(MakingRefused, match=code):
        make(**wrong)
    assert not CommitteePack.objects.exists()


@pytest.mark.parametrize("role", [*Membership.Role.values, "other officer"])
def test_only_an_officer_of_the_authority_makes_one(authority, other_authority, make, role):
    at = other_authority if role == "other officer" else authority
    by = staff("officer" if role == "other officer" else role, at, NOON)
    if role == "officer":
        assert make(by=by).made_by == by
        return
    with pytest.raises(MakingRefused, match="not_allowed"):
        make(by=by)


def test_officer_with_an_interest_makes_none(make, licence, officer):
    declare_interest(user=officer, learner=licence.holder, reason="A cousin.", now=NOON)
    with pytest.raises(MakingRefused, match="not_allowed"):
        make()


def test_officer_makes_none_of_their_own(make, authority, officer, requirement):
    own = LearnerFactory(user=officer, authority=authority)
    with pytest.raises(MakingRefused, match="not_allowed"):
        make(of=make_licence(authority, "PH-7", holder=own))


def test_pack_costs_the_same_however_long_the_history(
    make, licence, course, authority, certificate, django_assert_num_queries
):
    make_test_rule(course)
    for years in range(2):
        at = datetime(2026, 8, 1 + years, 9, tzinfo=UTC)
        sit(course, authority, at=at, learner=licence.holder, enrolment=None)
        one = make_certificate(licence, course, passed_on=date(2024, 4, 3 + years))
        remind(one, at=at, events=[("accepted", at)])
        revoke(one, effective_on=at.date(), recorded_at=at)
        with django_assert_num_queries(20):
            make()


def test_file_meets_both_standards(make, certificate, course, licence, authority):
    make_test_rule(course)
    sit(course, authority, at=NOON - timedelta(days=3), learner=licence.holder)
    remind(certificate, at=NOON - timedelta(days=2), events=[("accepted", NOON)])
    revoke(certificate, effective_on=date(2026, 3, 1), recorded_at=NOON)
    pack = make(by=staff("officer", authority, NOON, first_name="Žofia", last_name="محمد"))
    pdf = render_document(
        read(pack.content), author=authority.name, at=pack.made_at, digest=pack.digest
    )
    for standard in PROFILES:
        assert broken_rules(pdf, standard) == []


def test_file_is_the_same_to_the_letter_each_time(make, certificate):
    pack = make()
    files = {
        render_document(read(pack.content), author="Council", at=pack.made_at) for _ in range(2)
    }
    assert len(files) == 1
