"""What is required of drivers, as staff see, propose and approve it."""

import codecs
import csv
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import DetailView, View

from certificates.renewal import london_day
from licensing import perms
from licensing.actions import approve_requirement, propose_requirement
from licensing.forms.requirements import LABELS, RequirementForm, like_requirement
from licensing.models import Requirement
from licensing.preview import Preview, preview
from licensing.views.refusals import LIST_REFUSED, RULE_REFUSALS
from people.cells import harmless
from people.models import Licence
from people.register import Echo
from people.rule_views import (
    ON_A_PAGE,
    ProposeRuleView,
    RulesMixin,
    RuleView,
    compared,
)

AT_ONCE = 1000  # Drivers read for one piece of a download.
REFUSALS = {
    **RULE_REFUSALS,
    "other_group": gettext_lazy("Choose a group of the same council."),
    "numbers_changed": gettext_lazy(
        "The numbers have changed since you opened the page. Look at them, and approve again."
    ),
}


class RequirementsMixin(RulesMixin):
    page_title = gettext_lazy("Training requirements")
    header_icon = "clipboard-list"
    refusals = REFUSALS
    rule_url_name = "staff_requirement"
    propose_url_name = "propose_requirement"

    def readable(self) -> QuerySet[Requirement]:
        related = ("authority", "course", "cohort", "proposed_by", "approved_by")
        return perms.readable_requirements(self.request.user).select_related(*related)


class RequirementView(RequirementsMixin, RuleView):
    """Beside the rule that it takes over from, and with whom it would touch; the button stands
    under these numbers."""

    template_name = "licensing/admin/requirements/requirement.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rule, now = self.object, timezone.now()
        before = None if rule.approved_at else _before(rule)
        too_late = rule.effective_from < london_day(now)
        waits = rule.approved_at is None and not too_late
        counted = perms.may_count_touched(self.request.user, rule)
        return super().get_context_data(
            before=before,
            terms=compared(_words(rule), _words(before) if before else {}),
            too_late=too_late,
            preview=preview(rule, now=now) if waits and counted else None,
            kept=_kept(rule) if rule.approved_at and counted else None,
            **kwargs,
        )

    def approve(self, rule: Requirement) -> None:
        shown = self.request.POST.get("shown", "")
        approve_requirement(rule=rule, shown=shown, by=self.person, now=timezone.now())


class TouchedMixin(RequirementsMixin):
    """The drivers that a rule which waits for its second person would touch. The page of the rule
    counts them all, so the list is for whoever may see all of them (R47)."""

    kwargs: dict[str, Any]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if perms.knows_driver(request.user, authority=self.rule.authority):
            messages.error(request, str(LIST_REFUSED))
            return redirect("staff_requirement", self.rule.pk)
        return super().dispatch(request, *args, **kwargs)  # type: ignore[no-any-return]

    @cached_property
    def rule(self) -> Requirement:
        rule = get_object_or_404(self.readable(), pk=self.kwargs["pk"])
        waits = rule.approved_at is None and rule.effective_from >= london_day(timezone.now())
        if not waits or not perms.may_count_touched(self.request.user, rule):
            raise Http404
        return rule

    @cached_property
    def preview(self) -> Preview:
        return preview(self.rule, now=timezone.now())

    def drivers(self, found: Iterable[tuple[int, date]]) -> list[tuple[Licence, date]]:
        days = dict(found)
        licences = Licence.objects.select_related("authority").in_bulk(list(days))
        return [(licences[key], day) for key, day in days.items() if key in licences]


class TouchedView(TouchedMixin, DetailView):
    """Each driver, with the day from which the training would be missing."""

    page_title = gettext_lazy("Drivers whom the rule would touch")
    template_name = "licensing/admin/requirements/touched.html"
    context_object_name = "rule"

    def get_object(self, queryset: QuerySet[Requirement] | None = None) -> Requirement:
        return self.rule

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        pages = Paginator(self.preview.people, ON_A_PAGE)
        page = pages.get_page(self.request.GET.get("page"))
        return super().get_context_data(
            page_obj=page, drivers=self.drivers(page.object_list), **kwargs
        )


class TouchedTableView(TouchedMixin, View):
    """The same as a table for a spreadsheet program."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> StreamingHttpResponse:
        lines = self._lines(self.preview.people)
        response = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
        response["Content-Disposition"] = 'attachment; filename="drivers-touched-by-rule.csv"'
        response["Cache-Control"] = "no-store"
        return response

    def _lines(self, people: Sequence[tuple[int, date]]) -> Iterator[bytes]:
        """Marked as UTF-8, by which alone Excel knows it."""
        writer = csv.writer(Echo())
        header = [_("Licence number"), _("Name"), _("Council"), _("First day without training")]
        yield codecs.BOM_UTF8 + writer.writerow(header).encode()
        for start in range(0, len(people), AT_ONCE):
            for licence, day in self.drivers(people[start : start + AT_ONCE]):
                texts = (licence.number, licence.full_name, licence.authority.name)
                row = [*map(harmless, texts), day.isoformat()]
                yield writer.writerow(row).encode()


class ProposeRequirementView(RequirementsMixin, ProposeRuleView):
    page_title = gettext_lazy("Propose a rule")
    template_name = "courses/admin/form.html"
    form_class = RequirementForm
    extra_context = {"submit_label": gettext_lazy("Propose this rule")}

    def filled_in(self) -> dict[str, Any]:
        return {} if self.earlier is None else like_requirement(self.earlier)

    def propose(self, form: RequirementForm) -> Requirement:
        return propose_requirement(rule=form.instance, by=self.person, now=timezone.now())


def _before(rule: Requirement) -> Requirement | None:
    """What applies on the new rule's first day to the same drivers, until it is approved."""
    on = rule.effective_from
    in_force = Requirement.objects.in_force(authority=rule.authority, on=on).filter(code=rule.code)
    for_all = in_force.filter(applies_to=Requirement.Whom.EVERYBODY)
    same = in_force.filter(applies_to=rule.applies_to, cohort=rule.cohort_id)
    found: Requirement | None = same.first() or for_all.first()
    return found


def _words(rule: Requirement) -> dict[str, str]:
    days = ngettext("%(days)s day", "%(days)s days", rule.grace_days)
    words = {
        "course": str(rule.course),
        "applies_to": str(rule.get_applies_to_display()).capitalize(),
        **({"cohort": str(rule.cohort)} if rule.cohort else {}),
        "licence_kinds": rule.get_licence_kinds_display() or _("None: nothing is required"),
        "due_by": date_format(rule.due_by) if rule.due_by else _("None"),
        "grace_days": days % {"days": rule.grace_days},
    }
    return {str(LABELS[name]): said for name, said in words.items()}


def _kept(rule: Requirement) -> dict[str, Any] | None:
    """The numbers that were shown to whoever approved the rule."""
    kept = getattr(rule, "preview", None)
    if kept is None:
        return None
    days = [(date.fromisoformat(day), drivers) for day, drivers in kept.days]
    return {"licensed": kept.licensed, "days": days, "known_at": kept.known_at}
