"""The staff door of the outbox, for platform administrators alone."""

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from outbox import views


@hooks.register("register_admin_urls")
def message_urls() -> list[URLPattern]:
    return [
        path("unsent-messages/", views.UnsentMessagesView.as_view(), name="unsent_messages"),
        path("unsent-messages/<int:pk>/", views.UnsentMessageView.as_view(), name="unsent_message"),
    ]


class UnsentMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return bool(getattr(request.user, "is_superuser", False))


@hooks.register("register_admin_menu_item")
def unsent_menu_item() -> MenuItem:
    return UnsentMenuItem(
        _("Unsent messages"), reverse("unsent_messages"), icon_name="mail", order=820
    )
