"""The register's pages for licensing officers: files in and out, and matches in doubt."""

import codecs
import csv
import logging
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar, cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import FormView, ListView, TemplateView
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from people import perms, register, tasks
from people.cells import harmless
from people.forms import DecideDoubtForm, RegisterFileForm, UndoImportForm
from people.headway import progress_of
from people.importers import COLUMNS, FIELDS
from people.models import Licence, RegisterDoubt, RegisterImport, RegisterUpload, User
from people.register import UndoRefused, WhyNot

logger = logging.getLogger(__name__)
State = RegisterUpload.State
SHOWN = 50
LOOK_AGAIN = "3"  # Seconds; browsers do it without a script.
UNDO_REFUSALS = {
    WhyNot.LATER_IMPORT: gettext_lazy("A later file was imported. Only the last can be undone."),
    WhyNot.DECIDED: gettext_lazy("An officer has decided about rows of this file."),
    WhyNot.LINKED: gettext_lazy("Licences have been linked to people since."),
    WhyNot.CHANGED: gettext_lazy("Licences have been changed since."),
    WhyNot.REFERRED_TO: gettext_lazy("Other records name a licence that this file brought."),
    WhyNot.NOT_ON_RECORD: gettext_lazy("What was before this file is not on record."),
}
LABELS = {
    "licence_number": gettext_lazy("Licence number"),
    "licence_kind": gettext_lazy("Kind of licence"),
    "full_name": gettext_lazy("Full name"),
    "date_of_birth": gettext_lazy("Date of birth"),
    "email": gettext_lazy("Email address"),
    "mobile": gettext_lazy("Mobile number"),
    "licence_start": gettext_lazy("Licence starts on"),
    "licence_expiry": gettext_lazy("Licence ends on"),
    "licence_state": gettext_lazy("State of the licence"),
    "operator_reference": gettext_lazy("Operator reference"),
    "language": gettext_lazy("Language"),
}
WORDS: dict[str, dict[Any, Any]] = {
    "kind": dict(Licence.Kind.choices),
    "state": dict(Licence.State.choices),
}


class OfficersMixin:
    """For licensing officers; each sees their own authorities alone."""

    request: HttpRequest
    header_icon = "list-ul"
    breadcrumbs_items: ClassVar[list[Any]] = []

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        self.authorities = perms.authorities_of(request.user, perms.Role.OFFICER)
        if not self.authorities.exists():
            raise PermissionDenied
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        return response

    @property
    def officer(self) -> User:
        return cast("User", self.request.user)

    def upload(self, pk: int) -> RegisterUpload:
        uploads = RegisterUpload.objects.for_officer(self.officer).select_related("authority")
        return cast("RegisterUpload", get_object_or_404(uploads, pk=pk))


class RegisterView(OfficersMixin, WagtailAdminTemplateMixin, FormView):
    """What went into the register, and the door for the next file."""

    page_title = gettext_lazy("Register")
    template_name = "people/admin/register/register.html"
    form_class = RegisterFileForm

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "authorities": self.authorities}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        imports = RegisterImport.objects.for_officer(self.officer)
        imports = imports.select_related("authority", "imported_by")
        uploads = RegisterUpload.objects.for_officer(self.officer).exclude(state=State.IMPORTED)
        return super().get_context_data(
            page_obj=Paginator(imports, 20).get_page(self.request.GET.get("page")),
            uploads=uploads.select_related("authority", "uploaded_by")[:10],
            authorities=self.authorities,
            waiting=perms.decidable_doubts(self.officer).count(),
            columns=COLUMNS,
            **kwargs,
        )

    def form_valid(self, form: RegisterFileForm) -> HttpResponse:
        file = form.cleaned_data["file"]
        upload = register.receive_upload(
            authority=form.cleaned_data["authority"],
            chunks=file.chunks(1024 * 1024),
            file_name=file.name or "",
            by=self.officer,
            now=timezone.now(),
        )
        _go_on(upload)
        return redirect("register_upload", upload.pk)


class UploadView(OfficersMixin, WagtailAdminTemplateMixin, TemplateView):
    """What the file would do; after the officer's word, how it is going."""

    page_title = gettext_lazy("Register file")
    template_name = "people/admin/register/upload.html"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        upload = self.upload(kwargs["pk"])
        if upload.register_import_id is not None:
            return redirect("register_import", upload.register_import_id)
        working = upload.state in {State.CHECKING, State.IMPORTING}
        outcome = upload.outcome or {}
        context = self.get_context_data(
            upload=upload,
            working=working,
            progress=progress_of(upload.pk) if working else None,
            outcome=outcome,
            errors=outcome.get("errors", [])[:SHOWN],
            may_confirm=upload.state == State.CHECKED
            and not outcome["errors"]
            and upload.parts.exists(),
        )
        response = self.render_to_response(context)
        if working:
            response["Refresh"] = LOOK_AGAIN
        return response

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        upload = register.confirm_upload(
            upload=self.upload(pk), by=self.officer, now=timezone.now()
        )
        if upload.state == State.IMPORTING:
            _go_on(upload)
        return redirect("register_upload", upload.pk)


class UploadErrorsView(OfficersMixin, View):
    """The errors as a file, to repair the other one by."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        errors = (self.upload(pk).outcome or {}).get("errors", [])
        rows = ([error["row"], error["field"], error["message"]] for error in errors)
        return _as_csv(["row", "field", "message"], rows, name=f"errors-{pk}")


class DifferencesView(OfficersMixin, View):
    """Every difference between the file and the register as it is now."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        upload = self.upload(pk)
        if not upload.parts.exists():
            raise Http404
        rows = register.differences(upload, today=timezone.localdate())
        header = ["licence_number", "row", "column", "in_file", "in_register"]
        return _as_csv(header, rows, name=f"differences-{pk}")


class ImportView(OfficersMixin, WagtailAdminTemplateMixin, FormView):
    """What one import did, and the way back."""

    page_title = gettext_lazy("Imported file")
    template_name = "people/admin/register/import.html"
    form_class = UndoImportForm

    @cached_property
    def fact(self) -> RegisterImport:
        imports = RegisterImport.objects.for_officer(self.officer)
        imports = imports.select_related("authority", "imported_by", "undone_by")
        return cast("RegisterImport", get_object_or_404(imports, pk=self.kwargs["pk"]))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        refusal = register.why_not(self.fact) if self.fact.undone_at is None else None
        return super().get_context_data(
            fact=self.fact,
            upload=RegisterUpload.objects.filter(register_import=self.fact).first(),
            why_not=UNDO_REFUSALS[refusal.why] if refusal else "",
            numbers=refusal.numbers if refusal else (),
            **kwargs,
        )

    def form_valid(self, form: UndoImportForm) -> HttpResponse:
        try:
            register.undo_import(
                register_import=self.fact,
                by=self.officer,
                reason=form.cleaned_data["reason"],
                now=timezone.now(),
            )
        except UndoRefused as refusal:
            messages.error(self.request, str(UNDO_REFUSALS[refusal.why]))
        else:
            messages.success(self.request, _("The import is undone."))
        return redirect("register_import", self.fact.pk)


class DoubtsView(OfficersMixin, WagtailAdminTemplateMixin, ListView):
    """Rows that may be about another person than the register's (R04)."""

    page_title = gettext_lazy("Doubtful matches")
    template_name = "people/admin/register/doubts.html"
    paginate_by = 50

    def get_queryset(self) -> Any:
        return perms.decidable_doubts(self.officer).select_related("licence", "authority", "source")


class DoubtView(OfficersMixin, WagtailAdminTemplateMixin, FormView):
    """Both sides in two columns; the officer says whose details they are."""

    page_title = gettext_lazy("Doubtful match")
    template_name = "people/admin/register/doubt.html"
    form_class = DecideDoubtForm

    def get_form_kwargs(self) -> dict[str, Any]:
        doubts = perms.decidable_doubts(self.officer)
        doubts = doubts.select_related("licence__holder", "authority", "source")
        self.doubt: RegisterDoubt = get_object_or_404(doubts, pk=self.kwargs["pk"])
        return {**super().get_form_kwargs(), "doubt": self.doubt}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        form = kwargs.pop("form", None) or self.get_form()
        return super().get_context_data(
            form=form, doubt=self.doubt, sides=list(_sides(self.doubt)), **kwargs
        )

    def form_valid(self, form: DecideDoubtForm) -> HttpResponse:
        try:
            register.decide_doubt(
                doubt=self.doubt, by=self.officer, now=timezone.now(), **form.cleaned_data
            )
        except register.DecisionRefused:
            refused = _("This does not fit what is on record. Check the number and the day.")
            form.add_error(None, refused)
            return self.form_invalid(form)
        messages.success(self.request, _("The match is decided."))
        return redirect("register_doubts")


class ExportRegisterView(OfficersMixin, View):
    """The register of one authority with the published columns."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        authority = get_object_or_404(self.authorities, pk=pk)
        lines = (line.encode() for line in register.export_register(authority))
        return _download(lines, name=f"register-{authority.code}")


def _go_on(upload: RegisterUpload) -> None:
    """A small file at once, so that the next page has the answer; another one by a worker. Best
    effort: the sweep takes up what nobody was told about."""
    if register.is_small(upload):
        now = timezone.now()
        register.work_on_upload(pk=upload.pk, now=now, today=timezone.localdate(now))
        return
    try:
        tasks.work_on_upload.delay(upload.pk)
    except (OperationalError, RedisError, OSError) as error:
        logger.warning("upload %s waits for the sweep: %s", upload.pk, type(error).__name__)


def _sides(doubt: RegisterDoubt) -> Iterator[tuple[Any, Any, Any, bool]]:
    """Label, what the register says now, what was sent, and whether they differ."""
    given = register.given_facts(doubt)
    for column in COLUMNS:
        field = FIELDS[column]
        if field in given:
            known, sent = getattr(doubt.licence, field), given[field]
            words = WORDS.get(field, {})
            yield LABELS[column], words.get(known, known), words.get(sent, sent), known != sent


def _as_csv(header: list[str], rows: Iterable[Any], *, name: str) -> HttpResponseBase:
    writer = csv.writer(register.Echo())
    every = ([header], ([harmless(str(cell or "")) for cell in row] for row in rows))
    return _download((writer.writerow(row).encode() for part in every for row in part), name=name)


def _download(lines: Iterable[bytes], *, name: str) -> HttpResponseBase:
    """Marked as UTF-8, by which alone Excel knows it."""

    def content() -> Iterator[bytes]:
        yield codecs.BOM_UTF8
        yield from lines

    response = StreamingHttpResponse(content(), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    response["Cache-Control"] = "no-store"
    return response
