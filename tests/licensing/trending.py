"""Tests taken, as plain rows, for figures over time."""

from datetime import UTC, datetime, timedelta

from assessments.models import Case, Sitting, TestRule
from courses.models import CohortPlace, Enrolment
from courses.models.cohorts import Cohort
from tests.factories import LONG_AGO, UserFactory

MONDAY = datetime(2026, 11, 16, 10, tzinfo=UTC)  # Of the week before NOON.


def week(number):
    """Ten o'clock on the Monday so many weeks before the last one that is over."""
    return MONDAY - timedelta(weeks=number)


def sit(licence, course, at, *, passed=True, enrolment=None, **fields):
    """A closed try of the licence's holder."""
    learner = licence.holder
    enrolment = enrolment or Enrolment.objects.create(
        learner=learner,
        course=course,
        started_at=at,
        completed_at=at,
        closed_at=at,
    )
    return Sitting.objects.create(
        **{
            "learner": learner,
            "enrolment": enrolment,
            "course": course,
            "authority": licence.authority,
            "rule": TestRule.objects.filter(course=course).first() or _rule(course),
            "seed": "seed",
            "paper": {"questions": []},
            "paper_digest": "0" * 64,
            "question_count": 2,
            "started_at": at,
            "closed_at": at,
            "closed_by": Sitting.ClosedBy.SUBMIT,
            "outcome": Sitting.Outcome.PASSED if passed else Sitting.Outcome.FAILED,
            "correct_count": 2 if passed else 0,
            **fields,
        }
    )


def sit_many(licence, course, at, *, passes, fails):
    """So many tries in one week, each in a round of its own."""
    for number in range(passes + fails):
        sit(licence, course, at + timedelta(hours=number), passed=number < passes)


def _rule(course):
    return TestRule.objects.create(
        course=course,
        effective_from=LONG_AGO.date(),
        reason="Test",
        proposed_by=UserFactory(),
        proposed_at=LONG_AGO,
    )


def prove(sitting, at, **fields):
    """A case about the sitting that was proven."""
    return Case.objects.create(
        sitting=sitting,
        opened_by=UserFactory(),
        opened_at=at,
        decision="proven",
        decided_by=UserFactory(),
        decided_at=at,
        **fields,
    )


def group(authority, course, *learners, name="Evening class"):
    cohort = Cohort.objects.create(
        authority=authority,
        name=name,
        course=course,
        trainer=UserFactory(),
        deadline_on=MONDAY.date(),
        created_by=UserFactory(),
        created_at=LONG_AGO,
    )
    for learner in learners:
        CohortPlace.objects.create(
            cohort=cohort, learner=learner, added_by=UserFactory(), added_at=LONG_AGO
        )
    return cohort
