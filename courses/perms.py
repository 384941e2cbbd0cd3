"""May this person …? One function for each question."""

from django.db.models import F

from courses.models import CoursePage, Enrolment
from people.models import Learner


def readable_enrolment(learner: Learner, course: CoursePage) -> Enrolment | None:
    """The round in which the learner may read the course: the open one, or the last one served."""
    rounds = Enrolment.objects.of(learner).filter(course=course).select_related("course")
    return rounds.order_by(F("closed_at").desc(nulls_first=True)).first()
