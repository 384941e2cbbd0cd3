"""Trends of one authority: whole, split, by question, and the gaps (R54). Nobody is named."""

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar, cast

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView

from assessments.perms import trainer_questions
from courses.views.spreadsheets import FORMATS, Columns, Spreadsheet
from licensing import perms, trends
from licensing.forms.trends import MeasureForm, OverTimeForm, SpanForm
from licensing.models import MetPoint, TrendAlert
from licensing.periods import Grain, Period
from licensing.trends import OF_FEW, Asked, Counts, Figures, Measure, Split
from licensing.views import trend_figures, trend_groups
from licensing.views.trend_figures import HIDDEN, Row
from people import perms as people
from people.models import Authority
from people.staff_page import StaffPageMixin

OF_TESTS = (Measure.RESULTS, Measure.FIRST_TRIES, Measure.CERTIFICATES, Measure.CASES)
MEASURES = {
    Split.PROVIDER: (Measure.CERTIFICATES,),
    Split.SITE: OF_TESTS,
    Split.COHORT: (*OF_TESTS, Measure.MET),
    Split.OPERATOR: (*OF_TESTS, Measure.MET),
}
NOT_YET = gettext_lazy("not worked out yet")


class TrendsMixin(StaffPageMixin):
    """For officers and auditors, about their own authorities; anybody else is refused."""

    header_icon = "history"
    page_title: str | Promise = gettext_lazy("Trends")
    roles: ClassVar[tuple[str, ...]] = (people.Role.OFFICER, people.Role.AUDITOR)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not people.holds(request, *self.roles):
            raise PermissionDenied
        self.now = timezone.now()
        return super().dispatch(request, *args, **kwargs)  # type: ignore[no-any-return]

    @property
    def today(self) -> date:
        return timezone.localdate(self.now, timezone.get_default_timezone())

    @cached_property
    def authorities(self) -> QuerySet[Authority]:
        return perms.trend_authorities(self.person)

    def get_breadcrumbs_items(self) -> list[dict[str, str | Promise]]:
        way = {"url": reverse("trends"), "label": _("Trends")}
        here = {"url": "", "label": self.get_page_title()}
        return [*self.breadcrumbs_items, *([] if self.page_title == _("Trends") else [way]), here]


class ChosenView(TrendsMixin, TemplateView):
    """What was chosen in the form, drawn, as a table, or as a file."""

    template_name = "licensing/admin/trends/trends.html"
    name: ClassVar[str] = "trends"
    note: str | Promise = ""
    of_few: bool = False

    def form(self) -> SpanForm:
        data = self.request.GET.dict()
        return SpanForm(data, authorities=self.authorities, today=self.today)

    def show(self, form: SpanForm) -> dict[str, Any]:
        """``table``, ``chart`` and ``time_chart`` of what was chosen."""
        raise NotImplementedError

    def sheet(self, form: SpanForm) -> tuple[Columns, Sequence[Any]]:
        raise NotImplementedError

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.form()
        file_format = request.GET.get("export")
        if file_format in FORMATS and form.is_valid():
            columns, rows = self.sheet(form)
            sheet = Spreadsheet(columns, filename=self.name.replace("_", "-"))
            return cast("HttpResponse", sheet.as_spreadsheet(rows, file_format))
        shown = self.show(form) if form.is_valid() else {}
        choices = request.GET.copy()
        choices.pop("export", None)
        return self.render_to_response(
            self.get_context_data(
                form=form,
                note=self.note,
                of_few=self.of_few,
                choices=choices.urlencode(),
                pages=self.pages(),
                alerts=TrendAlert.objects.visible_to(self.person).filter(note=None).count(),
                **shown,
            )
        )

    def pages(self) -> list[tuple[str, str | Promise, bool]]:
        """The ways to the other pages, and which of them this one is."""
        names: list[tuple[str, str | Promise]] = [
            ("trends", _("The whole council")),
            *((f"trends_{split.value}", split.label) for split in Split),
            ("trends_missed", _("Questions missed")),
        ]
        if perms.gap_authorities(self.person).exists():
            names.append(("trends_gaps", _("Gaps")))
        return [(reverse(name), label, name == self.name) for name, label in names]

    def asked(self, form: SpanForm, over: Sequence[Period]) -> Asked:
        authority = form.cleaned_data["authority"]
        return Asked(authority.pk, over[0].first, over[-1].last, self.now)


class TrendsView(ChosenView):
    """The whole authority over time."""

    def form(self) -> SpanForm:
        data = self.request.GET.dict()
        kwargs = {"authorities": self.authorities, "today": self.today}
        return OverTimeForm(data, measures=Measure, **kwargs)

    def rows(self, form: SpanForm) -> tuple[Measure, list[Row]]:
        measure = Measure(form.cleaned_data["measure"])
        grain = Grain(form.cleaned_data["grain"])
        over = form.periods(grain)
        if measure is Measure.MET:
            return measure, self.points(form.cleaned_data["authority"], over)
        figures = trends.over_time(measure, self.asked(form, over), grain=grain)
        return measure, trend_figures.rows_of(figures, over)

    def points(self, authority: Authority, over: Sequence[Period]) -> list[Row]:
        """What was worked out for the last days of the periods that are over."""
        days = [period.last for period in over]
        points = MetPoint.objects.filter(authority=authority, as_at__in=days)
        found = {point.as_at: point for point in points}
        rows = []
        for period in over:
            if (point := found.get(period.last)) is not None:
                counts = Counts(point.met, point.licensed - point.met)
                rows.append(Row(period, "", counts, point.known_at))
            elif period.last < self.today:
                rows.append(Row(period, "", None))
        return rows

    def show(self, form: SpanForm) -> dict[str, Any]:
        measure, rows = self.rows(form)
        table = trend_figures.table(measure, rows, None, empty=str(NOT_YET))
        chart = trend_figures.chart(measure, rows) if rows else None
        return {"table": table, "time_chart": chart}

    def sheet(self, form: SpanForm) -> tuple[Columns, Sequence[Any]]:
        measure, rows = self.rows(form)
        return trend_figures.columns(measure, None, empty=str(NOT_YET)), rows


class SplitView(ChosenView):
    """One figure, split."""

    split: Split = Split.PROVIDER

    @property
    def of_few(self) -> bool:  # type: ignore[override]
        return self.split in OF_FEW

    @property
    def name(self) -> str:  # type: ignore[override]
        return f"trends_{self.split.value}"

    def get_page_title(self) -> str:
        return str(self.split.label)

    def form(self) -> SpanForm:
        form = MeasureForm if self.of_few else OverTimeForm
        return form(
            self.request.GET.dict(),
            measures=MEASURES[self.split],
            authorities=self.authorities,
            today=self.today,
        )

    def rows(self, form: SpanForm) -> tuple[Measure, list[Row]]:
        measure = Measure(form.cleaned_data["measure"])
        over = (
            form.whole_quarters()
            if self.of_few
            else form.periods(Grain(form.cleaned_data["grain"]))
        )
        if not over:
            return measure, []
        if measure is Measure.MET:
            over = over[-1:]
        return measure, trend_figures.rows_of(self.figures(form, measure, over), over, self.split)

    def figures(self, form: SpanForm, measure: Measure, over: Sequence[Period]) -> Figures:
        asked = self.asked(form, over)
        if measure is Measure.MET:
            return trends.met_on(
                over[-1], authority_id=asked.authority_id, known_at=self.now, split=self.split
            )
        return trends.over_time(measure, asked, grain=over[0].grain, split=self.split)

    def show(self, form: SpanForm) -> dict[str, Any]:
        measure, rows = self.rows(form)
        if not rows:
            return {}
        table = trend_figures.table(measure, rows, self.split, empty=str(HIDDEN))
        chart = trend_figures.split_chart(measure, rows, self.split)
        kind = "chart" if hasattr(chart, "bars") else "time_chart"
        return {"table": table, kind: chart}

    def sheet(self, form: SpanForm) -> tuple[Columns, Sequence[Any]]:
        measure, rows = self.rows(form)
        return trend_figures.columns(measure, self.split, empty=str(HIDDEN)), rows


class MissedView(ChosenView):
    """What is most often missed: topics; single questions by number for those who write them."""

    name = "trends_missed"
    page_title = gettext_lazy("Questions missed")
    note = gettext_lazy(
        "A question counts as missed where the answer was wrong or not given. Trainers see the"
        " questions of their own courses by number, everybody else sees topics."
    )

    def rows(self, form: SpanForm) -> list[trends.Missed]:
        questions = trainer_questions(self.person, *people.TRAINERS)
        asked = self.asked(form, form.periods(Grain.MONTH))
        return trends.missed(asked, questions=list(questions.values_list("pk", flat=True)))

    def show(self, form: SpanForm) -> dict[str, Any]:
        rows = self.rows(form)
        if not rows:
            return {}
        chart = trend_groups.missed_chart(rows)
        return {"table": trend_groups.missed_table(rows), "chart": chart}

    def sheet(self, form: SpanForm) -> tuple[Columns, Sequence[Any]]:
        return trend_groups.missed_columns(), self.rows(form)


class GapsView(ChosenView):
    """How far pass rates lie apart by language, and with and without help. For auditors and
    administrators, who decide about nobody (R54)."""

    name = "trends_gaps"
    page_title = gettext_lazy("Gaps")
    roles = (people.Role.AUDITOR,)
    of_few = True
    note = gettext_lazy(
        "Ask why a rate is low before anybody draws a conclusion. The language is the one a person"
        " chose for this service, or else the one in the register. Nothing here says which help"
        " was granted, or why. Ethnicity is not collected."
    )

    @cached_property
    def authorities(self) -> QuerySet[Authority]:
        authorities = perms.gap_authorities(self.person)
        if not authorities.exists():
            raise PermissionDenied
        return authorities

    def rows(self, form: SpanForm) -> list[trend_groups.Gap]:
        over = form.whole_quarters()
        if not over:
            return []
        asked = self.asked(form, over)
        return [
            gap
            for by in trends.GAPS
            for gap in trend_groups.gaps_of(
                by,
                trends.gaps(Measure.RESULTS, asked, by=by),
                trends.gaps(Measure.FIRST_TRIES, asked, by=by),
            )
        ]

    def show(self, form: SpanForm) -> dict[str, Any]:
        rows = self.rows(form)
        if not rows:
            return {}
        return {"table": trend_groups.gaps_table(rows), "chart": trend_groups.gaps_chart(rows)}

    def sheet(self, form: SpanForm) -> tuple[Columns, Sequence[Any]]:
        return trend_groups.gaps_columns(), self.rows(form)
