"""Help with a test: who waits for an answer, deciding, giving and ending it (R28)."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import ListView

from assessments import actions, perms
from assessments.forms import DecideHelpForm, GrantHelpForm
from assessments.models import Adjustment
from assessments.views.desk import ON_A_PAGE, ActingView, DeskMixin, PersonMixin
from assessments.views.desk_words import help_in_words
from people.models import Authority

TERMS = ("extra_time", "no_limit", "break_minutes", "helps")


class AdjustmentsView(DeskMixin, ListView):
    """Who waits for an answer, the longest first."""

    opened_by = perms.READERS
    page_title = gettext_lazy("Requests for help")
    template_name = "assessments/admin/desk/requests.html"
    paginate_by = ON_A_PAGE

    def get_queryset(self) -> QuerySet[Adjustment]:
        waiting = perms.desk_adjustments(self.person).filter(decided_at=None)
        return waiting.order_by("asked_at", "pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        rows = [(request, help_in_words(request)) for request in context["object_list"]]
        return {**context, "rows": rows}


class AdjustmentMixin(DeskMixin):
    """About one request or decision; for the staff of other authorities there is none here."""

    opened_by = perms.READERS

    @cached_property
    def adjustment(self) -> Adjustment:
        return get_object_or_404(perms.desk_adjustments(self.person), pk=self.kwargs["pk"])

    @property
    def authority(self) -> Authority | None:
        return self.adjustment.learner.authority

    def get_page_subtitle(self) -> str:
        return self.adjustment.learner.full_name

    def way_here(self) -> list[dict[str, str | Promise]]:
        return [{"url": reverse("adjustment_requests"), "label": _("Requests for help")}]

    def facts(self) -> list[tuple[str, str]]:
        return [
            (_("Reason"), self.adjustment.get_reason_class_display()),
            (_("Help"), "; ".join(help_in_words(self.adjustment))),
        ]


class DecideAdjustmentView(AdjustmentMixin, ActingView):
    """The form begins with what was asked for; an officer may grant something else."""

    acted_by = perms.DECIDERS
    form_class = DecideHelpForm
    page_title = gettext_lazy("Request for help")
    submit_label = gettext_lazy("Decide")

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.adjustment, name) for name in TERMS}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(facts=self.facts(), **kwargs)

    def act(self, form: Form) -> HttpResponse:
        actions.decide_adjustment(
            adjustment=self.adjustment, by=self.person, now=self.now, **form.cleaned_data
        )
        messages.success(self.request, _("The request is decided. We have written to the person."))
        return redirect("adjustment_requests")


class GrantAdjustmentView(PersonMixin, ActingView):
    """For somebody who asks at the counter."""

    opened_by = perms.READERS
    acted_by = perms.DECIDERS
    form_class = GrantHelpForm
    page_title = gettext_lazy("Give help")
    submit_label = gettext_lazy("Give this help")
    initial = {"extra_time": 0, "break_minutes": 0}
    extra_context = {
        "intro": gettext_lazy(
            "It counts in tests that start from now on, and takes the place of help given before. "
            "No certificate shows it."
        )
    }

    def act(self, form: Form) -> HttpResponse:
        actions.grant_adjustment(
            learner=self.learner, by=self.person, now=self.now, **form.cleaned_data
        )
        messages.success(self.request, _("The help is given. We have written to the person."))
        return redirect(self.person_url)


class EndAdjustmentView(AdjustmentMixin, ActingView):
    """Asks first, then ends the help."""

    acted_by = perms.DECIDERS
    form_class = Form
    page_title = gettext_lazy("End the help")
    submit_label = gettext_lazy("End the help")
    extra_context = {
        "intro": gettext_lazy("New tests start without it. A test that is open keeps it.")
    }

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(facts=self.facts(), **kwargs)

    def act(self, form: Form) -> HttpResponse:
        actions.end_adjustment(adjustment=self.adjustment, by=self.person, now=self.now)
        messages.success(self.request, _("The help has ended. We have written to the person."))
        return redirect("test_person", self.adjustment.learner_id)
