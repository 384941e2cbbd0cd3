"""Content whose review is overdue: the staff home, its report, a note to each owner (R60)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from assessments.models import Question
from courses.models import Contact, CoursePage, GlossaryWord, LessonPage, UpkeepQuerySet
from courses.perms import lessons_at
from outbox.actions import Draft, queue_messages
from people import perms
from people.models import Authority, User

SHARED = (Contact, GlossaryWord)


@dataclass(frozen=True)
class Overdue:
    """One piece of content past its review-by day. ``key`` names it and that day."""

    key: str
    kind: str
    title: str
    url: str
    keeper: User | None
    last_checked_on: date | None
    review_due_on: date


def overdue_for(user: Any, *, on: date) -> list[Overdue]:
    """What ``user`` may work on and is overdue on the London day ``on``; the oldest first.

    Trainers: their own authorities' courses and what all courses share. Administrators: everything.
    """
    authorities = None if user.is_superuser else perms.authorities_of(user, *perms.TRAINERS)
    if authorities is not None and not authorities.exists():
        return []
    return _listed(_kept(authorities), on)


@transaction.atomic
def queue_upkeep_notices(*, now: datetime, today: date) -> int:
    """Write to the owner of whatever is overdue, once for each review-by day. Returns how many
    notices now stand written; a repeat writes none anew."""
    emails = [
        _email(item, item.keeper)
        for item in _listed(_kept(None), today)
        if item.keeper is not None and item.keeper.is_active
    ]
    return len(queue_messages(messages=emails, now=now))


def _kept(authorities: models.QuerySet[Authority] | None) -> Iterator[UpkeepQuerySet[Any]]:
    """Everything with an owner, of these authorities (None: of all)."""
    courses, lessons = CoursePage.objects.original(), LessonPage.objects.original()
    if authorities is not None:
        courses = courses.at(authorities)
        lessons = lessons.filter(pk__in=lessons_at(authorities).values("pk"))
    yield courses
    yield lessons
    yield Question.objects.filter(lesson__in=lessons.values("pk"))
    for model in SHARED:
        yield model.objects.all()


def _listed(kept: Iterator[UpkeepQuerySet[Any]], on: date) -> list[Overdue]:
    found = [
        _overdue(content)
        for contents in kept
        for content in contents.overdue(on=on).select_related("keeper")
    ]
    return sorted(found, key=lambda item: (item.review_due_on, item.title))


def _overdue(content: Any) -> Overdue:
    meta = content._meta  # noqa: SLF001  (Django's documented door to a model's names)
    return Overdue(
        key=f"{meta.label_lower}:{content.pk}:{content.review_due_on}",
        kind=str(meta.verbose_name),
        title=str(content),
        url=_edit_address(content),
        keeper=content.keeper,
        last_checked_on=content.last_checked_on,
        review_due_on=content.review_due_on,
    )


def _edit_address(content: Any) -> str:
    if isinstance(content, CoursePage | LessonPage):
        return reverse("wagtailadmin_pages:edit", args=[content.pk])
    label = content._meta.label_lower.replace(".", "_")  # noqa: SLF001  (documented, as above)
    return reverse(f"wagtailsnippets_{label}:edit", args=[content.pk])


def _email(item: Overdue, keeper: User) -> Draft:
    context = {"item": item, "site_url": settings.SITE_URL}
    with translation.override(keeper.message_language):
        return Draft(
            key=f"upkeep:{item.key}",
            to=keeper.email,
            subject=render_to_string("lms/email/upkeep_subject.txt", context).strip(),
            body=render_to_string("lms/email/upkeep_body.txt", context),
        )
