"""The staff door of signals and cases."""

from typing import Any

from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from assessments.views import conduct
from people import perms as people


@hooks.register("register_admin_urls")
def signal_urls() -> list[URLPattern]:
    listed, here = conduct.SignalsView, "test-signals/"
    return [
        path(here, listed.as_view(), name="test_signals"),
        path(f"{here}results/", listed.as_view(results_only=True), name="test_signals_results"),
        path(
            f"{here}<uuid:pk>/",
            conduct.SittingSignalsView.as_view(),
            name="test_signals_of_sitting",
        ),
    ]


@hooks.register("register_admin_urls")
def case_urls() -> list[URLPattern]:
    listed, one = conduct.CasesView, "test-cases/<int:pk>/"
    return [
        path("test-cases/", listed.as_view(), name="test_cases"),
        path("test-cases/results/", listed.as_view(results_only=True), name="test_cases_results"),
        path(one, conduct.CaseView.as_view(), name="test_case"),
        path(f"{one}note/", conduct.AddNoteView.as_view(), name="add_case_note"),
        path(f"{one}notice/", conduct.SendNoticeView.as_view(), name="send_case_notice"),
        path(f"{one}decision/", conduct.DecideCaseView.as_view(), name="decide_case"),
        path(f"{one}appeal/", conduct.DecideAppealView.as_view(), name="decide_case_appeal"),
    ]


class SignalsMenuItem(MenuItem):
    def is_shown(self, request: Any) -> bool:
        return people.holds(request, people.Role.OFFICER, people.Role.AUDITOR)


@hooks.register("register_admin_menu_item")
def signals_menu_item() -> MenuItem:
    return SignalsMenuItem(
        _("Signs in tests"), reverse("test_signals"), icon_name="view", order=340
    )
