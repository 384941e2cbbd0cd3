"""The holder's pages, the public check, what is published about the issuer, and staff pages."""

from certificates.views.compare import CompareView, SignatureHelpView
from certificates.views.issuer import (
    DidView,
    IssuerView,
    PdfCertificatesView,
    StatusListView,
)
from certificates.views.own import (
    CertificateCalendarView,
    CertificateCredentialView,
    CertificatePdfView,
    CertificatesView,
    CertificateView,
    ResultView,
)
from certificates.views.verify import VerifyReferenceView, VerifyView
from certificates.views.wording import WordingsView, WordingView

__all__ = [
    "CertificateCalendarView",
    "CertificateCredentialView",
    "CertificatePdfView",
    "CertificateView",
    "CertificatesView",
    "CompareView",
    "DidView",
    "IssuerView",
    "PdfCertificatesView",
    "ResultView",
    "SignatureHelpView",
    "StatusListView",
    "VerifyReferenceView",
    "VerifyView",
    "WordingView",
    "WordingsView",
]
