"""What each staff role may do in the Wagtail admin; kept in step after every migration."""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db.models import Q
from wagtail.models import GroupPagePermission

from courses.models import CourseIndexPage
from people.models import Membership

Role = Membership.Role

MODEL_PERMISSIONS: dict[str, list[str]] = {
    Role.AUTHOR: [
        "wagtailadmin.access_admin",
        "assessments.add_question",
        "assessments.change_question",
        "assessments.view_question",
        "assessments.view_topic",
        "courses.view_contact",
    ],
    Role.REVIEWER: [
        "wagtailadmin.access_admin",
        "assessments.change_question",
        "assessments.publish_question",
        "assessments.view_question",
        "assessments.view_topic",
        "courses.add_contact",
        "courses.change_contact",
        "courses.view_contact",
    ],
    Role.OFFICER: ["wagtailadmin.access_admin", "people.view_licence", "people.view_licenceclaim"],
    Role.AUDITOR: ["wagtailadmin.access_admin", "people.view_licence"],
}
PAGE_PERMISSIONS: dict[str, list[str]] = {
    Role.AUTHOR: ["add_page", "change_page"],
    Role.REVIEWER: ["change_page", "publish_page"],
}


def sync_groups(**kwargs: Any) -> None:
    """Give each role's group exactly the permissions above; safe to repeat."""
    for role, names in MODEL_PERMISSIONS.items():
        wanted = Q()
        for name in names:
            app, codename = name.split(".")
            wanted |= Q(content_type__app_label=app, codename=codename)
        group = Group.objects.get_or_create(name=role)[0]
        group.permissions.set(Permission.objects.filter(wanted))
        _sync_pages(group, PAGE_PERMISSIONS.get(role, []))


def _sync_pages(group: Group, codenames: list[str]) -> None:
    index = CourseIndexPage.objects.first()
    if index is None:
        return
    for permission in Permission.objects.filter(
        content_type__app_label="wagtailcore", codename__in=codenames
    ):
        GroupPagePermission.objects.get_or_create(group=group, page=index, permission=permission)
