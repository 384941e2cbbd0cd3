"""The staff door: how many drivers were trained on a day, and the proof of it."""

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from licensing import perms
from licensing.views import compliance_runs as views


@hooks.register("register_admin_urls")
def compliance_urls() -> list[URLPattern]:
    every, one = "reports/compliance/", "reports/compliance/<int:pk>/"
    people, file = views.CompliancePeopleView, views.ComplianceFileView
    return [
        path(every, views.ComplianceRunsView.as_view(), name="compliance_runs"),
        path(one, views.ComplianceRunView.as_view(), name="compliance_run"),
        path(f"{one}again/", views.RunAgainView.as_view(), name="compliance_again"),
        path(f"{one}people/<slug:status>/", people.as_view(), name="compliance_people"),
        path(f"{one}people.<slug:file_format>", file.as_view(), name="compliance_file"),
        path(f"{one}lines.txt", views.ComplianceLinesView.as_view(), name="compliance_lines"),
    ]


class ComplianceMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return perms.may_ask_compliance(request)


@hooks.register("register_reports_menu_item")
def compliance_menu_item() -> MenuItem:
    return ComplianceMenuItem(
        _("Compliance"), reverse("compliance_runs"), icon_name="table", order=200
    )
