"""Errors as RFC 9457 problems. A ``type`` is never renamed; titles and details may change."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from wagtail.api.v3.errors import problem_response

logger = logging.getLogger(__name__)

NAMESPACE = "urn:problem:training-status"
RETRY_UNAVAILABLE = "30"  # Seconds after which a client may ask again while we cannot answer.


@dataclass(frozen=True)
class Problem:
    """One kind of error; ``detail`` never tells more than the caller knows already."""

    slug: str
    status: int
    title: str
    detail: str
    only: frozenset[str] = frozenset()  # Operations that answer it; empty means every one.

    @property
    def type(self) -> str:
        return f"{NAMESPACE}:{self.slug}"

    def response(
        self,
        *,
        headers: Mapping[str, str] | None = None,
        errors: list[dict[str, Any]] | None = None,
    ) -> HttpResponse:
        response: HttpResponse = problem_response(
            status=self.status,
            title=self.title,
            detail=self.detail,
            errors=errors,
            type_uri=self.type,
        )
        for name, value in (headers or {}).items():
            response[name] = value
        return response


UNAUTHENTICATED = Problem(
    "unauthenticated",
    401,
    "A token is needed",
    "Send an access token in the header: Authorization: Bearer TOKEN.",
)
INVALID_TOKEN = Problem(
    "invalid-token",
    401,
    "The token is not valid",
    "The access token is unknown, has expired or was withdrawn. Get a new one.",
)
INSUFFICIENT_SCOPE = Problem(
    "insufficient-scope",
    403,
    "The token does not allow this",
    "The access token lacks the scope that this call needs.",
)
NOT_FOUND = Problem(
    "not-found",
    404,
    "Not found",
    "Your authority has nothing at this address.",
)
METHOD_NOT_ALLOWED = Problem(
    "method-not-allowed",
    405,
    "The method is not allowed",
    "This address does not answer that method; the Allow header says which it does.",
)
WAITS_FOR_OFFICER = Problem(
    "waits-for-officer",
    409,
    "An officer has to decide",
    "The register has somebody else under this number, or this person under another one. Nothing"
    " was changed. A licensing officer sees both side by side and decides.",
    only=frozenset({"put_licence"}),
)
WEBHOOK_EXISTS = Problem(
    "webhook-exists",
    409,
    "The address has a webhook",
    "Your client has a webhook for this address already. Remove that one first.",
    only=frozenset({"add_webhook"}),
)
TOO_MANY_WEBHOOKS = Problem(
    "too-many-webhooks",
    409,
    "Too many webhooks",
    "A client has at most ten webhooks. Remove one first.",
    only=frozenset({"add_webhook"}),
)
TOO_LARGE = Problem(
    "too-large",
    413,
    "The request is too large",
    "Send less at once.",
    only=frozenset({"put_licence", "search_training_status", "add_webhook"}),
)
UNKNOWN_CURSOR = Problem(
    "unknown-cursor",
    404,
    "The cursor is not known",
    "The feed has no such place. Begin again without a cursor; events keep their ids.",
    only=frozenset({"list_events", "replay_webhook"}),
)
KEY_REUSED = Problem(
    "idempotency-key-reused",
    422,
    "The key was used before",
    "Within the last day your client sent another call with this Idempotency-Key.",
    only=frozenset({"put_licence"}),
)
INVALID_REQUEST = Problem(
    "invalid-request",
    422,
    "The request is not valid",
    "A value cannot be understood; see errors for which and why.",
)
TOO_MANY_REQUESTS = Problem(
    "too-many-requests",
    429,
    "Too many requests",
    "Wait for as many seconds as the Retry-After header says, then ask again.",
)
INTERNAL_ERROR = Problem(
    "internal-error",
    500,
    "Something went wrong",
    "The answer could not be worked out. This says nothing about the licence.",
)
UNAVAILABLE = Problem(
    "unavailable",
    503,
    "The records cannot be read",
    "The answer could not be worked out. This says nothing about the licence. Ask again later.",
)
ALL = (
    UNAUTHENTICATED,
    INVALID_TOKEN,
    INSUFFICIENT_SCOPE,
    NOT_FOUND,
    METHOD_NOT_ALLOWED,
    WAITS_FOR_OFFICER,
    WEBHOOK_EXISTS,
    TOO_MANY_WEBHOOKS,
    TOO_LARGE,
    INVALID_REQUEST,
    UNKNOWN_CURSOR,
    KEY_REUSED,
    TOO_MANY_REQUESTS,
    INTERNAL_ERROR,
    UNAVAILABLE,
)


class Refused(Exception):
    """Ends the call with a problem."""

    def __init__(self, problem: Problem, *, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(problem.slug)
        self.problem = problem
        self.headers = headers


def register(api: NinjaAPI) -> None:
    """Answer every exception with a problem; what went wrong inside goes to the log alone."""
    api.add_exception_handler(Refused, _refused)
    api.add_exception_handler(ValidationError, _invalid)
    api.add_exception_handler(HttpError, _not_json)
    api.add_exception_handler(RequestDataTooBig, _too_large)
    api.add_exception_handler(OperationalError, _unavailable)
    api.add_exception_handler(InterfaceError, _unavailable)
    api.add_exception_handler(Exception, _failed)


def _refused(request: HttpRequest, error: Any) -> HttpResponse:
    return error.problem.response(headers=error.headers)  # type: ignore[no-any-return]


def _invalid(request: HttpRequest, error: Any) -> HttpResponse:
    """Names each parameter that was refused and says why, without repeating its value."""
    errors = [
        {"in": found["loc"][0], "parameter": _named(found["loc"]), "detail": found["msg"]}
        for found in error.errors
    ]
    return INVALID_REQUEST.response(errors=errors)


def _named(place: Sequence[str | int]) -> str:
    """The name that the caller gave it, which comes last; an item of a list has its number."""
    names = [part for part in place if isinstance(part, str)]
    number = f".{place[-1]}" if isinstance(place[-1], int) else ""
    return names[-1] + number


def _not_json(request: HttpRequest, error: Any) -> HttpResponse:
    """The framework's own: it could not read the body at all."""
    told = {"in": "body", "parameter": "", "detail": "Send JSON, in UTF-8."}
    return INVALID_REQUEST.response(errors=[told])


def _too_large(request: HttpRequest, error: Any) -> HttpResponse:
    return TOO_LARGE.response()


def _unavailable(request: HttpRequest, error: Any) -> HttpResponse:
    logger.error("%s %s: the database did not answer", request.method, request.path, exc_info=error)
    return UNAVAILABLE.response(headers={"Retry-After": RETRY_UNAVAILABLE})


def _failed(request: HttpRequest, error: Any) -> HttpResponse:
    logger.error("%s %s failed", request.method, request.path, exc_info=error)
    return INTERNAL_ERROR.response()
