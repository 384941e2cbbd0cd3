"""The staff door: passes whose certificate could not be made, and what to do about each."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import BaseColumn, Column
from wagtail.admin.views.generic.base import BaseListingView

from certificates import perms
from certificates.models import IssuingProblem
from people import perms as people

CORRECT_THE_NAME = _("Correct the name in the register, or ask the person to correct it.")
TELL_THE_TEAM = _("Tell whoever runs this service: nothing in your records is wrong.")
# What is wrong, and what staff can do about it, by the code of the problem.
WORDS = {
    "no_rule": (
        _("No rule says how long the certificate lasts."),
        _("Ask an administrator for a validity rule that covers the day of the pass."),
    ),
    "name_empty": (_("The name is empty."), CORRECT_THE_NAME),
    "name_without_letters": (_("The name has no letters."), CORRECT_THE_NAME),
    "name_damaged": (_("The name has characters that cannot be printed."), CORRECT_THE_NAME),
    "words_unprintable": (
        _("The course, the council's name or its wording has characters that cannot be printed."),
        _("Take emoji and other symbols out of the certificate wording, or tell the trainers."),
    ),
    "logo_unreadable": (
        _("The logo cannot be read."),
        _("Choose another picture in the certificate wording."),
    ),
    "page_too_full": (
        _("The certificate does not fit on one page."),
        _("Make the certificate wording shorter."),
    ),
}
OTHERWISE = _("The finished file did not say what the records say.")


class IssuingProblemsView(BaseListingView):
    """Officers see their own authority's open problems, administrators all. To read only."""

    model = IssuingProblem
    page_title = _("Certificates that could not be made")
    header_icon = "warning"
    index_url_name = "staff_issuing_problems"
    index_results_url_name = "staff_issuing_problems_results"
    default_ordering = "first_seen_at"
    paginate_by = 50

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not perms.may_see_issuing_problems(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[no-any-return]

    def get_base_queryset(self) -> QuerySet[IssuingProblem]:
        open_ones = IssuingProblem.objects.filter(solved_at=None)
        if not self.request.user.is_superuser:
            own = people.authorities_of(self.request.user, people.Role.OFFICER)
            open_ones = open_ones.filter(sitting__authority__in=own)
        related = ("sitting__learner", "sitting__course", "sitting__authority")
        return open_ones.select_related(*related).defer("sitting__paper")

    def order_queryset(self, queryset: QuerySet[IssuingProblem]) -> QuerySet[IssuingProblem]:
        return queryset.order_by("first_seen_at", "pk")

    @cached_property
    def columns(self) -> list[BaseColumn]:
        return [
            Column("person", label=_("Person"), accessor="sitting.learner"),
            Column("course", label=_("Course"), accessor="sitting.course"),
            Column("authority", label=_("Authority"), accessor="sitting.authority"),
            Column("passed", label=_("Passed"), accessor=lambda row: _day(row.sitting.closed_at)),
            Column("problem", label=_("What is wrong"), accessor=lambda row: words_of(row)[0]),
            Column("remedy", label=_("What you can do"), accessor=lambda row: words_of(row)[1]),
            Column("tries", label=_("Tries so far")),
            Column(
                "last_seen_at", label=_("Last try"), accessor=lambda row: _day(row.last_seen_at)
            ),
        ]


def words_of(problem: IssuingProblem) -> tuple[str, str]:
    """What is wrong and what to do; of several problems the first that staff can repair."""
    codes = problem.problem.split(", ")
    known = next((WORDS[code] for code in codes if code in WORDS), None)
    if known is not None:
        return str(known[0]), str(known[1])
    return f"{OTHERWISE} ({problem.problem})", str(TELL_THE_TEAM)


def _day(moment: datetime | None) -> str:
    if moment is None:
        return _t("not known")
    return date_format(timezone.localtime(moment), "j F Y, H:i")


@hooks.register("register_admin_urls")
def issuing_problem_urls() -> list[URLPattern]:
    view = IssuingProblemsView
    return [
        path("certificate-problems/", view.as_view(), name="staff_issuing_problems"),
        path(
            "certificate-problems/results/",
            view.as_view(results_only=True),
            name="staff_issuing_problems_results",
        ),
    ]


class IssuingProblemsMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return people.holds(request, people.Role.OFFICER)


@hooks.register("register_certificates_menu_item")
def issuing_problems_menu_item() -> MenuItem:
    return IssuingProblemsMenuItem(
        _("Certificate problems"),
        reverse("staff_issuing_problems"),
        icon_name="warning",
        order=262,
    )
