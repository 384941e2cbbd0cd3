"""The staff door of writing and reviewing courses."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.widgets.button import Button
from wagtail.models import Page

from courses import perms
from courses.models import LessonPage
from courses.reading import HIGHEST_AGE, reading_age
from courses.views.authoring import (
    AllowTermView,
    ReviewView,
    StartCourseView,
    TranslateView,
    course_tree,
)
from people import perms as people


@hooks.register("register_admin_urls")
def authoring_urls() -> list[URLPattern]:
    return [
        path("courses/", course_tree, name="course_tree"),
        path("courses/new/", StartCourseView.as_view(), name="start_course"),
        path("lessons/<int:pk>/allow-term/", AllowTermView.as_view(), name="allow_term"),
        path("review/<int:pk>/", ReviewView.as_view(), name="review"),
        path("translate/<int:pk>/", TranslateView.as_view(), name="translate_page"),
    ]


class AuthorsMenuItem(MenuItem):
    def is_shown(self, request: Any) -> bool:
        return people.holds(request, people.Role.AUTHOR)


class CoursesMenuItem(MenuItem):
    def is_shown(self, request: Any) -> bool:
        return people.holds(request, *people.TRAINERS)


@hooks.register("register_admin_menu_item")
def courses_menu_item() -> MenuItem:
    return CoursesMenuItem(
        gettext_lazy("Courses"), reverse("course_tree"), icon_name="doc-full", order=150
    )


@hooks.register("register_admin_menu_item")
def new_course_menu_item() -> MenuItem:
    return AuthorsMenuItem(
        gettext_lazy("New course"), reverse("start_course"), icon_name="plus-inverse", order=290
    )


@hooks.register("register_page_header_buttons")
def allow_term_button(page: Page, user: Any, **kwargs: Any) -> Iterator[Button]:
    """For reviewers, beside a lesson's other actions."""
    if isinstance(page, LessonPage) and perms.may_review(user, page):
        yield Button(
            _("Allow a term"), reverse("allow_term", args=[page.pk]), icon_name="openquote"
        )


@hooks.register("register_page_header_buttons")
def translate_button(page: Page, user: Any, **kwargs: Any) -> Iterator[Button]:
    """For whoever may change the page."""
    if perms.may_translate(user, page):
        yield Button(_("Translate"), reverse("translate_page", args=[page.pk]), icon_name="globe")


@hooks.register("after_create_page")
@hooks.register("after_edit_page")
def warn_of_hard_reading(request: HttpRequest, page: Page) -> None:
    """Saving stays possible; the author is told that the text is too hard (R16)."""
    if not isinstance(page, LessonPage):
        return
    age = reading_age(page.reading_matter())
    if age is not None and age > HIGHEST_AGE:
        messages.warning(
            request,
            _("This text needs a reading age of %(age)s. Aim for %(highest)s or lower.")
            % {"age": age, "highest": HIGHEST_AGE},
        )
