"""Text messages over a stand-in that answers as GOV.UK Notify does."""

import json
from datetime import timedelta

import pytest

from outbox.actions import relay_messages
from outbox.actions.claiming import LEASE, claim_messages, note_attempt
from outbox.transports.notify import Notify
from outbox.transports.reference import reference
from tests.outbox.messages import MOBILE, kinds, queue, queue_text

pytestmark = pytest.mark.django_db
LATER = timedelta(minutes=2)


def relayed(now, to=MOBILE):
    message = queue_text(now, to=to)
    relay_messages(now=now)
    message.refresh_from_db()
    return message


def control(notify, **values):
    notify._control.write_text(json.dumps(values))


def test_text_that_was_accepted_carries_both_references(now, notify):
    message = relayed(now)
    (kept,) = notify.post.accepted
    assert (kept["to"], kept["body"]) == (MOBILE, "Text.")
    assert kept["reference"] == reference(message)
    assert (message.provider_reference, kinds(message)) == (kept["id"], ["accepted"])


def test_email_goes_through_notify_where_that_is_chosen(now, notify, settings, mailoutbox):
    settings.NOTIFY_EMAIL_TEMPLATE = "8b9d4c43-8a31-4b4e-9f63-6a3d35a1c0aa"
    queue(now)
    assert relay_messages(now=now) == 1
    (kept,) = notify.post.accepted
    assert (kept["to"], kept["subject"], mailoutbox) == ("ade@example.org", "Hello", [])


@pytest.mark.parametrize(
    ("setting", "reason"),
    [
        ("NOTIFY_API_KEY", "Text messages are not set up: NOTIFY_API_KEY is empty."),
        ("NOTIFY_SMS_TEMPLATE", "Text messages are not set up: NOTIFY_SMS_TEMPLATE is empty."),
    ],
)
def test_text_without_settings_is_given_up_with_the_reason(now, notify, settings, setting, reason):
    setattr(settings, setting, "")
    message = relayed(now)
    assert (message.last_error, kinds(message)) == (reason, ["given_up"])


@pytest.mark.parametrize("to", ["07700900400", "not a number"])
def test_number_that_is_wrong_is_given_up_at_once(now, notify, to):
    message = relayed(now, to)
    assert kinds(message) == ["given_up"]
    assert message.last_error.startswith("GOV.UK Notify, 400")


@pytest.mark.parametrize("to", ["07700900429", "07700900403"])
def test_refusal_for_now_is_tried_again(now, notify, to):
    message = relayed(now, to)
    assert (message.failed_at, message.attempted_at) == (None, None)
    assert kinds(message) == ["refused"]


def test_provider_over_its_limit_is_left_alone_for_a_minute(now, notify):
    control(notify, per_minute=2)
    for number in range(5):
        queue_text(now, key=f"text:{number}")
    assert relay_messages(now=now) == 2
    assert relay_messages(now=now + timedelta(seconds=30)) == 0
    assert len(notify.post.accepted) == 2


def test_provider_that_is_not_there_is_a_refusal(now, notify_is_down):
    assert kinds(relayed(now)) == ["refused"]


@pytest.mark.parametrize("status", [500, 503])
def test_server_error_is_no_answer(now, notify, status):
    message = relayed(now, f"07700900{status}")
    assert message.attempted_at is not None
    assert kinds(message) == ["unknown"]


def test_lost_answer_is_settled_by_asking_and_never_sent_again(now, notify):
    message = relayed(now, "07700900499")
    assert (kinds(message), message.sent_at) == (["unknown"], None)
    assert relay_messages(now=now + LATER) == 1
    message.refresh_from_db()
    (kept,) = notify.post.accepted
    assert message.provider_reference == kept["id"]
    assert kinds(message) == ["unknown", "accepted"]


def test_text_that_is_found_later_was_sent_when_it_was_tried(now, notify):
    message = relayed(now, "07700900499")
    tried = message.attempted_at
    relay_messages(now=now + LATER)
    message.refresh_from_db()
    assert (message.sent_at, message.events.last().at) == (tried, tried)


def test_what_the_provider_does_not_have_is_sent_after_asking(now, notify):
    control(notify, down=True)
    message = relayed(now)
    control(notify)
    assert relay_messages(now=now + LATER) == 1
    assert kinds(message) == ["unknown", "refused", "accepted"]
    assert len(notify.post.accepted) == 1


def test_provider_that_cannot_be_asked_yet_is_asked_later(now, notify):
    message = relayed(now, "07700900499")
    control(notify, down=True)
    relay_messages(now=now + LATER)
    control(notify)
    assert relay_messages(now=now + 10 * LATER) == 1
    assert kinds(message) == ["unknown", "unknown", "accepted"]
    assert len(notify.post.accepted) == 1


def crash_during_a_try(now, *, accepted):
    queue_text(now)
    (taken,) = claim_messages(now=now, batch=1)
    note_attempt(taken, now=now)
    if accepted:
        transport = Notify()
        transport.send(taken)
        transport.close()
    return taken


@pytest.mark.parametrize(
    ("accepted", "events"), [(True, ["accepted"]), (False, ["refused", "accepted"])]
)
def test_crash_during_a_try_is_settled_by_asking(now, notify, accepted, events):
    message = crash_during_a_try(now, accepted=accepted)
    assert relay_messages(now=now + LEASE / 2) == 0
    assert relay_messages(now=now + 2 * LEASE) == 1
    assert kinds(message) == events
    assert len(notify.post.accepted) == 1


def test_what_the_provider_may_have_forgotten_is_never_sent_by_itself(now, notify):
    message = crash_during_a_try(now, accepted=False)
    assert relay_messages(now=now + timedelta(days=4)) == 0
    assert kinds(message) == ["unknown", "given_up"]
    assert notify.post.accepted == []


def test_number_stands_in_no_reason_and_no_log(now, notify, caplog):
    message = relayed(now, "07700900400")
    assert "07700900400" not in caplog.text + message.last_error
