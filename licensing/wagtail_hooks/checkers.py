"""The staff door of checking organisations."""

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from licensing import perms
from licensing.views import checker_staff as doors


@hooks.register("register_admin_urls")
def checker_urls() -> list[URLPattern]:
    one, decide = "checkers/<int:pk>/", doors.DecideOrganisationView
    return [
        path("checkers/", doors.OrganisationsView.as_view(), name="checker_organisations"),
        path("checkers/new/", doors.ProposeOrganisationView.as_view(), name="propose_checkers"),
        path("checkers/checks/", doors.ChecksView.as_view(), name="checks_made"),
        path("checkers/checks.csv", doors.ChecksCsvView.as_view(), name="checks_made_csv"),
        path("checkers/people/<int:pk>/end/", doors.EndCheckerView.as_view(), name="end_checker"),
        path(
            "checkers/invitations/<int:pk>/withdraw/",
            doors.WithdrawCheckerInvitationView.as_view(),
            name="withdraw_checker_invitation",
        ),
        path(one, doors.OrganisationView.as_view(), name="checker_organisation"),
        path(f"{one}approve/", doors.ApproveOrganisationView.as_view(), name="approve_checkers"),
        path(f"{one}decline/", decide.as_view(step="decline"), name="decline_checkers"),
        path(f"{one}end/", decide.as_view(step="end"), name="end_checkers"),
        path(f"{one}invite/", doors.InviteContactView.as_view(), name="invite_checker_contact"),
    ]


class CheckersMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return perms.may_see_checkers(request)


@hooks.register("register_admin_menu_item")
def checkers_menu_item() -> MenuItem:
    return CheckersMenuItem(
        _("Checkers"), reverse("checker_organisations"), icon_name="search", order=348
    )
