"""The staff door: which certificates of other councils are accepted."""

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from licensing.views.acceptance import AcceptancesView, AcceptanceView, ProposeAcceptanceView
from people import perms as people


@hooks.register("register_admin_urls")
def acceptance_urls() -> list[URLPattern]:
    new, one = "accepted-elsewhere/new/", "accepted-elsewhere/<int:pk>/"
    return [
        path("accepted-elsewhere/", AcceptancesView.as_view(), name="staff_acceptances"),
        path(new, ProposeAcceptanceView.as_view(), name="propose_acceptance"),
        path(one, AcceptanceView.as_view(), name="staff_acceptance"),
    ]


class AcceptancesMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return people.holds(request, people.Role.OFFICER, people.Role.AUDITOR)


@hooks.register("register_admin_menu_item")
def acceptances_menu_item() -> MenuItem:
    return AcceptancesMenuItem(
        _("Accepted from elsewhere"), reverse("staff_acceptances"), icon_name="link", order=342
    )
