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
from people import perms as people

TABLE = "<slug:table>.<slug:file_format>"


@hooks.register("register_admin_urls")
def cohort_urls() -> list[URLPattern]:
    one = "training/cohorts/<int:pk>/"
    listed = trainers.CohortListView
    return [
        path("training/", listed.as_view(), name="training"),
        path("training/results/", listed.as_view(results_only=True), name="training_results"),
        path("training/cohorts/new/", trainers.StartCohortView.as_view(), name="start_cohort"),
        path(
            "training/cohorts/new/council/",
            trainers.ChooseCouncilView.as_view(),
            name="choose_council",
        ),
        path(one, figures.CohortView.as_view(), name="training_cohort"),
        path(one + TABLE, figures.ExportCohortView.as_view(), name="export_cohort"),
        path(f"{one}change/", trainers.ChangeCohortView.as_view(), name="change_cohort"),
        path(f"{one}people/", trainers.AddPeopleView.as_view(), name="add_people"),
        path(
            f"{one}people/<int:place_pk>/take-out/",
            trainers.TakeOutView.as_view(),
            name="take_out",
        ),
    ]


@hooks.register("register_admin_urls")
def course_urls() -> list[URLPattern]:
    one = "training/courses/<int:pk>/"
    listed = figures.CourseListView
    return [
        path("training/courses/", listed.as_view(), name="training_courses"),
        path(
            "training/courses/results/",
            listed.as_view(results_only=True),
            name="training_courses_results",
        ),
        path(one, figures.CourseView.as_view(), name="training_course"),
        path(one + TABLE, figures.ExportCourseView.as_view(), name="export_course"),
    ]


class TrainingMenuItem(MenuItem):
    def is_shown(self, request: Any) -> bool:
        return people.holds(request, *perms.READERS)


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
