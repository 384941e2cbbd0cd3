"""The stand-in of GOV.UK Notify answers its own client as the service does."""

import json
import threading
from datetime import timedelta

import pytest
from notifications_python_client.errors import HTTPError
from notifications_python_client.notifications import NotificationsAPIClient
from requests import ConnectionError as Cut

from lms.embedded.notify import KEY, SMS_TEMPLATE, StandIn

MOBILE = "07700900123"
TEXT = {"personalisation": {"body": "Your code is 123."}, "reference": "one"}


@pytest.fixture
def start(tmp_path):
    """Starts a stand-in on the same store and control file each time."""
    running = []

    def begin(**options):
        options = {"control": tmp_path / "control.json", "settle": 0, **options}
        server = StandIn(0, tmp_path / "deep" / "accepted.jsonl", **options)
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        running.append((server, thread))
        return server

    yield begin
    for server, thread in running:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def server(start):
    return start()


def client_of(server, key=KEY):
    return NotificationsAPIClient(key, base_url=server.url, timeout=5)


@pytest.fixture
def client(server):
    client = client_of(server)
    yield client
    client.request_session.close()


def send(client, to=MOBILE, **facts):
    return client.send_sms_notification(to, SMS_TEMPLATE, **{**TEXT, **facts})


def control(server, **values):
    server._control.write_text(json.dumps(values))


def test_text_is_accepted_and_found_by_number_and_by_reference(client):
    answer = send(client)
    assert answer["content"]["body"] == "Your code is 123."
    assert client.get_notification_by_id(answer["id"])["reference"] == "one"
    found = client.get_all_notifications(reference="one")["notifications"]
    assert [kept["id"] for kept in found] == [answer["id"]]
    assert client.get_all_notifications(reference="two")["notifications"] == []


def test_email_is_accepted(client):
    parts = {"subject": "Hello", "body": "Text."}
    answer = client.send_email_notification("ade@example.org", "t", personalisation=parts)
    assert answer["content"] == {"subject": "Hello", "body": "Text."}


@pytest.mark.parametrize(
    ("to", "end"),
    [
        (MOBILE, "delivered"),
        ("07700900002", "permanent-failure"),
        ("+447700900003", "temporary-failure"),
    ],
)
def test_end_is_that_of_the_services_own_test_numbers(client, to, end):
    assert client.get_notification_by_id(send(client, to)["id"])["status"] == end


def test_message_is_under_way_at_first(client, server):
    server.settle = timedelta(hours=1)
    assert client.get_notification_by_id(send(client)["id"])["status"] == "sending"


@pytest.mark.parametrize(
    ("to", "status", "error"),
    [
        ("not a number", 400, "ValidationError"),
        ("07700900400", 400, "ValidationError"),
        ("07700900403", 403, "AuthError"),
        ("07700900429", 429, "RateLimitError"),
        ("07700900500", 500, "Exception"),
        ("07700900503", 503, "Exception"),
    ],
)
def test_number_asks_for_its_status_and_is_not_accepted(client, server, to, status, error):
    with pytest.raises(HTTPError) as refusal:
        send(client, to)
    assert refusal.value.status_code == status
    assert refusal.value.message[0]["error"] == error
    assert server.post.accepted == []


def test_text_without_its_words_is_refused(client):
    with pytest.raises(HTTPError, match="Missing personalisation: body"):
        send(client, personalisation={})


def test_another_key_is_refused(server):
    client = client_of(server, KEY[:-1] + "1")
    with pytest.raises(HTTPError) as refusal:
        send(client)
    client.request_session.close()
    assert (refusal.value.status_code, server.post.accepted) == (403, [])


def test_unknown_number_is_not_found(client):
    with pytest.raises(HTTPError) as refusal:
        client.get_notification_by_id("740e5834-3a29-46b4-9a6f-16142fde533a")
    assert refusal.value.status_code == 404


@pytest.mark.parametrize(
    ("limit", "error"), [("per_minute", "RateLimitError"), ("per_day", "TooManyRequestsError")]
)
def test_limit_is_kept(client, server, limit, error):
    control(server, **{limit: 1})
    send(client)
    with pytest.raises(HTTPError) as refusal:
        send(client)
    assert (refusal.value.status_code, refusal.value.message[0]["error"]) == (429, error)


@pytest.mark.parametrize("to", ["07700900499", MOBILE])
def test_answer_is_lost_after_the_message_was_accepted(client, server, to):
    control(server, lose_every=0 if to == "07700900499" else 1)
    with pytest.raises(HTTPError) as cut:
        send(client, to)
    assert isinstance(cut.value.__cause__, Cut)
    assert len(server.post.accepted) == 1


def test_what_was_accepted_outlives_a_restart(start):
    first = start()
    client = client_of(first)
    number = send(client)["id"]
    client.request_session.close()
    second = client_of(start())
    assert second.get_notification_by_id(number)["reference"] == "one"
    second.request_session.close()


def test_line_it_prints_holds_the_text_and_not_the_number(start, capsys):
    client = client_of(start(aloud=True))
    send(client)
    client.request_session.close()
    assert capsys.readouterr().out == "sms sent: Your code is 123.\n"
