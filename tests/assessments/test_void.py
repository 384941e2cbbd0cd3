"""A sitting that does not count: who may say so, and that nothing is lost by it (R23)."""

from datetime import timedelta

import pytest

from assessments import actions, perms
from assessments.models import ResultChange, Sitting
from outbox.models import Message
from people.actions import grant_membership
from people.models import Membership
from tests.assessments.conftest import answer, rule_of, sit
from tests.assessments.ruled import again, officer_of, refusal
from tests.factories import AuthorityFactory, UserFactory, staff

pytestmark = pytest.mark.django_db
Role = Membership.Role


def void(sitting, now, *, by=None, reason="The tablet broke.", reason_class="technical"):
    by = by or officer_of(sitting, now)
    return actions.void(sitting=sitting, reason_class=reason_class, reason=reason, by=by, now=now)


@pytest.fixture
def failed(rule, learner, course, now):
    return again(sit(learner, course, now, right=3))


def test_open_sitting_is_stopped(sitting, now):
    void(sitting, now)
    stopped = again(sitting)
    assert (stopped.closed_at, stopped.closed_by) == (now, "void")
    assert (stopped.outcome, stopped.result) == ("void", "void")


def test_failed_sitting_keeps_its_first_result_beside_the_new_one(failed, now):
    void(failed, now)
    voided = again(failed)
    assert (voided.outcome, voided.correct_count, voided.closed_by) == ("failed", 3, "submit")
    assert voided.result == "void"


@pytest.mark.parametrize(("was_open", "before", "right"), [(True, "", None), (False, "failed", 3)])
def test_fact_says_what_was_before_who_when_and_why(request, now, was_open, before, right):
    sitting = request.getfixturevalue("sitting" if was_open else "failed")
    officer = officer_of(sitting, now)
    change = void(sitting, now, by=officer, reason=" The tablet broke. ")
    assert (change.outcome_before, change.correct_before) == (before, right)
    assert (change.kind, change.outcome, change.reason_class) == ("void", "void", "technical")
    assert (change.changed_by, change.changed_at) == (officer, now)
    assert change.reason == "The tablet broke."


def test_voiding_again_returns_the_first_and_tells_nobody_twice(failed, now):
    first = void(failed, now)
    assert void(failed, now + timedelta(days=1), reason="Another.") == first
    assert (ResultChange.objects.count(), Message.objects.count()) == (1, 1)


def test_no_try_is_lost(course, learner, now):
    rule_of(course, tries=1, waits=[])
    failed = sit(learner, course, now, right=0)
    place = perms.standing(learner=learner, course=course, now=now)
    assert (place.tries_left, [str(reason.code) for reason in place.reasons]) == (
        0,
        ["no_tries_left"],
    )
    void(failed, now)
    place = perms.standing(learner=learner, course=course, now=now)
    assert (place.tries_left, place.reasons) == (1, ())


def test_no_wait_is_left(failed, learner, course, now):
    void(failed, now)
    assert actions.start_sitting(learner=learner, course=course, now=now).closed_at is None


def test_next_fail_waits_like_a_first_one(course, learner, now):
    rule_of(course, waits=["PT1H", "P7D"])
    void(sit(learner, course, now, right=0), now)
    second = sit(learner, course, now, right=0)
    assert second.next_try_at == now + timedelta(hours=1)


def test_round_that_the_fail_had_ended_stays_ended(course, learner, now):
    rule_of(course, tries=1, when_spent="relearn")
    failed = sit(learner, course, now, right=0)
    void(failed, now)
    failed.enrolment.refresh_from_db()
    assert failed.enrolment.closed_at == now


def test_passed_sitting_is_refused(rule, learner, course, now):
    passed = sit(learner, course, now)
    by = officer_of(passed, now)
    arguments = {"reason_class": "technical", "reason": "A fault.", "by": by, "now": now}
    assert refusal(actions.void, sitting=passed, **arguments) == "passed"
    assert again(passed).result == "passed"


def test_reason_is_needed(failed, now):
    by = officer_of(failed, now)
    arguments = {"reason_class": "technical", "reason": "  ", "by": by, "now": now}
    assert refusal(actions.void, sitting=failed, **arguments) == "no_reason"


def test_own_record_is_refused(failed, learner, now):
    grant_membership(
        user=learner.user, authority=failed.authority, role=Role.OFFICER, by=None, now=now
    )
    arguments = {"reason_class": "technical", "reason": "A fault.", "by": learner.user, "now": now}
    assert refusal(actions.void, sitting=failed, **arguments) == "own_record"


@pytest.mark.parametrize("who", [Role.AUTHOR, Role.REVIEWER, Role.AUDITOR, Role.COUNCILLOR, "else"])
def test_nobody_but_an_officer_of_the_authority_voids(failed, now, who):
    at = AuthorityFactory() if who == "else" else failed.authority
    by = staff(Role.OFFICER if who == "else" else who, at, now)
    arguments = {"reason_class": "technical", "reason": "A fault.", "by": by, "now": now}
    assert refusal(actions.void, sitting=failed, **arguments) == "not_allowed"
    assert not ResultChange.objects.exists()


def test_platform_administrator_voids_what_belongs_to_no_authority(rule, learner, course, now):
    learner.enrolments.update(authority=None)
    sitting = actions.start_sitting(learner=learner, course=course, now=now)
    void(sitting, now, by=UserFactory(is_superuser=True))
    assert again(sitting).result == "void"


def test_person_is_told_in_their_own_language(failed, learner, now):
    learner.user.language = "cy"
    learner.user.save()
    void(failed, now)
    message = Message.objects.get()
    assert (message.key, message.to) == (f"sitting:{failed.pk}:void", learner.user.email)
    assert "22 Tachwedd 2026" in message.body
    assert f"/tests/{failed.course.slug}/" in message.body


def test_message_says_what_is_not_lost(failed, learner, now):
    void(failed, now)
    body = Message.objects.get().body
    assert f"Hello {learner.full_name}," in body
    assert "Reason: technical fault" in body
    assert "It does not use up a try, and you do not have to wait because of it." in body
    assert "The tablet broke." not in body


def test_answers_given_before_it_was_stopped_are_kept(sitting, now):
    answer(sitting, now, right=1)
    void(sitting, now)
    assert (again(sitting).correct_count, Sitting.objects.get().answers.count()) == (1, 4)
