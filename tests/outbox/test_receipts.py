"""What became of what the provider accepted."""

from datetime import timedelta

import pytest
from django.utils import timezone

from outbox import tasks
from outbox.actions import collect_receipts, record_bounce, relay_messages
from tests.outbox.messages import MOBILE, kinds, queue, queue_text

pytestmark = pytest.mark.django_db
LATER = timedelta(minutes=1)


def sent(now, to=MOBILE, **fields):
    message = queue_text(now, to=to, **fields)
    relay_messages(now=now)
    return message


@pytest.mark.parametrize(
    ("to", "kind", "detail"),
    [
        (MOBILE, "delivered", "delivered"),
        ("07700900002", "bounced", "permanent-failure"),
        ("07700900003", "bounced", "temporary-failure"),
    ],
)
def test_end_is_recorded_as_the_provider_tells_it(now, notify, to, kind, detail):
    message = sent(now, to)
    assert collect_receipts(now=now + LATER) == 1
    event = message.events.last()
    assert (event.kind, event.detail, event.at) == (kind, detail, now + LATER)


def test_repeat_asks_nothing_and_records_nothing(now, notify):
    message = sent(now)
    assert [collect_receipts(now=now + LATER) for _ in range(2)] == [1, 0]
    assert kinds(message) == ["accepted", "delivered"]


def test_message_under_way_is_asked_about_again(now, notify):
    notify.settle = timedelta(hours=1)
    message = sent(now)
    assert collect_receipts(now=now + LATER) == 0
    notify.settle = timedelta(0)
    assert collect_receipts(now=now + 2 * LATER) == 1
    assert kinds(message) == ["accepted", "delivered"]


def test_provider_that_is_not_there_is_asked_later(now, notify, settings):
    message, url = sent(now), settings.NOTIFY_URL
    settings.NOTIFY_URL = "http://127.0.0.1:1"
    assert collect_receipts(now=now + LATER) == 0
    settings.NOTIFY_URL = url
    assert collect_receipts(now=now + LATER) == 1
    assert kinds(message) == ["accepted", "delivered"]


def test_message_that_the_provider_forgot_holds_up_no_other(now, notify):
    first, second = sent(now), sent(now, key="notice:2")
    notify.post.accepted.pop()
    assert collect_receipts(now=now + LATER) == 1
    assert (kinds(first), kinds(second)) == (["accepted", "delivered"], ["accepted"])


def test_nothing_is_asked_after_four_days(now, notify):
    sent(now)
    assert collect_receipts(now=now + timedelta(days=5)) == 0


def test_mail_has_no_receipt(now, mailoutbox):
    queue(now)
    relay_messages(now=now)
    assert collect_receipts(now=now + LATER) == 0


def test_task_asks(notify):
    message = sent(timezone.now() - LATER)
    tasks.collect_receipts()
    assert kinds(message) == ["accepted", "delivered"]


def test_bounce_of_a_mail_is_recorded_once_and_without_its_address(now, mailoutbox):
    message = queue(now)
    relay_messages(now=now)
    said = "550 ade@example.org: no such user"
    assert record_bounce(message=message, detail=said, now=now + LATER)
    assert not record_bounce(message=message, detail=said, now=now + LATER)
    assert kinds(message) == ["accepted", "bounced"]
    assert message.events.last().detail == "550 …: no such user"


def test_message_that_never_went_out_cannot_bounce(now):
    message = queue(now)
    assert not record_bounce(message=message, detail="No such user", now=now)
    assert kinds(message) == []
