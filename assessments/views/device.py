"""From where an answer comes, as hashes that say only whether two came from the same place (R26).

Nothing of this ever changes what a driver sees or gets: what cannot be told is left empty.
"""

import secrets
from base64 import urlsafe_b64encode
from ipaddress import ip_address, ip_network

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.crypto import salted_hmac

HASH_BYTES = 16  # 22 characters.
TOKEN_BYTES = 16
KEPT = 400 * 24 * 60 * 60  # Seconds: the longest that browsers keep a cookie.
NETWORK_BITS = {4: 24, 6: 48}


def mark_device(request: HttpRequest, response: HttpResponseBase) -> None:
    """Give the browser a random number, unless it has one."""
    if settings.DEVICE_COOKIE_NAME not in request.COOKIES:
        response.set_cookie(
            settings.DEVICE_COOKIE_NAME,
            secrets.token_urlsafe(TOKEN_BYTES),
            max_age=KEPT,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


def device_of(request: HttpRequest) -> str:
    return _hash("device", request.COOKIES.get(settings.DEVICE_COOKIE_NAME, ""))


def network_of(request: HttpRequest) -> str:
    """Of the /24 of IPv4 or the /48 of IPv6: the address itself is never kept. A forwarded address
    is believed only as far as ``TRUSTED_PROXY_COUNT`` says."""
    try:
        address = ip_address(get_adapter(request).get_client_ip(request))
    except (ImproperlyConfigured, PermissionDenied, ValueError):
        return ""
    address = getattr(address, "ipv4_mapped", None) or address
    network = ip_network((address, NETWORK_BITS[address.version]), strict=False)
    return _hash("network", str(network))


def _hash(purpose: str, value: str) -> str:
    if not value:
        return ""
    keyed = salted_hmac(f"assessments.{purpose}", value, algorithm="sha256").digest()
    return urlsafe_b64encode(keyed[:HASH_BYTES]).decode().rstrip("=")
