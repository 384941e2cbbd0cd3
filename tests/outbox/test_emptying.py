"""Address and text go when their time is over; the proof that something was sent stays."""

from datetime import timedelta

import pytest
from django.utils import timezone

from outbox import tasks
from outbox.actions import empty_old_messages, relay_messages, withdraw
from tests.outbox.messages import kinds, queue, queue_text

pytestmark = pytest.mark.django_db
KEPT = timedelta(days=90)


@pytest.fixture
def sent(now, mailoutbox):
    message = queue(now, keep_days=90, html_body="<p>Text.</p>")
    relay_messages(now=now)
    return message


def words(message):
    message.refresh_from_db()
    return [message.to, message.subject, message.body, message.html_body, message.last_error]


def test_old_message_keeps_nothing_but_what_happened(now, sent):
    assert empty_old_messages(now=now + KEPT) == 1
    assert words(sent) == [""] * 5
    assert (sent.key, sent.emptied_at) == ("notice:1", now + KEPT)
    assert kinds(sent) == ["accepted", "emptied"]


def test_message_is_kept_to_its_last_day(now, sent):
    assert empty_old_messages(now=now + KEPT - timedelta(seconds=1)) == 0
    assert words(sent)[:2] == ["ade@example.org", "Hello"]


def test_repeat_empties_nothing(now, sent):
    assert [empty_old_messages(now=now + KEPT) for _ in range(2)] == [1, 0]
    assert kinds(sent) == ["accepted", "emptied"]


def test_message_that_still_waits_is_kept(now):
    queue(now, keep_days=90)
    assert empty_old_messages(now=now + 2 * KEPT) == 0


def test_message_that_was_given_up_is_emptied_too(now, notify):
    refused = queue_text(now, to="07700900400", keep_days=90)
    relay_messages(now=now)
    withdrawn = queue(now, key="notice:2", keep_days=90)
    withdraw(message_ids=[withdrawn.pk], reason="Renewed.", now=now)
    assert empty_old_messages(now=now + KEPT) == 2
    assert words(refused) == words(withdrawn) == [""] * 5


def test_each_message_has_a_time_of_its_own(now, sent):
    longer = queue(now, key="notice:2", keep_days=400)
    relay_messages(now=now)
    assert empty_old_messages(now=now + KEPT) == 1
    assert empty_old_messages(now=now + timedelta(days=400)) == 1
    assert words(longer)[0] == ""


def test_many_are_emptied_in_batches(now, mailoutbox, monkeypatch, django_assert_num_queries):
    for number in range(5):
        queue(now, key=f"notice:{number}", keep_days=90)
    relay_messages(now=now)
    monkeypatch.setattr("outbox.actions.keeping.BATCH", 2)
    with django_assert_num_queries(5):  # The times, three batches, and one that finds none left.
        assert empty_old_messages(now=now + KEPT) == 5


def test_task_empties(mailoutbox):
    written = timezone.now() - KEPT
    message = queue(written, keep_days=90)
    relay_messages(now=written)
    tasks.empty_old_messages()
    assert kinds(message) == ["accepted", "emptied"]
