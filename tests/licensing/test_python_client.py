"""What the Python client does by itself; tests/journeys tries it against the running site."""

import json
import threading
from contextlib import contextmanager
from datetime import date
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from training_status import Client, InvalidSignature, Problem, Records, verify

from licensing import standard_webhooks

SECRET = standard_webhooks.written(bytes(range(32)))
BODY = b'{"id": "m", "type": "certificate.revoked"}'
NOW = 1_800_000_000


def signed(*secrets, timestamp=NOW, body=BODY):
    return standard_webhooks.headers(secrets, message_id="m", timestamp=timestamp, body=body)


def test_genuine_message_is_read():
    assert verify(SECRET, signed(SECRET), BODY, now=NOW) == json.loads(BODY)


def test_message_signed_with_the_new_secret_as_well_is_read():
    other = standard_webhooks.written(bytes(32))

    assert verify(SECRET, signed(other, SECRET), BODY, now=NOW + 299)


@pytest.mark.parametrize(
    ("headers", "body", "now"),
    [
        (signed(standard_webhooks.written(bytes(32))), BODY, NOW),
        (signed(SECRET), BODY + b" ", NOW),
        (signed(SECRET), BODY, NOW + 301),
        (signed(SECRET), BODY, NOW - 301),
        ({**signed(SECRET), "webhook-id": "other"}, BODY, NOW),
        ({**signed(SECRET), "webhook-timestamp": str(NOW + 1)}, BODY, NOW),
        ({**signed(SECRET), "webhook-timestamp": "x"}, BODY, NOW),
        ({**signed(SECRET), "webhook-signature": "v1,é"}, BODY, NOW),
        ({}, BODY, NOW),
    ],
    ids=["secret", "body", "old", "early", "id", "time", "no time", "no signature", "no headers"],
)
def test_message_that_is_not_genuine_is_refused(headers, body, now):
    with pytest.raises(InvalidSignature):
        verify(SECRET, headers, body, now=now)


@contextmanager
def answering(*answers):
    """A server with these answers to calls in turn: status, headers, body. It gives any token."""
    waiting = list(answers)

    class Handler(BaseHTTPRequestHandler):
        def answer(self):
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            token = (200, {}, b'{"access_token": "t", "expires_in": 3600}')
            is_token = self.path == "/identity/o/api/token"
            status, headers, body = token if is_token else waiting.pop(0)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    for method in ("GET", "POST", "PUT", "DELETE"):
        setattr(Handler, f"do_{method}", Handler.answer)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    waits = []
    try:
        address = f"http://127.0.0.1:{server.server_address[1]}"
        client = Client(address, "id", "secret", patience=60, sleep=waits.append)
        yield client, waits
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


BUSY = (429, {"Retry-After": "20"}, b"{}")
EMPTY = (200, {}, b'{"webhooks": []}')


def test_retry_after_is_obeyed():
    with answering(BUSY, (503, {"Retry-After": "30"}, b"{}"), EMPTY) as (client, waits):
        assert client.webhooks() == []

    assert waits == [20, 30]


def test_patience_ends():
    with answering(BUSY, BUSY, BUSY, BUSY) as (client, waits), pytest.raises(Problem) as caught:
        client.webhooks()

    assert (caught.value.status, waits) == (429, [20, 20, 20])


def test_redirect_carries_no_token_away():
    with answering(EMPTY) as (elsewhere, _):
        away = (302, {"Location": elsewhere.url + "/api/v1/webhooks"}, b"")
        with answering(away) as (client, _), pytest.raises(Problem) as caught:
            client.webhooks()

    assert caught.value.status == 302


def test_withdrawn_token_is_replaced_once():
    lost = (401, {}, json.dumps({"type": "urn:problem:training-status:invalid-token"}).encode())
    with answering(lost, EMPTY) as (client, _):
        assert client.webhooks() == []
    with answering(lost, lost) as (client, _), pytest.raises(Problem, match="401"):
        client.webhooks()


def test_answer_that_is_no_json_is_a_problem_all_the_same():
    with answering((502, {}, b"<html>")) as (client, _), pytest.raises(Problem) as caught:
        client.webhooks()

    assert (caught.value.status, caught.value.type) == (502, "about:blank")


def test_records_are_the_same_in_any_order_and_with_repeats():
    def event(sequence, kind, reference="A", replaces=None):
        facts = {"reference": reference, "valid_until": "2099-01-01", "replaces": replaces}
        return {
            "id": str(sequence),
            "type": kind,
            "sequence": sequence,
            "effective_on": "2026-01-01",
            "licence_numbers": ["PH-1"],
            "certificate": facts,
        }

    events = [
        event(1, "certificate.issued"),
        event(2, "certificate.revoked"),
        event(3, "certificate.reinstated"),
        event(4, "certificate.issued", "B", "A"),
    ]
    there, back = Records(), Records()
    there.add(events)
    back.add([*events[::-1], *events])

    today = date(2026, 11, 22)
    assert there.certificates(on=today) == back.certificates(on=today) == {"A": False, "B": True}
