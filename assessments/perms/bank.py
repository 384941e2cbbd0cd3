"""Who sees and changes questions and topics."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import Q, QuerySet
from wagtail.images import get_image_model
from wagtail.permissions import policy_registry

from assessments.models import Question, Topic
from assessments.models.bank import QuestionQuerySet
from courses.models import CoursePage, LessonPage
from courses.perms import lessons_at
from people import perms as people
from people.models import Authority, Membership

Role = Membership.Role
# What a trainer may do with the questions of their own authority's courses. Nobody publishes one,
# not even an administrator: a review by another person does that (R20).
QUESTION_ROLES: Mapping[str, Collection[str]] = {
    "view": (Role.AUTHOR, Role.REVIEWER),
    "add": (Role.AUTHOR,),
    "change": (Role.AUTHOR, Role.REVIEWER),
    "submit": (Role.AUTHOR,),
    "unpublish": (Role.REVIEWER,),
    "retire": (Role.REVIEWER,),
}
TOPIC_ROLES: Mapping[str, Collection[str]] = {
    "view": (Role.AUTHOR, Role.REVIEWER),
    "add": (Role.AUTHOR,),
    "change": (Role.AUTHOR,),
}


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


def trainer_questions(user: Any, *roles: str) -> QuestionQuerySet:
    """The questions of the lessons above."""
    questions: QuestionQuerySet = Question.objects.filter(lesson__in=trainer_lessons(user, *roles))
    return questions


def trainer_topics(user: Any, *roles: str) -> "QuerySet[Topic]":
    """The topics of the lessons above; those without a lesson are the administrators' alone."""
    own = Q(lesson__in=trainer_lessons(user, *roles))
    return Topic.objects.filter(own | Q(lesson=None) if user.is_superuser else own)


def questions_open_to(user: Any, action: str) -> QuestionQuerySet:
    """The questions with which the person may do what ``QUESTION_ROLES`` calls ``action``."""
    return trainer_questions(user, *QUESTION_ROLES[action])


def may_with_question(user: Any, action: str, question: Question) -> bool:
    return bool(user.is_active and questions_open_to(user, action).filter(pk=question.pk).exists())


def same_bank(user: Any, question: Question) -> QuestionQuerySet:
    """The other questions of the authority that looks after this one, as far as the person sees
    them, but for retired ones."""
    seen = questions_open_to(user, "view").filter(retired_at=None).exclude(pk=question.pk)
    authority = question.home_authority()
    if authority is None:
        return seen.exclude(lesson__in=lessons_at(Authority.objects.all()))
    return seen.filter(lesson__in=lessons_at(Authority.objects.filter(pk=authority.pk)))


def choosable_images(user: Any) -> QuerySet[Any]:
    """The pictures that Wagtail's chooser offers the person: those of the collections open to
    them."""
    model = get_image_model()
    policy = policy_registry.get_by_type(model)
    images: QuerySet[Any] = policy.instances_user_has_permission_for(user, "choose")
    return images
