"""Unannounced checks in the staff site: the plan, the list once it is there, what came of it."""

from collections.abc import Mapping
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, ListView, TemplateView

from licensing import actions, perms
from licensing.forms.rechecks import CallOffForm, OutcomeForm, PlanRecheckForm
from licensing.models import DrawnDriver, Recheck, RecheckList, RecheckQuerySet
from licensing.views.driver import ON_A_PAGE, DriversMixin
from people.asked import key_in

REFUSALS: Mapping[str, str | Promise] = {
    "not_allowed": gettext_lazy("Only a licensing officer of this council may do that."),
    "past_start": gettext_lazy("Choose a time to come, or leave it empty to start now."),
    "far_start": gettext_lazy("Choose a time in the next year."),
    "how_many": gettext_lazy("Choose from 1 to 500 drivers."),
    "no_kinds": gettext_lazy("Choose one kind of licence or more."),
    "no_words": gettext_lazy("Say it in your own words."),
    "started": gettext_lazy("The check has started. It can no longer be called off."),
    "recorded": gettext_lazy(
        "Somebody has written something about this driver meanwhile. Read it before you go on. "
        "Nothing was changed."
    ),
}


class RechecksMixin(DriversMixin):
    """For officers, auditors and platform administrators; each finds their own council's alone."""

    page_title = gettext_lazy("Unannounced checks")
    header_icon = "clipboard-list"

    def way_here(self) -> list[dict[str, str | Promise]]:
        return [{"url": reverse("rechecks"), "label": _("Unannounced checks")}]


class RechecksView(RechecksMixin, ListView):
    """Every check that was planned, called off or not, so that nothing goes away unseen."""

    template_name = "licensing/admin/rechecks/list.html"
    paginate_by = ON_A_PAGE

    def way_here(self) -> list[dict[str, str | Promise]]:
        return []

    def get_queryset(self) -> RecheckQuerySet:
        return perms.readable_rechecks(self.person)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may_plan = perms.writing_authorities(self.person).exists()
        return super().get_context_data(may_plan=may_plan, now=self.now, **kwargs)


class RefusedMixin:
    """A form whose action may refuse."""

    def refuse(self, form: Form, refusal: actions.RecheckRefused) -> HttpResponse:
        form.add_error(None, str(REFUSALS[refusal.code]))
        return cast("HttpResponse", self.form_invalid(form))  # type: ignore[attr-defined]


class PlanRecheckView(RefusedMixin, RechecksMixin, FormView):
    page_title = gettext_lazy("Plan an unannounced check")
    template_name = "licensing/admin/rechecks/plan.html"
    form_class = PlanRecheckForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if perms.reads_drivers(request) and not self.writing.exists():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def writing(self) -> Any:
        return perms.writing_authorities(self.request.user)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "authorities": self.writing, "now": self.now}

    def form_valid(self, form: Form) -> HttpResponse:
        try:
            recheck = actions.plan_recheck(by=self.person, now=self.now, **form.cleaned_data)
        except actions.RecheckRefused as refusal:
            return self.refuse(form, refusal)
        messages.success(self.request, _("The check is planned. It cannot be changed."))
        return redirect("recheck", recheck.pk)


class RecheckView(RechecksMixin, TemplateView):
    """One check. Whoever looks first after the start, or the sweep if that comes first, has the
    list drawn."""

    page_title = gettext_lazy("Unannounced check")
    template_name = "licensing/admin/rechecks/recheck.html"

    @cached_property
    def recheck(self) -> Recheck:
        return get_object_or_404(perms.readable_rechecks(self.person), pk=self.kwargs["pk"])

    def get_page_subtitle(self) -> str:
        return str(self.recheck.pk)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        drawn, problem = self._drawn()
        return super().get_context_data(
            recheck=self.recheck,
            drawn=drawn,
            problem=problem,
            may_plan=perms.plannable_rechecks(self.person).filter(pk=self.recheck.pk).exists(),
            page_obj=self._drivers(drawn) if drawn else None,
            **kwargs,
        )

    def _drawn(self) -> tuple[RecheckList | None, str]:
        """The list, if it may be there, or why it cannot."""
        if self.recheck.starts_at > self.now or hasattr(self.recheck, "call_off"):
            return None, ""
        if hasattr(self.recheck, "drawn"):
            return self.recheck.drawn, ""
        try:
            return actions.draw_recheck(recheck=self.recheck, now=self.now), ""
        except actions.RecheckRefused as refusal:
            return None, refusal.code

    def _drivers(self, drawn: RecheckList) -> Page[DrawnDriver]:
        """A page of them, with what came of each. Nobody whom the reader knows is shown (R47)."""
        drivers = drawn.drivers.prefetch_related("outcomes__written_by")
        page = Paginator(drivers, ON_A_PAGE).get_page(self.request.GET.get("page"))
        listed = {driver.licence_id for driver in page.object_list}
        readable = set(
            perms.readable_licences(self.person).filter(pk__in=listed).values_list("pk", flat=True)
        )
        for driver in page.object_list:
            driver.shown = driver.licence_id in readable
            driver.latest = next(iter(driver.outcomes.all()), None)
        return page


class CallOffRecheckView(RefusedMixin, RechecksMixin, FormView):
    page_title = gettext_lazy("Call off a check")
    template_name = "licensing/admin/rechecks/call_off.html"
    form_class = CallOffForm

    @cached_property
    def recheck(self) -> Recheck:
        return get_object_or_404(perms.plannable_rechecks(self.person), pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(recheck=self.recheck, **kwargs)

    def form_valid(self, form: Form) -> HttpResponse:
        try:
            actions.call_off_recheck(
                recheck=self.recheck, by=self.person, now=self.now, **form.cleaned_data
            )
        except actions.RecheckRefused as refusal:
            return self.refuse(form, refusal)
        messages.success(self.request, _("The check is called off. It stays in the list."))
        return redirect("recheck", self.recheck.pk)


class RecordOutcomeView(RefusedMixin, RechecksMixin, FormView):
    """What came of the check of one driver; what was written before stands below."""

    page_title = gettext_lazy("What came of the check")
    template_name = "licensing/admin/rechecks/outcome.html"
    form_class = OutcomeForm

    @cached_property
    def driver(self) -> DrawnDriver:
        return get_object_or_404(perms.recordable_drivers(self.person), pk=self.kwargs["pk"])

    def way_here(self) -> list[dict[str, str | Promise]]:
        recheck = self.driver.drawn.recheck_id
        return [
            *super().way_here(),
            {"url": reverse("recheck", args=[recheck]), "label": str(recheck)},
        ]

    def get_initial(self) -> dict[str, Any]:
        last = self.driver.outcomes.first()
        return {"corrects": last.pk if last else ""}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        entries = self.driver.outcomes.select_related("written_by")
        return super().get_context_data(driver=self.driver, entries=entries, **kwargs)

    def form_valid(self, form: Form) -> HttpResponse:
        key = key_in(form.cleaned_data.pop("corrects"))
        corrects = self.driver.outcomes.filter(pk=key).first() if key is not None else None
        try:
            actions.record_outcome(
                driver=self.driver,
                corrects=corrects,
                by=self.person,
                now=self.now,
                **form.cleaned_data,
            )
        except actions.RecheckRefused as refusal:
            return self.refuse(form, refusal)
        messages.success(self.request, _("This is on record."))
        return redirect("recheck", self.driver.drawn.recheck_id)
