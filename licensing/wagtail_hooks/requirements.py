"""The staff door: what is required of drivers, since when and by whose word; and exceptions."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import BaseColumn, Column, DateColumn, TitleColumn
from wagtail.admin.views.generic.base import BaseListingView
from wagtail.admin.widgets.button import HeaderButton

from licensing import perms
from licensing.models import Requirement, RequirementQuerySet
from licensing.views import exceptions
from licensing.views import requirements as pages
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
    words: list[BaseColumn] = [
        Column(
            "authority", label=_("Authority"), accessor=lambda rule: rule.authority or _("National")
        ),
        Column("course", label=_("Course")),
        Column("kinds", label=_("Licences"), accessor="get_licence_kinds_display"),
        Column("applies_to", label=_("For whom"), accessor="get_applies_to_display"),
        DateColumn("due_by", label=_("Deadline")),
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

    @cached_property
    def columns(self) -> list[BaseColumn]:
        """Reviewers read the list alone."""
        reads = perms.reads_drivers(self.request)
        page = "staff_requirement" if reads else None
        return [TitleColumn("code", label=_("Requirement"), url_name=page), *self.words]

    def get_base_queryset(self) -> RequirementQuerySet:
        visible: RequirementQuerySet = Requirement.objects.visible_to(self.request.user)
        return visible.select_related("authority", "course", "proposed_by", "approved_by")

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        if not people.holds(self.request, people.Role.OFFICER):
            return []
        address = reverse("propose_requirement")
        return [HeaderButton(_("Propose a rule"), url=address, icon_name="plus")]

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
        path(
            "requirements/new/", pages.ProposeRequirementView.as_view(), name="propose_requirement"
        ),
        path("requirements/<int:pk>/", pages.RequirementView.as_view(), name="staff_requirement"),
        path(
            "requirements/<int:pk>/drivers/",
            pages.TouchedView.as_view(),
            name="requirement_drivers",
        ),
        path(
            "requirements/<int:pk>/drivers.csv",
            pages.TouchedTableView.as_view(),
            name="requirement_drivers_table",
        ),
        path("exceptions/", exceptions.ExceptionsView.as_view(), name="training_exceptions"),
        path(
            "exceptions/new/<int:pk>/",
            exceptions.ProposeExceptionView.as_view(),
            name="propose_exception",
        ),
        path("exceptions/<int:pk>/", exceptions.ExceptionView.as_view(), name="training_exception"),
    ]


class RequirementsMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return people.holds(request, people.Role.OFFICER, people.Role.REVIEWER, people.Role.AUDITOR)


@hooks.register("register_admin_menu_item")
def requirements_menu_item() -> MenuItem:
    return RequirementsMenuItem(
        _("Requirements"), reverse("staff_requirements"), icon_name="clipboard-list", order=340
    )


class ExceptionsMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return perms.reads_drivers(request)


@hooks.register("register_admin_menu_item")
def exceptions_menu_item() -> MenuItem:
    return ExceptionsMenuItem(
        _("Exceptions"), reverse("training_exceptions"), icon_name="time", order=342
    )
