"""The public check of a certificate (R34)."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache

from certificates import renewal
from certificates.forms.verify import VerifyForm
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
        certificate = by_reference(written)
        if certificate is None:
            return not_found(request)
        standing = certificate.standing_on(renewal.london_day(now))
        context = {"certificate": certificate, "standing": standing, "checked_at": now}
        response = render(request, "certificates/verify_reference.html", context)
        response["X-Robots-Tag"] = "noindex"
        return response


def not_found(request: HttpRequest) -> HttpResponse:
    """The same for every number that was never issued, however near it is to one that was."""
    again = {"form": VerifyForm()}
    response = render(request, "certificates/verify_not_found.html", again, status=404)
    response["X-Robots-Tag"] = "noindex"
    return response
