"""The pack of a quarter: asked for, worked out while the page shows how far it is, and kept."""

from typing import Any

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import FormView, TemplateView

from licensing import actions
from licensing.forms.trends import PackForm
from licensing.models import QuarterlyPack
from licensing.periods import Grain, Period, latest_complete
from licensing.quarterly import STEPS, quarter_of
from licensing.quarterly_pdf import render_pack, zip_pack
from licensing.quarterly_tables import NOTICE, tables, title
from licensing.tasks import work_on_packs
from licensing.views.trend_figures import period_in_words
from licensing.views.trends import TrendsMixin
from people.models import Licence

AT_ONCE = 10_000  # Licences whose figures are worked out while the person waits: a second or two.
QUARTERS = 12
LISTED = 50
LOOK_AGAIN = "3"  # Seconds.


class PacksMixin(TrendsMixin):
    page_title = gettext_lazy("Quarterly pack")
    header_icon = "doc-full"

    def get_breadcrumbs_items(self) -> list[dict[str, str | Promise]]:
        here = {"url": "", "label": self.get_page_title(), "sublabel": self.get_page_subtitle()}
        return [*self.breadcrumbs_items, here]


class PacksView(PacksMixin, FormView):
    """The door for another pack, and the latest ones."""

    form_class = PackForm
    template_name = "licensing/admin/quarterly/packs.html"
    extra_context = {"submit_label": gettext_lazy("Make the pack")}

    def get_form_kwargs(self) -> dict[str, Any]:
        quarters = [latest_complete(Grain.QUARTER, self.today)]
        while len(quarters) < QUARTERS:
            quarters.append(quarters[-1].previous)
        choices = [(quarter.first.isoformat(), period_in_words(quarter)) for quarter in quarters]
        authorities = self.authorities
        return {**super().get_form_kwargs(), "authorities": authorities, "quarters": choices}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        packs = QuarterlyPack.objects.visible_to(self.person).defer("content")
        related = packs.select_related("authority", "asked_by")
        listed = [
            (pack, period_in_words(quarter_of(pack.quarter_from))) for pack in related[:LISTED]
        ]
        return super().get_context_data(packs=listed, **kwargs)

    def form_valid(self, form: PackForm) -> HttpResponse:
        authority = form.cleaned_data["authority"]
        pack = actions.ask_pack(
            authority=authority,
            quarter=quarter_of(form.cleaned_data["quarter"]),
            by=self.person,
            now=self.now,
        )
        many = Licence.objects.filter(authority=authority).count() > AT_ONCE
        if many:
            transaction.on_commit(work_on_packs.delay)
        else:
            actions.work_on_pack(pack_id=pack.pk, now=self.now)
        return redirect("quarterly_pack", pack.pk)


class OnePackMixin(PacksMixin):
    """One pack; for the staff of other authorities there is none at this address."""

    kwargs: dict[str, Any]

    @cached_property
    def pack(self) -> QuarterlyPack:
        packs = QuarterlyPack.objects.visible_to(self.person)
        found: QuarterlyPack = get_object_or_404(
            packs.select_related("authority", "asked_by"), pk=self.kwargs["pk"]
        )
        return found

    @cached_property
    def quarter(self) -> Period:
        return quarter_of(self.pack.quarter_from)

    def file(self, content: bytes, content_type: str, suffix: str) -> HttpResponse:
        name = f"{self.pack.authority.code}-{self.quarter.first}.{suffix}"
        headers = {"Content-Disposition": f'attachment; filename="quarterly-{name}"'}
        return HttpResponse(content, content_type=content_type, headers=headers)

    def finished(self) -> QuarterlyPack:
        if self.pack.finished_at is None:
            raise Http404
        return self.pack


class PackView(OnePackMixin, TemplateView):
    """How far it is, then what is in it."""

    template_name = "licensing/admin/quarterly/pack.html"

    def get_page_subtitle(self) -> str:
        return f"{self.pack.authority}, {period_in_words(self.quarter)}"

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        content = self.pack.content
        response = self.render_to_response(
            self.get_context_data(
                pack=self.pack,
                steps=STEPS,
                notice=NOTICE,
                title=title(content) if content else "",
                tables=tables(content) if content else [],
            )
        )
        if not content:
            response["Refresh"] = LOOK_AGAIN
        return response


class PackPdfView(OnePackMixin, View):
    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.file(render_pack(self.finished()), "application/pdf", "pdf")


class PackZipView(OnePackMixin, View):
    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        return self.file(zip_pack(self.finished()), "application/zip", "zip")
