"""The staff door of trends, alerts and the pack of a quarter."""

from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component

from licensing.models import TrendAlert
from licensing.trends import Split
from licensing.views import alerts, quarterly, trends
from people import perms as people

SHOWN_AT_HOME = 3
HERE, PACKS = "reports/trends/", "reports/quarterly/"


@hooks.register("register_admin_urls")
def trend_urls() -> list[URLPattern]:
    splits = [
        path(
            f"{HERE}{split.value}/",
            trends.SplitView.as_view(split=split),
            name=f"trends_{split.value}",
        )
        for split in Split
    ]
    return [
        path(HERE, trends.TrendsView.as_view(), name="trends"),
        *splits,
        path(f"{HERE}missed/", trends.MissedView.as_view(), name="trends_missed"),
        path(f"{HERE}gaps/", trends.GapsView.as_view(), name="trends_gaps"),
        path(f"{HERE}alerts/", alerts.AlertsView.as_view(), name="trend_alerts"),
        path(f"{HERE}alerts/<int:pk>/", alerts.AlertView.as_view(), name="trend_alert"),
    ]


@hooks.register("register_admin_urls")
def quarterly_urls() -> list[URLPattern]:
    one = f"{PACKS}<int:pk>/"
    return [
        path(PACKS, quarterly.PacksView.as_view(), name="quarterly_packs"),
        path(one, quarterly.PackView.as_view(), name="quarterly_pack"),
        path(f"{one}pack.pdf", quarterly.PackPdfView.as_view(), name="quarterly_pack_pdf"),
        path(f"{one}pack.zip", quarterly.PackZipView.as_view(), name="quarterly_pack_zip"),
    ]


class FiguresMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return people.holds(request, people.Role.OFFICER, people.Role.AUDITOR)


@hooks.register("register_reports_menu_item")
def trends_menu_item() -> MenuItem:
    return FiguresMenuItem(_("Trends"), reverse("trends"), icon_name="history", order=200)


@hooks.register("register_reports_menu_item")
def quarterly_menu_item() -> MenuItem:
    return FiguresMenuItem(
        _("Quarterly pack"), reverse("quarterly_packs"), icon_name="doc-full", order=210
    )


class AlertsPanel(Component):
    """On the staff home, after what waits for an answer: changes that nobody has looked into."""

    name = "trend_alerts"
    template_name = "licensing/admin/trends/panel.html"
    order = 400

    def __init__(self, found: list[TrendAlert]) -> None:
        self.found = found

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        return {"alerts": [alerts.alert_in_words(alert) for alert in self.found]}


@hooks.register("construct_homepage_panels")
def add_alerts_panel(request: Any, panels: list[Component]) -> None:
    if not people.holds(request, people.Role.OFFICER):
        return
    waiting = TrendAlert.objects.visible_to(request.user).filter(note=None)
    if found := list(waiting[:SHOWN_AT_HOME]):
        panels.append(AlertsPanel(found))
