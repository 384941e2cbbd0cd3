"""Who sees and changes questions and topics."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Q, QuerySet

from assessments.models import Question, Topic
from courses.models import CoursePage, LessonPage
from courses.perms import lessons_at
from people import perms as people
from people.models import Membership

Role = Membership.Role
# What a trainer may do with the questions of their own authority's courses. Nobody publishes one,
# not even an administrator: a review by another person does that (R20).
QUESTION_ROLES: Mapping[str, Collection[str]] = {
    "view": (Role.AUTHOR, Role.REVIEWER),
    "add": (Role.AUTHOR,),
    "change": (Role.AUTHOR, Role.REVIEWER),
    "unpublish": (Role.REVIEWER,),
}
TOPIC_ROLES: Mapping[str, Collection[str]] = {"view": (Role.AUTHOR, Role.REVIEWER)}


def trainer_lessons(user: Any, *roles: str) -> "QuerySet[LessonPage]":
    """The lessons of the courses whose authority has the person in one of ``roles`` now; all of
    them, also those of no authority, for platform administrators."""
    if user.is_active and user.is_superuser:
        lessons: QuerySet[LessonPage] = LessonPage.objects.all()
        return lessons
    return lessons_at(people.authorities_of(user, *roles))


def authored_courses(user: Any) -> "QuerySet[CoursePage]":
    """The courses of the authorities at which the person is an author now; all of them, also those
    of no authority, for platform administrators."""
    courses: QuerySet[CoursePage] = CoursePage.objects.original()
    if user.is_active and user.is_superuser:
        return courses
    return courses.filter(authority__in=people.authorities_of(user, Role.AUTHOR))


def trainer_questions(user: Any, *roles: str) -> "QuerySet[Question]":
    """The questions of the lessons above."""
    questions: QuerySet[Question] = Question.objects.filter(
        lesson__in=trainer_lessons(user, *roles)
    )
    return questions


def trainer_topics(user: Any, *roles: str) -> "QuerySet[Topic]":
    """The topics of the lessons above; those without a lesson are the administrators' alone."""
    own = Q(lesson__in=trainer_lessons(user, *roles))
    return Topic.objects.filter(own | Q(lesson=None) if user.is_superuser else own)
