"""Alerts on a change: the list, and the note of whoever looked into one."""

from typing import Any

from django.contrib import messages
from django.db.models import Case, IntegerField, QuerySet, When
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, ListView

from licensing import actions, perms
from licensing.forms.trends import NoteForm
from licensing.models import TrendAlert
from licensing.small_numbers import LEAST, is_small
from licensing.trends import Measure, Split
from licensing.views.trend_figures import value_in_words
from licensing.views.trends import TrendsMixin

ON_A_PAGE = 50
WHAT: dict[str, str | Promise] = {
    Measure.RESULTS: gettext_lazy("Pass rate"),
    Measure.FIRST_TRIES: gettext_lazy("First-try pass rate"),
    Measure.CASES: gettext_lazy("Cases proven"),
    Measure.CERTIFICATES: gettext_lazy("Certificates revoked"),
}
REFUSALS: dict[str, str | Promise] = {
    "not_allowed": gettext_lazy("Only a licensing officer of this council can write the note."),
    "no_text": gettext_lazy("Write what you found."),
    "noted": gettext_lazy("Somebody has looked into this already. Nothing was changed."),
}


def alert_in_words(alert: TrendAlert) -> dict[str, Any]:
    """What changed, where, and the figures; small ones are not told."""
    where = ""
    if alert.split:
        split = Split(alert.split)
        where = f"{split.label}: {value_in_words(split, alert.value)}"
    return {
        "alert": alert,
        "what": WHAT[alert.measure],
        "where": where or _("The whole council"),
        "now": _figures(alert.now_part, alert.now_whole),
        "before": _figures(alert.before_part, alert.before_whole),
        "week": date_format(alert.week_from),
    }


def _figures(part: int, whole: int) -> str:
    shown = _("fewer than %(least)s") % {"least": LEAST} if is_small(part) else str(part)
    if not whole:
        return shown
    if is_small(whole - part):
        return _("all but fewer than %(least)s of %(whole)s") % {"least": LEAST, "whole": whole}
    return _("%(part)s of %(whole)s") % {"part": shown, "whole": whole}


class AlertsView(TrendsMixin, ListView):
    """Those nobody has looked into come first, then the latest."""

    page_title = gettext_lazy("Alerts")
    header_icon = "warning"
    template_name = "licensing/admin/trends/alerts.html"
    paginate_by = ON_A_PAGE

    def get_queryset(self) -> QuerySet[TrendAlert]:
        visible = TrendAlert.objects.visible_to(self.person)
        related = visible.select_related("note__written_by", "authority")
        nobody_yet = Case(When(note=None, then=0), default=1, output_field=IntegerField())
        ordered: QuerySet[TrendAlert] = related.order_by(nobody_yet, "-week_from", "pk")
        return ordered

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        return {**context, "alerts": [alert_in_words(one) for one in context["object_list"]]}


class AlertView(TrendsMixin, FormView):
    """One alert, and the note under it."""

    page_title = gettext_lazy("Alert")
    header_icon = "warning"
    form_class = NoteForm
    template_name = "licensing/admin/trends/alert.html"
    extra_context = {"submit_label": gettext_lazy("Keep this note")}
    kwargs: dict[str, Any]

    @cached_property
    def alert(self) -> TrendAlert:
        visible = TrendAlert.objects.visible_to(self.person)
        related = visible.select_related("note__written_by", "authority")
        found: TrendAlert = get_object_or_404(related, pk=self.kwargs["pk"])
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        note = getattr(self.alert, "note", None)
        return super().get_context_data(
            shown=alert_in_words(self.alert),
            note=note,
            may_note=note is None and perms.may_note_alert(self.person, self.alert),
            **kwargs,
        )

    def form_valid(self, form: NoteForm) -> HttpResponse:
        try:
            actions.note_alert(
                alert=self.alert, text=form.cleaned_data["text"], by=self.person, now=self.now
            )
        except actions.NoteRefused as refusal:
            messages.error(self.request, str(REFUSALS[refusal.code]))
        else:
            messages.success(self.request, _("Your note is kept."))
        return redirect(reverse("trend_alert", args=[self.alert.pk]))
