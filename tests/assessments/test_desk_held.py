"""Spoken and paper tests: held by staff, entered by one, confirmed by another (R29)."""

from datetime import timedelta

import pytest

from assessments import actions
from assessments.models import Answer, AnswerSheet, Sitting
from courses.models import Enrolment
from people.models import Membership
from tests.assessments.conftest import rule_of, sit
from tests.assessments.desk import answers_of, officer_of, refusal, trainer_of
from tests.factories import AuthorityFactory, LearnerFactory, UserFactory, staff

pytestmark = pytest.mark.django_db
Role = Membership.Role


@pytest.fixture
def trainer(learner, now):
    return trainer_of(learner, now)


@pytest.fixture
def officer(learner, now):
    return officer_of(learner, now)


def hold(learner, course, by, now, **changes):
    facts = {"mode": "paper", "identity_check": "trainer", **changes}
    return actions.hold_sitting(learner=learner, course=course, by=by, now=now, **facts)


@pytest.fixture
def held(rule, learner, course, trainer, now):
    return hold(learner, course, trainer, now)


def enter(sitting, by, now, answers=None):
    answers = answers_of(sitting) if answers is None else answers
    return actions.enter_answers(sitting=sitting, answers=answers, by=by, now=now)


def confirm(sitting, by, now, seen=None):
    seen = actions.last_entered(sitting) if seen is None else seen
    return actions.confirm_answers(sitting=sitting, seen=seen, by=by, now=now)


# -- holding ------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["paper", "spoken"])
def test_staff_start_a_test_and_no_clock_runs(course, learner, trainer, now, mode):
    rule_of(course, time_limit_minutes=10)
    sitting = hold(learner, course, trainer, now, mode=mode)
    assert (sitting.mode, sitting.started_by, sitting.deadline_at) == (mode, trainer, None)
    assert (sitting.identity_check, sitting.identity_checked_by) == ("trainer", trainer)


def test_holding_again_returns_the_open_one(held, learner, course, officer, now):
    assert hold(learner, course, officer, now) == held
    assert Sitting.objects.count() == 1


def test_test_on_a_screen_is_not_taken_over(sitting, learner, course, trainer, now):
    code = refusal(hold, learner=learner, course=course, by=trainer, now=now)
    assert code == "sitting_open"


def test_same_tries_and_waits_hold_as_on_a_screen(rule, learner, course, trainer, now):
    sit(learner, course, now, right=0)
    too_soon = now + timedelta(hours=23)
    assert refusal(hold, learner=learner, course=course, by=trainer, now=too_soon) == "wait"


def test_lessons_come_first(rule, course, now):
    fresh = LearnerFactory()
    by = trainer_of(fresh, now)
    code = refusal(hold, learner=fresh, course=course, by=by, now=now)
    assert code == "course_not_complete"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"identity_check": "none"}, "identity_not_checked"),
        ({"mode": "online"}, "not_held"),
        ({"mode": "by heart"}, "not_held"),
    ],
)
def test_test_is_not_held(rule, learner, course, trainer, now, changes, code):
    refused = refusal(hold, learner=learner, course=course, by=trainer, now=now, **changes)
    assert refused == code


def test_round_of_another_authority_is_not_held(rule, learner, course, now):
    """The person trains for another council now; the round is still the first one's."""
    learner.authority = AuthorityFactory()
    learner.save()
    by = trainer_of(learner, now)
    assert refusal(hold, learner=learner, course=course, by=by, now=now) == "not_allowed"


@pytest.mark.parametrize("who", ["trainer elsewhere", "auditor", "driver"])
def test_no_test_is_held_by(rule, learner, course, now, who):
    by = {
        "trainer elsewhere": lambda: trainer_of(LearnerFactory(), now),
        "auditor": lambda: staff(Role.AUDITOR, learner.authority, now),
        "driver": UserFactory,
    }[who]()
    assert refusal(hold, learner=learner, course=course, by=by, now=now) == "not_allowed"


def own_staff(learner, now):
    learner.user.memberships.create(
        authority=learner.authority, role=Role.AUTHOR, granted_at=now, granted_by=None
    )
    return learner.user


def test_nobody_holds_their_own_test(rule, learner, course, now):
    own = own_staff(learner, now)
    assert refusal(hold, learner=learner, course=course, by=own, now=now) == "own_record"


# -- entering -----------------------------------------------------------------------------------


def test_entered_answers_give_no_result(held, trainer, now):
    sheet = enter(held, trainer, now)
    held.refresh_from_db()
    assert (sheet.proposed_by, sheet.confirmed_at) == (trainer, None)
    assert (held.closed_at, held.outcome, held.answers.count()) == (None, "", 4)


def test_same_answers_again_write_nothing(held, trainer, now):
    assert enter(held, trainer, now) == enter(held, trainer, now)
    assert Answer.objects.count() == 4


def test_later_answer_of_the_same_person_counts(held, trainer, now):
    enter(held, trainer, now, answers_of(held, right=0))
    enter(held, trainer, now, {1: [held.questions[0]["key"]]})
    assert held.given_answers()[1] == held.questions[0]["key"]


def test_answers_are_not_entered_over_a_colleagues(held, trainer, officer, now):
    enter(held, trainer, now)
    assert refusal(enter, sitting=held, by=officer, now=now) == "entered_by_another"


def test_answer_that_is_not_on_the_paper_enters_nothing(held, trainer, now):
    good = answers_of(held)
    bad = {**good, 4: ["made-up"]}
    assert refusal(enter, sitting=held, by=trainer, now=now, answers=bad) == "no_such_option"
    assert not AnswerSheet.objects.exists()
    assert not Answer.objects.exists()


def test_answers_of_a_test_on_a_screen_are_not_entered(sitting, trainer, now):
    assert refusal(enter, sitting=sitting, by=trainer, now=now) == "not_held"


def test_nobody_enters_their_own_answers(held, now):
    own = own_staff(held.learner, now)
    assert refusal(enter, sitting=held, by=own, now=now) == "own_record"


def test_answers_are_not_entered_by_staff_elsewhere(held, now):
    by = trainer_of(LearnerFactory(), now)
    assert refusal(enter, sitting=held, by=by, now=now) == "not_allowed"


# -- confirming ---------------------------------------------------------------------------------


def test_second_person_confirms_and_the_test_is_passed(held, trainer, officer, now):
    enter(held, trainer, now)
    closed = confirm(held, officer, now + timedelta(hours=1))
    assert (closed.outcome, closed.correct_count) == ("passed", 4)
    assert (closed.closed_by, closed.closed_at) == ("submit", now + timedelta(hours=1))
    assert AnswerSheet.objects.get().confirmed_by == officer
    assert Enrolment.objects.get(pk=held.enrolment_id).closed_at is not None


def test_one_wrong_answer_fails_as_on_a_screen(held, trainer, officer, now):
    enter(held, trainer, now, answers_of(held, right=3))
    closed = confirm(held, officer, now)
    assert (closed.outcome, closed.next_try_at) == ("failed", now + timedelta(hours=24))


def test_confirming_again_returns_the_first_result(held, trainer, officer, now):
    enter(held, trainer, now)
    first = confirm(held, officer, now)
    again = confirm(held, officer_of(held.learner, now), now + timedelta(hours=1))
    assert (again.closed_at, again.outcome) == (first.closed_at, first.outcome)
    assert AnswerSheet.objects.get().confirmed_by == officer


def test_whoever_entered_the_answers_does_not_confirm_them(held, trainer, now):
    enter(held, trainer, now)
    assert refusal(confirm, sitting=held, by=trainer, now=now) == "own_entry"


def test_learner_does_not_confirm_their_own(held, trainer, now):
    enter(held, trainer, now)
    own = own_staff(held.learner, now)
    assert refusal(confirm, sitting=held, by=own, now=now) == "own_record"


def test_answers_that_changed_since_they_were_shown_are_not_confirmed(held, trainer, officer, now):
    enter(held, trainer, now, answers_of(held, right=0))
    seen = actions.last_entered(held)
    enter(held, trainer, now)
    code = refusal(confirm, sitting=held, by=officer, now=now, seen=seen)
    assert code == "answers_changed"


def test_nothing_is_confirmed_before_it_is_entered(held, officer, now):
    assert refusal(confirm, sitting=held, by=officer, now=now) == "nothing_entered"


@pytest.mark.parametrize("who", ["officer elsewhere", "auditor"])
def test_answers_are_not_confirmed_by(held, trainer, now, who):
    enter(held, trainer, now)
    elsewhere = who == "officer elsewhere"
    by = (
        officer_of(LearnerFactory(), now)
        if elsewhere
        else staff(Role.AUDITOR, held.learner.authority, now)
    )
    assert refusal(confirm, sitting=held, by=by, now=now) == "not_allowed"


def test_answers_are_not_entered_after_the_test_is_closed(held, trainer, officer, now):
    enter(held, trainer, now)
    confirm(held, officer, now)
    assert refusal(enter, sitting=held, by=trainer, now=now) == "sitting_closed"


def test_held_test_is_not_handed_in_like_one_on_a_screen(held, now):
    assert refusal(actions.submit, sitting=held, now=now) == "held_by_staff"
