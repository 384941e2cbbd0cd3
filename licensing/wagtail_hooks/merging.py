"""The staff door of double records: one person who has two."""

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from licensing.views.merging import MergesView, MergeView, ProposeMergeView
from people import perms as people


@hooks.register("register_admin_urls")
def merging_urls() -> list[URLPattern]:
    return [
        path("merges/", MergesView.as_view(), name="merges"),
        path(
            "merges/new/<int:pk>/<int:other_pk>/", ProposeMergeView.as_view(), name="propose_merge"
        ),
        path("merges/<int:pk>/", MergeView.as_view(), name="merge"),
    ]


class MergesMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return people.holds(request, people.Role.OFFICER)


@hooks.register("register_admin_menu_item")
def merges_menu_item() -> MenuItem:
    return MergesMenuItem(_("Double records"), reverse("merges"), icon_name="group", order=251)
