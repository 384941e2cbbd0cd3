"""Help with a test: asked for, decided once, given, ended, and shown on no certificate (R28)."""

from datetime import timedelta

import pytest
from django.urls import reverse

from assessments import actions
from assessments.models import Adjustment, Sitting
from certificates.actions import issue_certificate
from certificates.models import Certificate
from outbox.models import Message
from people.models import Membership
from tests.assessments.conftest import answer, rule_of
from tests.assessments.desk import officer_of, refusal, trainer_of
from tests.assessments.pages import text
from tests.certificates.test_pdf import text_of
from tests.factories import LearnerFactory, make_validity_rule, staff

pytestmark = pytest.mark.django_db
Decision, Help, Role = Adjustment.Decision, Adjustment.Help, Membership.Role
TERMS = {"extra_time": 25, "break_minutes": 10, "helps": [Help.READER]}


@pytest.fixture
def asked(learner, now):
    return Adjustment.objects.create(
        learner=learner, asked_at=now, extra_time=50, reason_class="reading"
    )


@pytest.fixture
def officer(learner, now):
    return officer_of(learner, now)


def decide(adjustment, by, now, decision=Decision.GRANTED, **changes):
    terms = TERMS if decision == Decision.GRANTED else {"note": "It changes nothing"}
    return actions.decide_adjustment(
        adjustment=adjustment, decision=decision, by=by, now=now, **{**terms, **changes}
    )


def grant(learner, by, now, **changes):
    terms = {"reason_class": "disability", **TERMS, **changes}
    return actions.grant_adjustment(learner=learner, by=by, now=now, **terms)


# -- deciding -----------------------------------------------------------------------------------


def test_officer_grants_other_help_than_was_asked_for(asked, officer, now):
    granted = decide(asked, officer, now)
    assert (granted.extra_time, granted.break_minutes, granted.helps) == (25, 10, ["reader"])
    assert (granted.decision, granted.decided_by, granted.decided_at) == ("granted", officer, now)


def test_officer_declines_and_what_was_asked_for_stays(asked, officer, now):
    declined = decide(asked, officer, now, Decision.DECLINED)
    assert (declined.decision, declined.extra_time) == ("declined", 50)


def test_same_decision_again_returns_the_first(asked, officer, now):
    decide(asked, officer, now)
    again = decide(asked, officer_of(asked.learner, now), now + timedelta(hours=1))
    assert (again.decided_by, again.decided_at) == (officer, now)
    assert Message.objects.count() == 1


@pytest.mark.parametrize("other", [{"decision": "declined", "note": "No"}, {"extra_time": 100}])
def test_another_decision_is_refused(asked, officer, now, other):
    decide(asked, officer, now)
    code = refusal(decide, adjustment=asked, by=officer, now=now, **other)
    assert code == "decided_already"


def test_declining_without_a_reason_is_refused(asked, officer, now):
    code = refusal(
        decide, adjustment=asked, by=officer, now=now, decision=Decision.DECLINED, note=" "
    )
    assert code == "no_reason"


def test_granting_nothing_is_refused(asked, officer, now):
    nothing = {"extra_time": 0, "break_minutes": 0, "helps": []}
    assert refusal(decide, adjustment=asked, by=officer, now=now, **nothing) == "nothing_granted"


def test_without_a_limit_there_is_no_time_to_add(asked, officer, now):
    granted = decide(asked, officer, now, no_limit=True)
    assert (granted.no_limit, granted.extra_time, granted.break_minutes) == (True, 0, 0)


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.REVIEWER, Role.AUDITOR, Role.COUNCILLOR])
def test_request_is_not_decided_by(asked, now, role):
    by = staff(role, asked.learner.authority, now)
    assert refusal(decide, adjustment=asked, by=by, now=now) == "not_allowed"


def test_request_is_not_decided_by_an_officer_elsewhere(asked, now):
    by = officer_of(LearnerFactory(), now)
    assert refusal(decide, adjustment=asked, by=by, now=now) == "not_allowed"


def as_officer(learner, now):
    learner.user.memberships.create(
        authority=learner.authority, role=Role.OFFICER, granted_at=now, granted_by=None
    )
    return learner.user


def test_nobody_decides_their_own_request(asked, now):
    own = as_officer(asked.learner, now)
    assert refusal(decide, adjustment=asked, by=own, now=now) == "own_record"


# -- the letter ---------------------------------------------------------------------------------


@pytest.mark.parametrize("decision", Decision.values)
def test_learner_is_told_and_nothing_says_why(asked, officer, now, decision):
    decide(asked, officer, now, decision, note="Because of the left hand")
    message = Message.objects.get(key=f"adjustment:{asked.pk}:decided")
    written = message.subject + message.body
    assert message.to == asked.learner.user.email
    assert not [w for w in ("hand", "reading", "25", "learning") if w in written.lower()]


def test_learner_is_told_in_their_language(asked, officer, now):
    asked.learner.user.language = "cy"
    asked.learner.user.save()
    decide(asked, officer, now)
    assert "Cwestiynau?" in Message.objects.get().body


# -- at the counter -----------------------------------------------------------------------------


def test_officer_grants_help_that_nobody_asked_for(learner, officer, now):
    granted = grant(learner, officer, now)
    assert (granted.asked_at, granted.decided_by, granted.decision) == (now, officer, "granted")
    assert Message.objects.get().key == f"adjustment:{granted.pk}:decided"


def test_granting_again_returns_the_first(learner, officer, now):
    assert grant(learner, officer, now) == grant(learner, officer, now)


def test_request_that_waits_is_answered_first(asked, officer, now):
    assert refusal(grant, learner=asked.learner, by=officer, now=now) == "request_waiting"


def test_nobody_grants_help_to_themselves(learner, now):
    own = as_officer(learner, now)
    assert refusal(grant, learner=learner, by=own, now=now) == "own_record"


def test_trainer_grants_no_help(learner, now):
    assert refusal(grant, learner=learner, by=trainer_of(learner, now), now=now) == "not_allowed"


# -- ending -------------------------------------------------------------------------------------


def end(adjustment, by, now):
    return actions.end_adjustment(adjustment=adjustment, by=by, now=now)


def test_help_is_ended_once(learner, officer, now):
    granted = grant(learner, officer, now)
    end(granted, officer, now + timedelta(hours=1))
    ended = end(granted, officer_of(learner, now), now + timedelta(hours=2))
    assert (ended.ended_at, ended.ended_by) == (now + timedelta(hours=1), officer)
    assert Message.objects.filter(key__endswith=":ended").count() == 1


def test_help_that_was_never_given_cannot_end(asked, officer, now):
    assert refusal(end, adjustment=asked, by=officer, now=now) == "not_granted"


def test_nobody_ends_their_own_help(learner, officer, now):
    granted = grant(learner, officer, now)
    own = as_officer(learner, now)
    assert refusal(end, adjustment=granted, by=own, now=now) == "own_record"


# -- what it does -------------------------------------------------------------------------------


def start(learner, course, now):
    return actions.start_sitting(learner=learner, course=course, now=now)


def test_help_counts_in_tests_that_start_afterwards(course, learner, officer, now):
    rule_of(course, time_limit_minutes=20)
    granted = grant(learner, officer, now)
    sitting = start(learner, course, now)
    assert (sitting.adjustment, sitting.deadline_at) == (granted, now + timedelta(minutes=35))


def test_open_test_is_not_changed_by_help_given_later(timed, officer, now):
    grant(timed.learner, officer, now)
    again = Sitting.objects.get()
    assert (again.adjustment, again.deadline_at) == (None, timed.deadline_at)


def test_help_given_last_counts(course, learner, officer, now):
    rule_of(course, time_limit_minutes=20)
    grant(learner, officer, now)
    last = grant(learner, officer, now + timedelta(hours=1), extra_time=100)
    assert start(learner, course, now + timedelta(hours=2)).adjustment == last


def test_ended_help_counts_no_more(course, learner, officer, now):
    rule_of(course, time_limit_minutes=20)
    end(grant(learner, officer, now), officer, now)
    assert start(learner, course, now).adjustment is None


# -- the certificate ----------------------------------------------------------------------------


def certificate_of(course, learner, now):
    sitting = start(learner, course, now)
    answer(sitting, now)
    actions.submit(sitting=sitting, now=now)
    issue_certificate(sitting_id=sitting.pk, now=now)
    return Certificate.objects.get(sitting=sitting)


def shown(client, certificate):
    """The holder's page, the file and the public answer."""
    client.force_login(certificate.learner.user)
    addresses = [
        reverse(name, args=[certificate.reference]) for name in ("certificate", "verify_reference")
    ]
    return text_of(certificate) + "".join(text(client.get(address)) for address in addresses)


def test_no_certificate_shows_help(client, course, learner, officer, now):
    rule_of(course, time_limit_minutes=20)
    make_validity_rule()
    grant(learner, officer, now, extra_time=100, note="Because of the left hand")
    certificate = certificate_of(course, learner, now)
    everything = shown(client, certificate).lower()
    for word in ("extra time", "more time", "adjustment", "reads the", "breaks", "left hand"):
        assert word not in everything
    assert certificate.sitting.adjustment.extra_time == 100
