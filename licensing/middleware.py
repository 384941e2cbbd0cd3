"""The short way to the API: a licensing system has no session, no language and no messages."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import resolve
from django.utils import translation

API = "/api/v1/"


class ApiMiddleware:
    """Answers a call of the API here, past all that stands below this in the settings.

    What follows serves people with a browser: it would read their cookies, which must not count
    here, and cost more than the answer. The API checks its tokens itself and answers in English.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path_info.startswith(API):
            return self.get_response(request)
        found = request.resolver_match = resolve(request.path_info)
        with translation.override(settings.LANGUAGE_CODE):
            response: HttpResponseBase = found.func(request, *found.args, **found.kwargs)
        return response
