"""Several relays at the same moment, each with a connection of its own."""

import pytest
from django.db import transaction

from outbox.actions import queue_email, relay_messages
from outbox.models import Message
from tests.certificates.together import together

pytestmark = pytest.mark.usefixtures("own_database")


def queue(now, key):
    return queue_email(key=key, to="ade@example.org", subject=key, body="Text.", now=now)


def test_two_relays_send_each_message_once(now, mailoutbox):
    for number in range(20):
        queue(now, f"notice:{number}")
    sent = together(lambda: relay_messages(now=now), times=2)
    assert sum(sent) == 20
    assert len({mail.subject for mail in mailoutbox}) == len(mailoutbox) == 20


def test_relay_leaves_alone_what_another_has_in_hand(now, mailoutbox):
    queue(now, "notice:1")
    queue(now, "notice:2")
    with transaction.atomic():
        Message.objects.claim(now=now, limit=1)
        together(lambda: relay_messages(now=now), times=1)
        assert [mail.subject for mail in mailoutbox] == ["notice:2"]


def test_ten_writers_of_one_key_leave_one_row(now):
    rows = together(lambda: queue(now, "notice:1").pk, times=10)
    assert len(set(rows)) == Message.objects.count() == 1
