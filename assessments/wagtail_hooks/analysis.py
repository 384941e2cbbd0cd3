"""The staff door of the question statistics."""

from typing import Any

from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from assessments.views import analysis
from people import perms as people


@hooks.register("register_admin_urls")
def statistics_urls() -> list[URLPattern]:
    listed, here = analysis.StatisticsView, "question-statistics/"
    return [
        path(here, listed.as_view(), name="question_statistics"),
        path(
            f"{here}results/",
            listed.as_view(results_only=True),
            name="question_statistics_results",
        ),
        path(
            f"{here}all.<slug:file_format>",
            analysis.ExportStatisticsView.as_view(),
            name="export_question_statistics",
        ),
        path(f"{here}<int:pk>/", analysis.StatisticView.as_view(), name="question_statistic"),
    ]


class StatisticsMenuItem(MenuItem):
    def is_shown(self, request: Any) -> bool:
        return people.holds(request, *people.TRAINERS)


@hooks.register("register_admin_menu_item")
def statistics_menu_item() -> MenuItem:
    return StatisticsMenuItem(
        _("Question statistics"),
        reverse("question_statistics"),
        icon_name="clipboard-list",
        order=325,
    )
