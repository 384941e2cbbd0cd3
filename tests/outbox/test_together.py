"""Several relays at the same moment, each with a connection of its own."""

from collections import Counter

import pytest
from django.db import transaction

from outbox.actions import Draft, queue_email, queue_messages, relay_messages
from outbox.models import Message, MessageEvent
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


def test_four_relays_text_each_of_many_people_once(now, notify):
    drafts = [Draft(f"text:{n}", "07700900123", "", "Text.", channel="sms") for n in range(400)]
    queue_messages(messages=drafts, now=now)
    sent = together(lambda: relay_messages(now=now), times=4)
    assert sum(sent) == 400
    accepted = Counter(kept["reference"] for kept in notify.post.accepted)
    assert (len(accepted), max(accepted.values())) == (400, 1)
    assert MessageEvent.objects.filter(kind="accepted").count() == 400


def test_four_relays_together_keep_to_the_limit(now, settings, notify):
    settings.MESSAGES_PER_MINUTE = {"email": 600, "sms": 30}
    drafts = [Draft(f"text:{n}", "07700900123", "", "Text.", channel="sms") for n in range(100)]
    queue_messages(messages=drafts, now=now)
    assert sum(together(lambda: relay_messages(now=now), times=4)) == 30


def test_relay_leaves_alone_what_another_has_locked(now, mailoutbox):
    queue(now, "notice:1")
    queue(now, "notice:2")
    with transaction.atomic():
        Message.objects.select_for_update(of=("self",)).get(key="notice:1")
        together(lambda: relay_messages(now=now), times=1)
        assert [mail.subject for mail in mailoutbox] == ["notice:2"]


def test_ten_writers_of_one_key_leave_one_row(now):
    rows = together(lambda: queue(now, "notice:1").pk, times=10)
    assert len(set(rows)) == Message.objects.count() == 1
