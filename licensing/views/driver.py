"""One driver as officers and auditors see them: the licence, and the training of its holder."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils.functional import Promise, cached_property
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from licensing import perms
from people.models import Licence


class DriversMixin(WagtailAdminTemplateMixin):
    """For officers, auditors and platform administrators; anybody else is refused."""

    page_title: str | Promise = gettext_lazy("Drivers")
    header_icon = "user"
    request: HttpRequest
    kwargs: dict[str, Any]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not perms.reads_drivers(request):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)  # type: ignore[no-any-return]


class DriverMixin(DriversMixin):
    """A page about one driver that the person may read about; no other is there."""

    page_title = gettext_lazy("Driver")

    @cached_property
    def licence(self) -> Licence:
        readable = perms.readable_licences(self.request.user)
        return get_object_or_404(
            readable.select_related("authority", "holder"), pk=self.kwargs["pk"]
        )

    def get_page_subtitle(self) -> str:
        return self.licence.full_name

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(licence=self.licence, **kwargs)  # type: ignore[no-any-return]


class DriverView(DriverMixin, TemplateView):
    """Who it is, and what the register says."""

    template_name = "licensing/admin/desk/driver.html"
