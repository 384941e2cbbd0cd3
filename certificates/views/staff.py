"""One certificate as staff see it, and what one officer proposes to do to it."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView, TemplateView

import assessments.perms
import people.views
from assessments.models import Sitting
from certificates import actions, perms, renewal
from certificates.forms.standing import CorrectionForm, FromDayForm
from certificates.models import Certificate, CertificateEvent
from certificates.views.timeline import timeline
from people.models import Learner
from people.staff_page import PlacedPageMixin

Kind = CertificateEvent.Kind
STANDINGS: Mapping[str, str | Promise] = {
    renewal.Standing.VALID: gettext_lazy("Valid"),
    renewal.Standing.EXPIRING: gettext_lazy("Renew soon"),
    renewal.Standing.EXPIRED: gettext_lazy("Expired"),
    renewal.Standing.REVOKED: gettext_lazy("Revoked"),
    renewal.Standing.REPLACED: gettext_lazy("Replaced"),
}
REFUSALS: Mapping[str, str | Promise] = {
    "not_allowed": gettext_lazy("Only a licensing officer of this council may do that."),
    "own_record": gettext_lazy("Nobody may change their own record."),
    "interest": gettext_lazy("You have said that you know this person. A colleague has to do it."),
    "same_person": gettext_lazy("You proposed this. Another officer has to decide."),
    "proposers_interest": gettext_lazy(
        "Whoever proposed this knows the person. Decline it. A colleague can propose it anew."
    ),
    "revoked": gettext_lazy("This certificate is revoked. It has to be reinstated first."),
    "not_revoked": gettext_lazy("This certificate is not revoked."),
    "replaced": gettext_lazy("This certificate is replaced. Go to the one in its place."),
    "no_reason": gettext_lazy("Give the reason."),
    "wrong_reason": gettext_lazy("Choose one of the reasons."),
    "no_name": gettext_lazy("Write the right name."),
    "same_name": gettext_lazy("This is the name that is on the certificate now."),
    "wrong_day": gettext_lazy("Choose a day since it was passed, today at the latest."),
    "waiting": gettext_lazy("Something about this certificate waits already."),
    "decided": gettext_lazy("This is decided already. Nothing was changed."),
}


class StaffMixin(PlacedPageMixin):
    """For officers and auditors; anybody else is refused."""

    header_icon = "check"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not perms.may_list_certificates(request.user):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[no-any-return]

    def way_here(self) -> list[dict[str, str | Promise]]:
        return [{"url": reverse("staff_certificates"), "label": _("Certificates")}]


class CertificateMixin(StaffMixin):
    """A page about one certificate that the person may read; no other is there."""

    @cached_property
    def certificate(self) -> Certificate:
        visible = Certificate.objects.visible_to(self.person).with_standing()
        related = ("learner", "authority", "replaces", "replacement", "evidence")
        return get_object_or_404(visible.select_related(*related), pk=self.kwargs["pk"])

    @cached_property
    def today(self) -> date:
        return renewal.london_day(timezone.now())

    @cached_property
    def bar(self) -> str:
        """Why the person may change nothing here; empty when they may."""
        return perms.bar_to_change(self.person, self.certificate)

    def get_page_subtitle(self) -> str:
        return self.certificate.reference


class StaffCertificateView(CertificateMixin, TemplateView):
    """The facts, what it is worth, where it comes from, and everything that happened to it."""

    page_title = gettext_lazy("Certificate")
    template_name = "certificates/admin/certificate.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        certificate = self.certificate
        lines = timeline(certificate)
        chain = _chain(certificate)
        standing = certificate.standing_on(self.today)
        waiting = next((line.change for line in lines if line.change and line.is_waiting), None)
        return super().get_context_data(
            certificate=certificate,
            standing=standing,
            standing_words=STANDINGS[standing],
            timeline=lines,
            chain=chain,
            waiting=waiting,
            sitting=self._sitting(chain[0]),
            may_change=not self.bar and waiting is None and not certificate.replaced,
            may_download=perms.may_download(self.person, certificate),
            **kwargs,
        )

    def _sitting(self, first: Certificate) -> Sitting | None:
        """The test it was earned with, if the person may read it, with its case if it has one."""
        if first.sitting_id is None:
            return None
        readable = assessments.perms.readable_sittings(self.person).filter(pk=first.sitting_id)
        return readable.select_related("case").defer("paper").first()


class ProposeChangeView(CertificateMixin, FormView):
    """For officers: what should become of it and why. Nothing changes until another confirms."""

    template_name = "certificates/admin/propose.html"
    kind: str = Kind.REVOKED
    titles: Mapping[str, str | Promise] = {
        Kind.REVOKED: gettext_lazy("Revoke"),
        Kind.REINSTATED: gettext_lazy("Reinstate"),
        Kind.REPLACED: gettext_lazy("Correct the name"),
    }

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if perms.may_list_certificates(request.user) and self.bar:
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_page_title(self) -> str | Promise:
        return self.titles[self.kind]

    def way_here(self) -> list[dict[str, str | Promise]]:
        here = reverse("staff_certificate", args=[self.certificate.pk])
        return [*super().way_here(), {"url": here, "label": self.certificate.reference}]

    def get_page_subtitle(self) -> str:
        return ""

    def get_form_class(self) -> type[Form]:
        return CorrectionForm if self.kind == Kind.REPLACED else FromDayForm

    def get_form_kwargs(self) -> dict[str, Any]:
        given = {**super().get_form_kwargs(), "reasons": actions.REASONS[self.kind]}
        if self.kind == Kind.REPLACED:
            return given
        earliest = actions.earliest_day(self.certificate, self.kind)
        initial = {"effective_on": self.today}
        return {**given, "earliest": earliest, "today": self.today, "initial": initial}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(certificate=self.certificate, kind=self.kind, **kwargs)

    def form_valid(self, form: Form) -> HttpResponse:
        try:
            change = actions.propose_change(
                certificate=self.certificate,
                kind=self.kind,
                by=self.person,
                now=timezone.now(),
                **form.cleaned_data,
            )
        except actions.StandingRefused as refusal:
            form.add_error(None, str(REFUSALS[refusal.code]))
            return self.form_invalid(form)
        messages.success(self.request, _("This waits for a second person now."))
        return redirect("standing_change", change.pk)


class DeclareInterestView(people.views.DeclareInterestView):
    """From a certificate: its holder may train for another authority by now."""

    def get_learners(self) -> QuerySet[Learner]:
        visible = Certificate.objects.visible_to(self.request.user)
        own = visible.filter(pk=self.kwargs["pk"])
        return Learner.objects.filter(pk__in=own.values("learner"))

    @cached_property
    def learner(self) -> Learner:
        return get_object_or_404(self.get_learners())


def _chain(certificate: Certificate) -> list[Certificate]:
    """From the first certificate of the pass to the last, which stands in the place of all."""
    chain = [certificate]
    while (before := chain[0].replaces) is not None:
        chain.insert(0, before)
    while (later := getattr(chain[-1], "replacement", None)) is not None:
        chain.append(later)
    return chain
