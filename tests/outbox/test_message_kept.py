"""What the database refuses about messages, whoever asks."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, ProgrammingError

from outbox.actions import queue_email, relay_messages
from outbox.models import Message

pytestmark = pytest.mark.django_db
REFUSED = (ProgrammingError, IntegrityError)


@pytest.fixture
def message(now):
    return queue_email(
        key="notice:1", to="ade@example.org", subject="Hello", body="Text.", secret=True, now=now
    )


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("key", "notice:2"),
        ("to", "bo@example.org"),
        ("subject", "Other"),
        ("body", "Other."),
        ("body", ""),
        ("html_body", "<p>Other.</p>"),
        ("secret", False),
        ("channel", "sms"),
    ],
)
def test_text_and_address_are_fixed_once_queued(message, field, value):
    with pytest.raises(REFUSED):
        Message.objects.update(**{field: value})


def test_message_cannot_be_deleted(message):
    with pytest.raises(REFUSED):
        message.delete()


@pytest.mark.parametrize("field", ["sent_at", "tries", "not_before", "last_error"])
def test_nothing_changes_once_it_is_sent(message, now, mailoutbox, field):
    relay_messages(now=now)
    changes = {"tries": 0, "last_error": "?"}
    with pytest.raises(REFUSED):
        Message.objects.update(**{field: changes.get(field, now + timedelta(days=1))})


def test_sent_and_given_up_exclude_each_other(message, now):
    with pytest.raises(IntegrityError, match="message_sent_or_failed_not_both"):
        Message.objects.update(sent_at=now, failed_at=now)


def test_text_that_is_no_secret_is_never_blanked(now):
    queue_email(key="notice:2", to="ade@example.org", subject="Hello", body="Text.", now=now)
    with pytest.raises(REFUSED, match="the text of a message is fixed"):
        Message.objects.filter(key="notice:2").update(body="", sent_at=now)
