import pytest

from outbox.actions import Draft, queue_email, queue_messages, relay_messages, withdraw
from outbox.models import Message
from tests.outbox.messages import MOBILE, kinds, queue, queue_text

pytestmark = pytest.mark.django_db


def test_queuing_writes_a_row_that_is_due_at_once(now):
    message = queue(now)
    assert list(Message.objects.due(now=now)) == [message]


def test_queuing_the_same_key_again_keeps_the_first_text(now):
    first = queue(now)
    again = queue_email(key=first.key, to="ade@example.org", subject="?", body="Other.", now=now)
    assert (again, again.body) == (first, "Text.")


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


@pytest.mark.parametrize(
    ("channel", "to", "destination"),
    [
        ("email", "Ade@Example.ORG", "example.org"),
        ("sms", MOBILE, "sms"),
        ("letter", "NB-0001", "letter"),
    ],
)
def test_limits_count_by_mail_domain_or_channel(now, channel, to, destination):
    assert queue(now, channel=channel, to=to).destination == destination


# -- Withdrawing ----------------------------------------------------------------------------
def test_withdrawn_message_is_not_sent_and_says_why(now, mailoutbox):
    message = queue(now)
    assert withdraw(message_ids=[message.pk], reason="No longer true.", now=now) == 1
    assert relay_messages(now=now) == 0
    message.refresh_from_db()
    assert (message.failed_at, message.last_error) == (now, "No longer true.")
    assert [(e.kind, e.detail) for e in message.events.all()] == [("withdrawn", "No longer true.")]


def test_sent_message_cannot_be_withdrawn(now, mailoutbox):
    message = queue(now)
    relay_messages(now=now)
    assert withdraw(message_ids=[message.pk], reason="Too late.", now=now) == 0


def test_withdrawing_again_keeps_the_first_reason(now):
    message = queue(now)
    withdraw(message_ids=[message.pk], reason="First.", now=now)
    assert withdraw(message_ids=[message.pk], reason="Second.", now=now) == 0
    assert kinds(message) == ["withdrawn"]


def test_message_that_may_have_been_accepted_cannot_be_withdrawn(now, notify):
    message = queue_text(now, to="07700900499")
    relay_messages(now=now)
    assert withdraw(message_ids=[message.pk], reason="No longer true.", now=now) == 0


def test_many_are_withdrawn_in_a_fixed_number_of_statements(now, django_assert_num_queries):
    ids = [queue(now, key=f"notice:{n}").pk for n in range(20)]
    with django_assert_num_queries(5):  # Savepoint, lock, update, events, savepoint.
        withdraw(message_ids=ids, reason="No longer true.", now=now)
