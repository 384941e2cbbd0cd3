"""The holder's pages, the public check, and the staff pages."""

from certificates.views.issuer import (
    DidView,
    IssuerView,
    PdfCertificatesView,
    StatusListView,
)
from certificates.views.own import (
    CertificatePdfView,
    CertificatesView,
    CertificateView,
    ResultView,
)
from certificates.views.verify import VerifyReferenceView, VerifyView
from certificates.views.wording import WordingsView, WordingView

__all__ = [
    "CertificatePdfView",
    "CertificateView",
    "CertificatesView",
    "DidView",
    "IssuerView",
    "PdfCertificatesView",
    "ResultView",
    "StatusListView",
    "VerifyReferenceView",
    "VerifyView",
    "WordingView",
    "WordingsView",
]
