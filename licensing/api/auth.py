"""Who is asking: an access token names a client, the client its authority."""

import logging
import re
from datetime import datetime

from allauth.idp.oidc.adapter import get_adapter
from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from redis.exceptions import RedisError

from licensing.api import problems
from licensing.api.problems import Refused
from licensing.api.throttle import Allowance, Window
from licensing.models import Scope
from licensing.perms import Caller, caller_with

logger = logging.getLogger(__name__)

BEARER = re.compile(r"bearer(?: +(?P<token>.*))?", re.IGNORECASE)  # RFC 6750, section 2.1.
SECURITY = "OAuth2"  # What the OpenAPI file calls this way of proving who one is.
MINUTE = 60
allowance = Allowance()


class Needs:
    """Lets a call through whose token carries the scope; ``request.auth`` is then its Caller.

    The token is looked up on every call, in one query: what was taken away is gone at once.
    """

    def __init__(self, scope: Scope, *, cost: int = 1) -> None:
        """``cost`` is what the call weighs in the client's limit; the cheapest weighs one."""
        self.scope, self.cost = scope, cost
        self.documented = {"security": [{SECURITY: [scope.value]}]}

    def __call__(self, request: HttpRequest) -> Caller:
        now = timezone.now()
        caller = bearer_of(request, now=now)
        _count_call(caller, self.cost, now=now)
        if not caller.may(self.scope):
            challenge = f'Bearer error="insufficient_scope", scope="{self.scope}"'
            raise Refused(problems.INSUFFICIENT_SCOPE, headers={"WWW-Authenticate": challenge})
        return caller


def bearer_of(request: HttpRequest, *, now: datetime) -> Caller:
    """Whose token the request carries; raises Refused without a good one."""
    sent = BEARER.fullmatch(request.headers.get("Authorization", ""))
    if sent is None:
        raise Refused(problems.UNAUTHENTICATED, headers={"WWW-Authenticate": "Bearer"})
    token_hash = get_adapter().hash_token((sent["token"] or "").strip())
    caller = caller_with(token_hash, now=now)
    if caller is None:
        challenge = 'Bearer error="invalid_token"'
        raise Refused(problems.INVALID_TOKEN, headers={"WWW-Authenticate": challenge})
    return caller


def _count_call(caller: Caller, cost: int, *, now: datetime) -> None:
    """Each client has so many calls a minute. Without Redis nobody is counted, nor kept out."""
    window = Window(f"api:{caller.client_id}", MINUTE, now)
    try:
        within = allowance.take(window, cost, limit=settings.API_CALLS_PER_MINUTE)
    except RedisError:
        logger.warning("calls are not counted: Redis does not answer")
        return
    if not within:
        after = {"Retry-After": str(window.retry_after)}
        raise Refused(problems.TOO_MANY_REQUESTS, headers=after)
