"""The public check of a certificate (R34)."""

import logging
from datetime import datetime
from ipaddress import ip_network

from allauth.account.adapter import get_adapter
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from redis.exceptions import RedisError

from certificates import renewal
from certificates.forms import VerifyForm
from certificates.models import Certificate
from certificates.reference import normalise
from certificates.views.finding import by_reference

logger = logging.getLogger(__name__)
CHECKS_A_MINUTE = 30


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
        response = self._answer(request, by_reference(written), now)
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
