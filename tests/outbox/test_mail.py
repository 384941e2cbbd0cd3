"""What the answers of a mail server, and its silence, mean."""

import pytest

from outbox.actions import relay_messages
from outbox.actions.claiming import LEASE, claim_messages, note_attempt
from tests.outbox.messages import kinds, queue

pytestmark = pytest.mark.django_db


def relayed(now, to):
    message = queue(now, to=to)
    relay_messages(now=now)
    message.refresh_from_db()
    return message


def test_mail_that_was_taken_is_sent(now, mail_server):
    message = relayed(now, "ade@example.org")
    ((to, text),) = mail_server.taken
    assert (to, kinds(message)) == ("ade@example.org", ["accepted"])
    assert "Subject: Hello" in text


def test_every_try_carries_the_same_identifier_and_says_that_no_person_wrote_it(
    now, mailoutbox, settings
):
    settings.DEFAULT_FROM_EMAIL = "Training <training@lms.example>"
    queue(now)
    relay_messages(now=now)
    assert mailoutbox[0].extra_headers == {
        "Message-ID": "<d703f061f6341c5d796de8c1d0b156f6@lms.example>",
        "Auto-Submitted": "auto-generated",
    }


def test_one_connection_serves_a_whole_run(now, mail_server):
    for number in range(5):
        queue(now, key=f"notice:{number}")
    assert relay_messages(now=now) == 5
    assert mail_server.connections == 1


@pytest.mark.parametrize("to", ["nobody@example.org", "spam@example.org"])
def test_refusal_for_good_is_given_up_at_once(now, mail_server, to):
    message = relayed(now, to)
    assert message.failed_at is not None
    assert kinds(message) == ["given_up"]


@pytest.mark.parametrize("to", ["full@example.org", "cut-before@example.org"])
def test_refusal_for_now_is_tried_again(now, mail_server, to):
    message = relayed(now, to)
    assert (message.failed_at, message.attempted_at) == (None, None)
    assert kinds(message) == ["refused"]


def test_bad_address_holds_up_no_other(now, mail_server):
    queue(now, key="bad", to="nobody@example.org")
    queue(now, key="good")
    assert relay_messages(now=now) == 1


def test_cut_after_the_text_is_given_up_as_unknown_and_never_repeated(now, mail_server):
    message = relayed(now, "cut-after@example.org")
    assert (message.failed_at, message.attempted_at) != (None, None)
    assert message.last_error.startswith("The mail server's answer was lost.")
    assert kinds(message) == ["unknown", "given_up"]
    assert relay_messages(now=now + 2 * LEASE) == 0


def test_crash_during_the_try_is_given_up_as_unknown_and_never_repeated(now, mail_server):
    message = queue(now)
    (taken,) = claim_messages(now=now, batch=1)
    note_attempt(taken, now=now)
    assert relay_messages(now=now + 2 * LEASE) == 0
    message.refresh_from_db()
    assert kinds(message) == ["unknown", "given_up"]
    assert "cannot be asked" in message.last_error
    assert mail_server.taken == []


@pytest.mark.parametrize("to", ["nobody@example.org", "full@example.org"])
def test_address_stands_in_no_reason(now, mail_server, to):
    message = relayed(now, to)
    assert message.last_error
    assert to not in message.last_error + message.events.get().detail
