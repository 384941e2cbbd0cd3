"""The challenges desk: what reviewers see there, and what nobody is shown."""

import pytest
from celery import Celery
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments.models import Challenge, Withdrawal
from lms.celery import app as our_app
from people.actions import grant_membership
from people.models import Membership
from tests.assessments.conftest import finished, rule_of
from tests.assessments.ruled import (
    again,
    challenge_at,
    council_of,
    proposed,
    reviewer_of,
    sit_wrong_at,
    tamper_with,
)
from tests.factories import AuthorityFactory, LearnerFactory, staff

pytestmark = pytest.mark.django_db
Role = Membership.Role


@pytest.fixture
def failed(rule, course, now):
    learner = LearnerFactory(full_name="Zebedee Quokka", authority=council_of(course))
    return sit_wrong_at(finished(course, learner), course, now, 1)


@pytest.fixture
def challenge(failed, now):
    return challenge_at(failed, 1, now, text="Two of them say the same.")


@pytest.fixture
def reviewer(course, now):
    return reviewer_of(course, now)


@pytest.fixture
def as_reviewer(client, reviewer, clock):
    client.force_login(reviewer)
    return client


def get(client, name, *args):
    response = client.get(reverse(name, args=args))
    assert response.status_code == 200
    return response.content.decode()


def test_desk_lists_what_waits(as_reviewer, challenge):
    page = get(as_reviewer, "challenges")
    assert reverse("challenge", args=[challenge.pk]) in page
    assert "Two of them say the same." in page


def test_question_is_shown_as_it_stood_on_the_paper_with_its_answer(as_reviewer, challenge, failed):
    challenge.question.text = "Rewritten since?"
    challenge.question.save()
    page = get(as_reviewer, "challenge", challenge.pk)
    shown = failed.questions[0]
    assert shown["text"] in page
    places = [page.index(option["text"]) for option in shown["options"]]
    assert places == sorted(places)
    assert page.count("(right answer)") == 1


@pytest.mark.parametrize("name", ["challenges", "challenge"])
def test_neither_the_driver_nor_their_result_is_shown(as_reviewer, challenge, failed, name):
    page = get(as_reviewer, name, *([challenge.pk] if name == "challenge" else []))
    for secret in (failed.learner.full_name, failed.learner.user.email, str(failed.pk)):
        assert secret not in page
    assert "not passed" not in page.lower()


@pytest.mark.parametrize("role", [Role.OFFICER, Role.AUTHOR, Role.AUDITOR])
def test_desk_is_for_reviewers(client, challenge, course, now, role):
    client.force_login(staff(role, council_of(course), now))
    for address in (reverse("challenges"), reverse("challenge", args=[challenge.pk])):
        assert client.get(address).status_code in {302, 403}


@pytest.mark.parametrize("name", ["challenge", "withdrawal", "withdrawal_impact"])
def test_reviewer_of_another_council_finds_nothing(client, failed, now, name):
    withdrawal = proposed(failed, 1, now)
    client.force_login(staff(Role.REVIEWER, AuthorityFactory(), now))
    key = withdrawal.challenges.get().pk if name == "challenge" else withdrawal.pk
    assert client.get(reverse(name, args=[key])).status_code == 404
    page = get(client, "challenges")
    assert failed.questions[0]["text"] not in page


def post(client, challenge, **data):
    return client.post(reverse("challenge", args=[challenge.pk]), data, follow=True)


def test_challenge_is_declined_from_the_page(as_reviewer, challenge, reviewer):
    post(as_reviewer, challenge, decision="decline", answer="The law says so.")
    challenge.refresh_from_db()
    assert (challenge.decision, challenge.decided_by) == ("declined", reviewer)


def test_challenge_is_upheld_from_the_page(as_reviewer, challenge):
    post(as_reviewer, challenge, decision="uphold", answer="Right.", reason="Two are right.")
    assert Challenge.objects.get().withdrawal == Withdrawal.objects.get()


def test_upholding_needs_a_reason(as_reviewer, challenge):
    page = post(as_reviewer, challenge, decision="uphold", answer="Right.").content.decode()
    assert "Say why it is taken out." in page
    assert not Withdrawal.objects.exists()


def test_broken_seal_is_told(as_reviewer, challenge, failed):
    tamper_with(failed)
    data = {"decision": "uphold", "answer": "Right.", "reason": "Two are right."}
    page = post(as_reviewer, challenge, **data).content.decode()
    assert "This paper is not as it was when the test started." in page


def test_decided_challenge_shows_its_decision_and_no_form(as_reviewer, challenge):
    post(as_reviewer, challenge, decision="decline", answer="The law says so.")
    page = get(as_reviewer, "challenge", challenge.pk)
    assert "The law says so." in page
    assert 'name="decision"' not in page


# -- The withdrawal ------------------------------------------------------------------------------
def test_impact_names_people_to_officers_of_their_council_alone(as_reviewer, failed, reviewer, now):
    withdrawal = proposed(failed, 1, now)
    before = get(as_reviewer, "withdrawal", withdrawal.pk)
    assert "of one council, whose officers see the names: 1" in before
    assert failed.learner.full_name not in before
    grant_membership(user=reviewer, authority=failed.authority, role=Role.OFFICER, by=None, now=now)
    after = get(as_reviewer, "withdrawal", withdrawal.pk)
    assert "another council" not in after
    assert failed.learner.full_name in after


def test_other_councils_are_counted_without_their_names(client, course, now):
    rule_of(course, bank=2)
    others = [sit_wrong_at(finished(course), course, now, 1, 2, 3, 4) for _ in range(2)]
    withdrawal = proposed(others[0], 1, now)
    client.force_login(reviewer_of(course, now))
    page = get(client, "withdrawal", withdrawal.pk)
    assert page.count("of one council, whose officers see the names: 1") == 2
    assert others[0].authority.name not in page


@pytest.mark.parametrize("serves", [True, False])
def test_file_holds_the_people_of_ones_own_council_alone(
    as_reviewer, failed, reviewer, now, serves
):
    failed.learner.full_name = "=Zebedee"
    failed.learner.save()
    withdrawal = proposed(failed, 1, now)
    if serves:
        grant_membership(
            user=reviewer, authority=failed.authority, role=Role.OFFICER, by=None, now=now
        )
    response = as_reviewer.get(reverse("withdrawal_impact", args=[withdrawal.pk]))
    lines = b"".join(response.streaming_content).decode().splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == (["'=Zebedee"] if serves else [])


@pytest.fixture
def at_once():
    """Whatever is sent to the queue runs in its place."""
    our_app.conf.task_always_eager = True
    yield
    our_app.conf.task_always_eager = False


@pytest.fixture
def away():
    """Tasks go to a queue that cannot be reached."""
    app = Celery("away", set_as_current=False)
    app.config_from_object("django.conf:settings", namespace="CELERY")
    app.conf.broker_url = "redis://127.0.0.1:1/0"
    app.set_current()
    yield
    our_app.set_current()
    app.close()


@pytest.mark.usefixtures("at_once", "clock")
def test_second_reviewer_confirms_and_wakes_the_scoring(client, failed, course, now):
    withdrawal, second = proposed(failed, 1, now), reviewer_of(course, now)
    client.force_login(second)
    assert "Confirm and score again" in get(client, "withdrawal", withdrawal.pk)
    client.post(reverse("withdrawal", args=[withdrawal.pk]))
    withdrawal.refresh_from_db()
    assert (withdrawal.confirmed_by, again(failed).result) == (second, "passed")


@pytest.mark.usefixtures("away", "clock")
def test_queue_that_is_away_stops_no_confirmation(client, failed, course, now, caplog):
    withdrawal = proposed(failed, 1, now)
    client.force_login(reviewer_of(course, now))
    client.post(reverse("withdrawal", args=[withdrawal.pk]))
    withdrawal.refresh_from_db()
    assert withdrawal.confirmed_at is not None
    assert "scoring again waits for the sweep" in caplog.text


def test_who_proposed_it_has_no_button_and_is_refused(as_reviewer, failed, reviewer, now):
    withdrawal = proposed(failed, 1, now, by=reviewer)
    assert "Confirm and score again" not in get(as_reviewer, "withdrawal", withdrawal.pk)
    page = as_reviewer.post(reverse("withdrawal", args=[withdrawal.pk]), follow=True)
    assert "You proposed this. Another reviewer has to confirm it." in page.content.decode()
    withdrawal.refresh_from_db()
    assert withdrawal.confirmed_at is None


def test_desk_costs_as_many_questions_however_much_waits(
    as_reviewer, course, challenge, now, django_assert_num_queries
):
    """Whatever the menu beside it asks, one more challenge asks nothing more."""
    get(as_reviewer, "challenges")
    with CaptureQueriesContext(connection) as one:
        get(as_reviewer, "challenges")
    for _ in range(3):
        challenge_at(sit_wrong_at(finished(course), course, now, 1), 1, now)
    with django_assert_num_queries(len(one)):
        get(as_reviewer, "challenges")
