"""The staff door: what is required of drivers, since when and by whose word. To read only."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import BaseColumn, Column, DateColumn
from wagtail.admin.views.generic.base import BaseListingView

from licensing import perms
from licensing.models import Requirement, RequirementQuerySet
from people import perms as people


class RequirementListView(BaseListingView):
    """The rules of one's own authority and the national ones, the latest first."""

    model = Requirement
    page_title = _("Training requirements")
    header_icon = "clipboard-list"
    index_url_name = "staff_requirements"
    index_results_url_name = "staff_requirements_results"
    default_ordering = "-effective_from"
    paginate_by = 50
    columns: list[BaseColumn] = [
        Column("code", label=_("Requirement")),
        Column(
            "authority", label=_("Authority"), accessor=lambda rule: rule.authority or _("National")
        ),
        Column("course", label=_("Course")),
        Column("kinds", label=_("Licences"), accessor="get_licence_kinds_display"),
        Column("grace_days", label=_("Days of grace")),
        DateColumn("effective_from", label=_("In force from"), sort_key="effective_from"),
        Column("proposed_by", label=_("Proposed by")),
        Column(
            "approved_by",
            label=_("Approved by"),
            accessor=lambda r: r.approved_by or _("Nobody yet"),
        ),
        Column("reason", label=_("Reason")),
    ]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not perms.may_list_requirements(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[no-any-return]

    def get_base_queryset(self) -> RequirementQuerySet:
        visible: RequirementQuerySet = Requirement.objects.visible_to(self.request.user)
        return visible.select_related("authority", "course", "proposed_by", "approved_by")

    def order_queryset(self, queryset: RequirementQuerySet) -> RequirementQuerySet:
        return queryset.order_by(self.ordering, "-pk")


@hooks.register("register_admin_urls")
def requirement_urls() -> list[URLPattern]:
    return [
        path("requirements/", RequirementListView.as_view(), name="staff_requirements"),
        path(
            "requirements/results/",
            RequirementListView.as_view(results_only=True),
            name="staff_requirements_results",
        ),
    ]


class RequirementsMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return people.holds(request, people.Role.OFFICER, people.Role.REVIEWER, people.Role.AUDITOR)


@hooks.register("register_admin_menu_item")
def requirements_menu_item() -> MenuItem:
    return RequirementsMenuItem(
        _("Requirements"), reverse("staff_requirements"), icon_name="clipboard-list", order=340
    )
