"""Staff pages of writing and reviewing: a new course, a term allowed, the list of lessons."""

from itertools import chain
from typing import Any, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from wagtail import hooks
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.models import Page, TaskState

from courses import actions, perms
from courses.forms import AllowTermForm, StartCourseForm, TranslateForm
from courses.models import CourseIndexPage, LessonPage, ReviewedPage
from courses.models.review import ApproveForm
from courses.reading import HIGHEST_AGE, reading_age
from people.models import User


def course_tree(request: HttpRequest) -> HttpResponse:
    """The way into the course tree, past the pages above it."""
    return redirect("wagtailadmin_explore", CourseIndexPage.original().pk)


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


class TranslateView(WagtailAdminTemplateMixin, FormView):
    """Whoever may change a page may begin its translation: a draft, reviewed like any other."""

    form_class = TranslateForm
    page_title = gettext_lazy("Translate")
    header_icon = "globe"
    template_name = "courses/admin/form.html"
    page: ReviewedPage

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        page = get_object_or_404(Page, pk=kwargs["pk"]).specific
        if not perms.may_translate(request.user, page):
            raise PermissionDenied
        self.page = page
        return super().dispatch(request, *args, **kwargs)

    def get_page_subtitle(self) -> str:
        return str(self.page.get_admin_display_title())

    def form_valid(self, form: TranslateForm) -> HttpResponse:
        translation = actions.start_translation(
            page=self.page,
            language=form.cleaned_data["language"],
            by=cast("User", self.request.user),
        )
        messages.success(self.request, _("Translate the words; keep the screens as they are."))
        return redirect(reverse("wagtailadmin_pages:edit", args=[translation.pk]))


class ReviewView(WagtailAdminTemplateMixin, FormView):
    """What a reviewer needs on one page: what has changed, how it reads, and the decision."""

    form_class = ApproveForm
    page_title = gettext_lazy("Review")
    header_icon = "check"
    template_name = "courses/admin/review.html"
    state: TaskState

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        waiting = TaskState.objects.filter(status=TaskState.STATUS_IN_PROGRESS)
        self.state = get_object_or_404(waiting, pk=kwargs["pk"])
        self.task = self.state.task.specific
        self.content = self.state.revision.content_object
        if not perms.may_decide(request.user, self.state):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_page_subtitle(self) -> str:
        return str(self.state.revision.object_str)

    def get_form(self, form_class: Any = None) -> ApproveForm:
        """Sending back needs the comment alone."""
        form: ApproveForm = super().get_form(form_class)
        if not hasattr(self.content, "approvals"):
            del form.fields["material"], form.fields["change_note"]
        return form

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        draft = self.state.revision.as_object()
        lesson = isinstance(draft, LessonPage)
        notes = [note(self.request, draft) for note in hooks.get_hooks("review_notes")]
        return {
            **super().get_context_data(**kwargs),
            "state": self.state,
            "content": self.content,
            "addresses": _addresses_of(self.content),
            "notes": list(chain.from_iterable(notes)),
            "reading_age": reading_age(draft.reading_matter()) if lesson else None,
            "highest_age": HIGHEST_AGE,
        }

    def form_valid(self, form: ApproveForm) -> HttpResponse:
        action = "reject" if "reject" in self.request.POST else "approve"
        try:
            self.task.on_action(self.state, self.request.user, action, **form.cleaned_data)
        except ValidationError as faults:
            form.add_error(None, faults)
            return self.form_invalid(form)
        done = {"approve": _("Approved."), "reject": _("Sent back to the author.")}
        messages.success(self.request, done[action])
        return redirect("wagtailadmin_home")


def _addresses_of(content: Any) -> dict[str, str]:
    """The names of Wagtail's own pages about the content."""
    if isinstance(content, Page):
        names = "wagtailadmin_pages:workflow_preview", "wagtailadmin_pages:revisions_compare"
    else:
        name = content.snippet_viewset.get_url_name
        names = name("workflow_preview"), name("revisions_compare")
    return dict(zip(("preview", "compare"), names, strict=True))
