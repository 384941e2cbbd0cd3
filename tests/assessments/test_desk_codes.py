"""Start codes: who hands them out, to whom, and which one opens a test (R24, R25)."""

from datetime import timedelta

import pytest

from assessments import actions, start_code
from assessments.models import StartCode
from people.models import Membership
from tests.assessments.conftest import rule_of
from tests.assessments.desk import officer_of, refusal, trainer_of
from tests.factories import AuthorityFactory, LearnerFactory, UserFactory, staff

pytestmark = pytest.mark.django_db
Role = Membership.Role


@pytest.fixture
def coded(course):
    return rule_of(course, start_code_required=True)


def issue(learner, course, by, now, identity_check="counter"):
    return actions.issue_start_code(
        learner=learner, course=course, identity_check=identity_check, by=by, now=now
    )


@pytest.mark.parametrize("person", [officer_of, trainer_of])
def test_staff_issue_a_code_for_half_an_hour(coded, learner, course, now, person):
    by = person(learner, now)
    row, _code = issue(learner, course, by, now)
    assert (row.learner, row.course, row.issued_by) == (learner, course, by)
    assert (row.issued_at, row.expires_at) == (now, now + timedelta(minutes=30))
    assert row.identity_check == "counter"


def test_code_is_kept_as_a_hash_alone(coded, learner, course, now):
    row, code = issue(learner, course, officer_of(learner, now), now)
    assert row.code_hash == start_code.digest(code, learner.pk, course.pk)
    plain = code.replace("-", "")
    kept = " ".join(str(value) for value in vars(StartCode.objects.get()).values())
    assert plain not in kept
    assert code not in kept


def test_second_code_is_another_and_the_newest(coded, learner, course, now):
    by = officer_of(learner, now)
    _first, code = issue(learner, course, by, now)
    second, other = issue(learner, course, by, now)
    assert code != other
    assert StartCode.objects.order_by("-pk").first() == second


@pytest.mark.parametrize("said", ["none", "", "by heart"])
def test_no_code_without_a_check_of_identity(coded, learner, course, now, said):
    by = officer_of(learner, now)
    code = refusal(issue, learner=learner, course=course, by=by, now=now, identity_check=said)
    assert code == "identity_not_checked"


def test_no_code_where_the_rule_asks_for_none(rule, learner, course, now):
    by = officer_of(learner, now)
    assert refusal(issue, learner=learner, course=course, by=by, now=now) == "no_code_needed"


def test_no_code_for_somebody_who_is_not_on_the_course(coded, course, now):
    stranger = LearnerFactory()
    by = officer_of(stranger, now)
    assert refusal(issue, learner=stranger, course=course, by=by, now=now) == "no_code_needed"


def test_no_code_while_a_test_is_open(coded, learner, course, now):
    by = officer_of(learner, now)
    actions.hold_sitting(
        learner=learner, course=course, mode="paper", identity_check="counter", by=by, now=now
    )
    assert refusal(issue, learner=learner, course=course, by=by, now=now) == "sitting_open"


def test_no_code_for_a_round_of_another_authority(coded, learner, course, now):
    """The person trains for another council now; the round is still the first one's."""
    learner.authority = AuthorityFactory()
    learner.save()
    by = officer_of(learner, now)
    assert refusal(issue, learner=learner, course=course, by=by, now=now) == "not_allowed"


def test_nobody_issues_a_code_to_themselves(coded, learner, course, now):
    learner.user.is_superuser = True
    learner.user.save()
    by = learner.user
    assert refusal(issue, learner=learner, course=course, by=by, now=now) == "own_record"


@pytest.mark.parametrize("who", ["officer elsewhere", "auditor", "councillor", "driver"])
def test_no_code_is_issued_by(coded, learner, course, now, who):
    by = {
        "officer elsewhere": lambda: officer_of(LearnerFactory(), now),
        "auditor": lambda: staff(Role.AUDITOR, learner.authority, now),
        "councillor": lambda: staff(Role.COUNCILLOR, learner.authority, now),
        "driver": UserFactory,
    }[who]()
    assert refusal(issue, learner=learner, course=course, by=by, now=now) == "not_allowed"
