"""Tests that are open now, time given back to them, and our own outages (R22)."""

from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Count, QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import ListView

from assessments import actions, perms
from assessments.forms import GiveTimeForm, OutageForm
from assessments.models import Outage, Sitting
from assessments.views.desk import ON_A_PAGE, ActingView, DeskMixin
from people import perms as people
from people.models import Authority


class OpenSittingsView(DeskMixin, ListView):
    """Who sits a test now, the longest first: how far they are, never what they answered."""

    page_title = gettext_lazy("Open tests")
    template_name = "assessments/admin/desk/open.html"
    paginate_by = ON_A_PAGE

    def get_queryset(self) -> QuerySet[Sitting]:
        here = perms.desk_sittings(self.person, *perms.DESK).filter(closed_at=None)
        counted = here.annotate(answered=Count("answers__position", distinct=True))
        related = counted.select_related("answer_sheet__proposed_by").defer("paper")
        return related.order_by("started_at", "pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        rows = [(sitting, self.minutes_left(sitting)) for sitting in context["object_list"]]
        may_hold = people.holds(self.request, *perms.HOLDERS)
        return {**context, "rows": rows, "may_hold": may_hold}

    def minutes_left(self, sitting: Sitting) -> int | None:
        """Whole minutes, never below none; empty where no clock runs."""
        if sitting.deadline_at is None:
            return None
        return max(sitting.deadline_at - self.now, timedelta(0)) // timedelta(minutes=1)


class GiveTimeView(ActingView):
    """A fault where the test is taken: the clock goes on by what it cost."""

    form_class = GiveTimeForm
    page_title = gettext_lazy("Give time back")
    submit_label = gettext_lazy("Give the time back")

    @cached_property
    def sitting(self) -> Sitting:
        here = perms.desk_sittings(self.person, *perms.DESK).defer("paper")
        return get_object_or_404(here, pk=self.kwargs["pk"])

    @property
    def authority(self) -> Authority | None:
        return self.sitting.authority

    def get_page_subtitle(self) -> str:
        return f"{self.sitting.learner.full_name}, {self.sitting.course.title}"

    def way_here(self) -> list[dict[str, str | Promise]]:
        return [{"url": reverse("open_sittings"), "label": _("Open tests")}]

    def act(self, form: Form) -> HttpResponse:
        gift = actions.give_time(
            sitting=self.sitting, by=self.person, now=self.now, **form.cleaned_data
        )
        minutes = gift.seconds // 60
        given = ngettext("%(n)s minute is given back.", "%(n)s minutes are given back.", minutes)
        messages.success(self.request, given % {"n": minutes})
        return redirect("open_sittings")


class OutagesView(ActingView):
    """When the service was down: what it noticed by itself, and what administrators add."""

    form_class = OutageForm
    page_title = gettext_lazy("Outages")
    template_name = "assessments/admin/desk/outages.html"
    submit_label = gettext_lazy("Record the outage and give its time back")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not perms.may_note_outages(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @property
    def authority(self) -> Authority | None:
        return None  # It is a matter of all.

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        known = Outage.objects.select_related("noted_by").annotate(given=Count("time_given"))
        latest = known.order_by("-began_at", "-pk")[:ON_A_PAGE]
        return super().get_context_data(outages=latest, **kwargs)

    def act(self, form: Form) -> HttpResponse:
        outage = actions.note_outage(by=self.person, now=self.now, **form.cleaned_data)
        tests = outage.time_given.count()
        given = ngettext(
            "Recorded. %(n)s test got time back.", "Recorded. %(n)s tests got time back.", tests
        )
        messages.success(self.request, given % {"n": tests})
        return redirect("outages")
