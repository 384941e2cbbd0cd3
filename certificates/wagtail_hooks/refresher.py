"""Who may begin the short course."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.models import Page

from certificates import perms, renewal
from courses.models import CoursePage
from people.perms import learner_of


@hooks.register("before_serve_page", order=-1)  # Before the room below starts the course.
def guard_refresher(
    page: Page, request: HttpRequest, serve_args: Any, serve_kwargs: Any
) -> HttpResponseBase | None:
    """The short course is for those whose certificate still counts; others get the full one."""
    learner = learner_of(request)
    starts = request.method == "POST" and isinstance(page, CoursePage) and page.refreshes_id
    if not starts or learner is None:
        return None
    if perms.may_start_refresher(learner, page, today=renewal.london_day(timezone.now())):
        return None
    messages.info(
        request,
        _("The refresher is for people whose certificate is still valid. Take the full course."),
    )
    return redirect(page.counts_for.url)
