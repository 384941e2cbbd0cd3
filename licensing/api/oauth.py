"""OAuth 2 for licensing systems, by allauth's own provider, with the limits that it lacks.

Checking a client's secret costs a third of a second of computing, and the provider lets anybody
try as often as they like. So tries are counted before the secret is looked at, by address and by
client, and a try that succeeds is taken off again. An address from which a client has signed in
before is not held up by what others try in its name.
"""

import hashlib
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from allauth.core.internal.httpkit import extract_basic_auth
from allauth.core.internal.ratelimit import get_ip
from allauth.idp.oidc import views
from allauth.idp.oidc.adapter import DefaultOIDCAdapter
from allauth.idp.oidc.models import Client, Token
from django.contrib.auth.decorators import login_not_required
from django.core.cache import cache
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from redis.exceptions import RedisError

from licensing.api.throttle import Window
from licensing.models import Scope

logger = logging.getLogger(__name__)

WINDOW = 5 * 60  # Seconds.
TRIES_OF_ADDRESS = 50
TRIES_OF_CLIENT = 10
REMEMBERED = 30 * 24 * 60 * 60  # Seconds for which an address stays known after signing in.
NO_TOKEN = "none"  # noqa: S105  (What no client was ever given.)
LONGEST_CLIENT_ID = 100
LONGEST_SECRET = 200


class OidcAdapter(DefaultOIDCAdapter):
    scope_display = dict(Scope.choices)


@csrf_exempt
@login_not_required
@require_POST
def token(request: HttpRequest) -> HttpResponse:
    """Give a client an access token for its id and secret: the client credentials grant alone."""
    grant = request.POST.get("grant_type")
    if not grant:
        return _error("invalid_request", "Say grant_type=client_credentials.")
    if grant != Client.GrantType.CLIENT_CREDENTIALS:
        return _error("unsupported_grant_type", "Only client_credentials is supported.")
    if "resource" in request.POST:
        return _error("invalid_target", "A token is good for the whole API; name no resource.")
    return _limited(request, views.token)


@csrf_exempt
@login_not_required
@require_POST
def revoke(request: HttpRequest) -> HttpResponse:
    """Withdraw a token of the client's own, at once (RFC 7009)."""
    return _limited(request, _revoke_own)


def _revoke_own(request: HttpRequest) -> HttpResponse:
    """The provider would withdraw anybody's: it is shown another client's token as no token."""
    client_id, _ = _credentials(request)
    own = Token.objects.by_value(request.POST.get("token", "")).filter(client=client_id)
    if "token" in request.POST and not own.exists():
        shown = request.POST.copy()
        shown["token"] = NO_TOKEN
        request.POST = shown  # type: ignore[assignment]
    response: HttpResponse = views.revoke(request)
    return response


@dataclass(frozen=True)
class Tries:
    """The tries to sign in as one client from one address."""

    client_id: str
    address: str
    now: datetime

    def windows(self) -> list[tuple[Window, int]]:
        of_address = Window(f"sign-in:address:{self.address}", WINDOW, self.now)
        if cache.get(self._known):
            return [(of_address, TRIES_OF_ADDRESS)]
        of_client = Window(f"sign-in:client:{_digest(self.client_id)}", WINDOW, self.now)
        return [(of_address, TRIES_OF_ADDRESS), (of_client, TRIES_OF_CLIENT)]

    def remember(self) -> None:
        cache.set(self._known, 1, REMEMBERED)

    @property
    def _known(self) -> str:
        return f"sign-in:known:{_digest(self.client_id)}:{self.address}"


def _limited(request: HttpRequest, view: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
    """The provider's answer, unless too many tries failed; without Redis, nobody signs in."""
    if request.GET:
        return _error("invalid_request", "Send everything in the body; addresses are logged.")
    client_id, secret = _credentials(request)
    if not _is_possible(client_id, secret):
        return _refusal()
    tries = Tries(client_id, get_ip(request), timezone.now())
    try:
        return _tried(request, view, tries)
    except (RedisError, OperationalError, InterfaceError):
        logger.exception("no client can sign in")
        return _error("temporarily_unavailable", "Try again later.", status=503, retry_after=30)


def _tried(
    request: HttpRequest, view: Callable[[HttpRequest], HttpResponse], tries: Tries
) -> HttpResponse:
    windows = tries.windows()
    for window, limit in windows:
        if window.count() > limit:
            return _too_many(window)
    response = view(request)
    if response.status_code == HTTPStatus.UNAUTHORIZED:
        return _refusal()
    if response.status_code == HTTPStatus.OK:
        tries.remember()
    for window, _ in windows:
        window.give_back()
    return response


def _credentials(request: HttpRequest) -> tuple[str, str]:
    """What the provider will read: HTTP Basic if there is any, else the form fields."""
    client_id, secret = extract_basic_auth(request.headers)
    if client_id is None:
        client_id, secret = request.POST.get("client_id"), request.POST.get("client_secret")
    return client_id or "", secret or ""


def _is_possible(client_id: str, secret: str) -> bool:
    """Whether it is worth asking the database and computing the hash."""
    return (
        0 < len(client_id) <= LONGEST_CLIENT_ID
        and 0 < len(secret) <= LONGEST_SECRET
        and client_id.isprintable()
    )


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _refusal() -> HttpResponse:
    """The same for an unknown client and a wrong secret (RFC 6749, section 5.2)."""
    response = _error("invalid_client", "Unknown client or wrong secret.", status=401)
    response["WWW-Authenticate"] = 'Basic realm="token"'
    return response


def _too_many(window: Window) -> HttpResponse:
    return _error(
        "temporarily_unavailable",
        "Too many failed tries. Wait for as many seconds as the Retry-After header says.",
        status=429,
        retry_after=window.retry_after,
    )


def _error(
    error: str, description: str, *, status: int = 400, retry_after: int | None = None
) -> HttpResponse:
    """An error as RFC 6749 words it."""
    response = JsonResponse({"error": error, "error_description": description}, status=status)
    response["Cache-Control"] = "no-store"
    if retry_after is not None:
        response["Retry-After"] = str(retry_after)
    return response
