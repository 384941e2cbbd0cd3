"""The staff door of one certificate, and of what two people decide about it."""

from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.sidebar import LinkMenuItem

from certificates import perms
from certificates.models import CertificateEvent
from certificates.views import changes, staff
from people import perms as people

Kind = CertificateEvent.Kind


@hooks.register("register_admin_urls")
def standing_urls() -> list[URLPattern]:
    one, propose = "certificates/<int:pk>/", staff.ProposeChangeView
    return [
        path("certificates/waiting/", changes.WaitingChangesView.as_view(), name="waiting_changes"),
        path("certificates/proven/", changes.ProvenCasesView.as_view(), name="proven_cases"),
        path(
            "certificates/changes/<int:pk>/", changes.ChangeView.as_view(), name="standing_change"
        ),
        path(one, staff.StaffCertificateView.as_view(), name="staff_certificate"),
        path(f"{one}revoke/", propose.as_view(kind=Kind.REVOKED), name="propose_revocation"),
        path(
            f"{one}reinstate/", propose.as_view(kind=Kind.REINSTATED), name="propose_reinstatement"
        ),
        path(f"{one}correct/", propose.as_view(kind=Kind.REPLACED), name="propose_correction"),
        path(f"{one}interest/", staff.DeclareInterestView.as_view(), name="certificate_interest"),
    ]


class WaitingMenuItem(MenuItem):
    """For officers with the number of what they may decide now; auditors read."""

    def is_shown(self, request: HttpRequest) -> bool:
        return people.holds(request, people.Role.OFFICER, people.Role.AUDITOR)

    def render_component(self, request: HttpRequest) -> LinkMenuItem:
        item: Any = super().render_component(request)
        decides = people.holds(request, people.Role.OFFICER)
        if decides and (waiting := perms.decidable_changes(request.user).count()):
            item.label = gettext("%(what)s (%(waiting)s)") % {
                "what": self.label,
                "waiting": waiting,
            }
        return item


class ProvenMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return people.holds(request, people.Role.OFFICER, people.Role.AUDITOR)


@hooks.register("register_admin_menu_item")
def waiting_menu_item() -> MenuItem:
    return WaitingMenuItem(
        _("Second person"), reverse("waiting_changes"), icon_name="group", order=261
    )


@hooks.register("register_certificates_menu_item")
def proven_menu_item() -> MenuItem:
    return ProvenMenuItem(
        _("Proven cases"), reverse("proven_cases"), icon_name="warning", order=263
    )
