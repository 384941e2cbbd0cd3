"""The holder's pages, and the public check."""

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
]
