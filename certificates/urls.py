from django.urls import path

from certificates import views

urlpatterns = [
    path("certificates/", views.CertificatesView.as_view(), name="certificates"),
    path(
        "certificates/<str:reference>.pdf",
        views.CertificatePdfView.as_view(),
        name="certificate_pdf",
    ),
    path("certificates/<str:reference>/", views.CertificateView.as_view(), name="certificate"),
    path("verify/", views.VerifyView.as_view(), name="verify"),
    path("verify/<str:reference>/", views.VerifyReferenceView.as_view(), name="verify_reference"),
]
