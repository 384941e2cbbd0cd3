"""GET, POST and DELETE /api/v1/webhooks, replay and change of secret."""

from datetime import date
from uuid import uuid4

import pytest

from licensing.models import Delivery, Webhook
from tests.licensing.factories import make_certificate, make_client, make_licence

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

URL = "https://licensing.council.example/hook"


@pytest.fixture
def hook(call):
    return call("post", "/webhooks", {"url": URL}).json()


def test_new_webhook_shows_its_secret_once(call, hook):
    secret = hook.pop("secret")

    assert secret.startswith("whsec_")
    assert call("get", "/webhooks").json() == {"webhooks": [hook]}


def test_new_webhook_is_created(call):
    response = call("post", "/webhooks", {"url": URL, "types": ["certificate.revoked"]})

    assert (response.status_code, response.json()["types"], response.json()["state"]) == (
        201,
        ["certificate.revoked"],
        "working",
    )


def test_same_address_again_is_a_conflict(call, hook):
    response = call("post", "/webhooks", {"url": URL})

    assert response.status_code == 409
    assert response.json()["type"].endswith(":webhook-exists")


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({}, "url"),
        ({"url": "http://council.example/"}, "url"),
        ({"url": "https://10.0.0.1/"}, "url"),
        ({"url": "https://" + "x" * 3000}, "url"),
        ({"url": URL, "types": ["certificate.eaten"]}, "types.0"),
        ({"url": URL, "secret": "mine"}, "secret"),
    ],
)
def test_webhook_that_cannot_be_is_refused_by_name(call, body, parameter):
    response = call("post", "/webhooks", body)

    assert response.status_code == 422
    assert [error["parameter"] for error in response.json()["errors"]] == [parameter]


def test_removed_webhook_is_gone(call, hook):
    response = call("delete", f"/webhooks/{hook['id']}")

    assert (response.status_code, response.content) == (204, b"")
    assert call("get", "/webhooks").json() == {"webhooks": []}
    assert call("delete", f"/webhooks/{hook['id']}").status_code == 404


def test_replay_queues_what_the_feed_has(call, hook, authority, course, requirement):
    make_certificate(make_licence(authority), course, passed_on=date(2025, 4, 3))
    cursor = call("get", "/events").json()["next"]
    Delivery.objects.update(delivered_at="2026-11-22T12:00:00Z")

    answer = call("post", f"/webhooks/{hook['id']}/replay").json()
    again = call("post", f"/webhooks/{hook['id']}/replay", after=cursor).json()

    assert (answer, again) == ({"queued": 1, "next": cursor}, {"queued": 0, "next": cursor})
    assert Delivery.objects.get().delivered_at is None


def test_replay_from_a_place_that_is_none_is_refused(call, hook):
    response = call("post", f"/webhooks/{hook['id']}/replay", after="x" * 20)

    assert response.json()["type"].endswith(":unknown-cursor")


def test_secret_can_be_changed(call, hook):
    answer = call("post", f"/webhooks/{hook['id']}/rotate-secret").json()

    assert answer["secret"] != hook["secret"]
    assert answer["former_secret_until"] == "2026-11-23T12:00:00Z"


@pytest.mark.parametrize(
    ("method", "path"),
    [("delete", ""), ("post", "/replay"), ("post", "/rotate-secret")],
)
def test_webhook_of_another_client_is_not_there(call, hook, authority, method, path):
    other = make_client(authority, scopes=["events:read"])

    there = call(method, f"/webhooks/{hook['id']}{path}", by=other)
    nowhere = call(method, f"/webhooks/{uuid4()}{path}", by=other)

    assert (there.status_code, there.content) == (nowhere.status_code, nowhere.content)
    assert there.status_code == 404
    assert call("get", "/webhooks", by=other).json() == {"webhooks": []}
    assert Webhook.objects.get().ended_at is None


@pytest.mark.parametrize("many", [1, 8])
def test_list_costs_two_queries_however_many(call, django_assert_num_queries, many):
    for number in range(many):
        call("post", "/webhooks", {"url": f"{URL}/{number}"})
    with django_assert_num_queries(2):
        call("get", "/webhooks")
