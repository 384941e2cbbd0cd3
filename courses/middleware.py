"""Two promises of the staff site, kept before and after Wagtail's own views."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import ProtectedError, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from wagtail.models import Page

from courses import perms
from people.asked import key_in

# Wagtail looks pages up by their number and, in places, names them before it asks who is there.
IN_ADDRESSES = ("page_id", "parent_page_id", "page_pk", "page_to_move_id", "destination_id")
IN_QUERIES = ("childOf",)
IN_FORMS = ("new_parent_page", "parent_page", "chooser", "refreshes")


class StaffPagesMiddleware:
    """A page that is not the visitor's is not there, whatever Wagtail's view would say. What the
    database refuses to delete is answered by a sentence, not by an error."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: dict[str, Any]
    ) -> None:
        user = request.user
        if not request.path.startswith("/staff/") or not user.is_authenticated or user.is_superuser:
            return
        opened = [view_kwargs[name] for name in IN_ADDRESSES if name in view_kwargs]
        opened += [request.GET[name] for name in IN_QUERIES if request.GET.get(name)]
        _refuse_others(opened, perms.open_pages(user))
        chosen = [request.POST[name] for name in IN_FORMS if request.POST.get(name)]
        _refuse_others(chosen, perms.choosable_pages(user))

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """For what slipped in between our guards and the deletion (``courses.wagtail_hooks``)."""
        if not isinstance(exception, ProtectedError) or not request.path.startswith("/staff/"):
            return None
        messages.error(request, _("Something else is in use with it, so nothing was deleted."))
        return redirect("wagtailadmin_home")


def _refuse_others(keys: list[Any], pages: "QuerySet[Page]") -> None:
    """Raises Http404 unless every key is that of one of the pages."""
    asked = {key_in(str(key)) for key in keys}
    if asked and pages.filter(pk__in=asked).count() < len(asked):
        raise Http404
