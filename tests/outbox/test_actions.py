from datetime import timedelta

import pytest
from django.core.mail.backends.locmem import EmailBackend

from outbox import tasks
from outbox.actions import Draft, queue_email, queue_messages, relay_messages, withdraw
from outbox.models import Message

pytestmark = pytest.mark.django_db
CLOSED_PORT = 1


def queue(now, **fields):
    facts = {"key": "notice:1", "to": "ade@example.org", "subject": "Hello", "body": "Text."}
    return queue_email(now=now, **{**facts, **fields})


class ChoosyBackend(EmailBackend):
    """A mail system that chokes on one address and takes every other."""

    def send_messages(self, messages):
        if any("choke" in recipient for message in messages for recipient in message.to):
            raise RuntimeError("this address breaks the mail system")
        return super().send_messages(messages)


@pytest.fixture
def mail_is_down(settings):
    settings.DELIVERY_EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", CLOSED_PORT


# -- Queuing --------------------------------------------------------------------------------
def test_queuing_writes_a_row_that_is_due_at_once(now):
    message = queue(now)
    assert list(Message.objects.due(now=now)) == [message]


def test_queuing_the_same_key_again_keeps_the_first_text(now):
    first = queue(now)
    assert queue(now, body="Another text.") == first
    assert Message.objects.get().body == "Text."


def test_subject_is_one_line(now):
    assert queue(now, subject=" Hello\r\n  there\n").subject == "Hello there"


def test_many_are_queued_in_two_statements(now, django_assert_num_queries):
    emails = [Draft(f"notice:{n}", "ade@example.org", "Hello", "Text.") for n in range(200)]
    with django_assert_num_queries(2):
        ids = queue_messages(messages=emails, now=now)
    assert ids == dict(Message.objects.values_list("key", "pk"))


def test_many_keep_the_row_that_a_key_has(now):
    first = queue(now)
    again = Draft("notice:1", "bo@example.org", "Other", "Other.")
    assert queue_messages(messages=[again], now=now) == {"notice:1": first.pk}
    assert Message.objects.get().to == "ade@example.org"


def test_message_is_called_by_its_key(now):
    assert str(queue(now)) == "notice:1"


# -- Delivering -----------------------------------------------------------------------------
def test_relay_sends_and_marks(now, mailoutbox):
    message = queue(now, html_body="<p>Text.</p>")
    assert relay_messages(now=now) == 1
    message.refresh_from_db()
    assert (message.sent_at, message.tries, message.last_error) == (now, 1, "")
    (mail,) = mailoutbox
    assert (mail.to, mail.subject, mail.body) == (["ade@example.org"], "Hello", "Text.")
    assert mail.alternatives[0].content == "<p>Text.</p>"


def test_relay_sends_nothing_twice(now, mailoutbox):
    queue(now)
    assert [relay_messages(now=now), relay_messages(now=now)] == [1, 0]
    assert len(mailoutbox) == 1


def test_task_delivers_what_is_due(now, mailoutbox):
    queue(now - timedelta(days=365 * 30))
    tasks.relay_messages()
    assert len(mailoutbox) == 1


def test_relay_takes_no_more_than_its_batch(now, mailoutbox):
    for number in range(3):
        queue(now, key=f"notice:{number}")
    assert [relay_messages(now=now, limit=2), relay_messages(now=now, limit=2)] == [2, 1]


def test_message_for_later_waits(now, mailoutbox):
    queue(now + timedelta(seconds=1))
    assert relay_messages(now=now) == 0


def test_oldest_goes_first(now, mailoutbox):
    queue(now, key="second")
    queue(now - timedelta(hours=1), key="first", subject="First")
    relay_messages(now=now)
    assert [mail.subject for mail in mailoutbox] == ["First", "Hello"]


def test_every_try_carries_the_same_identifier(now, mailoutbox, settings):
    settings.DEFAULT_FROM_EMAIL = "Training <training@lms.example>"
    queue(now)
    relay_messages(now=now)
    identifier = mailoutbox[0].extra_headers["Message-ID"]
    assert identifier == "<d703f061f6341c5d796de8c1d0b156f6@lms.example>"


def test_mail_says_that_no_person_wrote_it(now, mailoutbox):
    queue(now)
    relay_messages(now=now)
    assert mailoutbox[0].extra_headers["Auto-Submitted"] == "auto-generated"


# -- Failing --------------------------------------------------------------------------------
def test_failure_is_written_down_and_waits_a_minute(now, mail_is_down):
    message = queue(now)
    assert relay_messages(now=now) == 0
    message.refresh_from_db()
    assert (message.tries, message.sent_at, message.failed_at) == (1, None, None)
    assert message.not_before == now + timedelta(minutes=1)
    assert message.last_error.startswith("ConnectionRefusedError")


def test_nothing_is_tried_before_its_wait_is_over(now, mail_is_down):
    message = queue(now)
    relay_messages(now=now)
    relay_messages(now=now + timedelta(seconds=59))
    message.refresh_from_db()
    assert message.tries == 1


def test_failed_message_goes_once_mail_is_back(now, settings, mail_is_down, mailoutbox):
    message = queue(now)
    relay_messages(now=now)
    settings.DELIVERY_EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    relay_messages(now=now + timedelta(minutes=1))
    message.refresh_from_db()
    assert (message.tries, message.last_error, len(mailoutbox)) == (2, "", 1)


def test_relay_gives_up_after_twelve_tries(now, mail_is_down):
    message = queue(now)
    for hours in range(0, 200, 6):
        relay_messages(now=now + timedelta(hours=hours))
    message.refresh_from_db()
    assert message.tries == 12
    assert message.failed_at is not None
    assert message.sent_at is None


def test_message_that_breaks_the_mail_system_holds_up_no_other(now, settings, mailoutbox):
    settings.DELIVERY_EMAIL_BACKEND = "tests.outbox.test_actions.ChoosyBackend"
    broken = queue(now - timedelta(hours=1), key="broken", to="choke@example.org")
    queue(now)
    assert relay_messages(now=now) == 1
    broken.refresh_from_db()
    assert broken.last_error == "RuntimeError: this address breaks the mail system"


@pytest.mark.parametrize("to", ["", "ade@example.org\nBcc: bo@example.org"])
def test_address_that_nobody_takes_never_counts_as_sent(now, to, mailoutbox):
    message = queue(now, to=to)
    assert relay_messages(now=now) == 0
    message.refresh_from_db()
    assert message.sent_at is None
    assert message.last_error


# -- Secrets --------------------------------------------------------------------------------
def test_secret_text_is_blanked_once_sent(now, mailoutbox):
    message = queue(now, secret=True, html_body="<p>Link</p>")
    relay_messages(now=now)
    message.refresh_from_db()
    assert (message.body, message.html_body) == ("", "")
    assert mailoutbox[0].body == "Text."


def test_secret_text_stays_while_it_could_not_be_sent(now, mail_is_down):
    message = queue(now, secret=True)
    relay_messages(now=now)
    message.refresh_from_db()
    assert message.body == "Text."


# -- Withdrawing ----------------------------------------------------------------------------
def test_withdrawn_message_is_not_sent_and_says_why(now, mailoutbox):
    message = queue(now)
    assert withdraw(message_ids=[message.pk], reason="No longer true.", now=now) == 1
    assert relay_messages(now=now) == 0
    message.refresh_from_db()
    assert (message.failed_at, message.last_error) == (now, "No longer true.")


def test_sent_message_cannot_be_withdrawn(now, mailoutbox):
    message = queue(now)
    relay_messages(now=now)
    assert withdraw(message_ids=[message.pk], reason="Too late.", now=now) == 0


def test_withdrawing_again_keeps_the_first_reason(now):
    message = queue(now)
    withdraw(message_ids=[message.pk], reason="First.", now=now)
    assert withdraw(message_ids=[message.pk], reason="Second.", now=now) == 0
