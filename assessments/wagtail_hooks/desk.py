"""The staff door of the desk: what is arranged around a sitting."""

from typing import Any

from django.urls import URLPattern, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import Menu, MenuItem, SubmenuMenuItem

from assessments import perms
from assessments.views import adjustments, desk, held, open_sittings, tries
from people import perms as people

TESTS = Menu(register_hook_name="register_tests_menu_item")


@hooks.register("register_admin_urls")
def people_urls() -> list[URLPattern]:
    one = "tests/people/<int:pk>/"
    return [
        path("tests/people/", desk.FindPersonView.as_view(), name="find_test_person"),
        path(one, desk.PersonView.as_view(), name="test_person"),
        path(f"{one}start-code/", desk.StartCodeView.as_view(), name="issue_start_code"),
        path(f"{one}hold/", held.HoldSittingView.as_view(), name="hold_sitting"),
        path(f"{one}help/", adjustments.GrantAdjustmentView.as_view(), name="grant_adjustment"),
    ]


@hooks.register("register_admin_urls")
def help_urls() -> list[URLPattern]:
    one = "tests/help/<int:pk>/"
    return [
        path("tests/help/", adjustments.AdjustmentsView.as_view(), name="adjustment_requests"),
        path(one, adjustments.DecideAdjustmentView.as_view(), name="decide_adjustment"),
        path(f"{one}end/", adjustments.EndAdjustmentView.as_view(), name="end_adjustment"),
    ]


@hooks.register("register_admin_urls")
def sitting_urls() -> list[URLPattern]:
    one = "tests/held/<uuid:pk>/"
    return [
        path("tests/open/", open_sittings.OpenSittingsView.as_view(), name="open_sittings"),
        path("tests/open/<uuid:pk>/time/", open_sittings.GiveTimeView.as_view(), name="give_time"),
        path(f"{one}paper/", held.HeldPaperView.as_view(), name="held_paper"),
        path(f"{one}answers/", held.EnterAnswersView.as_view(), name="held_answers"),
        path(f"{one}confirm/", held.ConfirmAnswersView.as_view(), name="confirm_answers"),
        path("tests/outages/", open_sittings.OutagesView.as_view(), name="outages"),
    ]


@hooks.register("register_admin_urls")
def tries_urls() -> list[URLPattern]:
    one = "tests/no-tries-left/<int:pk>/"
    return [
        path("tests/no-tries-left/", tries.NoTriesLeftView.as_view(), name="no_tries_left"),
        path(one, tries.ExtraTriesView.as_view(), name="extra_tries"),
        path(f"{one}confirm/", tries.ConfirmExtraTriesView.as_view(), name="confirm_extra_tries"),
    ]


class DeskMenuItem(MenuItem):
    """Shown to whoever holds one of ``roles``."""

    def __init__(self, *args: Any, roles: tuple[str, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.roles = roles

    def is_shown(self, request: Any) -> bool:
        return people.holds(request, *self.roles)


class OutagesMenuItem(MenuItem):
    def is_shown(self, request: Any) -> bool:
        return perms.may_note_outages(request.user)


@hooks.register("register_admin_menu_item")
def tests_menu_item() -> MenuItem:
    return SubmenuMenuItem(_("Tests"), TESTS, icon_name="clipboard-list", order=280)


@hooks.register("register_tests_menu_item")
def people_menu_item() -> MenuItem:
    address = reverse_lazy("find_test_person")
    return DeskMenuItem(_("Find a person"), address, roles=perms.DESK, icon_name="user", order=10)


@hooks.register("register_tests_menu_item")
def open_menu_item() -> MenuItem:
    address = reverse_lazy("open_sittings")
    return DeskMenuItem(_("Open tests"), address, roles=perms.DESK, icon_name="time", order=20)


@hooks.register("register_tests_menu_item")
def help_menu_item() -> MenuItem:
    address = reverse_lazy("adjustment_requests")
    return DeskMenuItem(
        _("Requests for help"), address, roles=perms.READERS, icon_name="help", order=30
    )


@hooks.register("register_tests_menu_item")
def tries_menu_item() -> MenuItem:
    address = reverse_lazy("no_tries_left")
    return DeskMenuItem(
        _("No tries left"), address, roles=perms.READERS, icon_name="warning", order=40
    )


@hooks.register("register_tests_menu_item")
def outages_menu_item() -> MenuItem:
    return OutagesMenuItem(_("Outages"), reverse_lazy("outages"), icon_name="history", order=50)
