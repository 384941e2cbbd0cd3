"""The wiring of course pages to the views that know the driver."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from wagtail import hooks
from wagtail.models import Page

from courses.models import CoursePage, LessonPage, ModulePage
from courses.views.learning import CourseView, LessonView


@hooks.register("before_serve_page")
def serve_to_driver(
    page: Page, request: HttpRequest, serve_args: Any, serve_kwargs: Any
) -> HttpResponseBase | None:
    """Courses and lessons are met through views that know the learner; previews are not."""
    if isinstance(page, LessonPage):
        return LessonView.as_view(lesson=page)(request)
    if isinstance(page, CoursePage):
        return CourseView.as_view(course=page)(request)
    if isinstance(page, ModulePage):
        return redirect(page.get_parent().url)
    return None
