"""No tries left: an officer proposes further ones, another confirms, the driver is told once."""

from datetime import timedelta

import pytest

from assessments import actions, perms
from assessments.models import ExtraTries
from outbox.models import Message
from people.models import Membership
from tests.assessments.conftest import finished, rule_of, sit
from tests.assessments.desk import officer_of, refusal, trainer_of
from tests.factories import LearnerFactory, UserFactory, staff

pytestmark = pytest.mark.django_db
Role = Membership.Role
DAY = timedelta(days=1)


@pytest.fixture
def spent(course, learner, now):
    """A round whose one try is used."""
    rule_of(course, tries=1)
    return sit(learner, course, now, right=0).enrolment


@pytest.fixture
def officer(learner, now):
    return officer_of(learner, now)


@pytest.fixture
def second(learner, now):
    return officer_of(learner, now)


def propose(enrolment, by, now, tries=1, reason="They were ill"):
    return actions.propose_extra_tries(
        enrolment=enrolment, tries=tries, reason=reason, by=by, now=now
    )


def confirm(extra_tries, by, now):
    return actions.confirm_extra_tries(extra_tries=extra_tries, by=by, now=now)


def reasons(enrolment, now):
    place = perms.standing(learner=enrolment.learner, course=enrolment.course, now=now)
    return [reason.code.value for reason in place.reasons]


# -- proposing and confirming -------------------------------------------------------------------


def test_proposal_alone_changes_nothing(spent, officer, now):
    propose(spent, officer, now)
    assert reasons(spent, now + DAY) == ["no_tries_left"]
    assert not Message.objects.exists()


def test_confirmed_tries_open_the_test_again(spent, officer, second, now):
    extra = confirm(propose(spent, officer, now), second, now)
    assert (extra.confirmed_by, extra.confirmed_at) == (second, now)
    assert reasons(spent, now + DAY) == []


def test_learner_is_told_once(spent, officer, second, now):
    extra = propose(spent, officer, now)
    for _ in range(2):
        confirm(extra, second, now)
    message = Message.objects.get()
    assert (message.key, message.to) == (f"extra-tries:{extra.pk}", spent.learner.user.email)
    assert "ill" not in message.body.split()


def test_proposing_the_same_again_returns_the_first(spent, officer, now):
    assert propose(spent, officer, now) == propose(spent, officer, now)


def test_later_proposal_takes_the_place_of_the_first(spent, officer, second, now):
    first = propose(spent, officer, now, tries=5)
    propose(spent, officer, now, tries=1)
    assert refusal(confirm, extra_tries=first, by=second, now=now) == "replaced"


def test_nobody_confirms_their_own_proposal(spent, officer, now):
    extra = propose(spent, officer, now)
    assert refusal(confirm, extra_tries=extra, by=officer, now=now) == "own_proposal"


def test_reason_is_needed(spent, officer, now):
    assert refusal(propose, enrolment=spent, by=officer, now=now, reason=" ") == "no_reason"


def test_nothing_is_proposed_while_tries_are_left(course, learner, officer, now):
    rule_of(course, tries=2)
    enrolment = sit(learner, course, now, right=0).enrolment
    assert refusal(propose, enrolment=enrolment, by=officer, now=now) == "tries_left"


def test_nothing_is_proposed_for_a_round_that_is_over(course, learner, officer, now):
    rule_of(course, tries=1)
    enrolment = sit(learner, course, now).enrolment
    assert refusal(propose, enrolment=enrolment, by=officer, now=now) == "round_over"


@pytest.mark.parametrize("who", ["officer elsewhere", "trainer", "auditor"])
def test_tries_are_not_proposed_by(spent, now, who):
    by = {
        "officer elsewhere": lambda: officer_of(LearnerFactory(), now),
        "trainer": lambda: trainer_of(spent.learner, now),
        "auditor": lambda: staff(Role.AUDITOR, spent.authority, now),
    }[who]()
    assert refusal(propose, enrolment=spent, by=by, now=now) == "not_allowed"


def test_tries_are_not_confirmed_by_an_officer_elsewhere(spent, officer, now):
    extra = propose(spent, officer, now)
    by = officer_of(LearnerFactory(), now)
    assert refusal(confirm, extra_tries=extra, by=by, now=now) == "not_allowed"


@pytest.mark.parametrize("step", ["propose", "confirm"])
def test_nobody_gives_tries_to_themselves(spent, officer, now, step):
    own = spent.learner.user
    own.is_superuser = True
    own.save()
    if step == "propose":
        code = refusal(propose, enrolment=spent, by=own, now=now)
    else:
        code = refusal(confirm, extra_tries=propose(spent, officer, now), by=own, now=now)
    assert code == "own_record"


# -- the list -----------------------------------------------------------------------------------


def listed(user, now):
    return list(perms.rounds_without_tries(user, now=now))


def test_list_holds_who_has_used_every_try_the_longest_first(spent, course, officer, now):
    other = finished(course, LearnerFactory(authority=spent.authority))
    earlier = sit(other, course, now - DAY, right=0).enrolment
    found = listed(officer, now)
    assert found == [earlier, spent]
    assert (found[0].used, found[0].allowed) == (1, 1)


def test_list_leaves_out_who_got_further_tries(spent, officer, second, now):
    confirm(propose(spent, officer, now), second, now)
    assert listed(officer, now) == []


def test_list_leaves_out_who_has_a_test_open(course, learner, officer, now):
    rule_of(course, tries=1)
    actions.start_sitting(learner=learner, course=course, now=now)
    assert listed(officer, now) == []


@pytest.mark.parametrize("rule", [{}, {"tries": 2}], ids=["no limit", "one left"])
def test_list_leaves_out_who_may_try_again(course, learner, officer, now, rule):
    rule_of(course, **rule)
    sit(learner, course, now, right=0)
    assert listed(officer, now) == []


def test_list_leaves_out_whom_the_rule_sends_to_the_lessons(course, learner, officer, now):
    rule_of(course, tries=1, when_spent="relearn")
    sit(learner, course, now, right=0)
    assert listed(officer, now) == []


def test_list_goes_by_the_authoritys_own_rule(spent, course, officer, now):
    rule_of(course, tries=3, authority=spent.authority)
    assert listed(officer, now) == []


def test_list_shows_officers_elsewhere_nobody(spent, now):
    assert listed(officer_of(LearnerFactory(), now), now) == []


def test_list_shows_administrators_everybody(spent, now):
    assert listed(UserFactory(is_superuser=True), now) == [spent]


def test_proposals_are_kept(spent, officer, now):
    propose(spent, officer, now)
    assert ExtraTries.objects.waiting().count() == 1
