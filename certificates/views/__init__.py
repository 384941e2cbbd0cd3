"""The holder's pages, and the public check."""

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
    "ResultView",
    "VerifyReferenceView",
    "VerifyView",
]
