"""The staff door: unannounced checks."""

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from licensing import perms
from licensing.views import rechecks as views


@hooks.register("register_admin_urls")
def recheck_urls() -> list[URLPattern]:
    one, driver = "rechecks/<int:pk>/", "rechecks/drivers/<int:pk>/"
    return [
        path("rechecks/", views.RechecksView.as_view(), name="rechecks"),
        path("rechecks/new/", views.PlanRecheckView.as_view(), name="plan_recheck"),
        path(driver, views.RecordOutcomeView.as_view(), name="record_recheck"),
        path(one, views.RecheckView.as_view(), name="recheck"),
        path(f"{one}call-off/", views.CallOffRecheckView.as_view(), name="call_off_recheck"),
    ]


class RechecksMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return perms.reads_drivers(request)


@hooks.register("register_reports_menu_item")
def rechecks_menu_item() -> MenuItem:
    return RechecksMenuItem(
        _("Unannounced checks"), reverse("rechecks"), icon_name="clipboard-list", order=350
    )
