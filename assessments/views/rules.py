"""The test rules as staff see, propose and approve them."""

from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import DetailView, FormView, ListView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from assessments import actions, perms
from assessments.forms import TestRuleForm
from assessments.models import TestRule
from people.models import User

RULE_REFUSALS: dict[str, str | Promise] = {
    "own_proposal": gettext_lazy("Somebody else has to approve a rule that you proposed."),
    "approved_already": gettext_lazy("This rule is approved already."),
    "empty_blueprint": gettext_lazy("This rule draws no questions, so it cannot be approved."),
    "bank_too_small": gettext_lazy(
        "There are too few questions for a fair draw. Add questions or draw fewer."
    ),
    "not_allowed": gettext_lazy("You may not decide the rules of this council."),
}


class StaffRulesMixin(WagtailAdminTemplateMixin):
    """For people who may decide rules; nobody else finds the pages."""

    page_title = gettext_lazy("Test rules")
    header_icon = "list-ol"
    breadcrumbs_items: ClassVar[list[Any]] = []
    request: HttpRequest

    @property
    def person(self) -> User:
        assert isinstance(self.request.user, User)
        return self.request.user

    def get_queryset(self) -> QuerySet[TestRule]:
        return perms.readable_rules(self.request.user)


class TestRulesView(StaffRulesMixin, ListView):
    """Every test rule, the latest first; nothing is changed here."""

    __test__ = False
    template_name = "assessments/admin/rules.html"
    paginate_by = 50

    def get_queryset(self) -> QuerySet[TestRule]:
        return super().get_queryset().order_by("-effective_from", "-pk")


class TestRuleView(StaffRulesMixin, DetailView):
    """One rule with its blueprint, and the button with which a second person approves it."""

    __test__ = False
    template_name = "assessments/admin/rule.html"
    context_object_name = "rule"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may_decide = perms.may_decide_rules(self.request.user, authority=self.object.authority)
        return super().get_context_data(
            blueprint=self.object.blueprint.with_available().select_related("topic"),
            may_approve=may_decide and self.object.proposed_by != self.request.user,
            **kwargs,
        )

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            actions.approve_rule(rule=self.get_object(), by=self.person, now=timezone.now())
        except actions.RuleRefused as refusal:
            messages.error(request, str(RULE_REFUSALS[refusal.code]))
        else:
            messages.success(request, _("The rule is approved and can no longer be changed."))
        return redirect("test_rule", pk)


class ProposeTestRuleView(StaffRulesMixin, FormView):
    """A new rule; it judges nobody until somebody else approves it."""

    template_name = "courses/admin/form.html"
    extra_context = {"submit_label": gettext_lazy("Propose this rule")}
    form_class = TestRuleForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not perms.rule_authorities(request.user).exists():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "for_user": self.request.user}

    def form_valid(self, form: TestRuleForm) -> HttpResponse:
        rule = actions.propose_rule(
            rule=form.instance,
            blueprint=form.blueprint(form.cleaned_data),
            by=self.person,
            now=timezone.now(),
        )
        messages.success(self.request, _("The rule is proposed. Somebody else can approve it."))
        return redirect("test_rule", rule.pk)
