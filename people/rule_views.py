"""The staff pages of dated rules: all of them, one with the button that approves it, and the form
in which one is proposed (R10). Which rules these are, and in which words, says each room."""

from collections.abc import Mapping
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
from django.views.generic import DetailView, FormView, ListView

from people import perms
from people.asked import key_in
from people.forms import DatedRuleForm
from people.models.rules import DatedRule
from people.refusals import RuleRefused
from people.staff_page import StaffPageMixin

ON_A_PAGE = 50


class RulesMixin(StaffPageMixin):
    """For people who may read rules; nobody else finds the pages."""

    breadcrumbs_items: ClassVar[list[Any]] = []
    refusals: Mapping[str, str | Promise]
    rule_url_name: str
    propose_url_name: str

    def readable(self) -> QuerySet[Any]:
        raise NotImplementedError

    def get_queryset(self) -> QuerySet[Any]:
        return self.readable()

    def in_words(self, refusal: Any) -> str:
        return str(self.refusals[refusal.code])


class RuleListView(RulesMixin, ListView):
    """Every rule, the latest first; nothing is changed here."""

    paginate_by = ON_A_PAGE

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().order_by("-effective_from", "-pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may_propose = perms.rule_authorities(self.request.user).exists()
        return super().get_context_data(may_propose=may_propose, **kwargs)


class RuleView(RulesMixin, DetailView):
    """One rule in words, and the button with which a second person approves it."""

    context_object_name = "rule"

    def approve(self, rule: Any) -> None:
        """Raises RuleRefused."""
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rule, reader = self.object, self.request.user
        may_decide = perms.may_decide_rules(reader, authority=rule.authority)
        may_approve = may_decide and rule.proposed_by != reader
        return super().get_context_data(may_decide=may_decide, may_approve=may_approve, **kwargs)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            self.approve(self.get_object())
        except RuleRefused as refusal:
            messages.error(request, self.in_words(refusal))
        else:
            messages.success(request, _("The rule is approved and can no longer be changed."))
        return redirect(self.rule_url_name, pk)


class ProposingMixin(RulesMixin):
    """For people who decide the rules of an authority."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not perms.rule_authorities(request.user).exists():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[no-any-return]


class ProposeRuleView(ProposingMixin, FormView):
    """A new rule; it counts for nobody until somebody else approves it. ``like`` in the address
    names an earlier rule to fill the form in with."""

    def filled_in(self) -> dict[str, Any]:
        """What the form holds at first, but for the authority of who may choose no other."""
        raise NotImplementedError

    def propose(self, form: Any) -> DatedRule:
        """Raises RuleRefused."""
        raise NotImplementedError

    @cached_property
    def earlier(self) -> Any:
        like = key_in(self.request.GET.get("like"))
        return None if like is None else get_object_or_404(self.get_queryset(), pk=like)

    def get_initial(self) -> dict[str, Any]:
        own = perms.rule_authorities(self.request.user).first()
        initial = {} if self.request.user.is_superuser else {"authority": own}
        return {**self.filled_in(), **initial}

    def get_form_kwargs(self) -> dict[str, Any]:
        today = timezone.localdate(timezone=timezone.get_default_timezone())
        own = {"today": today, "for_user": self.request.user}
        return {**super().get_form_kwargs(), **own}

    def form_valid(self, form: DatedRuleForm) -> HttpResponse:
        try:
            rule = self.propose(form)
        except RuleRefused as refusal:
            self.refuse(form, refusal)
            return self.form_invalid(form)
        messages.success(self.request, _("The rule is proposed. Somebody else can approve it."))
        return redirect(self.rule_url_name, rule.pk)

    def refuse(self, form: Any, refusal: Any) -> None:
        form.add_error(None, self.in_words(refusal))


def compared(now: Mapping[str, str], then: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Each term's name, its words, and what they are in the rule before where they differ."""
    return [
        (name, words, then[name] if then and then[name] != words else "")
        for name, words in now.items()
    ]
