"""Every address is closed to strangers unless it stands in the list of public ones."""

import re
from uuid import uuid4

import pytest
from django.contrib.admindocs.views import simplify_regex
from django.urls import URLPattern, URLResolver, get_resolver

pytestmark = pytest.mark.django_db

PUBLIC = {
    "health/live",
    "health/ready",
    "privacy/",
    "language/",
    "accessibility/",
    "offline/",
    "service-worker.js",
    "credentials/issuer",
    "credentials/status/<number>",
    ".well-known/did.json",
    ".well-known/certificate-signatures.pem",
    "verify/",
    "verify/<reference>/",
    "verify/<reference>/document/",
    "verify/signature/",
    "checks/join/<token>/",
    "accounts/login/",
    "accounts/signup/",
    "accounts/password/reset/",
    "accounts/inactive/",
    "accounts/password/reset/done/",
    "accounts/password/reset/key/done/",
    "accounts/confirm-email/",
    "accounts/logout/",
    "accounts/2fa/authenticate/",
    "accounts/login/code/confirm/",
    "accounts/reauthenticate/",
    "accounts/confirm-email/<key>/",
    "accounts/password/reset/key/<uidb36>-<key>/",
    "api/v1/openapi.json",
    "api/v1/docs",
    "api/v1/",
    "gallery/",
    "theme/<colour>\\.css",
}
# Answered by Wagtail's page tree, whose pages guard themselves (tests/courses/test_pages.py).
PAGES = {"", "<var>", "(<var>)", "((?:<var>)*)"}
EXAMPLES = {
    "pk": "1",
    "id": "1",
    "number": "1",
    "reference": "7K3M-9QX2-HT4D",
    "course_slug": "x",
    "slug": "x",
    "sitting_id": str(uuid4()),
    "sitting": str(uuid4()),
    "uuid": str(uuid4()),
    "page_view_restriction_id": "1",
    "page_id": "1",
    "position": "1",
    "token": "x",
}


def patterns(resolver, prefix=""):
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern, route)
        elif isinstance(pattern, URLPattern):
            yield route, pattern


def plain(route):
    """The route with its parameters' types left out: ``tests/<uuid:pk>/`` is ``tests/<pk>/``."""
    return simplify_regex(re.sub(r"<\w+:(\w+)>", r"<\1>", route)).lstrip("/")


ROUTES = sorted({(plain(route), route) for route, _ in patterns(get_resolver())})
OURS = [route for route, _ in ROUTES if not route.startswith(("staff/", "documents/"))]
STAFF = [
    route
    for route, raw in ROUTES
    if route.startswith("staff/") and "<" not in raw and "(" not in raw
]


def address(route):
    for name, example in EXAMPLES.items():
        route = route.replace(f"<{name}>", example)
    return "/" + route.replace("^", "")


def is_closed(response):
    if response.status_code == 302:
        return "/accounts/login/" in response["Location"]
    return response.status_code in (401, 403, 404, 405, 400)


@pytest.mark.parametrize("route", [r for r in OURS if r not in PUBLIC | PAGES])
@pytest.mark.parametrize("method", ["get", "post"])
def test_stranger_gets_nothing_from(client, route, method):
    assert is_closed(getattr(client, method)(address(route)))


@pytest.mark.parametrize("route", STAFF)
def test_stranger_is_sent_from_the_staff_site_to_sign_in(client, route):
    response = client.get("/" + route)
    assert response.status_code in (302, 404, 405)
    if response.status_code == 302:
        assert "/accounts/login/" in response["Location"] or "/staff/" in response["Location"]


def test_list_of_public_addresses_names_only_real_ones():
    assert {route for route in PUBLIC if route not in OURS} <= {"api/v1/"}
