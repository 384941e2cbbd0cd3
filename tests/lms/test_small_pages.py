import pytest
from django.urls import reverse

pytestmark = pytest.mark.django_db


def test_live_answers_without_signing_in(client):
    assert client.get("/health/live").status_code == 200


def test_ready_names_each_part_and_fails_without_a_worker(client):
    response = client.get("/health/ready")
    assert response.status_code == 503
    assert response.json() == {"database": "ok", "redis": "ok", "worker": "unavailable"}


def test_colour_of_a_council_is_a_style_sheet(client):
    response = client.get(reverse("theme", args=["1d4f5c"]))
    assert response["Content-Type"] == "text/css"
    assert response.content == b":root{--govuk-brand-colour:#1d4f5c}"


@pytest.mark.parametrize("address", ["/privacy/", "/accessibility/", "/gallery/", "/"])
def test_page_is_open_to_everybody(client, address):
    assert client.get(address).status_code == 200


@pytest.mark.parametrize("address", ["/staff/login/", "/_util/login/"])
def test_other_sign_in_pages_lead_to_ours(client, address):
    assert client.get(address)["Location"].startswith(reverse("account_login"))


@pytest.mark.parametrize("address", ["/", "/no-such-page/", "/verify/"])
def test_every_page_carries_the_strict_policy(client, address):
    policy = client.get(address)["Content-Security-Policy"]
    assert "unsafe-inline" not in policy
    assert "script-src 'self'" in policy
