"""The staff door of training: cohorts, and how people get on."""

from typing import Any

from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.log_actions import LogActionRegistry, LogFormatter

from courses import perms
from courses.views import figures, trainers


@hooks.register("register_admin_urls")
def training_urls() -> list[URLPattern]:
    table = "<slug:table>.<slug:file_format>"
    return [
        path("training/", trainers.CohortListView.as_view(), name="training"),
        path(
            "training/results/",
            trainers.CohortListView.as_view(results_only=True),
            name="training_results",
        ),
        path("training/cohorts/new/", trainers.StartCohortView.as_view(), name="start_cohort"),
        path(
            "training/cohorts/new/council/",
            trainers.ChooseCouncilView.as_view(),
            name="choose_council",
        ),
        path("training/cohorts/<int:pk>/", figures.CohortView.as_view(), name="training_cohort"),
        path(
            f"training/cohorts/<int:pk>/{table}",
            figures.ExportCohortView.as_view(),
            name="export_cohort",
        ),
        path(
            "training/cohorts/<int:pk>/change/",
            trainers.ChangeCohortView.as_view(),
            name="change_cohort",
        ),
        path(
            "training/cohorts/<int:pk>/people/",
            trainers.AddPeopleView.as_view(),
            name="add_people",
        ),
        path(
            "training/cohorts/<int:pk>/people/<int:place_pk>/take-out/",
            trainers.TakeOutView.as_view(),
            name="take_out",
        ),
        path("training/courses/", figures.CourseListView.as_view(), name="training_courses"),
        path(
            "training/courses/results/",
            figures.CourseListView.as_view(results_only=True),
            name="training_courses_results",
        ),
        path("training/courses/<int:pk>/", figures.CourseView.as_view(), name="training_course"),
        path(
            f"training/courses/<int:pk>/{table}",
            figures.ExportCourseView.as_view(),
            name="export_course",
        ),
    ]


class TrainingMenuItem(MenuItem):
    def is_shown(self, request: Any) -> bool:
        return perms.may_read_figures(request.user)


@hooks.register("register_admin_menu_item")
def training_menu_item() -> MenuItem:
    return TrainingMenuItem(_("Training"), reverse("training"), icon_name="group", order=270)


@hooks.register("register_log_actions")
def training_log_actions(actions: LogActionRegistry) -> None:
    actions.register_action("courses.cohort_changed")(CohortChanged)
    actions.register_action(
        "courses.figures_exported", _("Export training figures"), _("Training figures exported")
    )


class CohortChanged(LogFormatter):
    """What was there before, and what came in its place."""

    label = _("Change a training group")

    def format_message(self, log_entry: Any) -> str:
        changes = [
            f"{name}: {before} → {after}" for name, (before, after) in log_entry.data.items()
        ]
        return gettext("Training group changed. %(changes)s") % {"changes": "; ".join(changes)}
