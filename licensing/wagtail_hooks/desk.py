"""The officer's desk: what leads the staff home, and the drivers of one's own authority."""

from typing import Any

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component

from licensing import perms
from licensing.desk import lapsed
from licensing.views import contacts, next_actions
from licensing.views import lapsed as lists
from licensing.views.driver import DriverView
from licensing.views.finding import FindDriverView
from people import perms as people

SHOWN_AT_HOME = 5
LEADS = -1000  # Before whatever any other room or Wagtail itself puts on the staff home.


@hooks.register("register_admin_urls")
def desk_urls() -> list[URLPattern]:
    one, whole, files = "drivers/<int:pk>/", lists.LapsedView, lists.LapsedCsvView
    return [
        path("drivers/", FindDriverView.as_view(), name="staff_drivers"),
        path("drivers/lapsed/", whole.as_view(group="lapsed"), name="lapsed_drivers"),
        path("drivers/lapsed.csv", files.as_view(group="lapsed"), name="lapsed_drivers_csv"),
        path("drivers/never-trained/", whole.as_view(group="never"), name="never_drivers"),
        path("drivers/never-trained.csv", files.as_view(group="never"), name="never_drivers_csv"),
        path(
            "drivers/next-actions/",
            next_actions.PlanActionsView.as_view(),
            name="plan_next_actions",
        ),
        path(one, DriverView.as_view(), name="staff_driver"),
        path(f"{one}next-action/", next_actions.PlanActionView.as_view(), name="plan_next_action"),
        path(
            f"{one}next-action/end/", next_actions.EndActionView.as_view(), name="end_next_action"
        ),
        path(f"{one}contact/", contacts.LogContactView.as_view(), name="log_driver_contact"),
    ]


@hooks.register("register_admin_urls")
def contact_urls() -> list[URLPattern]:
    base = "drivers/contacts/"
    return [
        path(base, contacts.ContactsView.as_view(), name="driver_contacts"),
        path(f"{base}new/", contacts.LogContactByNumberView.as_view(), name="log_contact"),
        path(
            f"{base}<int:pk>/correct/",
            contacts.CorrectContactView.as_view(),
            name="correct_contact",
        ),
    ]


class DriversMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return perms.reads_drivers(request)


@hooks.register("register_admin_menu_item")
def drivers_menu_item() -> MenuItem:
    return DriversMenuItem(_("Drivers"), reverse("staff_drivers"), icon_name="user", order=240)


class LapsedPanel(Component):
    """No panel of Wagtail's: those fold away, and this one is to be seen (R45)."""

    name = "licensed_and_lapsed"
    template_name = "licensing/admin/desk/lapsed_panel.html"
    order = LEADS

    def __init__(self, part: lapsed.Part) -> None:
        self.part = part

    def get_context_data(self, parent_context: Any) -> dict[str, Any]:
        today = timezone.localdate()
        rows = [
            (row, (today - row.last_day).days if row.last_day else None) for row in self.part.rows
        ]
        return {"rows": rows, "total": self.part.total}


class NeverTrainedPanel(LapsedPanel):
    name = "never_trained"
    template_name = "licensing/admin/desk/never_panel.html"
    order = LEADS + 1


# Asked last, so that nothing takes the panels away again.
@hooks.register("construct_homepage_panels", order=1000)
def lead_with_lapsed(request: HttpRequest, panels: list[Component]) -> None:
    """For every officer and auditor, about the authorities at which they are one."""
    if not perms.reads_drivers(request):
        return
    user: Any = request.user
    authorities = people.authorities_of(user, people.Role.OFFICER, people.Role.AUDITOR)
    keys = list(authorities.values_list("pk", flat=True))
    if not keys:
        return
    now = timezone.now()
    asked = lapsed.Asked(keys, people.known_people(user), timezone.localdate(now), now)
    parts = lapsed.first_of_each(asked, limit=SHOWN_AT_HOME)
    panels += [LapsedPanel(parts["lapsed"]), NeverTrainedPanel(parts["never"])]
