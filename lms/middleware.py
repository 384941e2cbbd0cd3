"""Site-wide guards: login by default, a strict content policy, no caching of personal pages."""

from collections.abc import Callable
from typing import Any

from csp.middleware import CSPMiddleware
from django.contrib.auth.middleware import LoginRequiredMiddleware as DjangoLoginRequired
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.views.defaults import permission_denied

GetResponse = Callable[[HttpRequest], HttpResponseBase]

# Views of libraries that carry no mark of their own and guard what they serve themselves.
SELF_GUARDED = {
    "wagtail.views": "Each page type decides in serve(); lessons ask for sign-in.",
    "ninja.operation": "The API answers 401 by its own token check.",
    "ninja.openapi.views": "The API's description is public.",
    "allauth.idp.oidc.views": "The token endpoint checks the client's secret.",
    "wagtail.documents.views.serve": "Course material; private files check themselves.",
}

TEXT_KINDS = {
    "application/javascript",
    "application/json",
    "application/problem+json",
    "image/svg+xml",
}


class LoginRequiredMiddleware(DjangoLoginRequired):
    """Closed by default: a view is public only by its own ``login_not_required``."""

    def process_view(
        self,
        request: HttpRequest,
        view_func: Callable[..., HttpResponseBase],
        view_args: tuple[Any, ...],
        view_kwargs: dict[str, Any],
    ) -> HttpResponseBase | None:
        if getattr(view_func, "__module__", "") in SELF_GUARDED:
            return None
        return super().process_view(request, view_func, view_args, view_kwargs)


class StaffDoorMiddleware:
    """A plain refusal for signed-in people without a staff role.

    Wagtail would send them to sign in, and sign-in would send them straight back.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        user = request.user
        at_the_door = request.path.startswith("/staff/") and user.is_authenticated
        if at_the_door and not user.has_perm("wagtailadmin.access_admin"):
            return permission_denied(request, PermissionDenied())
        return self.get_response(request)


# What is read by programs shows nothing and loads nothing, should a browser open it after all.
DATA_KINDS = {"application/json", "application/problem+json"}
DATA_POLICY = "default-src 'none'; frame-ancestors 'none'"


class ContentSecurityPolicyMiddleware(CSPMiddleware):
    """The strict policy everywhere; inline scripts only where Wagtail's admin needs them."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        if response.get("Content-Type") in DATA_KINDS:
            response["Content-Security-Policy"] = DATA_POLICY
            return response
        if request.path.startswith("/staff/"):
            response._csp_update = {  # type: ignore[attr-defined]  # noqa: SLF001  (its decorators' way)
                "script-src": ["'unsafe-inline'"],
                "style-src": ["'unsafe-inline'"],
                "img-src": ["blob:"],
            }
        return super().process_response(request, response)


class CompressionMiddleware(GZipMiddleware):
    """Text is sent small. Django pads it by chance, so that its length betrays no token (BREACH).

    Films, pictures and PDFs are small already and keep their length, by which players seek.
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> Any:
        kind = response.get("Content-Type", "").partition(";")[0]
        if not kind.startswith("text/") and kind not in TEXT_KINDS:
            return response
        return super().process_response(request, response)


class NoStoreMiddleware:
    """Pages shown to a signed-in person are never kept by a browser or a proxy."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        signed_in = getattr(request, "user", None) is not None and request.user.is_authenticated
        if signed_in and "Cache-Control" not in response:
            response["Cache-Control"] = "no-store, private"
        return response
