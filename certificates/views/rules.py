"""The validity rules as staff see, propose and approve them."""

from datetime import date
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import DetailView, FormView, ListView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from certificates import perms, renewal
from certificates.actions.rules import RuleRefused, approve_rule, propose_rule
from certificates.forms.validity import LABELS, ORDERS, ValidityRuleForm, like_rule
from certificates.models import ValidityRule
from people import perms as people
from people.asked import key_in
from people.models import User

ON_A_PAGE = 50
REFUSALS = {
    "not_allowed": gettext_lazy("You may not decide rules for this council."),
    "own_proposal": gettext_lazy("You proposed this rule. Somebody else has to approve it."),
    "approved_already": gettext_lazy("This rule is approved already. Nothing was changed."),
}


class StaffRulesMixin(WagtailAdminTemplateMixin):
    """For people who may read rules; nobody else finds the pages."""

    page_title: str | Promise = gettext_lazy("Validity rules")
    header_icon = "calendar"
    breadcrumbs_items: ClassVar[list[Any]] = []
    request: HttpRequest

    @property
    def person(self) -> User:
        assert isinstance(self.request.user, User)
        return self.request.user

    def get_queryset(self) -> QuerySet[ValidityRule]:
        return perms.readable_rules(self.request.user)


class ValidityRulesView(StaffRulesMixin, ListView):
    """Every validity rule, the latest first; nothing is changed here."""

    template_name = "certificates/admin/validity_rules.html"
    paginate_by = ON_A_PAGE

    def get_queryset(self) -> QuerySet[ValidityRule]:
        return super().get_queryset().order_by("-effective_from", "-pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may_propose = people.rule_authorities(self.request.user).exists()
        return super().get_context_data(may_propose=may_propose, **kwargs)


class ValidityRuleView(StaffRulesMixin, DetailView):
    """One rule in words beside the one it takes over from, with an example, and the button with
    which a second person approves it."""

    template_name = "certificates/admin/validity_rule.html"
    context_object_name = "rule"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rule = self.object
        may_decide = people.may_decide_rules(self.request.user, authority=rule.authority)
        before = self._before(rule)
        return super().get_context_data(
            before=before,
            terms=_terms(rule, before),
            example=renewal.term(
                rule.effective_from, months=rule.months, window_days=rule.renewal_window_days
            ),
            may_decide=may_decide,
            may_approve=may_decide and rule.proposed_by != self.request.user,
            **kwargs,
        )

    def _before(self, rule: ValidityRule) -> ValidityRule | None:
        """What applies on the new rule's first day until it is approved."""
        in_force = ValidityRule.objects.in_force(authority=rule.authority, on=rule.effective_from)
        earlier: ValidityRule | None = in_force.exclude(pk=rule.pk).first()
        return earlier

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            approve_rule(rule=self.get_object(), by=self.person, now=timezone.now())
        except RuleRefused as refusal:
            messages.error(request, str(REFUSALS[refusal.code]))
        else:
            messages.success(request, _("The rule is approved and can no longer be changed."))
        return redirect("validity_rule", pk)


class ProposeValidityRuleView(StaffRulesMixin, FormView):
    """A new rule; it counts for nobody until somebody else approves it. ``like`` in the address
    names an earlier rule to fill the form in with."""

    page_title = gettext_lazy("Propose a rule")
    template_name = "courses/admin/form.html"
    form_class = ValidityRuleForm
    extra_context = {"submit_label": gettext_lazy("Propose this rule")}

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not people.rule_authorities(request.user).exists():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def today(self) -> date:
        return renewal.london_day(timezone.now())

    def get_initial(self) -> dict[str, Any]:
        own = people.rule_authorities(self.request.user).first()
        initial = {} if self.request.user.is_superuser else {"authority": own}
        like = key_in(self.request.GET.get("like"))
        if like is not None:
            return {**like_rule(get_object_or_404(self.get_queryset(), pk=like)), **initial}
        return {**like_rule(ValidityRule()), **initial}

    def get_form_kwargs(self) -> dict[str, Any]:
        own = {"today": self.today, "for_user": self.request.user}
        return {**super().get_form_kwargs(), **own}

    def form_valid(self, form: ValidityRuleForm) -> HttpResponse:
        try:
            rule = propose_rule(rule=form.instance, by=self.person, now=timezone.now())
        except RuleRefused as refusal:
            form.add_error(None, str(REFUSALS[refusal.code]))
            return self.form_invalid(form)
        messages.success(self.request, _("The rule is proposed. Somebody else can approve it."))
        return redirect("validity_rule", rule.pk)


def _terms(rule: ValidityRule, before: ValidityRule | None) -> list[tuple[str, str, str]]:
    """Each term's name, its words, and what they are in the rule before where they differ."""
    now, then = _words(rule), _words(before) if before else {}
    return [
        (name, words, then[name] if then and then[name] != words else "")
        for name, words in now.items()
    ]


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
