"""The pages of the roof: "what is left for me to do"."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.generic import TemplateView

from licensing.answers import training_statuses_of
from licensing.perms import checker_places
from lms import offline
from lms.dashboard import dashboard_of
from people import perms
from people.models import Authority


@login_not_required
@cache_control(public=True, max_age=86_400, immutable=True)
def theme(request: HttpRequest, colour: str) -> HttpResponse:
    """A council's colour as a style sheet: the content policy allows no inline style."""
    return HttpResponse(f":root{{--govuk-brand-colour:#{colour}}}", content_type="text/css")


@login_not_required
@cache_control(no_cache=True)
def service_worker(request: HttpRequest) -> HttpResponse:
    """Answered from the root: a worker may look after the pages below its own address only."""
    return HttpResponse(offline.worker_source(), content_type="text/javascript")


class DashboardView(TemplateView):
    """One clear line about where the driver stands, and the one next step."""

    template_name = "lms/dashboard.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.learner = perms.learner_of(request)
        if self.learner is None and perms.is_staff_member(request.user):
            return redirect("wagtailadmin_home")
        if self.learner is None and checker_places(request.user).exists():
            return redirect("check")
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        if self.learner is None:
            return context
        now = timezone.now()
        today = timezone.localdate(now)
        board = dashboard_of(self.learner, today=today, now=now)
        statuses = training_statuses_of(self.learner, as_at=today, known_at=now)
        names = Authority.objects.in_bulk([s.authority for s in statuses], field_name="code")
        licences = [(names[status.authority], status) for status in statuses]
        return {**context, "board": board, "step": board.step, "licences": licences}
