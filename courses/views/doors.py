"""Views that take the place of Wagtail's own in the staff site (wired in ``courses.urls``)."""

from typing import Any

from django.apps import apps
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from wagtail.admin.views import chooser
from wagtail.admin.views.bulk_action.registry import bulk_action_registry
from wagtail.admin.views.reports.page_types_usage import PageTypesUsageReportView
from wagtail.permissions import policy_registry

from courses import perms
from people.asked import key_in

ANYTHING = ("view", "add", "change", "delete", "publish")


def closed(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """Nothing here. The API's actions would delete, move and take down without our guards, and no
    page of the staff site uses them. The others fail: one on purpose, one for want of a form."""
    raise Http404


class OnlyOwn:
    """A bulk action that does not list by name what the person has no part in."""

    request: HttpRequest
    model: type[Model]

    def get_actionable_objects(self) -> tuple[list[Any], dict[str, Any]]:
        objects, refused = super().get_actionable_objects()  # type: ignore[misc]
        policy = policy_registry.get_by_type(self.model)
        known = policy.instances_user_has_any_permission_for(self.request.user, ANYTHING)
        items = refused["items_with_no_access"]
        keys = set(known.filter(pk__in=[item.pk for item in items]).values_list("pk", flat=True))
        named = [item for item in items if item.pk in keys]
        return objects, {**refused, "items_with_no_access": named}


def bulk_action(request: HttpRequest, app_label: str, model_name: str, action: str) -> HttpResponse:
    found = bulk_action_registry.get_bulk_action_class(app_label, model_name, action)
    if found is None:
        raise Http404
    own = type(found.__name__, (OnlyOwn, found), {})
    response: HttpResponse = own(request, apps.get_model(app_label, model_name)).dispatch(request)
    return response


class ChosenPagesView(chooser.ChosenMultipleView):
    """Names only pages that the chooser itself would have shown."""

    def get(self, request: HttpRequest) -> HttpResponse:
        asked = set(map(key_in, request.GET.getlist("id")))
        if perms.choosable_pages(request.user).filter(pk__in=asked).count() < len(asked):
            raise Http404
        response: HttpResponse = super().get(request)
        return response


class ExternalLinkView(chooser.ExternalLinkView):
    """An address stays what was typed: Wagtail would look up the page and name its next title."""

    def post(self, request: HttpRequest) -> HttpResponse:
        response: HttpResponse = chooser.BaseLinkFormView.post(self, request)
        return response


class PageTypesView(PageTypesUsageReportView):
    """Counts every page, but names the one edited last only to those who may open it."""

    def decorate_paginated_queryset(self, page_types: Any) -> Any:
        opened = perms.open_pages(self.request.user)
        edited = [kind.last_edited_page_id for kind in page_types if kind.last_edited_page_id]
        known = set(opened.filter(pk__in=edited).values_list("pk", flat=True))
        for kind in page_types:
            if kind.last_edited_page_id not in known:
                kind.last_edited_page_id = None
        return super().decorate_paginated_queryset(page_types)
