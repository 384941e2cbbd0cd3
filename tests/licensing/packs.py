"""What the tests of packs share: an authority with drivers who have tests and certificates."""

from datetime import UTC, datetime, timedelta

from django.contrib.auth.models import Permission

from assessments.models import Sitting
from courses.models import Enrolment
from tests.factories import LearnerFactory, LicenceFactory, staff
from tests.licensing.factories import _test_rule

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def opened(role, authority, now=NOON):
    """Somebody in the role to whom the staff site opens."""
    user = staff(role, authority, now)
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    return user


def licensed(authority, how_many, **fields):
    """So many licences whose holders were never trained."""
    return [LicenceFactory(held=True, authority=authority, **fields) for _ in range(how_many)]


def sit(course, authority, *, at, outcome="passed", enrolment=None, learner=None, **fields):
    """A closed sitting of a new person, or in the same round as another one."""
    if enrolment is None:
        enrolment = Enrolment.objects.create(
            learner=learner or LearnerFactory(authority=authority),
            course=course,
            authority=authority,
            started_at=at,
        )
    return Sitting.objects.create(
        **{
            "learner": enrolment.learner,
            "enrolment": enrolment,
            "course": course,
            "authority": authority,
            "rule": course.test_rules.first() or _test_rule(course),
            "seed": "seed",
            "paper": {"questions": [{"text": "A secret question?"}]},
            "paper_digest": "0" * 64,
            "question_count": 1,
            "started_at": at,
            "closed_at": at + timedelta(minutes=20),
            "closed_by": Sitting.ClosedBy.SUBMIT,
            "outcome": outcome,
            "correct_count": int(outcome == "passed"),
            **fields,
        }
    )
