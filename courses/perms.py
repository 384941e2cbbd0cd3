"""May this person …? One function for each question."""

from typing import Any

from django.conf import settings
from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet
from django.utils.crypto import constant_time_compare, salted_hmac
from wagtail.models import Page, TaskState
from wagtail.permissions import policy_registry

from courses.models import Cohort, CoursePage, Enrolment, LessonPage, ReviewedPage
from courses.models.review import may_review
from people import perms as people
from people.models import Authority, Learner, Membership, User
from people.perms import TRAINERS

__all__ = [
    "choosable_pages",
    "cohort_authorities",
    "figure_authorities",
    "lessons_at",
    "may_change_cohort",
    "may_decide",
    "may_read_figures",
    "may_review",
    "may_send",
    "may_start_courses",
    "may_translate",
    "open_pages",
    "readable_cohorts",
    "readable_courses",
    "readable_enrolment",
    "reader_reference",
    "trainers_at",
    "writing_authorities",
]


def readable_enrolment(learner: Learner, course: CoursePage) -> Enrolment | None:
    """The round in which the learner may read the course: the open one, or the last one served."""
    rounds = Enrolment.objects.of(learner).filter(course=course).select_related("course")
    return rounds.order_by(F("closed_at").desc(nulls_first=True)).first()


def writing_authorities(user: Any) -> QuerySet[Authority]:
    """The authorities at which the person is an author now; all for platform administrators."""
    return people.served_authorities(user, Membership.Role.AUTHOR)


def may_start_courses(user: Any) -> bool:
    """Authors of any authority, and platform administrators."""
    return user.is_active and writing_authorities(user).exists()


def lessons_at(authorities: QuerySet[Authority]) -> "QuerySet[LessonPage]":
    """Every lesson, live or not, of the courses that these authorities look after."""
    path = ExpressionWrapper(OuterRef("path"), output_field=CharField())
    courses = CoursePage.objects.at(authorities).annotate(below=path)
    above = Exists(courses.filter(below__startswith=F("path")))
    lessons: QuerySet[LessonPage] = LessonPage.objects.filter(above)
    return lessons


def open_pages(user: Any) -> "QuerySet[Page]":
    """The pages that the staff site may show the person at all: those they have a part in, and the
    way that leads there; all for platform administrators."""
    pages: QuerySet[Page] = Page.objects.all()
    if user.is_active and user.is_superuser:
        return pages
    policy = policy_registry.get_by_type(Page)
    own = {held.page.path for held in policy.get_cached_permissions_for_user(user)}
    way = {path[:end] for path in own for end in range(Page.steplen, len(path), Page.steplen)}
    opened = Q(path__in=way)
    for path in own:
        opened |= Q(path__startswith=path)
    return pages.filter(opened)


def choosable_pages(user: Any) -> "QuerySet[Page]":
    """The pages above, and courses that anybody may read, unless somebody is changing them: a page
    keeps its next title beside the published one."""
    public = CoursePage.objects.live().filter(has_unpublished_changes=False)
    pages: QuerySet[Page] = Page.objects.filter(
        Q(pk__in=open_pages(user).values("pk")) | Q(pk__in=public.values("pk"))
    )
    return pages


def may_translate(user: Any, page: Any) -> bool:
    """Whoever may change the page, if it is one of a course and no translation itself."""
    original = isinstance(page, ReviewedPage) and page.language() == settings.LANGUAGE_CODE
    return original and page.permissions_for_user(user).can_edit()


READERS = (*TRAINERS, Membership.Role.OFFICER, Membership.Role.AUDITOR)


def trainers_at(authority: Authority) -> QuerySet[User]:
    """Whoever is an author or a reviewer at the authority now, and can sign in."""
    held = Membership.objects.current().filter(authority=authority, role__in=TRAINERS)
    return User.objects.filter(is_active=True, pk__in=held.values("user"))


def cohort_authorities(user: Any) -> QuerySet[Authority]:
    """Whose cohorts the person may start and change: trainers those of their own authorities,
    platform administrators all."""
    return people.served_authorities(user, *TRAINERS)


def figure_authorities(user: Any) -> QuerySet[Authority]:
    """Whose people's progress the person may read: trainers, officers and auditors that of their
    own authorities, platform administrators all. Nobody else; a councillor never (R48)."""
    return people.served_authorities(user, *READERS)


def may_read_figures(user: Any) -> bool:
    """Whoever may read the progress of anybody at all."""
    return user.is_active and figure_authorities(user).exists()


def readable_cohorts(user: Any) -> "QuerySet[Cohort]":
    """The cohorts of the authorities whose people's progress the person may read."""
    return Cohort.objects.at(figure_authorities(user)).select_related("authority")


def may_change_cohort(user: Any, cohort: Cohort) -> bool:
    """Trainers of the cohort's authority, and platform administrators."""
    return cohort_authorities(user).filter(pk=cohort.authority_id).exists()


def readable_courses(user: Any) -> "QuerySet[CoursePage]":
    """The courses on which there are figures to read: live ones, which anybody may take, and those
    that the person's own authorities look after."""
    own = Q(authority__in=figure_authorities(user))
    courses: QuerySet[CoursePage] = CoursePage.objects.original().filter(Q(live=True) | own)
    return courses


def reader_reference(learner: Learner) -> str:
    """What a phone knows the learner by, to tell apart the people who share it; it says nothing
    about them."""
    return salted_hmac("courses.reader", str(learner.pk), algorithm="sha256").hexdigest()[:32]


def may_send(learner: Learner, reference: str | None) -> bool:
    """What a page or a phone sends goes under a name only if that person was reading: the one whose
    reference it bears. A page that bears none was made for whoever is signed in."""
    return reference is None or constant_time_compare(reference, reader_reference(learner))


def may_decide(user: Any, state: TaskState) -> bool:
    """Whoever may approve what is under review: see ``SafeguardingReview.get_actions``."""
    may: bool = state.task.specific.may_approve(state.revision.content_object, user)
    return may
