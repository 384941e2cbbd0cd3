"""What the answers say about the questions, in words for trainers, and the review of odd ones."""

from functools import cached_property
from typing import Any

import django_filters  # type: ignore[import-untyped]
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import BooleanField, ExpressionWrapper, F, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import FormView
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.paginator import WagtailPaginator
from wagtail.admin.ui.tables import BaseColumn, BooleanColumn, Column
from wagtail.admin.views.generic.base import BaseListingView

from assessments import actions, item_analysis, perms
from assessments.forms import WordsForm
from assessments.models import ItemReview, ItemStatistic
from assessments.views import figures
from courses.views.spreadsheets import FORMATS, Spreadsheet
from courses.views.tables import NameColumn
from people.perms import TRAINERS
from people.staff_page import StaffPageMixin

ON_A_PAGE = 50
REFUSALS: dict[str, str | Promise] = {
    "not_allowed": gettext_lazy("A reviewer of this council has to look at the question."),
    "own_question": gettext_lazy("Somebody who did not write the question has to look at it."),
    "not_held_back": gettext_lazy("This question is not held back. Nothing was changed."),
}
# Papers show one version of a question, the live one, which may never have had a number.
IN_USE = Q(question__live=True) & (
    Q(revision=F("question__live_revision")) | Q(revision=None, question__live_revision=None)
)


class QuestionPaginator(WagtailPaginator):
    verbose_name = gettext_lazy("question")
    verbose_name_plural = gettext_lazy("questions")


class StatisticsMixin(StaffPageMixin):
    """For trainers: the figures tell options and keys. Anybody else is refused."""

    page_title = gettext_lazy("Question statistics")
    header_icon = "clipboard-list"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not perms.may_read_statistics(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[no-any-return]

    def readable(self) -> Any:
        """With ``in_use``: whether papers show this version now."""
        in_use = ExpressionWrapper(IN_USE, output_field=BooleanField())
        statistics = perms.readable_statistics(self.person).annotate(in_use=in_use)
        return statistics.select_related("question__topic", "revision")


class StatisticFilters(WagtailFilterSet):
    topic = django_filters.ModelChoiceFilter(
        field_name="question__topic",
        label=gettext_lazy("Topic"),
        queryset=lambda request: perms.trainer_topics(request.user, *TRAINERS),
    )
    versions = django_filters.ChoiceFilter(
        label=gettext_lazy("Versions"),
        choices=[("all", gettext_lazy("Also earlier versions and questions taken out"))],
        empty_label=gettext_lazy("In use now"),
        method="pass_on",
    )

    class Meta:
        model = ItemStatistic
        fields = ["held_back"]

    def pass_on(
        self, queryset: QuerySet[ItemStatistic], name: str, value: str
    ) -> QuerySet[ItemStatistic]:
        """``filter_queryset`` decides: without a choice there is something to leave out."""
        return queryset

    def filter_queryset(self, queryset: QuerySet[ItemStatistic]) -> QuerySet[ItemStatistic]:
        found: QuerySet[ItemStatistic] = super().filter_queryset(queryset)
        return found if self.form.cleaned_data["versions"] else found.filter(IN_USE)


class StatisticsView(StatisticsMixin, BaseListingView):
    """The questions with their figures; those held back, and what that means for tests, first."""

    model = ItemStatistic
    index_url_name = "question_statistics"
    index_results_url_name = "question_statistics_results"
    default_ordering = "facility"
    is_searchable = True
    search_fields = ("question__text",)
    filterset_class = StatisticFilters
    paginate_by = ON_A_PAGE
    paginator_class = QuestionPaginator
    results_template_name = "assessments/admin/analysis/results.html"
    no_results_message = gettext_lazy("No question has been in a test yet.")
    columns: list[BaseColumn] = [
        NameColumn(
            "question",
            label=gettext_lazy("Question"),
            url_name="question_statistic",
        ),
        Column("topic", label=gettext_lazy("Topic"), accessor="question.topic"),
        Column("answers", label=gettext_lazy("Answers"), sort_key="answers"),
        Column(
            "facility",
            label=gettext_lazy("Got it right"),
            accessor=lambda row: figures.per_cent(row.facility),
            sort_key="facility",
        ),
        Column(
            "discrimination",
            label=gettext_lazy("Tells people apart"),
            accessor=lambda row: figures.decimal(row.discrimination),
            sort_key="discrimination",
        ),
        Column(
            "median_seconds",
            label=gettext_lazy("Middle time"),
            accessor=lambda row: figures.seconds_in_words(row.median_seconds),
            sort_key="median_seconds",
        ),
        Column(
            "flags",
            label=gettext_lazy("What is odd"),
            accessor=lambda row: figures.flags_in_short(row.flags),
        ),
        BooleanColumn("held_back", label=gettext_lazy("Held back"), sort_key="held_back"),
    ]

    def get_base_queryset(self) -> Any:
        return self.readable()

    def order_queryset(self, queryset: QuerySet[ItemStatistic]) -> QuerySet[ItemStatistic]:
        column = F(self.ordering.lstrip("-"))
        descending = self.ordering.startswith("-")
        order = column.desc(nulls_last=True) if descending else column.asc(nulls_last=True)
        return queryset.order_by(order, "pk")

    def get_context_data(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        today = timezone.localdate(now, timezone.get_default_timezone())
        context: dict[str, Any] = super().get_context_data(
            *args,
            held_back=self.readable().filter(IN_USE, held_back=True).count(),
            short_topics=perms.short_topics(self.person, on=today, now=now),
            download_url=reverse("export_question_statistics", args=["csv"]),
            **kwargs,
        )
        return context


class ExportStatisticsView(StatisticsMixin, View):
    """The figures of every version one may see, as a file."""

    def get(self, request: HttpRequest, file_format: str) -> HttpResponseBase:
        if file_format not in FORMATS:
            raise Http404
        rows = self.readable().order_by("question", "revision").iterator(chunk_size=500)
        sheet = Spreadsheet(figures.export_columns(), filename="question-statistics")
        response: HttpResponseBase = sheet.as_spreadsheet(rows, file_format)
        return response


class StatisticView(StatisticsMixin, FormView):
    """One version: its figures in words, its versions, and the review that lets it be drawn."""

    form_class = WordsForm
    template_name = "assessments/admin/analysis/question.html"
    kwargs: dict[str, Any]

    @cached_property
    def statistic(self) -> ItemStatistic:
        found: ItemStatistic = get_object_or_404(self.readable(), pk=self.kwargs["pk"])
        return found

    def get_page_subtitle(self) -> str:
        return str(self.statistic.question)

    def get_breadcrumbs_items(self) -> list[dict[str, str | Promise]]:
        listed = {"url": reverse("question_statistics"), "label": self.page_title}
        here: dict[str, str | Promise] = {"url": "", "label": str(self.statistic.question)}
        return [*self.breadcrumbs_items, listed, here]

    def get_form_kwargs(self) -> dict[str, Any]:
        help_text = _("Read the question, its options and its lesson. Say what you looked at.")
        label = _("What did you find?")
        return {**super().get_form_kwargs(), "label": label, "help_text": help_text}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        statistic = self.statistic
        same_question = self.readable().filter(question=statistic.question)
        reviews = ItemReview.objects.filter(
            question=statistic.question, revision=statistic.revision
        )
        return super().get_context_data(
            statistic=statistic,
            wording=figures.wording(statistic),
            facts=figures.facts(statistic),
            flags=[figures.FLAGS[item_analysis.Flag(flag)] for flag in statistic.flags],
            choices=figures.choices_table(statistic),
            chart=figures.choices_chart(statistic) if statistic.answers else None,
            versions=figures.versions_table(same_question.order_by("-revision")),
            reviews=reviews.select_related("reviewed_by").order_by("-pk"),
            refusal=self.refusal(),
            **kwargs,
        )

    def refusal(self) -> str:
        """Why this person may not let the version be drawn; empty where they may."""
        question = self.statistic.question
        if not perms.may_rule_on(self.person, question):
            return str(REFUSALS["not_allowed"])
        if perms.wrote(self.person, question, self.statistic.revision_id):
            return str(REFUSALS["own_question"])
        return ""

    def form_valid(self, form: WordsForm) -> HttpResponse:
        statistic = self.statistic
        try:
            actions.review_item(
                question=statistic.question,
                revision=statistic.revision,
                note=form.cleaned_data["text"],
                by=self.person,
                now=timezone.now(),
            )
        except actions.ItemReviewRefused as refusal:
            messages.error(self.request, str(REFUSALS[refusal.code]))
        else:
            messages.success(self.request, _("The question can be drawn again."))
        return redirect("question_statistic", statistic.pk)
