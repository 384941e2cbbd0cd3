"""A sitting as a driver goes through it: questions, the warning of its end, review, handing in."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View

from assessments import actions, perms
from assessments.forms import AnswerForm, ExtendForm
from assessments.models import PaperPicture, Sitting, TimeGiven
from assessments.views.device import device_of, mark_device, network_of
from assessments.views.timing import note_warning, owes_warning, time_on_page
from assessments.views.words import hour_in_words
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
    warns = True  # Of the end that is near, once, before the page itself.

    def on_sitting(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        now = timezone.now()
        if self.sitting.closed_at is None and self.sitting.time_is_up(now):
            self.sitting = actions.close_late(sitting=self.sitting, now=now)
        if self.sitting.closed_at is None:
            if self.warns and request.method == "GET" and owes_warning(request, self.sitting, now):
                return redirect(time_page(self.sitting, kwargs.get("position")))
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
                device=device_of(request),
                network=network_of(request),
            )
        except actions.AnswerRefused:
            return redirect("sitting_question", pk, position)  # Which says what has happened.
        if position < self.sitting.question_count and "review" not in request.GET:
            return redirect("sitting_question", pk, position + 1)
        return redirect("sitting_review", pk)

    def question(self, position: int) -> Any:
        return question_at(self.sitting, position)

    def render(self, request: HttpRequest, form: AnswerForm, position: int) -> HttpResponse:
        context = {
            "sitting": self.sitting,
            **time_on_page(self.sitting, timezone.now()),
            "form": form,
            "picture": self.question(position).get("picture"),
            "position": position,
            "previous": position - 1,
            "from_review": "review" in request.GET,
        }
        response = render(request, "assessments/question.html", context)
        mark_device(request, response)
        return response


class PictureView(SittingView):
    """The picture of a question as it stood when the paper was sealed, while the test is open."""

    def get(self, request: HttpRequest, pk: UUID, position: int) -> HttpResponse:
        picture = question_at(self.sitting, position).get("picture")
        over = self.sitting.closed_at is not None or self.sitting.time_is_up(timezone.now())
        if picture is None or over:
            raise Http404
        kept = get_object_or_404(PaperPicture, digest=picture["digest"])
        response = HttpResponse(bytes(kept.content), content_type="image/webp")
        response["Cache-Control"] = "private, no-store"
        return response


class TimeView(OpenSittingView):
    """The end is near: go on, add time where the rule allows it, or hand in (WCAG 2.2.1)."""

    too_late = gettext_lazy("Your time was up before you asked for more.")
    warns = False

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        now = timezone.now()
        if self.sitting.deadline_at is None:
            return redirect(way_back(request, self.sitting))
        note_warning(request, self.sitting)
        extensions_left = TimeGiven.MOST_ASKED - self.sitting.time_given.asked().count()
        context = {
            "sitting": self.sitting,
            **time_on_page(self.sitting, now),
            "unanswered": self.sitting.question_count - len(self.sitting.given_answers()),
            "more": self.sitting.rule.extension_minutes if extensions_left > 0 else None,
            "extensions_left": extensions_left,
            "go_on": way_back(request, self.sitting),
        }
        return render(request, "assessments/time.html", context)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """Add time, once for the end that the page showed."""
        form = ExtendForm(request.POST)
        if not form.is_valid():
            return redirect("sitting_time", pk)
        try:
            sitting = actions.extend(
                sitting=self.sitting, deadline_at=form.cleaned_data["ends"], now=timezone.now()
            )
        except actions.ExtensionRefused:
            return redirect("sitting_time", pk)  # Which says what is possible.
        assert sitting.deadline_at is not None
        ends = {"time": hour_in_words(sitting.deadline_at)}
        messages.success(request, _("Your time now ends at %(time)s.") % ends)
        return redirect(way_back(request, self.sitting))


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
            **time_on_page(self.sitting, timezone.now()),
            "rows": rows,
            "unanswered": self.sitting.question_count - len(given),
        }
        return render(request, "assessments/review.html", context)

    def post(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        actions.submit(sitting=self.sitting, now=timezone.now())
        return redirect("sitting_result", pk)


def question_at(sitting: Sitting, position: int) -> Any:
    if not 1 <= position <= sitting.question_count:
        raise Http404
    return sitting.questions[position - 1]


def time_page(sitting: Sitting, position: int | None) -> str:
    """The warning, which leads back to the question at ``position`` or else to the review."""
    address = reverse("sitting_time", args=[sitting.pk])
    return f"{address}?question={position}" if position else address


def asked_about(request: HttpRequest, sitting: Sitting) -> int | None:
    """The place on the paper that the address names as the question one came from."""
    places = {str(place): place for place in range(1, sitting.question_count + 1)}
    return places.get(request.GET.get("question", ""))


def way_back(request: HttpRequest, sitting: Sitting) -> str:
    """Where to go on in an open sitting: the question one came from, else the review."""
    place = asked_about(request, sitting)
    if place is None:
        return reverse("sitting_review", args=[sitting.pk])
    return reverse("sitting_question", args=[sitting.pk, place])


def next_page(sitting: Sitting) -> str:
    """The address to go on at: the first question without an answer, else the review."""
    given = sitting.given_answers()
    for position in range(1, sitting.question_count + 1):
        if position not in given:
            return reverse("sitting_question", args=[sitting.pk, position])
    return reverse("sitting_review", args=[sitting.pk])
