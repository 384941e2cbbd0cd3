"""How a cohort, or a council's people on a course, get on: pages and files for trainers (R54)."""

from datetime import date
from functools import cached_property
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import TemplateView
from wagtail.admin.paginator import WagtailPaginator
from wagtail.admin.ui.tables import BaseColumn, Column
from wagtail.admin.views.generic.base import BaseListingView

from courses import actions, perms
from courses.models import Cohort, CoursePage
from courses.models.reports import Person, Report
from courses.views import charts, tables
from courses.views.spreadsheets import FORMATS, Spreadsheet
from people import perms as people
from people.models import Authority
from people.staff_page import PlacedPageMixin

ON_A_PAGE = 50
NAMED_COUNCILS = 3  # More of them are counted.
LESSONS, CHECKS, PEOPLE = "lessons", "checks", "people"


class TrainingMixin(PlacedPageMixin):
    """A page for whoever may read figures at all; anybody else is refused."""

    header_icon = "group"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not perms.may_read_figures(request.user):
            raise PermissionDenied
        self.now = timezone.now()
        return super().dispatch(request, *args, **kwargs)  # type: ignore[no-any-return]

    @property
    def today(self) -> date:
        return timezone.localdate(self.now, timezone.get_default_timezone())

    def way_here(self) -> list[dict[str, str | Promise]]:
        return [{"url": reverse("training"), "label": _("Training")}]


class CohortMixin(TrainingMixin):
    """About one cohort; for the staff of other authorities there is none at this address."""

    @cached_property
    def cohort(self) -> Cohort:
        return get_object_or_404(perms.readable_cohorts(self.person), pk=self.kwargs["pk"])

    def report(self) -> Report:
        return Report.of_cohort(self.cohort, now=self.now, hidden=people.known_people(self.person))


class CourseMixin(TrainingMixin):
    """About one course, and of its people about those of one's own authorities alone."""

    @cached_property
    def course(self) -> CoursePage:
        course: CoursePage = get_object_or_404(
            perms.readable_courses(self.person), pk=self.kwargs["pk"]
        )
        return course

    @cached_property
    def councils(self) -> list[Authority]:
        return list(perms.figure_authorities(self.person))

    def report(self) -> Report:
        keys = [council.pk for council in self.councils]
        return Report.of_course(self.course, authorities=keys, now=self.now)


class PeoplePaginator(WagtailPaginator):
    verbose_name = gettext_lazy("person")
    verbose_name_plural = gettext_lazy("people")


class FiguresView(TrainingMixin, TemplateView):
    """The figures of one report: tables, and charts beside them."""

    template_name = "courses/admin/figures.html"

    def report(self) -> Report:
        raise NotImplementedError

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        report = self.report()
        lessons = report.lessons()
        return super().get_context_data(
            report=report,
            states=tables.states_table(report.states),
            states_chart=charts.states_chart(report.states),
            lessons=tables.lessons_table(lessons),
            lessons_chart=charts.lessons_chart(lessons),
            checks=tables.checks_table(report.checks()),
            **kwargs,
        )


class CohortView(CohortMixin, FiguresView):
    """One cohort: its figures and its people, a page of them at a time."""

    def get_page_title(self) -> str:
        return self.cohort.name

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(cohort=self.cohort, **kwargs)
        may_change = perms.may_change_cohort(self.person, self.cohort)
        paginator = PeoplePaginator(context["report"].people, ON_A_PAGE)
        page = paginator.get_page(self.request.GET.get("p"))
        people = tables.people_table(
            page.object_list,
            deadline_on=self.cohort.deadline_on,
            today=self.today,
            take_out=self.way_out if may_change else None,
        )
        return {
            **context,
            "trainer": tables.full_name(self.cohort.trainer),
            "may_change": may_change,
            "people": people,
            "page_obj": page,
            "elided_page_range": paginator.get_elided_page_range(page.number),
            "export_url": reverse("training_cohort", args=[self.cohort.pk]),
        }

    def way_out(self, person: Person) -> str:
        return reverse("take_out", args=[self.cohort.pk, person.place_id])


class CourseView(CourseMixin, FiguresView):
    """One course: the figures of all the people of one's authorities who have started it."""

    header_icon = "doc-full"

    def get_page_title(self) -> str:
        return str(self.course.title)

    def way_here(self) -> list[dict[str, str | Promise]]:
        return [*super().way_here(), {"url": reverse("training_courses"), "label": _("Courses")}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        names = [council.name for council in self.councils]
        councils = _("%(number)s councils") % {"number": len(names)}
        return super().get_context_data(
            councils=councils if len(names) > NAMED_COUNCILS else ", ".join(names),
            export_url=reverse("training_course", args=[self.course.pk]),
            **kwargs,
        )


class CourseListView(TrainingMixin, BaseListingView):
    """The courses on which there are figures to read."""

    model = CoursePage
    page_title = gettext_lazy("Courses")
    header_icon = "doc-full"
    index_url_name = "training_courses"
    index_results_url_name = "training_courses_results"
    default_ordering = "title"
    paginate_by = ON_A_PAGE
    results_template_name = "courses/admin/listing_results.html"
    columns: list[BaseColumn] = [
        tables.NameColumn(
            "title", label=gettext_lazy("Course"), url_name="training_course", sort_key="title"
        ),
        Column("audience", label=gettext_lazy("Who takes it"), accessor="get_audience_display"),
    ]

    def get_base_queryset(self) -> QuerySet[CoursePage]:
        return perms.readable_courses(self.person)


class ExportView(TrainingMixin, View):
    """One table of a report as a file. Who took it is noted; who is in it is not."""

    def get(self, request: HttpRequest, pk: int, table: str, file_format: str) -> HttpResponseBase:
        report = self.report()
        found = self.tables(report).get(table)
        if found is None or file_format not in FORMATS:
            raise Http404
        rows, columns = found
        actions.note_export(
            of=self.subject, table=table, file_format=file_format, by=self.person, now=self.now
        )
        name = slugify(str(self.subject)) or str(self.subject.pk)
        sheet = Spreadsheet(columns, filename=f"{name}-{table}-{self.today.isoformat()}")
        response: HttpResponseBase = sheet.as_spreadsheet(rows(), file_format)
        return response

    @property
    def subject(self) -> Cohort | CoursePage:
        raise NotImplementedError

    def report(self) -> Report:
        raise NotImplementedError

    def tables(self, report: Report) -> dict[str, Any]:
        """Each table by its name: how to read its rows, and its columns."""
        return {
            LESSONS: (report.lessons, tables.lessons_columns()),
            CHECKS: (report.checks, tables.checks_columns()),
        }


class ExportCohortView(CohortMixin, ExportView):
    @property
    def subject(self) -> Cohort:
        return self.cohort

    def tables(self, report: Report) -> dict[str, Any]:
        columns = tables.people_columns(deadline_on=self.cohort.deadline_on, today=self.today)
        return {**super().tables(report), PEOPLE: (report.read_people, columns)}


class ExportCourseView(CourseMixin, ExportView):
    @property
    def subject(self) -> CoursePage:
        return self.course
