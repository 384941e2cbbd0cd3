"""The holder's certificates, and the public check of one."""

import logging
from datetime import datetime, timedelta
from ipaddress import ip_network
from typing import Any

from allauth.account.adapter import get_adapter
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView
from redis.exceptions import RedisError

import assessments.views
from certificates import perms, renewal
from certificates.forms import VerifyForm
from certificates.models import Certificate, CertificateEvent
from certificates.pdf import render_certificate
from certificates.reference import is_wellformed, normalise

logger = logging.getLogger(__name__)
BEING_PREPARED = timedelta(seconds=60)  # For so long the result page looks again by itself.
CHECKS_A_MINUTE = 30


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
        certificate = _certificate(kwargs["reference"])
        if certificate is None or not perms.may_see_certificate(self.request.user, certificate):
            raise Http404
        revocations = certificate.events.filter(kind=CertificateEvent.Kind.REVOKED)
        return super().get_context_data(
            certificate=certificate,
            standing=certificate.standing_on(renewal.london_day(timezone.now())),
            revocation=revocations.last() if certificate.revoked else None,
            **kwargs,
        )


class CertificatePdfView(View):
    """The certificate as a file, for its holder and the officers of its authority."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        certificate = _certificate(reference)
        if certificate is None or not perms.may_download(request.user, certificate):
            raise Http404
        return HttpResponse(
            render_certificate(certificate),
            content_type="application/pdf",
            headers={"Content-Disposition": f'attachment; filename="{certificate.reference}.pdf"'},
        )


def _certificate(typed: str) -> Certificate | None:
    """By its reference, however that is written; nothing is asked of the database for nonsense."""
    reference = normalise(typed)
    if not is_wellformed(reference):
        return None
    certificates = Certificate.objects.with_standing().select_related("learner", "authority")
    return certificates.filter(reference=reference).first()


class ResultView(assessments.views.ResultView):
    """The result of a sitting with the certificate it earned, or what to do while it is made."""

    template_name = "certificates/result.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        closed_at = self.sitting.closed_at
        certificate = Certificate.objects.filter(sitting=self.sitting).first()
        just_passed = closed_at is not None and timezone.now() - closed_at < BEING_PREPARED
        return {**context, "certificate": certificate, "just_passed": just_passed}

    def render_to_response(self, context: dict[str, Any], **kwargs: Any) -> HttpResponse:
        response = super().render_to_response(context, **kwargs)
        if context["passed"] and context["just_passed"] and context["certificate"] is None:
            response["Refresh"] = "3"
        return response


# -- The public check ------------------------------------------------------------------------
@method_decorator([login_not_required, never_cache], name="dispatch")
class VerifyView(View):
    """Asks for a certificate's number. A GET form: checking changes nothing."""

    def get(self, request: HttpRequest) -> HttpResponse:
        form = VerifyForm(request.GET if "reference" in request.GET else None)
        if form.is_valid():
            return redirect("verify_reference", reference=form.cleaned_data["reference"])
        return render(request, "certificates/verify.html", {"form": form})


@method_decorator([login_not_required, never_cache], name="dispatch")
class VerifyReferenceView(View):
    """Genuine, which course, valid today or not, initials, time of check; nothing else (R34)."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        written = normalise(reference)
        if written and written != reference:
            return redirect("verify_reference", reference=written)
        now = timezone.now()
        if _is_over_limit(request, now):
            return _too_many_checks(request, now)
        response = self._answer(request, _certificate(written), now)
        response["X-Robots-Tag"] = "noindex"
        return response

    def _answer(
        self, request: HttpRequest, certificate: Certificate | None, now: datetime
    ) -> HttpResponse:
        if certificate is None:
            again = {"form": VerifyForm()}
            return render(request, "certificates/verify_not_found.html", again, status=404)
        standing = certificate.standing_on(renewal.london_day(now))
        context = {"certificate": certificate, "standing": standing, "checked_at": now}
        return render(request, "certificates/verify_reference.html", context)


def _is_over_limit(request: HttpRequest, now: datetime) -> bool:
    """Counts this check. Without the cache the check still works: numbers cannot be guessed."""
    key = f"verify:{_network(request)}:{now:%Y%m%d%H%M}"
    try:
        cache.add(key, 0, timeout=120)
        return cache.incr(key) > CHECKS_A_MINUTE
    except (RedisError, OSError, ValueError) as error:
        logger.warning("public checks are not limited now: %s", type(error).__name__)
        return False


def _network(request: HttpRequest) -> str:
    """Whom to count: a household has one address of IPv4, or a /64 of IPv6. A forwarded address is
    believed only as far as ``TRUSTED_PROXY_COUNT`` says."""
    address = get_adapter(request).get_client_ip(request)
    bits = 64 if ":" in address else 32
    return str(ip_network(f"{address}/{bits}", strict=False))


def _too_many_checks(request: HttpRequest, now: datetime) -> HttpResponse:
    wait = 60 - now.second
    response = render(request, "certificates/too_many_checks.html", status=429)
    response["Retry-After"] = str(wait)
    return response
