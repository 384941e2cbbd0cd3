"""Which certificates of other councils are accepted: to see, to propose and to approve."""

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
from django.utils.translation import gettext_lazy
from django.views.generic import DetailView, FormView, ListView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from certificates import renewal
from certificates.actions.rules import RuleRefused
from licensing import perms
from licensing.acceptance import is_from
from licensing.actions import approve_acceptance, propose_acceptance
from licensing.forms.acceptance import LABELS, AcceptanceForm, like_acceptance
from licensing.models import Acceptance
from licensing.views.refusals import RULE_REFUSALS
from people import perms as people
from people.asked import key_in
from people.models import User

ON_A_PAGE = 50


class StaffAcceptancesMixin(WagtailAdminTemplateMixin):
    """For people who may read the rules of the accepting council; nobody else finds the pages."""

    page_title: str | Promise = gettext_lazy("Accepted from other councils")
    header_icon = "link"
    breadcrumbs_items: ClassVar[list[Any]] = []
    request: HttpRequest

    @property
    def person(self) -> User:
        assert isinstance(self.request.user, User)
        return self.request.user

    def get_queryset(self) -> QuerySet[Acceptance]:
        return perms.readable_acceptances(self.request.user)


class AcceptancesView(StaffAcceptancesMixin, ListView):
    """Every such rule, the latest first; nothing is changed here."""

    template_name = "licensing/admin/acceptance/list.html"
    paginate_by = ON_A_PAGE

    def get_queryset(self) -> QuerySet[Acceptance]:
        return super().get_queryset().order_by("-effective_from", "-pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may_propose = people.rule_authorities(self.request.user).exists()
        return super().get_context_data(may_propose=may_propose, **kwargs)


class AcceptanceView(StaffAcceptancesMixin, DetailView):
    """One rule in words beside the one it takes over from, and the button with which a second
    person approves it."""

    template_name = "licensing/admin/acceptance/one.html"
    context_object_name = "rule"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rule = self.object
        before = self._before(rule)
        on_time = rule.effective_from >= renewal.london_day(timezone.now())
        may_decide = people.may_decide_rules(self.request.user, authority=rule.authority)
        return super().get_context_data(
            before=before,
            terms=_terms(rule, before),
            counts_today=is_from(rule.course.edition, rule.from_edition),
            may_decide=may_decide,
            on_time=on_time,
            may_approve=may_decide and on_time and rule.proposed_by != self.request.user,
            **kwargs,
        )

    def _before(self, rule: Acceptance) -> Acceptance | None:
        """What applies on the new rule's first day until it is approved."""
        same = Acceptance.objects.for_the_same(rule).exclude(pk=rule.pk)
        in_force = same.in_force(authority=rule.authority, on=rule.effective_from)
        earlier: Acceptance | None = in_force.first()
        return earlier

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        try:
            approve_acceptance(rule=self.get_object(), by=self.person, now=timezone.now())
        except RuleRefused as refusal:
            messages.error(request, str(RULE_REFUSALS[refusal.code]))
        else:
            messages.success(request, _("The rule is approved and can no longer be changed."))
        return redirect("staff_acceptance", pk)


class ProposeAcceptanceView(StaffAcceptancesMixin, FormView):
    """A new rule; it counts for nobody until somebody else approves it. ``like`` in the address
    names an earlier rule to fill the form in with."""

    page_title = gettext_lazy("Propose to accept certificates of another council")
    template_name = "courses/admin/form.html"
    form_class = AcceptanceForm
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
        like = key_in(self.request.GET.get("like", ""))
        if like is not None:
            return like_acceptance(get_object_or_404(self.get_queryset(), pk=like))
        return {"authority": own}

    def get_form_kwargs(self) -> dict[str, Any]:
        own = {"today": self.today, "for_user": self.request.user}
        return {**super().get_form_kwargs(), **own}

    def form_valid(self, form: AcceptanceForm) -> HttpResponse:
        try:
            rule = propose_acceptance(rule=form.instance, by=self.person, now=timezone.now())
        except RuleRefused as refusal:
            form.add_error(None, str(RULE_REFUSALS[refusal.code]))
            return self.form_invalid(form)
        messages.success(self.request, _("The rule is proposed. Somebody else can approve it."))
        return redirect("staff_acceptance", rule.pk)


def _terms(rule: Acceptance, before: Acceptance | None) -> list[tuple[str, str, str]]:
    """Each term's name, its words, and what they are in the rule before where they differ."""
    now, then = _words(rule), _words(before) if before else {}
    return [
        (name, words, then[name] if then and then[name] != words else "")
        for name, words in now.items()
    ]


def _words(rule: Acceptance) -> dict[str, str]:
    words = {
        "requirements": ", ".join(rule.requirements) or _("None: nothing is accepted"),
        "from_edition": rule.from_edition or _("Every edition"),
        "months": str(rule.months or _("As long as the certificate lasts")),
    }
    return {str(LABELS[name]): said for name, said in words.items()}
