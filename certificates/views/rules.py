"""The validity rules as staff see, propose and approve them."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from certificates import perms, renewal
from certificates.actions.rules import approve_rule, propose_rule
from certificates.forms.validity import LABELS, ORDERS, ValidityRuleForm, like_rule
from certificates.models import ValidityRule
from people.rule_views import ProposeRuleView, RuleListView, RulesMixin, RuleView, compared

REFUSALS = {
    "not_allowed": gettext_lazy("You may not decide rules for this council."),
    "own_proposal": gettext_lazy("You proposed this rule. Somebody else has to approve it."),
    "approved_already": gettext_lazy("This rule is approved already. Nothing was changed."),
}


class ValidityRulesMixin(RulesMixin):
    page_title = gettext_lazy("Validity rules")
    header_icon = "calendar"
    refusals = REFUSALS
    rule_url_name = "validity_rule"
    propose_url_name = "propose_validity_rule"

    def readable(self) -> QuerySet[ValidityRule]:
        return perms.readable_rules(self.request.user)


class ValidityRulesView(ValidityRulesMixin, RuleListView):
    template_name = "certificates/admin/validity_rules.html"


class ValidityRuleView(ValidityRulesMixin, RuleView):
    """Beside the rule that it takes over from, with an example."""

    template_name = "certificates/admin/validity_rule.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rule = self.object
        before = self._before(rule)
        return super().get_context_data(
            before=before,
            terms=compared(_words(rule), _words(before) if before else {}),
            example=renewal.term(
                rule.effective_from, months=rule.months, window_days=rule.renewal_window_days
            ),
            **kwargs,
        )

    def _before(self, rule: ValidityRule) -> ValidityRule | None:
        """What applies on the new rule's first day until it is approved."""
        in_force = ValidityRule.objects.in_force(authority=rule.authority, on=rule.effective_from)
        earlier: ValidityRule | None = in_force.exclude(pk=rule.pk).first()
        return earlier

    def approve(self, rule: ValidityRule) -> None:
        approve_rule(rule=rule, by=self.person, now=timezone.now())


class ProposeValidityRuleView(ValidityRulesMixin, ProposeRuleView):
    page_title = gettext_lazy("Propose a rule")
    template_name = "courses/admin/form.html"
    form_class = ValidityRuleForm
    extra_context = {"submit_label": gettext_lazy("Propose this rule")}

    def filled_in(self) -> dict[str, Any]:
        return like_rule(self.earlier or ValidityRule())

    def propose(self, form: ValidityRuleForm) -> ValidityRule:
        return propose_rule(rule=form.instance, by=self.person, now=timezone.now())


def _words(rule: ValidityRule) -> dict[str, str]:
    order = tuple(rule.reminder_channels)
    words = {
        "months": str(rule.months),
        "ends_with_licence": _("Yes") if rule.ends_with_licence else _("No"),
        "renewal_window_days": str(rule.renewal_window_days),
        "refresher_lapse_days": str(rule.refresher_lapse_days),
        "reminder_days": ", ".join(_notice(day) for day in rule.reminder_days),
        "reminder_channels": str(ORDERS.get(order, ", ".join(order))),
    }
    return {str(LABELS[name]): said for name, said in words.items()}


def _notice(days: int) -> str:
    """90 is ninety days before the last day, -1 the day after it."""
    if days == 0:
        return _("on the last day")
    if days < 0:
        after = ngettext("%(days)s day after", "%(days)s days after", -days)
        return after % {"days": -days}
    return ngettext("%(days)s day before", "%(days)s days before", days) % {"days": days}
