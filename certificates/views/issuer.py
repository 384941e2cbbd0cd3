"""What anybody needs to check a credential or a signature: who issues, keys, what was revoked."""

from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View

from certificates import status_list
from certificates.credential import as_json, did_document, issuer
from certificates.data_integrity import OPEN_BADGES
from certificates.keys import signing_keys
from certificates.models import IssuerKey
from certificates.views.limits import is_over_limit, too_many_checks

Kind = IssuerKey.Kind
DID, VC = "application/did+ld+json", "application/vc+ld+json"
LISTS_A_MINUTE = 120
FRESH_FOR = 30  # Seconds; a list also carries the moment at which it ends (``status_list.LIFE``).


def _published(document: dict[str, Any], media_type: str, *, fresh_for: int) -> HttpResponse:
    """For programs of any origin, and for caches that must ask again when it is old."""
    response = HttpResponse(as_json(document), content_type=media_type)
    response["Cache-Control"] = f"public, max-age={fresh_for}, must-revalidate"
    response["Access-Control-Allow-Origin"] = "*"
    return response


@method_decorator(login_not_required, name="dispatch")
class DidView(View):
    """The issuer's keys (did:web): every one that has signed, and the one that signs now."""

    def get(self, request: HttpRequest) -> HttpResponse:
        current = signing_keys().credential_key.public_key()
        known = IssuerKey.objects.filter(kind=Kind.CREDENTIAL).order_by("pk")
        keys = [load_pem_public_key(key.public_pem.encode()) for key in known]
        retired = [key for key in keys if isinstance(key, Ed25519PublicKey) and key != current]
        return _published(did_document([current, *retired]), DID, fresh_for=300)


@method_decorator(login_not_required, name="dispatch")
class IssuerView(View):
    """The issuer's profile as Open Badges knows it."""

    def get(self, request: HttpRequest) -> HttpResponse:
        profile = {"@context": [OPEN_BADGES], **issuer()}
        return _published(profile, "application/ld+json", fresh_for=300)


@method_decorator(login_not_required, name="dispatch")
class StatusListView(View):
    """What was revoked or replaced, signed at this moment. If the database does not answer, this is
    an error: an older list could say "not revoked" of what is."""

    def get(self, request: HttpRequest, number: int) -> HttpResponse:
        now = timezone.now()
        if is_over_limit(request, "status", a_minute=LISTS_A_MINUTE, now=now):
            return too_many_checks(request, now)
        if not status_list.exists(number):
            raise Http404
        signed = status_list.signed_list(number, signing_keys().credential_key, now=now)
        return _published(signed, VC, fresh_for=FRESH_FOR)


@method_decorator(login_not_required, name="dispatch")
class PdfCertificatesView(View):
    """The X.509 certificates that belong to the signatures in PDFs, newest first, for whoever wants
    their reader to trust them."""

    def get(self, request: HttpRequest) -> HttpResponse:
        known = IssuerKey.objects.filter(kind=Kind.PDF).exclude(certificate_pem="")
        pems = [
            pem.strip() for pem in known.order_by("-pk").values_list("certificate_pem", flat=True)
        ]
        response = HttpResponse("\n".join([*pems, ""]), content_type="application/x-pem-file")
        response["Content-Disposition"] = 'attachment; filename="certificate-signatures.pem"'
        response["Cache-Control"] = "public, max-age=300"
        return response
