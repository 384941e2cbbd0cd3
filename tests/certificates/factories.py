"""Passed sittings without the way there, and certificates issued for them."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from assessments.models import Sitting, TestRule
from certificates.actions import issue_certificate
from certificates.models import Certificate
from courses.models import CoursePage, Enrolment
from people.models import Learner
from tests.factories import LONG_AGO, LearnerFactory, LicenceFactory, UserFactory, make_course

PAPER = {"questions": [{"text": "What is right?", "options": [], "key": "a"}]}


def noon(day: date) -> datetime:
    return datetime.combine(day, time(12, 0), tzinfo=UTC)


def any_course() -> CoursePage:
    return CoursePage.objects.first() or make_course(lessons=0)


def any_rule(course: CoursePage) -> TestRule:
    found = TestRule.objects.filter(course=course).first()
    return found or TestRule.objects.create(
        course=course,
        effective_from=LONG_AGO.date(),
        reason="Test",
        proposed_by=UserFactory(),
        proposed_at=LONG_AGO,
    )


def make_sitting(
    *,
    at: datetime,
    learner: Learner | None = None,
    course: CoursePage | None = None,
    outcome: str = "passed",
    **fields: Any,
) -> Sitting:
    """A sitting of one question, handed in at ``at`` unless its outcome is "open"."""
    learner, course = learner or LearnerFactory(), course or any_course()
    began = at - timedelta(hours=1)
    enrolment = Enrolment.objects.create(
        learner=learner,
        course=course,
        authority=learner.authority,
        started_at=began,
        completed_at=began,
        closed_at=at,
    )
    return Sitting.objects.create(
        learner=learner,
        course=course,
        enrolment=enrolment,
        rule=any_rule(course),
        seed="seed",
        paper_digest="digest",
        question_count=1,
        started_at=began,
        **{"authority": learner.authority, "paper": PAPER, **_result(outcome, at), **fields},
    )


def _result(outcome: str, at: datetime) -> dict[str, Any]:
    if outcome == "open":
        return {}
    right = 1 if outcome == "passed" else 0
    return {"closed_at": at, "closed_by": "submit", "outcome": outcome, "correct_count": right}


def make_certificate(*, at: datetime, **fields: Any) -> Certificate:
    """A certificate issued at the moment of its pass; a validity rule must be in force."""
    certificate = issue_certificate(sitting_id=make_sitting(at=at, **fields).pk, now=at)
    assert certificate is not None
    return certificate


def give_licence(learner: Learner, **fields: Any) -> Any:
    return LicenceFactory(authority=learner.authority, holder=learner, held_from=LONG_AGO, **fields)
