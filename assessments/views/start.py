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
from assessments.forms import StartForm
from assessments.models import Sitting
from assessments.views.device import mark_device
from assessments.views.sitting import next_page
from assessments.views.terms import is_timed, terms_in_words
from assessments.views.timing import time_on_page
from assessments.views.words import reason_in_words
from courses.models import CoursePage
from people import perms as people
from people.models import Learner


class LearnerView(View):
    """A page for people in training; nobody else has any use for it."""

    learner: Learner

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        learner = people.learner_of(request)
        if learner is None:
            messages.info(request, _("This page is for drivers and others in training."))
            return redirect("dashboard")
        self.learner = learner
        return super().dispatch(request, *args, **kwargs)


class StartTestView(LearnerView):
    """What the test is like, and the button that starts it, or why it cannot start yet."""

    course: CoursePage

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.course = get_object_or_404(CoursePage.objects.original().live(), slug=kwargs["slug"])
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        return self.render(request, StartForm())

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        """Start, or go on with what is open. After a refusal the page says why."""
        form = StartForm(request.POST)
        code = form.cleaned_data["code"] if form.is_valid() else ""
        try:
            sitting = actions.start_sitting(
                learner=self.learner, course=self.course, now=timezone.now(), code=code
            )
        except actions.CodeRefused:
            form.add_error("code", _wrong_code(code))
            return self.render(request, form)
        except actions.StartRefused:
            return redirect("test_start", slug)
        if sitting.mode != Sitting.Mode.ONLINE:
            return redirect("test_start", slug)  # Which says that staff hold it.
        response = redirect(next_page(sitting))
        mark_device(request, response)
        return response

    def render(self, request: HttpRequest, form: StartForm) -> HttpResponse:
        now = timezone.now()
        standing = perms.standing(learner=self.learner, course=self.course, now=now)
        opened = standing.open_sitting
        if opened is not None and opened.time_is_up(now):
            return redirect("sitting_review", opened.pk)  # Which marks it.
        passes = Sitting.objects.of(self.learner).filter(course=self.course).passed()
        carried = actions.carried_topics(standing, now=now)
        context = {
            "course": self.course,
            "form": form,
            "standing": standing,
            "rule": standing.rule,
            **(time_on_page(opened, now) if opened else {}),
            "held": opened is not None and opened.mode != Sitting.Mode.ONLINE,
            "terms": terms_in_words(standing, carried),
            "timed": is_timed(standing),
            "reasons": [reason_in_words(reason) for reason in standing.reasons],
            "last_pass": None if standing.enrolment else passes.order_by("closed_at").last(),
        }
        return render(request, "assessments/start.html", context)


def _wrong_code(typed: str) -> str:
    """The same for a code that is wrong, used or over: nobody learns which."""
    if not typed:
        return _("Enter the start code that a trainer or a licensing officer gave you")
    return _(
        "This start code does not work. Check each letter and number. If it still does not work, "
        "ask for a new one."
    )
