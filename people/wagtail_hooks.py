"""The staff door of the register."""

from typing import Any

from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component

from people import perms, register_views, views
from people.models import Membership


@hooks.register("register_admin_urls")
def claim_urls() -> list[URLPattern]:
    return [
        path("licence-requests/", views.WaitingClaimsView.as_view(), name="waiting_claims"),
        path("licence-requests/<int:pk>/", views.DecideClaimView.as_view(), name="decide_claim"),
    ]


@hooks.register("register_admin_urls")
def interest_urls() -> list[URLPattern]:
    return [
        path("interests/", views.InterestsView.as_view(), name="interests"),
        path(
            "interests/declare/<int:pk>/",
            views.DeclareInterestView.as_view(),
            name="declare_interest",
        ),
        path("interests/<int:pk>/end/", views.EndInterestView.as_view(), name="end_interest"),
    ]


class StaffMenuItem(MenuItem):
    def is_shown(self, request: Any) -> bool:
        return perms.holds(request, *Membership.STAFF_SITE)


@hooks.register("register_admin_menu_item")
def interests_menu_item() -> MenuItem:
    return StaffMenuItem(_("People I know"), reverse("interests"), icon_name="group", order=345)


@hooks.register("register_admin_urls")
def register_urls() -> list[URLPattern]:
    doors = register_views
    return [
        path("register/", doors.RegisterView.as_view(), name="register"),
        path("register/uploads/<int:pk>/", doors.UploadView.as_view(), name="register_upload"),
        path(
            "register/uploads/<int:pk>/errors/",
            doors.UploadErrorsView.as_view(),
            name="register_upload_errors",
        ),
        path(
            "register/uploads/<int:pk>/differences/",
            doors.DifferencesView.as_view(),
            name="register_differences",
        ),
        path("register/imports/<int:pk>/", doors.ImportView.as_view(), name="register_import"),
        path("register/doubts/", doors.DoubtsView.as_view(), name="register_doubts"),
        path("register/doubts/<int:pk>/", doors.DoubtView.as_view(), name="register_doubt"),
        path(
            "register/export/<int:pk>/", doors.ExportRegisterView.as_view(), name="export_register"
        ),
    ]


class OfficerMenuItem(MenuItem):
    def is_shown(self, request: Any) -> bool:
        return perms.has_role(request.user, Membership.Role.OFFICER)


@hooks.register("register_admin_menu_item")
def claims_menu_item() -> MenuItem:
    return OfficerMenuItem(
        _("Licence requests"), reverse("waiting_claims"), icon_name="user", order=250
    )


class RegisterMenuItem(MenuItem):
    def is_shown(self, request: Any) -> bool:
        return perms.holds(request, Membership.Role.OFFICER)


@hooks.register("register_admin_menu_item")
def register_menu_item() -> MenuItem:
    return RegisterMenuItem(_("Register"), reverse("register"), icon_name="list-ul", order=245)


class WaitingClaimsPanel(Component):
    """On the staff home: how many people wait for an officer's answer."""

    name = "waiting_claims"
    template_name = "people/admin/claims_panel.html"
    order = 50

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        user = parent_context["request"].user
        return {"waiting": perms.decidable_claims(user).count()}


@hooks.register("construct_homepage_panels")
def add_claims_panel(request: Any, panels: list[Component]) -> None:
    if perms.has_role(request.user, Membership.Role.OFFICER):
        panels.append(WaitingClaimsPanel())
