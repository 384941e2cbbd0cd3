"""Webhooks: what is told, how it is signed, what happens to an address that does not answer."""

import base64
import hashlib
import hmac
import json
from datetime import date, timedelta

import pytest
from django.db import ProgrammingError, transaction

from licensing import feed, retrying, sealing
from licensing.actions import (
    WebhookRefused,
    add_webhook,
    advance_feed,
    end_api_client,
    relay_webhooks,
    remove_webhook,
    replay_webhook,
    rotate_secret,
)
from licensing.cursor import START
from licensing.models import Delivery, DeliveryTry, Webhook
from outbox.models import Message
from people.models import Membership
from tests.conftest import NOON
from tests.factories import UserFactory, staff
from tests.licensing.factories import make_certificate, make_client, make_licence, revoke
from tests.licensing.test_outward import serving

PASSED_ON = date(2025, 4, 3)
pytestmark = pytest.mark.django_db


@pytest.fixture
def api_client(authority):
    return make_client(authority, scopes=["events:read"])


@pytest.fixture
def certificate(authority, course, requirement):
    return make_certificate(make_licence(authority), course, passed_on=PASSED_ON)


@pytest.fixture
def server():
    with serving() as running:
        yield running


def url_of(server, path="/hook"):
    return f"http://127.0.0.1:{server.server_address[1]}{path}"


@pytest.fixture
def hook(api_client, server):
    """A webhook at the server, with its secret."""
    webhook, secret = add_webhook(client=api_client, url=url_of(server), types=[], now=NOON)
    webhook.shown = secret
    return webhook


def tell(authority, now=NOON):
    advance_feed(authority_id=authority.pk, now=now)
    return relay_webhooks(now=now)


def told(server):
    return [json.loads(body)["type"] for _, _, body in server.calls]


def is_signed_by(secret, headers, body):
    """Worked out here anew, as a consumer would."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    wanted = "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
    return wanted in headers["webhook-signature"].split(" ")


def test_event_is_told_as_the_feed_writes_it(authority, hook, certificate, server):
    assert tell(authority) == 1

    ((path, headers, body),) = server.calls
    (event,) = feed.read(authority_id=authority.pk).events
    assert (path, json.loads(body)) == ("/hook", event)
    assert headers["Content-Type"] == "application/json"


def test_message_is_signed(authority, hook, certificate, server):
    tell(authority)

    ((_, headers, body),) = server.calls
    assert headers["webhook-id"] == json.loads(body)["id"]
    assert headers["webhook-timestamp"] == str(int(NOON.timestamp()))
    assert is_signed_by(hook.shown, headers, body)
    assert not is_signed_by(hook.shown, headers, body + b" ")


def test_secret_does_not_lie_open_in_the_database(hook):
    assert hook.shown.removeprefix("whsec_") not in Webhook.objects.get().secret
    assert sealing.unseal(Webhook.objects.get().secret) == hook.shown


def test_secret_outlasts_a_change_of_the_secret_key(authority, hook, certificate, server, settings):
    settings.SECRET_KEY_FALLBACKS, settings.SECRET_KEY = [settings.SECRET_KEY], "new" * 20
    tell(authority)

    ((_, headers, body),) = server.calls
    assert is_signed_by(hook.shown, headers, body)


def test_secret_that_cannot_be_read_sends_nothing(authority, hook, certificate, server, settings):
    settings.SECRET_KEY = "new" * 20
    tell(authority)

    assert server.calls == []
    assert "secret" in DeliveryTry.objects.get().error


def test_either_secret_signs_for_a_day(authority, hook, certificate, server):
    new = rotate_secret(webhook=hook, now=NOON)
    tell(authority)
    replay_webhook(webhook=hook, after=START, now=NOON + timedelta(days=1))
    relay_webhooks(now=NOON + timedelta(days=1))

    (_, first, body), (_, later, _) = server.calls
    assert is_signed_by(hook.shown, first, body)
    assert is_signed_by(new, first, body)
    assert is_signed_by(new, later, body)
    assert not is_signed_by(hook.shown, later, body)


def test_what_was_told_is_not_told_again(authority, hook, certificate, server):
    tell(authority)

    assert tell(authority, NOON + timedelta(hours=1)) == 0
    assert len(server.calls) == 1


def test_only_wanted_types_are_told(authority, api_client, certificate, server):
    wanted = ["certificate.revoked"]
    add_webhook(client=api_client, url=url_of(server), types=wanted, now=NOON)
    revoke(certificate, effective_on=date(2026, 11, 22), recorded_at=NOON)
    tell(authority)

    assert told(server) == wanted


def test_events_come_in_their_order(authority, hook, certificate, server):
    for _ in range(3):
        revoke(certificate, effective_on=date(2026, 11, 22), recorded_at=NOON)
    tell(authority)

    sequence = [json.loads(body)["sequence"] for _, _, body in server.calls]
    assert sequence == [1, 2, 3, 4]


def test_other_authoritys_events_are_not_told(other_authority, hook, course, requirement, server):
    make_certificate(make_licence(other_authority, "WV-1"), course, passed_on=PASSED_ON)
    tell(other_authority)

    assert server.calls == []


def test_failure_is_tried_again_under_the_same_id(authority, hook, certificate, server):
    server.status = 500
    tell(authority)
    server.status = 200
    early = relay_webhooks(now=NOON + timedelta(seconds=4))
    relay_webhooks(now=NOON + timedelta(seconds=5))

    ids = {headers["webhook-id"] for _, headers, _ in server.calls}
    assert (early, len(server.calls), len(ids)) == (0, 2, 1)
    assert Delivery.objects.get().delivered_at == NOON + timedelta(seconds=5)
    assert [one.status for one in DeliveryTry.objects.order_by("pk")] == [500, 200]


@pytest.mark.parametrize("status", [301, 302, 307])
def test_redirect_is_a_failure_and_not_followed(authority, hook, certificate, server, status):
    with serving() as elsewhere:
        server.status, server.answer_headers = status, {"Location": url_of(elsewhere)}
        tell(authority)

        assert elsewhere.calls == []
    assert DeliveryTry.objects.get().status == status
    assert Delivery.objects.get().delivered_at is None


def fail_for_days(days):
    """The relay's runs at an address that fails, each when something is due."""
    now = NOON
    while now <= NOON + timedelta(days=days):
        relay_webhooks(now=now)
        now += timedelta(minutes=30)


def test_dead_address_is_paused_after_three_days(authority, hook, certificate, server):
    server.status = 500
    tell(authority)
    fail_for_days(2.9)
    hook.refresh_from_db()
    assert hook.paused_at is None
    fail_for_days(3.1)

    hook.refresh_from_db()
    tries = len(server.calls)
    assert timedelta(days=3) <= hook.paused_at - NOON <= timedelta(days=3, hours=1)
    assert hook.pause_reason == Webhook.PauseReason.DEAD
    assert tries <= len(retrying.WAITS) + 2
    fail_for_days(4)
    assert len(server.calls) == tries


def test_officers_of_the_authority_are_told_of_a_pause(
    authority, other_authority, hook, certificate, server
):
    officer = staff(Membership.Role.OFFICER, authority, NOON)
    staff(Membership.Role.OFFICER, other_authority, NOON)
    staff(Membership.Role.AUDITOR, authority, NOON)
    server.status = 410
    tell(authority)

    (message,) = Message.objects.all()
    hook.refresh_from_db()
    assert (message.to, hook.pause_reason) == (officer.email, "gone")
    assert url_of(server) in message.body
    assert f"/staff/webhooks/{hook.pk}/" in message.body


def test_paused_webhook_starts_again_with_a_replay(authority, hook, certificate, server):
    server.status = 410
    tell(authority)
    revoke(certificate, effective_on=date(2026, 11, 22), recorded_at=NOON)
    assert tell(authority) == 0
    server.status, server.calls = 200, []

    queued, _ = replay_webhook(webhook=hook, after=START, now=NOON)
    tell(authority)

    hook.refresh_from_db()
    assert (queued, hook.paused_at) == (2, None)
    assert told(server) == ["certificate.issued", "certificate.revoked"]


def test_replay_begins_after_the_cursor(authority, hook, certificate, server):
    advance_feed(authority_id=authority.pk, now=NOON)
    cursor = feed.read(authority_id=authority.pk).next
    revoke(certificate, effective_on=date(2026, 11, 22), recorded_at=NOON)
    tell(authority)
    server.calls = []

    queued, last = replay_webhook(webhook=hook, after=cursor, now=NOON)
    relay_webhooks(now=NOON)

    assert (queued, told(server)) == (1, ["certificate.revoked"])
    assert replay_webhook(webhook=hook, after=last, now=NOON) == (0, last)


def test_one_bad_message_is_given_up_and_holds_up_no_other(authority, hook, certificate, server):
    """The address takes everything but one event: it is alive, and stays unpaused."""
    server.status = 500
    tell(authority)
    bad = Delivery.objects.get()
    for days in range(5):
        server.status = 200
        revoke(certificate, effective_on=date(2026, 11, 22), recorded_at=NOON)
        Delivery.objects.filter(pk=bad.pk).update(not_before=NOON + timedelta(days=9))
        tell(authority, NOON + timedelta(days=days))
        server.status = 500
        Delivery.objects.filter(pk=bad.pk).update(not_before=NOON)
        relay_webhooks(now=NOON + timedelta(days=days, hours=1))

    bad.refresh_from_db()
    hook.refresh_from_db()
    assert bad.failed_at == NOON + timedelta(days=3, hours=1)
    assert (hook.paused_at, Delivery.objects.filter(delivered_at=None).count()) == (None, 1)


def test_address_that_keeps_failing_is_left_alone_for_a_while(authority, hook, certificate, server):
    for _ in range(9):
        revoke(certificate, effective_on=date(2026, 11, 22), recorded_at=NOON)
    server.status = 500
    advance_feed(authority_id=authority.pk, now=NOON)

    assert relay_webhooks(now=NOON) == retrying.PATIENCE
    assert relay_webhooks(now=NOON + timedelta(seconds=9)) == 0


def test_removed_webhook_is_told_nothing_more(authority, hook, certificate, server):
    advance_feed(authority_id=authority.pk, now=NOON)
    remove_webhook(webhook=hook, now=NOON)
    remove_webhook(webhook=hook, now=NOON + timedelta(days=1))
    revoke(certificate, effective_on=date(2026, 11, 22), recorded_at=NOON)

    assert (tell(authority), server.calls) == (0, [])
    assert Webhook.objects.get().ended_at == NOON


def test_client_whose_access_ended_is_told_nothing_more(
    authority, api_client, hook, certificate, server
):
    advance_feed(authority_id=authority.pk, now=NOON)
    end_api_client(api_client=api_client, by=UserFactory(), now=NOON)

    assert relay_webhooks(now=NOON) == 0


def test_client_that_lost_the_scope_is_told_nothing_more(
    authority, api_client, hook, certificate, server
):
    api_client.client.set_scopes(["status:read"])
    api_client.client.save()

    assert tell(authority) == 0


def test_production_does_not_call_its_own_machine(authority, hook, certificate, server, settings):
    settings.PRODUCTION = True
    tell(authority)

    assert server.calls == []
    assert "https://" in DeliveryTry.objects.get().error


@pytest.mark.parametrize(
    ("url", "production"),
    [
        ("http://127.0.0.1/", True),
        ("https://127.0.0.1/", True),
        ("https://169.254.169.254/", False),
        ("https://10.0.0.1/", False),
        ("http://council.example/", False),
        ("file:///etc/passwd", False),
    ],
)
def test_address_inside_is_refused_at_once(api_client, settings, url, production):
    settings.PRODUCTION = production

    with pytest.raises(WebhookRefused, match="address"):
        add_webhook(client=api_client, url=url, types=[], now=NOON)


def test_same_address_again_is_refused_until_it_is_removed(api_client, hook):
    with pytest.raises(WebhookRefused, match="exists"):
        add_webhook(client=api_client, url=hook.url, types=[], now=NOON)
    remove_webhook(webhook=hook, now=NOON)

    made, _ = add_webhook(client=api_client, url=hook.url, types=[], now=NOON)
    assert made.pk != hook.pk


def test_ten_are_the_most(api_client):
    for number in range(10):
        url = f"https://council.example/{number}"
        add_webhook(client=api_client, url=url, types=[], now=NOON)

    with pytest.raises(WebhookRefused, match="too_many"):
        add_webhook(client=api_client, url="https://council.example/x", types=[], now=NOON)


def test_record_of_the_calls_cannot_be_rewritten(authority, hook, certificate, server):
    tell(authority)
    for change in (
        lambda: DeliveryTry.objects.update(status=500),
        lambda: Delivery.objects.all()._raw_delete("default"),
        lambda: Webhook.objects.all()._raw_delete("default"),
        lambda: Webhook.objects.update(url="https://elsewhere.example/"),
    ):
        with pytest.raises(ProgrammingError), transaction.atomic():
            change()
