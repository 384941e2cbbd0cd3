"""The page of one driver: who may read it, the answer for any day, and the whole history."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses.actions import enrol
from courses.models import Cohort, CohortPlace
from licensing.actions import (
    decline_exception,
    draw_recheck,
    end_exception,
    end_next_action,
    grant_exception,
    log_contact,
    make_committee_pack,
    plan_next_action,
    propose_exception,
    propose_merge,
    record_outcome,
)
from licensing.actions.checks import check, show_drivers
from licensing.desk.history import Kind, subject_of, timeline
from licensing.models import NextAction
from lms.demo.history import pass_on
from people.actions import declare_interest
from people.models import Licence, LicenceClaim
from people.register import upsert_licence
from tests.certificates.recognised import decide, enter
from tests.certificates.reminded import came_back, sweep
from tests.conftest import NOON
from tests.factories import (
    LearnerFactory,
    LicenceFactory,
    UserFactory,
    make_course,
    make_requirement,
    make_test_rule,
    make_validity_rule,
)
from tests.licensing.checkers import checker_of, operator
from tests.licensing.desk import hand_over, member, words
from tests.licensing.factories import make_certificate, make_licence, revoke
from tests.licensing.rechecks import plan as plan_recheck

pytestmark = pytest.mark.django_db
TODAY = NOON.date()


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def licence(authority):
    return make_licence(authority, full_name="Lee Lapsed")


@pytest.fixture
def officer(authority):
    return member("officer", authority, first_name="Olive", last_name="Officer")


@pytest.fixture
def as_officer(client, officer):
    client.force_login(officer)
    return client


def page(licence):
    return reverse("staff_driver", args=[licence.pk])


# -- Who reads it ---------------------------------------------------------------------------------
@pytest.mark.parametrize("role", ["officer", "auditor"])
def test_officer_and_auditor_of_the_authority_read_the_page(client, licence, authority, role):
    client.force_login(member(role, authority))
    response = client.get(page(licence))
    assert response.status_code == 200
    assert "Lee Lapsed" in words(response)


def test_platform_administrator_reads_the_page(client, licence):
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    assert client.get(page(licence)).status_code == 200


@pytest.mark.parametrize("role", ["author", "reviewer", "councillor"])
def test_other_roles_are_refused(client, licence, authority, role):
    client.force_login(member(role, authority))
    assert client.get(page(licence)).status_code in {302, 403}


def doors_of(licence):
    names = ["staff_driver", "plan_next_action", "end_next_action", "log_driver_contact"]
    return [reverse(name, args=[licence.pk]) for name in names]


def test_driver_of_another_authority_is_not_there(client, licence, other_authority):
    client.force_login(member("officer", other_authority))
    assert {client.get(door).status_code for door in doors_of(licence)} == {404}


def test_whoever_declared_an_interest_finds_nobody(as_officer, licence, officer):
    declare_interest(user=officer, learner=licence.holder, reason="My brother.", now=NOON)
    assert {as_officer.get(door).status_code for door in doors_of(licence)} == {404}


def test_nobody_reads_about_themselves(as_officer, licence, officer):
    licence.holder.user = officer
    licence.holder.save()
    assert {as_officer.get(door).status_code for door in doors_of(licence)} == {404}


def test_auditor_reads_and_writes_nothing(client, licence, authority):
    client.force_login(member("auditor", authority))
    read, *write = doors_of(licence)
    assert client.get(read).status_code == 200
    assert {client.get(door).status_code for door in write} <= {302, 403}
    assert not any(door in words(client.get(read)) for door in write)


# -- The answer -----------------------------------------------------------------------------------
def test_answer_of_today_stands_with_its_reasons(as_officer, licence, requirement, course):
    certificate = make_certificate(licence, course, passed_on=date(2025, 4, 3))
    text = words(as_officer.get(page(licence)))
    assert "<strong>Training requirement met</strong> on 22 November 2026" in text
    assert f"Certificate {certificate.reference} is valid until 3 April 2028." in text


def test_register_state_stands_apart(as_officer, authority, requirement):
    text = words(as_officer.get(page(make_licence(authority, state="suspended"))))
    assert "Suspended" in text
    assert "<strong>Training requirement not met</strong>" in text
    assert "It is not a decision about the licence." in text


def test_past_day_is_answered(as_officer, licence, requirement, course):
    make_certificate(licence, course, passed_on=date(2025, 4, 3))
    text = words(as_officer.get(page(licence), {"as_at": "2025-04-02"}))
    assert "<strong>Training requirement not met</strong> on 2 April 2025" in text
    assert "Show today" in text


def test_what_was_not_known_yet_is_left_out(as_officer, licence, requirement, course):
    certificate = make_certificate(licence, course, passed_on=date(2025, 4, 3))
    revoke(certificate, effective_on=date(2025, 5, 1), recorded_at=NOON - timedelta(days=3))
    now, before = (
        words(as_officer.get(page(licence), {"as_at": "2025-06-01", "known_at": known_at}))
        for known_at in ("", "2026-11-01T09:00")
    )
    assert "Training requirement not met" in now
    assert "<strong>Training requirement met</strong> on 1 June 2025" in before


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"as_at": "soon"}, "Enter a valid date."),
        ({"as_at": ""}, "Choose a day"),
        ({"as_at": "2026-01-01", "known_at": "2027-01-01T09:00"}, "Nobody knows yet"),
    ],
)
def test_wrong_day_is_told_and_today_answered(as_officer, licence, asked, told):
    text = words(as_officer.get(page(licence), asked))
    assert told in text
    assert "on 22 November 2026" in text


# -- What can be done -----------------------------------------------------------------------------
def test_officer_finds_the_actions_of_the_other_rooms(as_officer, licence, requirement, course):
    certificate = make_certificate(licence, course, passed_on=date(2025, 4, 3))
    text = words(as_officer.get(page(licence)))
    for name, key in (
        ("propose_revocation", certificate.pk),
        ("propose_correction", certificate.pk),
        ("staff_certificate", certificate.pk),
        ("enter_evidence", licence.pk),
        ("notices", licence.holder_id),
        ("test_person", licence.holder_id),
        ("hold_sitting", licence.holder_id),
        ("issue_start_code", licence.holder_id),
        ("declare_interest", licence.holder_id),
        ("log_driver_contact", licence.pk),
    ):
        address = reverse(name, args=[key])
        assert address in text
        assert as_officer.get(address).status_code == 200


def test_revoked_certificate_can_be_reinstated(as_officer, licence, requirement, course):
    certificate = make_certificate(licence, course, passed_on=date(2025, 4, 3))
    revoke(certificate, effective_on=date(2025, 5, 1), recorded_at=NOON - timedelta(days=3))
    text = words(as_officer.get(page(licence)))
    assert reverse("propose_reinstatement", args=[certificate.pk]) in text
    assert reverse("propose_revocation", args=[certificate.pk]) not in text


def test_auditor_finds_nothing_to_do(client, authority, licence, requirement, course):
    certificate = make_certificate(licence, course, passed_on=date(2025, 4, 3))
    client.force_login(member("auditor", authority))
    text = words(client.get(page(licence)))
    assert reverse("staff_certificate", args=[certificate.pk]) in text
    for name, key in (
        ("propose_revocation", certificate.pk),
        ("enter_evidence", licence.pk),
        ("hold_sitting", licence.holder_id),
    ):
        assert reverse(name, args=[key]) not in text


def test_waiting_licence_request_is_a_step_away(as_officer, authority):
    licence = LicenceFactory(authority=authority)
    claim = LicenceClaim.objects.create(
        learner=LearnerFactory(authority=authority), authority=authority, number=licence.number,
        date_of_birth=date(1999, 1, 1), made_at=NOON,
    )  # fmt: skip
    assert reverse("decide_claim", args=[claim.pk]) in words(as_officer.get(page(licence)))


# -- Next action ----------------------------------------------------------------------------------
def plan(client, licence, officer, **changed):
    data = {"what": "call", "owner": officer.pk, "due_on": "2026-11-30", **changed}
    return client.post(reverse("plan_next_action", args=[licence.pk]), data)


def test_next_action_is_set_in_one_step_and_ended_in_one(as_officer, licence, officer):
    assert plan(as_officer, licence, officer).url == page(licence)
    assert "<strong>Call the driver</strong> – Olive Officer does it by 30 November 2026." in words(
        as_officer.get(page(licence))
    )
    as_officer.post(reverse("end_next_action", args=[licence.pk]), {"state": "done"})
    assert "Nothing is planned." in words(as_officer.get(page(licence)))
    assert NextAction.objects.count() == 2


def test_faults_of_the_form_are_told(as_officer, licence, officer):
    text = words(plan(as_officer, licence, officer, what="other"))
    assert "Say it in your own words." in text
    text = words(as_officer.post(reverse("end_next_action", args=[licence.pk]), {"state": "done"}))
    assert "Nothing is planned any more" in text


# -- The time line --------------------------------------------------------------------------------
def whole_history(authority, officer):
    """A driver to whom something happened in every room."""
    course = make_course(slug="safeguarding", lessons=1)
    make_test_rule(course)
    make_validity_rule(reminder_days=[30, 7])
    make_requirement(course)
    learner = LearnerFactory(authority=authority)
    licence = LicenceFactory(
        authority=authority, number="PH-9", holder=learner, held_from=NOON,
        full_name="Wanda Whole", operator_reference="OP-1",
    )  # fmt: skip
    given = {"licence_number": "PH-9", "mobile": "07700 900123"}
    upsert_licence(authority=authority, given=facts(licence, **given), now=NOON, today=TODAY)
    group = Cohort.objects.create(
        authority=authority, name="November", course=course, trainer=officer, deadline_on=TODAY,
        created_by=officer, created_at=NOON,
    )  # fmt: skip
    CohortPlace.objects.create(cohort=group, learner=learner, added_by=officer, added_at=NOON)
    pass_on(learner, course, day=date(2023, 12, 1))
    certificate = learner.certificates.get()
    sweep(certificate, 20)
    came_back(certificate.reminders.get().message, NOON)
    revoke(certificate, effective_on=TODAY, recorded_at=NOON)
    decide(enter(now=NOON, licence=licence, course=course, by=officer), now=NOON)
    (planned,) = plan_next_action(
        licences=[licence], what="call", owner=officer, due_on=TODAY, by=officer, now=NOON,
        today=TODAY,
    )  # fmt: skip
    end_next_action(action=planned, state="done", by=officer, now=NOON)
    contact(licence, officer)
    what_others_did(licence, officer)
    return licence


def what_others_did(licence, officer):
    """More time, a double record, checks of three kinds and a committee pack."""
    authority = licence.authority
    second = member("officer", authority)
    asked = propose_exception(
        licence=licence, requirement="safeguarding", reason="Ill.", by=officer, now=NOON,
        ends_on=TODAY + timedelta(days=9),
    )  # fmt: skip
    granted = grant_exception(asked=asked, by=second, now=NOON)
    end_exception(granted=granted, reason="Well again.", by=second, now=NOON)
    propose_merge(
        gone=LearnerFactory(authority=authority), stays=licence.holder, evidence="Passport.",
        reason="Same person.", by=officer, now=NOON,
    )  # fmt: skip
    organisation = operator(authority)
    user = checker_of(organisation)
    check(
        organisation=organisation, number=licence.number, as_at=TODAY, purpose="giving_work",
        purpose_words="", key=uuid4(), by=user, now=NOON,
    )  # fmt: skip
    show_drivers(organisation=organisation, licences=[licence], by=user, today=TODAY, now=NOON)
    drawn = draw_recheck(recheck=plan_recheck(authority, officer, starts_at=NOON), now=NOON)
    record_outcome(driver=drawn.drivers.get(), outcome="in_order", by=officer, now=NOON)
    make_committee_pack(
        licence=licence, as_at=TODAY, known_at=NOON, reason="A hearing.", by=officer, today=TODAY,
        now=NOON,
    )  # fmt: skip


def facts(licence, **changed):
    known = {
        "licence_kind": licence.kind, "full_name": licence.full_name,
        "date_of_birth": licence.date_of_birth.isoformat(), "licence_state": licence.state,
    }  # fmt: skip
    return {**known, **changed}


def contact(licence, officer, **changed):
    told = {
        "source": "councillor", "way": "phone", "contacted_at": NOON,
        "said": "Asked for it to be looked at again.", "asks_for_decision": True,
    }  # fmt: skip
    return log_contact(licence=licence, by=officer, now=NOON, **{**told, **changed})


def told(lines):
    return {str(line.what) for line in lines}


def lines(licence, reader, *kinds):
    return timeline(subject_of(licence, reader=reader), kinds or tuple(Kind))


def test_every_room_is_on_the_time_line(authority, officer):
    licence = whole_history(authority, officer)
    found = told(lines(licence, officer))
    assert found >= {
        "Entered in the register", "Changed in the register", "Started a course",
        "Did a lesson", "Did every lesson", "Put in a group", "Test: Passed", "Issued", "Revoked",
        "Reminder 30 days before the end", "Training elsewhere was entered",
        "Training elsewhere was decided about", "A training requirement was approved",
        "Next action: Call the driver", "Done: Call the driver", "Contact about the driver",
        "More time was proposed", "More time was decided about", "More time was ended early",
        "A double record was found", "An organisation checked the training",
        "An operator looked at its drivers", "Unannounced check",
    }  # fmt: skip


def test_time_line_is_read_by_kind(as_officer, authority, officer):
    licence = whole_history(authority, officer)
    for kind in Kind:
        found = lines(licence, officer, kind)
        assert {line.kind for line in found} == {kind}
        shown = as_officer.get(page(licence), {"kind": kind.value}).context["page_obj"]
        assert shown.paginator.count == len(found)
    assert as_officer.get(page(licence), {"kind": "odd"}).context["chosen"] == "odd"


def test_latest_comes_first(authority, officer):
    moments = [line.at for line in lines(whole_history(authority, officer), officer)]
    assert moments == sorted(moments, reverse=True)


def test_links_of_the_time_line_open(as_officer, authority, officer):
    licence = whole_history(authority, officer)
    addresses = {line.url for line in lines(licence, officer) if line.url}
    assert len(addresses) >= 5
    assert {as_officer.get(address).status_code for address in addresses} == {200}


def test_answers_and_help_at_a_test_are_not_told(as_officer, authority, officer):
    licence = whole_history(authority, officer)
    sitting = licence.holder.sittings.get()
    text = words(as_officer.get(page(licence)))
    assert not any(question["text"] in text for question in sitting.paper["questions"])


def test_training_of_another_authority_stays_there(authority, other_authority, officer):
    """One person with licences of two councils: neither reads what the other one holds."""
    licence = whole_history(other_authority, member("officer", other_authority))
    here = LicenceFactory(authority=authority, holder=licence.holder, held_from=NOON)
    kinds = (Kind.LESSONS, Kind.TESTS, Kind.CERTIFICATES, Kind.ELSEWHERE, Kind.NOTICES,
             Kind.CONTACTS, Kind.ACTIONS)  # fmt: skip
    assert lines(here, officer, *kinds) == []


def test_history_of_an_earlier_holder_is_not_the_new_ones(authority, officer):
    licence = whole_history(authority, officer)
    hand_over(licence, officer)
    Licence.objects.filter(pk=licence.pk).update(holder=None, held_from=None)
    licence.refresh_from_db()
    found = told(lines(licence, officer))
    assert "The number went to another person" in found
    assert not found & {"Issued", "Contact about the driver", "Started a course"}


def test_more_time_that_was_decided_about_the_new_holder_is_told(authority, officer):
    make_requirement(make_course(), authority=authority)
    licence = make_licence(authority)
    asked = propose_exception(
        licence=licence, requirement="safeguarding", reason="Ill.", by=officer, now=NOON,
        ends_on=TODAY + timedelta(days=9),
    )  # fmt: skip
    hand_over(licence, officer)
    decline_exception(
        asked=asked, reason="Another driver.", by=member("officer", authority),
        now=NOON + timedelta(hours=2),
    )  # fmt: skip
    told_of = told(lines(licence, officer, Kind.RULES))
    assert "More time was decided about" in told_of
    assert "More time was proposed" not in told_of


def test_page_says_why_nobody_without_a_holder_is_given_time(as_officer, authority):
    unlinked = LicenceFactory(authority=authority)
    told_of = words(as_officer.get(page(unlinked)))
    assert "so no exception can be proposed" in told_of
    assert reverse("propose_exception", args=[unlinked.pk]) not in told_of


def test_record_from_before_the_account_is_on_the_time_line(authority, officer):
    licence = whole_history(authority, officer)
    old = LearnerFactory(authority=authority, user=None, succeeded_by=licence.holder,
                         succeeded_at=NOON)  # fmt: skip
    enrol(learner=old, course=make_course(slug="first-aid", lessons=1), now=NOON)
    started = [line for line in lines(licence, officer) if str(line.what) == "Started a course"]
    assert {line.details for line in started} == {("Safeguarding",), ("First-Aid",)}


def test_change_that_a_licensing_system_sent_names_it(as_officer, call, authority):
    sent = {"licence_kind": "private_hire", "full_name": "Bea Example", "licence_state": "current"}
    call("put", "/licences/PH-77", {**sent, "date_of_birth": "1985-05-06"})
    text = words(as_officer.get(page(Licence.objects.get(number="PH-77"))))
    assert f"From the licensing system {call.client.client.name}." in text


def test_page_costs_the_same_however_long_the_history(as_officer, authority, officer):
    def price(of):
        with CaptureQueriesContext(connection) as asked:
            as_officer.get(page(of))
        return len(asked)

    long = whole_history(authority, officer)
    as_officer.get(page(long))  # Whoever asks for a page is noted beside later changes.
    given = facts(long, licence_number="PH-9", mobile="07700 900199")
    upsert_licence(authority=authority, given=given, now=NOON, today=TODAY)
    few = price(long)
    for number in range(60):
        contact(long, officer, said=f"Number {number}")
    for number in range(5):
        given = facts(long, licence_number="PH-9", mobile=f"07700 90012{number}")
        upsert_licence(authority=authority, given=given, now=NOON, today=TODAY)
    assert price(long) == few <= 60
    assert as_officer.get(page(long)).context["page_obj"].has_next()
