"""The staff door of the validity rules."""

from typing import Any

from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from certificates.views.rules import (
    ProposeValidityRuleView,
    ValidityRulesView,
    ValidityRuleView,
)
from people import perms as people


@hooks.register("register_admin_urls")
def validity_rule_urls() -> list[URLPattern]:
    return [
        path("validity-rules/", ValidityRulesView.as_view(), name="validity_rules"),
        path(
            "validity-rules/new/", ProposeValidityRuleView.as_view(), name="propose_validity_rule"
        ),
        path("validity-rules/<int:pk>/", ValidityRuleView.as_view(), name="validity_rule"),
    ]


class ValidityRulesMenuItem(MenuItem):
    def is_shown(self, request: Any) -> bool:
        return people.holds(request, people.Role.OFFICER, people.Role.AUDITOR)


@hooks.register("register_certificates_menu_item")
def validity_rules_menu_item() -> MenuItem:
    return ValidityRulesMenuItem(
        _("Validity rules"), reverse("validity_rules"), icon_name="calendar", order=335
    )
