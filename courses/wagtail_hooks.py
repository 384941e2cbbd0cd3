"""The staff door of the courses, and the wiring of their pages to the driver's views."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.models import Page
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import SnippetViewSet

from courses.models import Contact, CoursePage, LessonPage, ModulePage
from courses.views import CourseView, LessonView


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


class ContactViewSet(SnippetViewSet):
    model = Contact
    icon = "mail"
    menu_label = _("Contact numbers")
    menu_order = 300
    add_to_admin_menu = True
    list_display = ["name", "phone", "last_checked_on"]
    search_fields = ["name", "phone", "use_when"]


register_snippet(ContactViewSet)
