"""The staff door through which question banks come and go."""

from typing import Any

from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from assessments import views
from people import perms as people


@hooks.register("register_admin_urls")
def exchange_urls() -> list[URLPattern]:
    return [
        path("questions/import/", views.ImportQuestionsView.as_view(), name="import_questions"),
        path("questions/export/", views.ExportQuestionsView.as_view(), name="export_questions"),
    ]


class ExchangeMenuItem(MenuItem):
    def is_shown(self, request: Any) -> bool:
        return people.holds(request, people.Role.AUTHOR)


@hooks.register("register_admin_menu_item")
def exchange_menu_item() -> MenuItem:
    label = _("Import and export questions")
    return ExchangeMenuItem(label, reverse("import_questions"), icon_name="upload", order=315)
