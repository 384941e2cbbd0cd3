"""What each staff role may do in the Wagtail admin; kept in step after every migration.

No group opens exam content: ``assessments.policies`` decides about each question.
"""

from typing import Any

from django.contrib.auth.models import Permission
from django.contrib.contenttypes.models import ContentType
from django.db.models import Q
from wagtail.models import (
    GroupPagePermission,
    Page,
    Workflow,
    WorkflowContentType,
    WorkflowPage,
    WorkflowTask,
)

from assessments.models import Question
from courses.actions import open_to_trainers
from courses.models import CourseIndexPage, CoursePage, SafeguardingReview
from people.actions import role_group
from people.models import Membership

Role = Membership.Role
REVIEW = "Safeguarding review"

MODEL_PERMISSIONS: dict[str, list[str]] = {
    Role.AUTHOR: [
        "wagtailadmin.access_admin",
        "courses.view_contact",
        "courses.add_glossaryword",
        "courses.change_glossaryword",
        "courses.view_glossaryword",
    ],
    Role.REVIEWER: [
        "wagtailadmin.access_admin",
        "courses.add_contact",
        "courses.change_contact",
        "courses.view_contact",
        "courses.add_glossaryword",
        "courses.change_glossaryword",
        "courses.view_glossaryword",
    ],
    Role.OFFICER: ["wagtailadmin.access_admin", "people.view_licence", "people.view_licenceclaim"],
    Role.AUDITOR: ["wagtailadmin.access_admin", "people.view_licence"],
    Role.COUNCILLOR: [],
}


def sync_groups(**kwargs: Any) -> None:
    """Give each role's group exactly the permissions above, each authority's groups its courses,
    each member of staff their groups, and the courses their review. Safe to repeat."""
    for role, names in MODEL_PERMISSIONS.items():
        wanted = Q(pk=None)
        for name in names:
            app, codename = name.split(".")
            wanted |= Q(content_type__app_label=app, codename=codename)
        role_group(role).permissions.set(Permission.objects.filter(wanted))
    # Until each course had its own trainers, all trainers had the whole list.
    GroupPagePermission.objects.filter(
        page__in=CourseIndexPage.objects.all(), group__name__in=Role.values
    ).delete()
    for membership in Membership.objects.current().select_related("user", "authority"):
        held = membership.role
        membership.user.groups.add(role_group(held), role_group(held, membership.authority))
    for course in CoursePage.objects.exclude(authority=None).select_related("authority"):
        open_to_trainers(course=course)
    _sync_review()


def _sync_review() -> None:
    """Every page, in each language, and every question goes live by review (R20)."""
    task, _ = SafeguardingReview.objects.get_or_create(name=REVIEW)
    workflow, _ = Workflow.objects.get_or_create(name=REVIEW)
    WorkflowTask.objects.get_or_create(workflow=workflow, task=task)
    WorkflowPage.objects.exclude(workflow=workflow).delete()
    for root in Page.objects.filter(depth=1):  # Above the tree of each language.
        WorkflowPage.objects.get_or_create(page=root, defaults={"workflow": workflow})
    WorkflowContentType.objects.update_or_create(
        content_type=ContentType.objects.get_for_model(Question), defaults={"workflow": workflow}
    )
