"""Whoever knows a person, or is that person, finds nothing about them as staff (R47)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from assessments import actions, perms
from assessments.models import Adjustment, Sitting
from lms.roles import sync_groups
from people.actions import declare_interest
from people.models import Membership
from people.perms import known_people
from tests.assessments.conftest import hold, rule_of, sit
from tests.assessments.pages import text
from tests.assessments.ruled import challenge_at, council_of, proposed, refusal, sit_wrong_at
from tests.assessments.taken import take
from tests.factories import LearnerFactory, staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
Role = Membership.Role
NAME = "Ines Example"


@pytest.fixture
def officer(learner, now):
    sync_groups()
    learner.full_name = NAME
    learner.save()
    return staff(Role.OFFICER, learner.authority, now)


@pytest.fixture
def as_officer(client, officer):
    client.force_login(officer)
    return client


@pytest.fixture
def knows(officer, learner, now):
    """Called, the officer says that they know the person."""
    return lambda: declare_interest(user=officer, learner=learner, reason="Cousin.", now=now)


@pytest.fixture
def is_officer_too(client, learner, now):
    """Called, whoever took the test is an officer of the own council and signs in."""

    def become():
        learner.user.memberships.create(
            authority=learner.authority, role=Role.OFFICER, granted_at=now
        )
        staff(Role.OFFICER, learner.authority, now)
        learner.user.groups.set(learner.authority.memberships.last().user.groups.all())
        client.force_login(learner.user)

    return become


@pytest.fixture
def failed(course, learner, now):
    rule_of(course, tries=1)
    return sit(learner, course, now - timedelta(days=2), right=0)


def doors_of(sitting):
    names = ["sitting_bundle", "sitting_bundle_pdf", "void_sitting", "test_signals_of_sitting"]
    one = [reverse(name, args=[sitting.pk]) for name in names]
    names = ["test_person", "issue_start_code", "hold_sitting", "grant_adjustment"]
    return one + [reverse(name, args=[sitting.learner_id]) for name in names]


def opened(client, doors):
    """The doors that are open, with what they answer."""
    answers = {door: client.get(door).status_code for door in doors}
    return {door: answer for door, answer in answers.items() if answer != 404}


@pytest.mark.parametrize("whose", ["somebody they know", "their own"])
def test_results_bundle_and_desk_are_not_there(as_officer, failed, knows, is_officer_too, whose):
    doors = doors_of(failed)
    assert len(opened(as_officer, doors)) == len(doors)
    assert NAME in text(as_officer.get(reverse("test_results")))
    if whose == "their own":
        is_officer_too()
    else:
        knows()
    assert opened(as_officer, doors) == {}
    assert NAME not in text(as_officer.get(reverse("test_results")))


def test_case_and_its_signals_are_not_there(as_officer, course, learner, officer, knows, now):
    rule_of(course, bank=4, questions_per_topic=4)
    seen = take(
        course,
        now - timedelta(days=1),
        learner=LearnerFactory(authority=learner.authority, full_name="Somebody Known"),
        every=1,
    )
    actions.find_signals(now=now)
    case = actions.open_case(sitting=seen, note="Odd.", by=officer, now=now)
    names = ["test_case", "add_case_note", "send_case_notice", "decide_case", "decide_case_appeal"]
    lists = [reverse("test_signals"), reverse("test_cases")]
    assert all("Somebody Known" in text(as_officer.get(page)) for page in lists)
    declare_interest(user=officer, learner=seen.learner, reason="Friend.", now=now)
    assert opened(as_officer, [reverse(name, args=[case.pk]) for name in names]) == {}
    assert not any("Somebody Known" in text(as_officer.get(page)) for page in lists)
    note = {"case": case, "text": "More.", "by": officer, "now": now}
    assert refusal(actions.add_note, **note) == "interest"


def test_person_is_not_found_by_number_or_address(as_officer, learner, knows, officer):
    find = {"named": learner.user.email}
    assert list(perms.find_people(officer, learner.user.email)) == [learner]
    knows()
    assert list(perms.find_people(officer, find["named"])) == []


def test_request_for_help_is_not_there(as_officer, learner, knows, now):
    asked = Adjustment.objects.create(
        learner=learner, asked_at=now, extra_time=50, reason_class="reading"
    )
    page, requests = reverse("decide_adjustment", args=[asked.pk]), reverse("adjustment_requests")
    assert NAME in text(as_officer.get(requests))
    knows()
    assert opened(as_officer, [page]) == {}
    assert NAME not in text(as_officer.get(requests))


def test_open_and_held_tests_are_not_there(as_officer, rule, course, learner, knows, now):
    held = hold(learner, course, now, mode=Sitting.Mode.PAPER)
    names = ["held_paper", "held_answers", "confirm_answers", "give_time"]
    doors = [reverse(name, args=[held.pk]) for name in names]
    assert NAME in text(as_officer.get(reverse("open_sittings")))
    knows()
    assert opened(as_officer, doors) == {}
    assert NAME not in text(as_officer.get(reverse("open_sittings")))


def test_round_without_tries_is_not_there(as_officer, failed, knows):
    page = reverse("extra_tries", args=[failed.enrolment_id])
    knows()
    assert opened(as_officer, [page]) == {}
    assert NAME not in text(as_officer.get(reverse("no_tries_left")))


def test_steps_themselves_refuse(course, failed, learner, officer, knows, now):
    knows()
    void = {"sitting": failed, "reason_class": "technical", "reason": "One.", "now": now}
    assert refusal(actions.void, by=officer, **void) == "interest"
    assert (
        perms.reason_against(officer, Role.OFFICER, learner=learner, authority=learner.authority)
        == "interest"
    )


def test_reviewer_who_knows_the_driver_does_not_rule(rule, course, learner, now):
    challenge = challenge_at(sit_wrong_at(learner, course, now, 1), 1, now)
    reviewer = staff(Role.REVIEWER, council_of(course), now)
    declare_interest(user=reviewer, learner=learner, reason="Friend.", now=now)
    ruling = {"challenge": challenge, "answer": "No.", "by": reviewer, "now": now}
    assert refusal(actions.decline_challenge, **ruling) == "interest"


def test_reviewer_who_knows_somebody_with_the_question_does_not_confirm(rule, course, learner, now):
    withdrawal = proposed(sit_wrong_at(learner, course, now, 1), 1, now)
    reviewer = staff(Role.REVIEWER, council_of(course), now)
    declare_interest(user=reviewer, learner=learner, reason="Friend.", now=now)
    confirm = {"withdrawal": withdrawal, "by": reviewer, "now": now}
    assert refusal(actions.confirm_withdrawal, **confirm) == "interest"


def test_names_behind_a_withdrawal_leave_out_whom_the_reader_knows(
    client, rule, course, learner, officer, now
):
    withdrawal = proposed(sit_wrong_at(learner, course, now, 1), 1, now)
    both = staff(Role.REVIEWER, council_of(course), now)
    both.memberships.create(authority=learner.authority, role=Role.OFFICER, granted_at=now)
    client.force_login(both)
    pages = [
        reverse("withdrawal", args=[withdrawal.pk]),
        reverse("withdrawal_impact", args=[withdrawal.pk]),
    ]

    def shown(page):
        response = client.get(page)
        content = b"".join(response) if response.streaming else response.content
        return NAME in content.decode()

    assert all(map(shown, pages))
    declare_interest(user=both, learner=learner, reason="Friend.", now=now)
    assert not any(map(shown, pages))


def test_people_are_known_by_their_keys(officer, learner, knows):
    assert known_people(learner.user) == {learner.pk}
    assert known_people(officer) == set()
    knows()
    assert known_people(officer) == {learner.pk}
