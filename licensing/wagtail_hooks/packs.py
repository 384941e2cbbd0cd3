"""The staff door: what is made for publication and for meetings."""

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from licensing.views import packs, signed
from people import perms as people


@hooks.register("register_admin_urls")
def pack_urls() -> list[URLPattern]:
    return [
        path("foi/", packs.FoiPacksView.as_view(), name="foi_packs"),
        path("foi/new/", packs.MakeFoiPackView.as_view(), name="make_foi_pack"),
        path("foi/<int:pk>/", packs.FoiPackView.as_view(), name="foi_pack"),
        path(
            "foi/<int:pk>/<str:file_format>/",
            packs.FoiPackFileView.as_view(),
            name="foi_pack_file",
        ),
        path(
            "committee-packs/licences/<int:pk>/",
            packs.MakeCommitteePackView.as_view(),
            name="make_committee_pack",
        ),
        path("committee-packs/<int:pk>/", packs.CommitteePackView.as_view(), name="committee_pack"),
        path(
            "committee-packs/<int:pk>/file/",
            packs.CommitteePackFileView.as_view(),
            name="committee_pack_file",
        ),
    ]


@hooks.register("register_admin_urls")
def signed_training_urls() -> list[URLPattern]:
    here = "signed-training/"
    return [
        path(here, signed.MeetingView.as_view(), name="signed_training"),
        path(
            f"{here}list/<str:file_format>/",
            signed.MeetingFileView.as_view(),
            name="signed_training_file",
        ),
        path(f"{here}sessions/", signed.SessionsView.as_view(), name="training_sessions"),
        path(
            f"{here}sessions/new/", signed.EnterSessionView.as_view(), name="enter_training_session"
        ),
        path(f"{here}waiting/", signed.WaitingSignaturesView.as_view(), name="waiting_signatures"),
        path(
            f"{here}waiting/<int:pk>/",
            signed.DecideSignatureView.as_view(),
            name="decide_signature",
        ),
    ]


class PacksMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return people.holds(request, people.Role.OFFICER, people.Role.AUDITOR)


@hooks.register("register_reports_menu_item")
def foi_menu_item() -> MenuItem:
    return PacksMenuItem(_("FOI figures"), reverse("foi_packs"), icon_name="doc-full", order=330)


@hooks.register("register_reports_menu_item")
def signed_training_menu_item() -> MenuItem:
    return PacksMenuItem(
        _("Signed training"), reverse("signed_training"), icon_name="group", order=340
    )
