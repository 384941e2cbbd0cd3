"""The staff door of the test rules."""

from typing import Any

from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from assessments import views
from people import perms as people


@hooks.register("register_admin_urls")
def rule_urls() -> list[URLPattern]:
    return [
        path("test-rules/", views.TestRulesView.as_view(), name="test_rules"),
        path("test-rules/start/", views.StartTestRuleView.as_view(), name="start_test_rule"),
        path("test-rules/new/", views.ProposeTestRuleView.as_view(), name="propose_test_rule"),
        path("test-rules/<int:pk>/", views.TestRuleView.as_view(), name="test_rule"),
    ]


class RulesMenuItem(MenuItem):
    def is_shown(self, request: Any) -> bool:
        return people.holds(request, people.Role.OFFICER, people.Role.AUDITOR)


@hooks.register("register_admin_menu_item")
def rules_menu_item() -> MenuItem:
    return RulesMenuItem(_("Test rules"), reverse("test_rules"), icon_name="list-ol", order=330)
