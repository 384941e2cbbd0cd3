"""The officer's desk: the drivers of one's own authority."""

from django.urls import URLPattern, path
from wagtail import hooks

from licensing.views.driver import DriverView


@hooks.register("register_admin_urls")
def desk_urls() -> list[URLPattern]:
    return [path("drivers/<int:pk>/", DriverView.as_view(), name="staff_driver")]
