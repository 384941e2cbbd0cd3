"""Whether a file is the one that was issued, and how its signature is checked without us."""

from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509 import load_pem_x509_certificate
from django.contrib.auth.decorators import login_not_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.generic import TemplateView

from certificates import renewal
from certificates.forms.compare import CompareForm
from certificates.hashing import MAX_BYTES, HashedFile, HashingUploadHandler
from certificates.models import Certificate, CertificateDocument, IssuerKey
from certificates.views.finding import by_reference
from certificates.views.limits import is_over_limit, too_many_checks
from certificates.views.verify import CHECKS_A_MINUTE, not_found

ROOM_FOR_THE_FORM = 64 * 1024  # Bytes around a file of the largest size.


@method_decorator([csrf_exempt, login_not_required, never_cache], name="dispatch")
class CompareView(View):
    """Takes a PDF, or its fingerprint, and says whether it is the one issued under this number.

    It counts towards the same limit as the check itself. The file is hashed as it arrives and never
    kept; the handler for that must be there before the form is read for its token, so that the
    token is looked for in ``post`` and not, as elsewhere, before the view.
    """

    certificate: Certificate

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        now = timezone.now()
        if is_over_limit(request, "verify", a_minute=CHECKS_A_MINUTE, now=now):
            return too_many_checks(request, now)
        certificate = by_reference(kwargs["reference"])
        if certificate is None:
            return not_found(request)
        self.certificate = certificate
        request.upload_handlers = [HashingUploadHandler(request)]
        response = super().dispatch(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex"
        return response

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        return self._ask(CompareForm())

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        if int(request.META.get("CONTENT_LENGTH") or 0) > MAX_BYTES + ROOM_FOR_THE_FORM:
            unread: list[UploadedFile] = [HashedFile("unread", MAX_BYTES + 1, "")]
            return self._ask(CompareForm({}, MultiValueDict({"document": unread})))
        return self._compare(request)

    @method_decorator(csrf_protect)
    def _compare(self, request: HttpRequest) -> HttpResponse:
        form = CompareForm(request.POST, request.FILES)
        if not form.is_valid():
            return self._ask(form)
        issued = CertificateDocument.objects.filter(certificate=self.certificate)
        context = {
            "certificate": self.certificate,
            "standing": self.certificate.standing_on(renewal.london_day(timezone.now())),
            "same": issued.filter(pdf_digest=form.digest).exists(),
        }
        return render(request, "certificates/compare_answer.html", context)

    def _ask(self, form: CompareForm) -> HttpResponse:
        context = {"certificate": self.certificate, "form": form}
        return render(self.request, "certificates/compare.html", context)


@method_decorator(login_not_required, name="dispatch")
class SignatureHelpView(TemplateView):
    """How anybody checks the signature in a PDF, without asking us about the certificate."""

    template_name = "certificates/signature_help.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        known = IssuerKey.objects.filter(kind=IssuerKey.Kind.PDF).exclude(certificate_pem="")
        pems = known.order_by("-pk").values_list("certificate_pem", flat=True)
        fingerprints = [
            load_pem_x509_certificate(pem.encode()).fingerprint(SHA256()).hex(" ", 2).upper()
            for pem in pems
        ]
        return super().get_context_data(fingerprints=fingerprints, **kwargs)
