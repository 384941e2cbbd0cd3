"""A sitting as a driver goes through it: questions, review, handing in."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from assessments import actions, perms
from assessments.forms import AnswerForm
from assessments.models import Sitting
from people import perms as people


class SittingView(View):
    """One's own sitting; anybody else's is not there."""

    sitting: Sitting

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        learner = people.learner_of(request)
        sitting = perms.own_sitting(learner, kwargs["pk"]) if learner else None
        if sitting is None:
            raise Http404
        self.sitting = sitting
        return self.on_sitting(request, *args, **kwargs)

    def on_sitting(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return super().dispatch(request, *args, **kwargs)


class OpenSittingView(SittingView):
    """A page of a sitting that takes answers; once it is over, the way leads to its result."""

    too_late: str | Promise = ""  # What to tell somebody whose step came after the deadline.

    def on_sitting(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        now = timezone.now()
        if self.sitting.closed_at is None and self.sitting.time_is_up(now):
            self.sitting = actions.close_late(sitting=self.sitting, now=now)
        if self.sitting.closed_at is None:
            return super().on_sitting(request, *args, **kwargs)
        if request.method == "POST" and self.sitting.closed_by == Sitting.ClosedBy.SUBMIT:
            messages.info(request, _("You had handed in this test already. Nothing has changed."))
        elif request.method == "POST" and self.too_late:
            messages.info(request, str(self.too_late))
        return redirect("sitting_result", self.sitting.pk)


class AnswerQuestionView(OpenSittingView):
    """One question; saving goes on to the next, or back to the review for whoever came from it."""

    too_late = gettext_lazy("Your time was up. Your last answer came too late to count.")

    def get(self, request: HttpRequest, pk: UUID, position: int) -> HttpResponse:
        given = self.sitting.given_answers().get(position, "").split()
        form = AnswerForm(question=self.question(position))
        form.initial["answer"] = given if form.several else "".join(given)
        return self.render(request, form, position)

    def post(self, request: HttpRequest, pk: UUID, position: int) -> HttpResponse:
        form = AnswerForm(request.POST, question=self.question(position))
        if not form.is_valid():
            return self.render(request, form, position)
        try:
            actions.give_answer(
                sitting=self.sitting,
                position=position,
                option_tokens=form.cleaned_data["answer"],
                now=timezone.now(),
            )
        except actions.AnswerRefused:
            return redirect("sitting_question", pk, position)  # Which says what has happened.
        if position < self.sitting.question_count and "review" not in request.GET:
            return redirect("sitting_question", pk, position + 1)
        return redirect("sitting_review", pk)

    def question(self, position: int) -> Any:
        if not 1 <= position <= self.sitting.question_count:
            raise Http404
        return self.sitting.questions[position - 1]

    def render(self, request: HttpRequest, form: AnswerForm, position: int) -> HttpResponse:
        context = {
            "sitting": self.sitting,
            "form": form,
            "position": position,
            "previous": position - 1,
            "from_review": "review" in request.GET,
        }
        return render(request, "assessments/question.html", context)


class ReviewView(OpenSittingView):
    """Which questions are answered, and the button that hands the test in."""

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        given = self.sitting.given_answers()
        rows = [
            (position, question["text"], position in given)
            for position, question in enumerate(self.sitting.questions, start=1)
        ]
        context = {
            "sitting": self.sitting,
            "rows": rows,
            "unanswered": self.sitting.question_count - len(given),
        }
        return render(request, "assessments/review.html", context)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        actions.submit(sitting=self.sitting, now=timezone.now())
        return redirect("sitting_result", pk)


def next_page(sitting: Sitting) -> str:
    """The address to go on at: the first question without an answer, else the review."""
    given = sitting.given_answers()
    for position in range(1, sitting.question_count + 1):
        if position not in given:
            return reverse("sitting_question", args=[sitting.pk, position])
    return reverse("sitting_review", args=[sitting.pk])
