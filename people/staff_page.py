"""A page of the staff site, before it is said for whom it is and what it is about."""

from typing import Any, cast

from django.http import HttpRequest
from django.utils.functional import Promise
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from people.models import User


class StaffPageMixin(WagtailAdminTemplateMixin):
    page_title: str | Promise
    request: HttpRequest
    kwargs: dict[str, Any]

    @property
    def person(self) -> User:
        return cast("User", self.request.user)  # Strangers went no further than the door.


class PlacedPageMixin(StaffPageMixin):
    """It says by which other pages one comes to it."""

    def way_here(self) -> list[dict[str, str | Promise]]:
        return []

    def get_breadcrumbs_items(self) -> list[dict[str, str | Promise]]:
        here = {"url": "", "label": self.get_page_title(), "sublabel": self.get_page_subtitle()}
        return [*self.breadcrumbs_items, *self.way_here(), here]
