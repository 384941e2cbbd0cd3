"""Mail that a library sends by itself is a row first, like any other."""

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection

from outbox.models import Message

pytestmark = pytest.mark.django_db


def send(*to):
    mail = EmailMultiAlternatives(
        "A lesson\nwaits",
        "Plain.",
        to=to,
        connection=get_connection("outbox.backend.OutboxBackend"),
    )
    mail.attach_alternative("<p>Rich.</p>", "text/html")
    return mail.send()


def test_each_recipient_gets_a_row_of_their_own(mailoutbox):
    assert send("ade@example.org", "bo@example.org") == 1
    rows = Message.objects.order_by("pk")
    assert [row.to for row in rows] == ["ade@example.org", "bo@example.org"]
    assert mailoutbox == []


def test_both_forms_of_the_text_are_kept():
    send("ade@example.org")
    row = Message.objects.get()
    assert (row.subject, row.body, row.html_body) == ("A lesson waits", "Plain.", "<p>Rich.</p>")
