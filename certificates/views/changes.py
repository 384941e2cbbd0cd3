"""What waits for a second person, and the page on which they decide."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import ListView, TemplateView

from assessments.models import Case
from certificates import actions, perms
from certificates.forms.standing import DeclineForm
from certificates.models import Certificate, StandingChange
from certificates.models.standing import StandingChangeQuerySet
from certificates.views.staff import REFUSALS, StaffMixin
from certificates.views.timeline import DECISIONS, PROPOSED
from people.models import User

PROVEN = 200  # At a time; the oldest decisions come first.


class WaitingChangesView(StaffMixin, ListView):
    """Of one's own authority, the oldest first; one's own proposals are marked."""

    page_title = gettext_lazy("Waiting for a second person")
    template_name = "certificates/admin/changes.html"
    paginate_by = 50

    def get_queryset(self) -> StandingChangeQuerySet:
        waiting = StandingChange.objects.visible_to(self.person).waiting()
        related = waiting.select_related("certificate", "proposed_by")
        return related.order_by("proposed_at", "pk")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        rows = [(change, PROPOSED[change.kind]) for change in context["object_list"]]
        return {**context, "rows": rows}


class ProvenCasesView(StaffMixin, TemplateView):
    """Passed tests whose case was proven, while the certificate still counts."""

    page_title = gettext_lazy("Proven cases with a certificate")
    template_name = "certificates/admin/proven.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        rows = proven_cases(self.person, limit=PROVEN)
        waiting = StandingChange.objects.waiting().filter(certificate__in=rows)
        proposed = dict(waiting.values_list("certificate", "pk"))
        return super().get_context_data(
            rows=[(row, proposed.get(row.pk)) for row in rows], **kwargs
        )


class ChangeView(StaffMixin, TemplateView):
    """What was proposed, by whom, why, and what will happen; the second officer decides here."""

    template_name = "certificates/admin/change.html"

    @cached_property
    def change(self) -> StandingChange:
        visible = StandingChange.objects.visible_to(self.person)
        related = ("certificate__authority", "certificate__learner", "proposed_by", "decided_by")
        return get_object_or_404(visible.select_related(*related), pk=self.kwargs["pk"])

    @property
    def certificate(self) -> Certificate:
        return self.change.certificate

    def get_page_title(self) -> str:
        return str(PROPOSED[self.change.kind])

    def get_page_subtitle(self) -> str:
        return self.certificate.reference

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        waits, own = not self.change.decision, self.change.proposed_by_id == self.person.pk
        may_change = waits and not perms.bar_to_change(self.person, self.certificate)
        context = {
            "change": self.change,
            "certificate": self.certificate,
            "outcome": DECISIONS.get(self.change.decision, _("Confirmed")),
            "may_decide": may_change and not own,
            "may_take_back": may_change and own,
            "form": DeclineForm(),
        }
        return super().get_context_data(**{**context, **kwargs})

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        form = DeclineForm(request.POST)
        wanted = request.POST.get("decision")
        if wanted == "decline" and not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        try:
            done = self._decide(wanted, form)
        except actions.StandingRefused as refusal:
            messages.error(request, str(REFUSALS[refusal.code]))
            return redirect("standing_change", pk)
        if done:
            messages.success(request, done)
        return redirect("staff_certificate", self.certificate.pk)

    def _decide(self, wanted: str | None, form: DeclineForm) -> str:
        facts: dict[str, Any] = {"change": self.change, "by": self.person, "now": timezone.now()}
        if wanted == "confirm":
            actions.confirm_change(**facts)
            return _("This is confirmed. It counts from now on, and the holder is told.")
        if wanted == "decline":
            actions.decline_change(reason=form.cleaned_data["reason"], **facts)
            return _("This is declined. The certificate stays as it is.")
        if wanted == "take_back":
            actions.take_back_change(**facts)
            return _("You have taken this back. The certificate stays as it is.")
        return ""


def proven_cases(user: User, *, limit: int) -> list[Certificate]:
    """Certificates that count although the case about their test was proven: somebody has to
    decide about them. Those corrected since are found by what stands in their place now."""
    proven = Certificate.objects.visible_to(user).filter(
        sitting__case__decision=Case.Decision.PROVEN
    )
    standing: Any = proven.exclude(sitting__case__appeal_decision=Case.AppealDecision.OVERTURNED)
    related = ("sitting__case", "replacement__replacement")
    rows = standing.with_revoked().filter(revoked=False).select_related(*related)
    rows = rows.order_by("sitting__case__decided_at", "pk").defer("sitting__paper")[:limit]
    last = {row.in_its_place.pk: row for row in rows}
    counting = Certificate.objects.counting().filter(pk__in=last).in_bulk()
    for pk, certificate in counting.items():
        certificate.case = last[pk].sitting.case  # type: ignore[attr-defined]
    return [counting[pk] for pk in last if pk in counting]
