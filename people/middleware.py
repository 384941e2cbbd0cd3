"""What each request learns about the person: their language, and whether staff gave two factors."""

from collections.abc import Callable
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.shortcuts import redirect
from django.utils import translation

from people import perms

STAFF_SITE = "/staff/"
OPEN_PREFIXES = ("/accounts/", "/static/", "/health/", "/language/")


class LanguageMiddleware(LocaleMiddleware):
    """A person's own choice goes before the cookie, the cookie before what the browser asks for.

    The staff site is in English but for those who choose otherwise in their Wagtail profile.
    """

    def process_request(self, request: HttpRequest) -> None:
        super().process_request(request)
        if request.path.startswith(STAFF_SITE):
            chosen = settings.LANGUAGE_CODE
        else:
            chosen = getattr(request.user, "language", "")
        if chosen in dict(settings.LANGUAGES):
            translation.activate(chosen)
            request.LANGUAGE_CODE = translation.get_language()


class StaffSecondFactorMiddleware:
    """Staff prove themselves with two factors before any page but those that set the factors up.

    Required in production; in development a password alone is enough (settings).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view_func: Any, view_args: Any, view_kwargs: Any
    ) -> HttpResponseRedirect | None:
        if not settings.STAFF_SECOND_FACTOR_REQUIRED or request.path.startswith(OPEN_PREFIXES):
            return None
        if not perms.is_staff_member(request.user):
            return None
        return to_second_factor(request)


def to_second_factor(request: HttpRequest) -> HttpResponseRedirect | None:
    """Where somebody who needs two factors has to go first; None once they have given both."""
    if not settings.STAFF_SECOND_FACTOR_REQUIRED:
        return None
    if not is_mfa_enabled(request.user):
        return redirect("mfa_activate_totp")
    records = get_authentication_records(request, request.user)
    if not any(record["method"] == "mfa" for record in records):
        return redirect("account_logout")
    return None
