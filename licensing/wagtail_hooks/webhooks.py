"""The staff door: which systems are told of changes, and how the telling goes. To read only."""

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from licensing.views.webhooks import WebhookListView, WebhookLogView
from people import perms as people


@hooks.register("register_admin_urls")
def webhook_urls() -> list[URLPattern]:
    listed, log, one = WebhookListView, WebhookLogView, "webhooks/<uuid:pk>/"
    return [
        path("webhooks/", listed.as_view(), name="staff_webhooks"),
        path("webhooks/results/", listed.as_view(results_only=True), name="staff_webhooks_results"),
        path(one, log.as_view(), name="staff_webhook"),
        path(f"{one}results/", log.as_view(results_only=True), name="staff_webhook_results"),
    ]


class WebhooksMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return people.holds(request, people.Role.OFFICER)


@hooks.register("register_admin_menu_item")
def webhooks_menu_item() -> MenuItem:
    return WebhooksMenuItem(
        _("Connected systems"), reverse("staff_webhooks"), icon_name="link", order=345
    )
