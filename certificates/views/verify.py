"""The public check of a certificate (R34)."""

from datetime import datetime

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache

from certificates import renewal
from certificates.forms.verify import VerifyForm
from certificates.models import Certificate
from certificates.reference import normalise
from certificates.views.finding import by_reference
from certificates.views.limits import is_over_limit, too_many_checks

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
        if is_over_limit(request, "verify", a_minute=CHECKS_A_MINUTE, now=now):
            return too_many_checks(request, now)
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
