"""May this person …? One function for each question."""

from typing import Any

from django.db.models import F, QuerySet

from courses.models import CoursePage, Enrolment
from courses.models.review import may_review
from people import perms as people
from people.models import Authority, Learner, Membership

__all__ = ["may_review", "may_start_courses", "readable_enrolment", "writing_authorities"]


def readable_enrolment(learner: Learner, course: CoursePage) -> Enrolment | None:
    """The round in which the learner may read the course: the open one, or the last one served."""
    rounds = Enrolment.objects.of(learner).filter(course=course).select_related("course")
    return rounds.order_by(F("closed_at").desc(nulls_first=True)).first()


def writing_authorities(user: Any) -> QuerySet[Authority]:
    """The authorities at which the person is an author now; all for platform administrators."""
    if user.is_superuser:
        return Authority.objects.all()
    return people.authorities_of(user, Membership.Role.AUTHOR)


def may_start_courses(user: Any) -> bool:
    """Authors of any authority, and platform administrators."""
    return user.is_active and writing_authorities(user).exists()
