"""How many drivers were trained on a day: the question, the answers that were given, the people."""

from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import FormView, TemplateView

from licensing import measuring, perms
from licensing.actions import difference, run_again, run_compliance
from licensing.eligibility import Status
from licensing.forms.compliance_runs import ComplianceForm
from licensing.models import ComplianceRun
from licensing.views import compliance_files, compliance_words
from licensing.views.refusals import LIST_REFUSED
from people.asked import key_in
from people.perms import known_people
from people.staff_page import StaffPageMixin

ON_A_PAGE = 50
RUNS_ON_A_PAGE = 20


class ComplianceMixin(StaffPageMixin):
    """For officers, auditors and platform administrators; anybody else is refused, and finds
    nothing of another council."""

    header_icon = "table"
    breadcrumbs_items: ClassVar[list[Any]] = []

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not perms.may_ask_compliance(request):
            raise PermissionDenied
        self.now = timezone.now()
        return self.refusal() or super().dispatch(request, *args, **kwargs)

    def refusal(self) -> HttpResponse | None:
        """Instead of the page, where the person may not have it."""
        return None

    @cached_property
    def run(self) -> ComplianceRun:
        readable = perms.readable_runs(self.request.user)
        return get_object_or_404(readable, pk=self.kwargs["pk"])

    def get_breadcrumbs_items(self) -> list[dict[str, str | Promise]]:
        here = {"url": "", "label": self.get_page_title()}
        return [*self.breadcrumbs_items, *self.way_here(), here]

    def way_here(self) -> list[dict[str, str | Promise]]:
        return [{"url": reverse("compliance_runs"), "label": _("Compliance")}]


class ComplianceRunsView(ComplianceMixin, FormView):
    """The question, and the answers that were given before."""

    page_title = gettext_lazy("Compliance")
    template_name = "licensing/admin/compliance/runs.html"
    form_class = ComplianceForm

    def way_here(self) -> list[dict[str, str | Promise]]:
        return []

    def get_form_kwargs(self) -> dict[str, Any]:
        today = timezone.localdate(self.now)
        return {
            **super().get_form_kwargs(),
            "authorities": perms.compliance_authorities(self.request.user),
            "today": today,
            "now": self.now,
            "initial": {"as_at": today},
        }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        runs = Paginator(perms.readable_runs(self.request.user), RUNS_ON_A_PAGE)
        page = runs.get_page(self.request.GET.get("page"))
        return super().get_context_data(page_obj=page, **kwargs)

    def form_valid(self, form: ComplianceForm) -> HttpResponse:
        run = run_compliance(by=self.person, now=self.now, **form.cleaned_data)
        return redirect("compliance_run", run.pk)


class ComplianceRunView(ComplianceMixin, TemplateView):
    """One answer: its figures, what they mean, its proof, and whether it was given before."""

    page_title = gettext_lazy("Compliance")
    template_name = "licensing/admin/compliance/run.html"

    def get_page_subtitle(self) -> str:
        return date_format(self.run.as_at)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        run, words = self.run, compliance_words
        others = perms.readable_runs(self.request.user).asked_alike(run).exclude(pk=run.pk)
        alike = list(others[:RUNS_ON_A_PAGE])
        return super().get_context_data(
            run=run,
            headline=words.headline(run),
            share=words.share(run.numerator, run.denominator),
            known_at=words.moment(run),
            asker=words.asker(run),
            chart=words.chart(run),
            statuses=words.status_lines(run),
            kinds=words.kind_lines(run),
            rules=words.rule_figures(run),
            definitions=words.DEFINITIONS,
            difference=difference(run),
            differs_later=any(other.digest != run.digest for other in alike),
            alike=alike,
            **kwargs,
        )


class RunAgainView(ComplianceMixin, View):
    """The same question with the same two times. The page of the new answer says whether it is the
    same one."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        again = run_again(run=self.run, by=self.person, now=self.now)
        found = difference(again)
        if found is None:
            messages.success(request, _("The answer is the same as before."))
        else:
            messages.error(request, _("The answer is not the same as before."))
        return redirect("compliance_run", again.pk)


class NamesMixin(ComplianceMixin):
    """Who was counted, for whoever may see all of them (R47): whom a list left out, and under which
    status, the figures would tell."""

    def refusal(self) -> HttpResponse | None:
        hidden = known_people(self.request.user)
        if not hidden or not measuring.concerns(**self.run.question, hidden=hidden):
            return None
        messages.error(self.request, str(LIST_REFUSED))
        return redirect("compliance_run", self.run.pk)


class CompliancePeopleView(NamesMixin, TemplateView):
    """Who was counted under one status, a page of them at a time."""

    page_title = gettext_lazy("People")
    template_name = "licensing/admin/compliance/people.html"

    @cached_property
    def status(self) -> Status:
        try:
            return Status(self.kwargs["status"])
        except ValueError as unknown:
            raise Http404 from unknown

    def get_page_subtitle(self) -> str:
        return str(compliance_words.STATUSES[self.status])

    def way_here(self) -> list[dict[str, str | Promise]]:
        address = reverse("compliance_run", args=[self.run.pk])
        return [*super().way_here(), {"url": address, "label": date_format(self.run.as_at)}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        after = self.request.GET.get("after", "")
        found = list(
            measuring.people(
                **self.run.question,
                statuses=[self.status],
                after=key_in(after),
                limit=ON_A_PAGE + 1,
            )
        )
        page = found[:ON_A_PAGE]
        return super().get_context_data(
            run=self.run,
            label=compliance_words.STATUSES[self.status],
            known_at=compliance_words.moment(self.run),
            count=self.run.counts[self.status],
            people=page,
            more=page[-1].licence_id if len(found) > ON_A_PAGE else None,
            first=not after,
            **kwargs,
        )


class ComplianceFileView(NamesMixin, View):
    """The people of an answer as a file that says of itself what it is."""

    def get(self, request: HttpRequest, pk: int, file_format: str) -> HttpResponseBase:
        if file_format not in compliance_files.FORMATS:
            raise Http404
        return compliance_files.FORMATS[file_format](self.run)


class ComplianceLinesView(NamesMixin, View):
    """What the digest was made of, to the letter."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        return compliance_files.as_lines(self.run)
