"""Authoring: new courses and whom they are open to."""

from datetime import datetime

from django.contrib.auth.models import Permission
from django.db import transaction
from wagtail.models import GroupPagePermission

from courses.models import AllowedTerm, CourseIndexPage, CoursePage, LessonPage
from people.actions import role_group
from people.models import Authority, Membership, User

# What a role may do with the courses of its own authority. Nobody publishes: a review does that.
# A reviewer's "publish" is what Wagtail asks for to take a page down or to change the order.
PAGE_PERMISSIONS = {
    Membership.Role.AUTHOR: ("add_page", "change_page"),
    Membership.Role.REVIEWER: ("change_page", "publish_page"),
}


@transaction.atomic
def start_course(
    *, title: str, slug: str, summary: str, audience: str, authority: Authority | None, by: User
) -> CoursePage:
    """A draft of a course, open to the trainers of ``authority``. Not repeatable: the address is
    taken by the first one, and a second raises ValidationError."""
    course = CoursePage(
        title=title,
        slug=slug,
        summary=summary,
        audience=audience,
        authority=authority,
        edition="1",
        keeper=by,
        owner=by,
        live=False,
    )
    CourseIndexPage.original().add_child(instance=course)
    course.save_revision(user=by, log_action=True)
    open_to_trainers(course=course)
    return course


@transaction.atomic
def open_to_trainers(*, course: CoursePage) -> None:
    """Let the trainers of the course's authority, and nobody else's, into it. Safe to repeat."""
    permissions = GroupPagePermission.objects.filter(page=course)
    if course.authority is None:
        permissions.delete()
        return
    groups = {role: role_group(role, course.authority) for role in PAGE_PERMISSIONS}
    permissions.exclude(group__in=groups.values()).delete()
    for role, codenames in PAGE_PERMISSIONS.items():
        for permission in Permission.objects.filter(
            content_type__app_label="wagtailcore", codename__in=codenames
        ):
            permissions.get_or_create(group=groups[role], page=course, permission=permission)


@transaction.atomic
def allow_term(
    *, lesson: LessonPage, term: str, reason: str, by: User, now: datetime
) -> AllowedTerm:
    """Let one lesson use a barred term, and note who decided it and why (R20).

    The first decision stands: a repeat returns it unchanged.
    """
    allowed, _ = AllowedTerm.objects.get_or_create(
        lesson=lesson,
        term=term,
        defaults={"reason": reason, "allowed_by": by, "allowed_at": now},
    )
    return allowed
