"""The holder's certificates: the list, one of them, its file, and the result that earned it."""

import logging
from datetime import timedelta
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views import View
from django.views.generic import TemplateView

import assessments.views
from certificates import actions, perms, renewal
from certificates.calendar_entry import calendar_entry
from certificates.models import Certificate, CertificateEvent
from certificates.proof import reminders_sent
from certificates.views.finding import by_reference

logger = logging.getLogger(__name__)
BEING_PREPARED = timedelta(seconds=60)  # For so long the result page looks again by itself.
COUNTS = (renewal.Standing.VALID, renewal.Standing.EXPIRING)


class CertificatesView(TemplateView):
    """A person's own certificates, the newest first."""

    template_name = "certificates/certificates.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        today = renewal.london_day(timezone.now())
        held = Certificate.objects.held_by(self.request.user).with_standing()
        rows = [(certificate, certificate.standing_on(today)) for certificate in held]
        return super().get_context_data(rows=rows, **kwargs)


class CertificateView(TemplateView):
    """One certificate, for its holder: the facts, what it is worth today, and the download."""

    template_name = "certificates/certificate.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        certificate = by_reference(kwargs["reference"])
        if certificate is None or not perms.may_see_certificate(self.request.user, certificate):
            raise Http404
        revocations = certificate.events.filter(kind=CertificateEvent.Kind.REVOKED)
        return super().get_context_data(
            certificate=certificate,
            standing=certificate.standing_on(renewal.london_day(timezone.now())),
            revocation=revocations.last() if certificate.revoked else None,
            new_certificate=certificate.in_its_place if certificate.replaced else None,
            reminders=reminders_sent(certificate),
            **kwargs,
        )


class CertificatePdfView(View):
    """The file as it was signed, for its holder and the officers of its authority."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        certificate = by_reference(reference)
        if certificate is None or not perms.may_download(request.user, certificate):
            raise Http404
        try:
            document = actions.document_of(certificate=certificate, now=timezone.now())
        except actions.NOT_ISSUED:
            logger.exception("no file of certificate %s", certificate.reference)
            context = {"certificate": certificate}
            return render(request, "certificates/no_file.html", context, status=503)
        return HttpResponse(
            document.pdf,
            content_type="application/pdf",
            headers={
                "Content-Disposition": f'attachment; filename="{certificate.reference}.pdf"',
                "ETag": f'"{document.pdf_digest}"',
            },
        )


class CertificateCredentialView(View):
    """The signed credential, byte for byte as it was issued, for those who may have the PDF."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        certificate = by_reference(reference)
        if certificate is None or not perms.may_download(request.user, certificate):
            raise Http404
        document = actions.document_of(certificate=certificate, now=timezone.now())
        return HttpResponse(
            document.credential,
            content_type="application/vc+ld+json",
            headers={"Content-Disposition": f'attachment; filename="{certificate.reference}.json"'},
        )


class CertificateCalendarView(View):
    """The last day as a calendar entry, for the holder of a certificate that counts."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        certificate = by_reference(reference)
        if certificate is None or not perms.may_see_certificate(request.user, certificate):
            raise Http404
        today = renewal.london_day(timezone.now())
        if certificate.standing_on(today) not in COUNTS:
            raise Http404
        return HttpResponse(
            calendar_entry(certificate),
            content_type="text/calendar; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="certificate-ends.ics"'},
        )


class ResultView(assessments.views.ResultView):
    """The result of a sitting with the certificate it earned, or what to do while it is made."""

    template_name = "certificates/result.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        closed_at = self.sitting.closed_at
        issued = Certificate.objects.filter(sitting=self.sitting).first()
        certificate = issued.in_its_place if issued else None
        just_passed = closed_at is not None and timezone.now() - closed_at < BEING_PREPARED
        return {**context, "certificate": certificate, "just_passed": just_passed}

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        response = super().render_to_response(context, **kwargs)
        if context["passed"] and context["just_passed"] and context["certificate"] is None:
            response["Refresh"] = "3"
        return response
