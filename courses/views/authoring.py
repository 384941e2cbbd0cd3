"""Staff pages of writing and reviewing: a new course, a term allowed, the list of lessons."""

from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from courses import actions, perms
from courses.forms import AllowTermForm, StartCourseForm
from courses.models import LessonPage
from people.models import User


class StartCourseView(WagtailAdminTemplateMixin, FormView):
    """An author begins a course for their own authority; nothing is published by it."""

    form_class = StartCourseForm
    page_title = gettext_lazy("New course")
    header_icon = "doc-full"
    template_name = "courses/admin/form.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not perms.may_start_courses(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.request.user}

    def form_valid(self, form: StartCourseForm) -> HttpResponse:
        course = actions.start_course(by=cast("User", self.request.user), **form.cleaned_data)
        messages.success(self.request, _("The course is begun. Add its modules and lessons."))
        return redirect("wagtailadmin_explore", course.pk)


class AllowTermView(WagtailAdminTemplateMixin, FormView):
    """A reviewer lets one lesson use a barred term, with the reason."""

    form_class = AllowTermForm
    page_title = gettext_lazy("Allow a term")
    header_icon = "openquote"
    template_name = "courses/admin/form.html"
    lesson: LessonPage

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.lesson = get_object_or_404(LessonPage, pk=kwargs["pk"])
        if not perms.may_review(request.user, self.lesson):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_page_subtitle(self) -> str:
        return str(self.lesson.get_admin_display_title())

    def form_valid(self, form: AllowTermForm) -> HttpResponse:
        actions.allow_term(
            lesson=self.lesson,
            by=cast("User", self.request.user),
            now=timezone.now(),
            **form.cleaned_data,
        )
        messages.success(self.request, _("This lesson may use the term now."))
        return redirect(reverse("wagtailadmin_pages:edit", args=[self.lesson.pk]))
