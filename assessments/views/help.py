"""Asking for help with a test, and what became of it (R28)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments import actions
from assessments.forms import AskForHelpForm
from assessments.forms.sittings import BREAKS, MORE_TIME
from assessments.models import Adjustment
from assessments.views.start import LearnerView
from assessments.views.words import help_in_words, request_in_words


class AskForHelpView(LearnerView):
    """The request that was made last and what became of it; else, or to ask again, the form."""

    def get(self, request: HttpRequest) -> HttpResponse:
        last = self.learner.adjustments.order_by("asked_at", "pk").last()
        if last is None or (last.decision and "again" in request.GET):
            return self.render_form(request, AskForHelpForm())
        granted = last.decision == Adjustment.Decision.GRANTED
        ended = last.ended_at is not None and last.ended_at <= timezone.now()
        context = {
            "adjustment": last,
            "granted": granted and not ended,
            "ended": ended,
            "helps": help_in_words(last) if granted else request_in_words(last),
        }
        return render(request, "assessments/help.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        form = AskForHelpForm(request.POST)
        if not form.is_valid():
            return self.render_form(request, form)
        actions.ask_for_adjustment(
            learner=self.learner,
            more_time=MORE_TIME in form.cleaned_data["needs"],
            breaks=BREAKS in form.cleaned_data["needs"],
            helps=form.helps,
            reason_class=form.cleaned_data["reason_class"],
            now=timezone.now(),
        )
        messages.success(request, _("Your licensing team has your request."))
        return redirect("test_help")

    def render_form(self, request: HttpRequest, form: AskForHelpForm) -> HttpResponse:
        return render(request, "assessments/help_form.html", {"form": form})
