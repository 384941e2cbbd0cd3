"""Telling us that a question is wrong, during a test or after it (R31)."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from assessments import actions
from assessments.forms import ChallengeForm
from assessments.views.sitting import SittingView, asked_about, way_back


class ChallengeView(SittingView):
    """A question by its number alone: after a test nobody sees its text again."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        form = ChallengeForm(
            question_count=self.sitting.question_count,
            initial={"position": asked_about(request, self.sitting)},
        )
        return self.render(request, form)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        form = ChallengeForm(request.POST, question_count=self.sitting.question_count)
        if not form.is_valid():
            return self.render(request, form)
        actions.challenge(sitting=self.sitting, now=timezone.now(), **form.cleaned_data)
        messages.success(
            request,
            _("Thank you. A person will look at question %(number)s. You will get an answer.")
            % {"number": form.cleaned_data["position"]},
        )
        return redirect(self.way_on())

    def render(self, request: HttpRequest, form: ChallengeForm) -> HttpResponse:
        context = {"form": form, "sitting": self.sitting, "way_on": self.way_on()}
        return render(request, "assessments/challenge.html", context)

    def way_on(self) -> str:
        if self.sitting.closed_at is not None:
            return reverse("sitting_result", args=[self.sitting.pk])
        return way_back(self.request, self.sitting)
