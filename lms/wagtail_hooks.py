"""The staff home and the reports that span rooms."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.generic import ListView
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from lms.translations import TranslationsView
from lms.upkeep import Overdue, overdue_for
from people import perms as people
from people.perms import is_trainer

SHOWN_AT_HOME = 5


class OverdueView(WagtailAdminTemplateMixin, ListView):
    """Everything past its review-by day, the oldest first."""

    page_title = _("Reviews overdue")
    header_icon = "warning"
    template_name = "lms/admin/overdue.html"
    paginate_by = 50

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        if not is_trainer(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_queryset(self) -> list[Overdue]:  # type: ignore[override]
        return overdue_for(self.request.user, on=timezone.localdate())


class OverduePanel(Component):
    """Leads the staff home when something is overdue."""

    name = "overdue"
    template_name = "lms/admin/overdue_panel.html"
    order = 10

    def __init__(self, items: list[Overdue]) -> None:
        self.items = items

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"items": self.items[:SHOWN_AT_HOME], "total": len(self.items)}


@hooks.register("construct_homepage_panels")
def lead_with_overdue(request: Any, panels: list[Component]) -> None:
    items = overdue_for(request.user, on=timezone.localdate())
    if items:
        panels.append(OverduePanel(items))


@hooks.register("register_admin_urls")
def report_urls() -> list[URLPattern]:
    return [
        path("reports/overdue/", OverdueView.as_view(), name="overdue_reviews"),
        path("reports/translations/", TranslationsView.as_view(), name="translations"),
    ]


class TrainersMenuItem(MenuItem):
    def is_shown(self, request: Any) -> bool:
        return people.holds(request, *people.TRAINERS)


@hooks.register("register_reports_menu_item")
def overdue_menu_item() -> MenuItem:
    return TrainersMenuItem(
        _("Reviews overdue"), reverse("overdue_reviews"), icon_name="warning", order=100
    )


@hooks.register("register_reports_menu_item")
def translations_menu_item() -> MenuItem:
    return TrainersMenuItem(
        _("Translations"), reverse("translations"), icon_name="globe", order=110
    )
