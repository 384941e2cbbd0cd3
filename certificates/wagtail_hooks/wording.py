"""The staff door of an authority's own words on its certificates."""

from django.http import HttpRequest
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from certificates import views
from people import perms as people


@hooks.register("register_admin_urls")
def wording_urls() -> list[URLPattern]:
    base = "certificate-wording/"
    return [
        path(base, views.WordingsView.as_view(), name="certificate_wordings"),
        path(f"{base}<int:pk>/", views.WordingView.as_view(), name="certificate_wording"),
    ]


class WordingMenuItem(MenuItem):
    def is_shown(self, request: HttpRequest) -> bool:
        return people.holds(request, people.Role.OFFICER)


@hooks.register("register_certificates_menu_item")
def wording_menu_item() -> MenuItem:
    return WordingMenuItem(
        _("Certificate wording"),
        reverse("certificate_wordings"),
        icon_name="doc-full",
        order=264,
    )
