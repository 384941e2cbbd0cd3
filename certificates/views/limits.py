"""How often one network may ask what anybody may ask."""

import logging
from datetime import datetime
from ipaddress import ip_network

from allauth.account.adapter import get_adapter
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)


def is_over_limit(request: HttpRequest, what: str, *, a_minute: int, now: datetime) -> bool:
    """Counts this request. Without the cache everybody is still answered: nothing here can be
    guessed."""
    key = f"{what}:{_network(request)}:{now:%Y%m%d%H%M}"
    try:
        cache.add(key, 0, timeout=120)
        return cache.incr(key) > a_minute
    except (RedisError, OSError, ValueError) as error:
        logger.warning("%s requests are not limited now: %s", what, type(error).__name__)
        return False


def too_many_checks(request: HttpRequest, now: datetime) -> HttpResponse:
    response = render(request, "certificates/too_many_checks.html", status=429)
    response["Retry-After"] = str(60 - now.second)
    return response


def _network(request: HttpRequest) -> str:
    """Whom to count: a household has one address of IPv4, or a /64 of IPv6. A forwarded address is
    believed only as far as ``TRUSTED_PROXY_COUNT`` says."""
    address = get_adapter(request).get_client_ip(request)
    bits = 64 if ":" in address else 32
    return str(ip_network(f"{address}/{bits}", strict=False))
