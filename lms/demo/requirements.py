"""Leaves a rule and an exception waiting for a second person, so that there is one to decide."""

from datetime import datetime, timedelta

from certificates.renewal import london_day
from courses.models import CoursePage
from licensing.actions import propose_exception, propose_requirement
from licensing.models import Requirement, TrainingException
from lms.demo.people import DRIVERS
from people.models import Authority, Licence, User

CODE = "safeguarding"
NOTICE, DEADLINE = timedelta(days=60), timedelta(days=240)


def load_requirements(authority: Authority, course: CoursePage, *, by: User, now: datetime) -> None:
    """Proposed once each; neither changes an answer before it is decided."""
    first = london_day(now) + NOTICE
    if not Requirement.objects.filter(authority=authority).exists():
        rule = Requirement(
            authority=authority,
            code=CODE,
            course=course,
            applies_to=Requirement.Whom.EXISTING,
            effective_from=first,
            due_by=first + DEADLINE,
            grace_days=28,
            reason="Everybody who was licensed before has until the deadline (invented).",
        )
        propose_requirement(rule=rule, by=by, now=now)
    if not TrainingException.objects.filter(licence__authority=authority).exists():
        propose_exception(
            licence=Licence.objects.get(authority=authority, number=DRIVERS["lapsed"].number),
            requirement=CODE,
            reason="Their course was called off (invented).",
            ends_on=london_day(now) + NOTICE,
            by=by,
            now=now,
        )
