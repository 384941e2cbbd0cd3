"""The staff door of what follows a test: results, hearing bundles, challenges, withdrawals."""

from typing import Any

from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.log_actions import LogActionRegistry

from assessments.views import bundle, rulings
from people import perms as people


@hooks.register("register_admin_urls")
def result_urls() -> list[URLPattern]:
    listed, one = bundle.ResultListView, "sittings/<uuid:pk>/"
    return [
        path("test-results/", listed.as_view(), name="test_results"),
        path(
            "test-results/results/",
            listed.as_view(results_only=True),
            name="test_results_results",
        ),
        path(f"{one}bundle/", bundle.SittingBundleView.as_view(), name="sitting_bundle"),
        path(f"{one}bundle.pdf", bundle.SittingBundlePdfView.as_view(), name="sitting_bundle_pdf"),
        path(f"{one}void/", bundle.VoidSittingView.as_view(), name="void_sitting"),
    ]


@hooks.register("register_admin_urls")
def ruling_urls() -> list[URLPattern]:
    one = "withdrawals/<int:pk>/"
    return [
        path("challenges/", rulings.ChallengesView.as_view(), name="challenges"),
        path("challenges/<int:pk>/", rulings.ChallengeView.as_view(), name="challenge"),
        path(one, rulings.WithdrawalView.as_view(), name="withdrawal"),
        path(f"{one}people.csv", rulings.WithdrawalImpactView.as_view(), name="withdrawal_impact"),
    ]


class ResultsMenuItem(MenuItem):
    def is_shown(self, request: Any) -> bool:
        return people.holds(request, people.Role.OFFICER, people.Role.AUDITOR)


class ChallengesMenuItem(MenuItem):
    def is_shown(self, request: Any) -> bool:
        return people.holds(request, people.Role.REVIEWER)


@hooks.register("register_admin_menu_item")
def results_menu_item() -> MenuItem:
    return ResultsMenuItem(
        _("Test results"), reverse("test_results"), icon_name="list-ul", order=262
    )


@hooks.register("register_admin_menu_item")
def challenges_menu_item() -> MenuItem:
    return ChallengesMenuItem(
        _("Challenges"), reverse("challenges"), icon_name="comment", order=315
    )


@hooks.register("register_log_actions")
def result_log_actions(actions: LogActionRegistry) -> None:
    actions.register_action(
        "assessments.bundle_opened", _("Open a hearing bundle"), _("Hearing bundle opened")
    )
