"""The page from which a driver starts a test, or reads why that is not possible yet."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View

from assessments import actions, perms
from assessments.models import Sitting
from assessments.views.sitting import next_page
from assessments.views.words import reason_in_words, wait_in_words
from courses.models import CoursePage
from people import perms as people
from people.models import Learner


class StartTestView(View):
    """What the test is like, and the button that starts it, or why it cannot start yet."""

    course: CoursePage
    learner: Learner

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.course = get_object_or_404(CoursePage.objects.original().live(), slug=kwargs["slug"])
        learner = people.learner_of(request)
        if learner is None:
            messages.info(request, _("This page is for drivers and others in training."))
            return redirect("dashboard")
        self.learner = learner
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        now = timezone.now()
        standing = perms.standing(learner=self.learner, course=self.course, now=now)
        if standing.open_sitting is not None and standing.open_sitting.time_is_up(now):
            return redirect("sitting_review", standing.open_sitting.pk)  # Which marks it.
        passes = Sitting.objects.of(self.learner).filter(course=self.course).passed()
        context = {
            "course": self.course,
            "standing": standing,
            "rule": standing.rule,
            "minimums": [place for place in standing.blueprint if place.minimum],
            "waits": [wait_in_words(wait) for wait in standing.rule.waits] if standing.rule else [],
            "reasons": [reason_in_words(reason) for reason in standing.reasons],
            "last_pass": None if standing.enrolment else passes.order_by("closed_at").last(),
        }
        return render(request, "assessments/start.html", context)

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        """Start, or go on with what is open. After a refusal the page says why."""
        try:
            sitting = actions.start_sitting(
                learner=self.learner, course=self.course, now=timezone.now()
            )
        except actions.StartRefused:
            return redirect("test_start", slug)
        return redirect(next_page(sitting))
