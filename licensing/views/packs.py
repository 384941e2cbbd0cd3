"""FOI figures of a financial year, and one driver's training for a committee."""

from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import FormView, ListView, TemplateView

from courses.views.spreadsheets import Spreadsheet
from licensing import perms
from licensing.actions import MakingRefused, make_committee_pack, make_foi_pack
from licensing.document import lines, read
from licensing.forms.packs import CommitteePackForm, FoiPackForm
from licensing.models import CommitteePack, FoiPack
from licensing.pack_pdf import render_document
from people.models import Licence
from people.staff_page import PlacedPageMixin

REFUSALS = {
    "not_allowed": gettext_lazy("Only a licensing officer of this council may do that."),
    "interest": gettext_lazy(
        "You cannot make this pack: it is about yourself or about somebody you know. "
        "A colleague has to make it."
    ),
    "no_reason": gettext_lazy("Say what the pack is for."),
    "in_the_future": gettext_lazy("Choose today or an earlier day."),
}
ON_A_PAGE = 50


class PacksMixin(PlacedPageMixin):
    """For officers, auditors and platform administrators; anybody else is refused."""

    page_title: str | Promise = gettext_lazy("FOI figures")
    header_icon = "doc-full"
    breadcrumbs_items: ClassVar[list[Any]] = []

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not perms.reads_drivers(request):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[no-any-return]


class FoiPacksView(PacksMixin, ListView):
    """The packs of one's own authorities, the latest first."""

    template_name = "licensing/admin/packs/foi_packs.html"
    paginate_by = ON_A_PAGE

    def get_queryset(self) -> QuerySet[FoiPack]:
        own = perms.pack_readers_authorities(self.person)
        packs = FoiPack.objects.filter(authority__in=own).defer("content")
        return packs.select_related("authority", "made_by")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        may_make = perms.pack_authorities(self.person).exists()
        return super().get_context_data(may_make=may_make, **kwargs)


class MakeFoiPackView(PacksMixin, FormView):
    """For officers: the year, and the cost if it is known."""

    page_title = gettext_lazy("Make FOI figures")
    template_name = "licensing/admin/packs/make_foi.html"
    form_class = FoiPackForm

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if perms.reads_drivers(request) and not self.authorities.exists():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @cached_property
    def authorities(self) -> Any:
        return perms.pack_authorities(self.request.user)

    def way_here(self) -> list[dict[str, str | Promise]]:
        return [{"url": reverse("foi_packs"), "label": _("FOI figures")}]

    def get_form_kwargs(self) -> dict[str, Any]:
        today = timezone.localdate()
        return {**super().get_form_kwargs(), "authorities": self.authorities, "today": today}

    def form_valid(self, form: FoiPackForm) -> HttpResponse:
        now = timezone.now()
        try:
            pack = make_foi_pack(
                authority=form.cleaned_data["authority"],
                year=form.cleaned_data["year"],
                cost=form.cost,
                by=self.person,
                today=timezone.localdate(now),
                now=now,
            )
        except MakingRefused as refusal:
            form.add_error(None, str(REFUSALS[refusal.code]))
            return self.form_invalid(form)
        messages.success(
            self.request, _("The figures are on record. Read them before you publish.")
        )
        return redirect("foi_pack", pack.pk)


class OneFoiPack(PacksMixin):
    @cached_property
    def pack(self) -> FoiPack:
        own = perms.pack_readers_authorities(self.person)
        packs = FoiPack.objects.filter(authority__in=own).select_related("authority", "made_by")
        return get_object_or_404(packs, pk=self.kwargs["pk"])


class FoiPackView(OneFoiPack, TemplateView):
    """What was made, as it was made."""

    template_name = "licensing/admin/packs/foi_pack.html"

    def get_page_subtitle(self) -> str:
        return self.pack.financial_year.label

    def way_here(self) -> list[dict[str, str | Promise]]:
        return [{"url": reverse("foi_packs"), "label": _("FOI figures")}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        document = read(self.pack.content)
        return super().get_context_data(pack=self.pack, document=document, **kwargs)


class FoiPackFileView(OneFoiPack, View):
    """The same as a PDF, or line by line as CSV or XLSX."""

    def get(self, request: HttpRequest, pk: int, file_format: str) -> HttpResponseBase:
        document = read(self.pack.content)
        name = f"foi-{self.pack.authority.code}-{self.pack.year}-{pk}"
        if file_format == "pdf":
            return pdf_of(self.pack, name=name)
        headings = [_("Section"), _("Table"), _("Row"), _("Column"), _("Figure")]
        columns = [(heading, _nth(place)) for place, heading in enumerate(headings)]
        sheet = Spreadsheet(columns, filename=name)
        if file_format == "xlsx":
            return sheet.write_xlsx_response(lines(document))
        if file_format != "csv":
            raise Http404
        return StreamingHttpResponse(
            sheet.stream_csv(lines(document)),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}.csv"'},
        )


class MakeCommitteePackView(PacksMixin, FormView):
    """For officers: what the pack is for, and as at which day. Earlier ones are listed below."""

    page_title = gettext_lazy("Make a committee pack")
    template_name = "licensing/admin/packs/make_committee.html"
    form_class = CommitteePackForm

    @cached_property
    def licence(self) -> Licence:
        possible = perms.committee_licences(self.person).select_related("authority")
        return get_object_or_404(possible, pk=self.kwargs["pk"])

    def get_page_subtitle(self) -> str:
        return self.licence.number

    def way_here(self) -> list[dict[str, str | Promise]]:
        driver = reverse("staff_driver", args=[self.licence.pk])
        return [{"url": driver, "label": _("Driver")}]

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "today": timezone.localdate()}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        earlier = self.licence.committee_packs.defer("content").select_related("made_by")
        return super().get_context_data(licence=self.licence, earlier=earlier[:ON_A_PAGE], **kwargs)

    def form_valid(self, form: CommitteePackForm) -> HttpResponse:
        now = timezone.now()
        try:
            pack = make_committee_pack(
                licence=self.licence,
                as_at=form.cleaned_data["as_at"],
                known_at=form.known_at(now),
                reason=form.cleaned_data["reason"],
                by=self.person,
                today=timezone.localdate(now),
                now=now,
            )
        except MakingRefused as refusal:
            form.add_error(None, str(REFUSALS[refusal.code]))
            return self.form_invalid(form)
        messages.success(self.request, _("The pack is on record, with its reason."))
        return redirect("committee_pack", pack.pk)


class OneCommitteePack(PacksMixin):
    page_title = gettext_lazy("Committee pack")

    @cached_property
    def pack(self) -> CommitteePack:
        packs = perms.readable_committee_packs(self.person)
        related = packs.select_related("authority", "licence", "made_by")
        return get_object_or_404(related, pk=self.kwargs["pk"])


class CommitteePackView(OneCommitteePack, TemplateView):
    """What was put together, as it was."""

    template_name = "licensing/admin/packs/committee_pack.html"

    def get_page_subtitle(self) -> str:
        return self.pack.licence.number

    def way_here(self) -> list[dict[str, str | Promise]]:
        driver = reverse("staff_driver", args=[self.pack.licence_id])
        return [{"url": driver, "label": _("Driver")}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        document = read(self.pack.content)
        return super().get_context_data(pack=self.pack, document=document, **kwargs)


class CommitteePackFileView(OneCommitteePack, View):
    """The same as a PDF for the meeting. Its name tells of nobody."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return pdf_of(self.pack, name=f"committee-pack-{pk}")


def pdf_of(pack: FoiPack | CommitteePack, *, name: str) -> HttpResponse:
    file = render_document(
        read(pack.content), author=pack.authority.name, at=pack.made_at, digest=pack.digest
    )
    return HttpResponse(
        file,
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{name}.pdf"'},
    )


def _nth(place: int) -> Any:
    return lambda line: line[place]
