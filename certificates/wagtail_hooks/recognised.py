"""The staff door of training elsewhere."""

from typing import Any

from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from certificates.views import past_records, recognised
from people import perms as people


@hooks.register("register_admin_urls")
def recognised_urls() -> list[URLPattern]:
    files, one = "recognised/past-records/", "recognised/<int:pk>/"
    return [
        path("recognised/", recognised.RecognisedView.as_view(), name="recognised"),
        path("recognised/enter/", recognised.FindLicenceView.as_view(), name="find_licence"),
        path(
            "recognised/enter/<int:pk>/",
            recognised.EnterEvidenceView.as_view(),
            name="enter_evidence",
        ),
        path(one, recognised.EvidenceView.as_view(), name="evidence"),
        path(f"{one}document/", recognised.EvidenceFileView.as_view(), name="evidence_file"),
        path(files, past_records.PastRecordsView.as_view(), name="past_records"),
        path(f"{files}<int:pk>/", past_records.BatchView.as_view(), name="evidence_batch"),
        path(
            f"{files}<int:pk>/file/",
            past_records.BatchFileView.as_view(),
            name="evidence_batch_file",
        ),
    ]


class RecognisedMenuItem(MenuItem):
    def is_shown(self, request: Any) -> bool:
        return people.holds(request, people.Role.OFFICER, people.Role.AUDITOR)


@hooks.register("register_certificates_menu_item")
def recognised_menu_item() -> MenuItem:
    return RecognisedMenuItem(
        _("Recognised training"),
        reverse("recognised"),
        icon_name="doc-full-inverse",
        order=262,
    )
