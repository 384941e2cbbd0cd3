from django.urls import path

from certificates import views

urlpatterns = [
    path("certificates/", views.CertificatesView.as_view(), name="certificates"),
    path(
        "certificates/<str:reference>.pdf",
        views.CertificatePdfView.as_view(),
        name="certificate_pdf",
    ),
    path(
        "certificates/<str:reference>.json",
        views.CertificateCredentialView.as_view(),
        name="certificate_credential",
    ),
    path(
        "certificates/<str:reference>.ics",
        views.CertificateCalendarView.as_view(),
        name="certificate_calendar",
    ),
    path("certificates/<str:reference>/", views.CertificateView.as_view(), name="certificate"),
    path("credentials/issuer", views.IssuerView.as_view(), name="issuer"),
    path("credentials/status/<int:number>", views.StatusListView.as_view(), name="status_list"),
    path(".well-known/did.json", views.DidView.as_view(), name="did"),
    path(
        ".well-known/certificate-signatures.pem",
        views.PdfCertificatesView.as_view(),
        name="pdf_certificates",
    ),
    path("verify/", views.VerifyView.as_view(), name="verify"),
    path("verify/signature/", views.SignatureHelpView.as_view(), name="signature_help"),
    path(
        "verify/<str:reference>/document/",
        views.CompareView.as_view(),
        name="compare_document",
    ),
    path("verify/<str:reference>/", views.VerifyReferenceView.as_view(), name="verify_reference"),
]
