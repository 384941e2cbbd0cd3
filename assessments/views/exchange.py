"""Question banks as files, for the authors of a course's questions."""

import codecs
from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import FormView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from assessments import actions, perms
from assessments.forms import ExportForm, ImportForm
from assessments.importers import WRITERS, FileRefused, read_file
from people.models import User

# Of the name of a file, and of what it is; Excel takes a CSV for UTF-8 by its mark alone.
KINDS = {
    "gift": (".gift.txt", "text/plain; charset=utf-8", b""),
    "moodle-xml": (".xml", "application/xml", b""),
    "csv": (".csv", "text/csv; charset=utf-8", codecs.BOM_UTF8),
}


class AuthorsMixin:
    """For people who may write questions; nobody else gets in."""

    request: HttpRequest

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not perms.authored_courses(request.user).exists():
            raise PermissionDenied
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        return response


class ImportQuestionsView(AuthorsMixin, WagtailAdminTemplateMixin, FormView):
    """Says what an import would do, and does it when asked to. The file is kept nowhere: whoever
    has seen what would happen sends it again."""

    page_title = gettext_lazy("Import and export questions")
    header_icon = "upload"
    breadcrumbs_items: ClassVar[list[Any]] = []
    template_name = "assessments/admin/import.html"
    form_class = ImportForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "for_user": self.request.user}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        export_form = ExportForm(for_user=self.request.user, auto_id="export_%s")
        return super().get_context_data(export_form=export_form, **kwargs)

    def form_valid(self, form: ImportForm) -> HttpResponse:
        assert isinstance(self.request.user, User)
        told = form.cleaned_data
        try:
            report = actions.import_questions(
                course=told["course"],
                reading=read_file(told["file"], told["format"]),
                by=self.request.user,
                dry_run=told["dry_run"],
            )
        except FileRefused as refusal:
            form.add_error("file", str(refusal))
            return self.form_invalid(form)
        except actions.ImportRefused:
            form.add_error("course", _("The course has no lesson for questions to be about."))
            return self.form_invalid(form)
        return self.render_to_response(self.get_context_data(form=form, report=report))


class ExportQuestionsView(AuthorsMixin, View):
    """The questions of a course as a file; what no format can hold is named on the next page."""

    def get(self, request: HttpRequest) -> HttpResponse:
        form = ExportForm(request.GET, for_user=request.user)
        if not form.is_valid():
            messages.error(request, _("Choose a course and a format."))
            return redirect("import_questions")
        course, name = form.cleaned_data["course"], form.cleaned_data["format"]
        export = actions.export_questions(course=course)
        for question, reason in export.left_out:
            left_out = _("Not in the file: %(question)s. %(reason)s")
            messages.warning(request, left_out % {"question": question, "reason": reason})
        ending, content_type, mark = KINDS[name]
        response = HttpResponse(
            mark + WRITERS[name](export.items).encode(), content_type=content_type
        )
        response["Content-Disposition"] = f'attachment; filename="{course.slug}{ending}"'
        return response
