"""Platform administrators see what was given up, and put it back with a reason."""

from datetime import timedelta

import pytest
from django.urls import reverse

from outbox.actions import RetryRefused, relay_messages, retry, withdraw
from outbox.models import Message
from tests.factories import UserFactory
from tests.outbox.messages import kinds, queue, queue_text

pytestmark = pytest.mark.django_db
QUERIES = 12  # Two are the list's, the others the staff site's own.
LATER = timedelta(minutes=2)


@pytest.fixture
def admin(client):
    user = UserFactory(is_superuser=True)
    client.force_login(user)
    return user


def given_up(now, **fields):
    """A text to a number that Notify refuses; unless told otherwise."""
    message = queue_text(now, **{"to": "07700900400", **fields})
    relay_messages(now=now)
    message.refresh_from_db()
    assert message.failed_at
    return message


# -- The action -----------------------------------------------------------------------------
def test_message_that_is_put_back_is_due_with_all_its_tries(now, notify):
    message, by = given_up(now), UserFactory()
    retry(message_id=message.pk, by=by, reason=" The number works again. ", now=now + LATER)
    message.refresh_from_db()
    assert (message.failed_at, message.tries, message.not_before) == (None, 0, now + LATER)
    event = message.events.last()
    assert (event.kind, event.by, event.detail) == ("retried", by, "The number works again.")


def test_repeat_is_refused(now, notify):
    message = given_up(now)
    retry(message_id=message.pk, by=UserFactory(), reason="Once.", now=now)
    with pytest.raises(RetryRefused, match="not_given_up"):
        retry(message_id=message.pk, by=UserFactory(), reason="Twice.", now=now)


def test_retry_needs_a_reason(now, notify):
    with pytest.raises(RetryRefused, match="no_reason"):
        retry(message_id=given_up(now).pk, by=UserFactory(), reason=" ", now=now)


def test_withdrawn_message_cannot_be_put_back(now):
    message = queue(now)
    withdraw(message_ids=[message.pk], reason="Renewed.", now=now)
    with pytest.raises(RetryRefused, match="not_given_up"):
        retry(message_id=message.pk, by=UserFactory(), reason="Please.", now=now)


def test_message_that_another_stands_in_for_cannot_be_put_back(now, client, admin, notify):
    message = given_up(now)
    queue(now, key="notice:1:email", instead_of=message.pk)
    page = client.post(reverse("unsent_message", args=[message.pk]), {"reason": "Please."})
    assert "It was sent by another channel instead." in page.content.decode()
    assert kinds(message) == ["given_up"]


def test_unknown_mail_is_sent_once_more_when_staff_decide_so(
    now, mail_server, mailoutbox, settings
):
    message = queue(now, to="cut-after@example.org")
    relay_messages(now=now)
    retry(message_id=message.pk, by=UserFactory(), reason="Not arrived.", now=now)
    settings.DELIVERY_EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert relay_messages(now=now + LATER) == 1
    assert kinds(message) == ["unknown", "given_up", "retried", "accepted"]


def test_unknown_text_that_is_put_back_is_asked_for_before_it_is_sent(now, notify):
    message = queue_text(now, to="07700900499")
    relay_messages(now=now)
    Message.objects.update(failed_at=now)  # As after twelve tries to ask.
    retry(message_id=message.pk, by=UserFactory(), reason="Not arrived.", now=now)
    assert relay_messages(now=now + LATER) == 1
    message.refresh_from_db()
    assert (message.tries, len(notify.post.accepted)) == (1, 1)


# -- The pages ------------------------------------------------------------------------------
def listed(client, **query):
    return client.get(reverse("unsent_messages"), query).content.decode()


def shown(client, message):
    return client.get(reverse("unsent_message", args=[message.pk])).content.decode()


def test_list_shows_what_was_given_up_with_its_reason_and_nothing_else(now, client, admin, notify):
    given_up(now, subject="Lost")
    queue(now, key="waits", subject="Waits")
    page = listed(client)
    assert "1 message was given up" in page
    assert "Lost" in page
    assert "GOV.UK Notify, 400" in page
    assert "Waits" not in page


def test_list_leaves_out_what_was_withdrawn(now, client, admin):
    message = queue(now)
    withdraw(message_ids=[message.pk], reason="Renewed.", now=now)
    assert "0 messages were given up" in listed(client)


@pytest.mark.parametrize(("channel", "seen"), [("sms", True), ("email", False), ("x", True)])
def test_list_can_be_of_one_channel(now, client, admin, notify, channel, seen):
    given_up(now, subject="Lost")
    assert ("Lost" in listed(client, channel=channel)) is seen


def test_list_goes_on_after_fifty(now, client, admin, notify, settings):
    for number in range(51):
        queue_text(now, key=f"text:{number}", to="07700900400", subject=f"Text {number:02}.")
    relay_messages(now=now)
    first = listed(client)
    last = Message.objects.order_by("-failed_at", "-pk")[49]
    rest = listed(client, before=last.pk)
    assert f"before={last.pk}" in first
    seen = (
        [f"Text {n:02}." in first for n in range(51)],
        [f"Text {n:02}." in rest for n in range(51)],
    )
    assert (sum(seen[0]), sum(seen[1])) == (50, 1)


def test_list_does_not_grow_in_queries(now, client, admin, notify, django_assert_num_queries):
    listed(client)
    for number in range(20):
        queue_text(now, key=f"text:{number}", to="07700900400")
    relay_messages(now=now)
    with django_assert_num_queries(QUERIES):
        listed(client)


def test_page_tells_all_that_happened(now, client, admin, notify):
    page = shown(client, given_up(now, body="Renew by May."))
    assert "Renew by May." in page
    assert "phone_number Not a UK mobile number" in page


def test_secret_text_is_never_shown(now, client, admin, notify):
    message = given_up(now, body="Code 123456", secret=True)
    assert "123456" not in shown(client, message) + listed(client)


def test_page_warns_that_mail_may_arrive_twice(now, client, admin, mail_server):
    message = queue(now, to="cut-after@example.org")
    relay_messages(now=now)
    assert "may get it twice" in shown(client, message)
    assert "It may have arrived." in listed(client)


def test_posting_a_reason_puts_it_back(now, client, admin, notify):
    message = given_up(now)
    answer = client.post(reverse("unsent_message", args=[message.pk]), {"reason": "It works now."})
    assert answer.status_code == 302
    assert kinds(message) == ["given_up", "retried"]


def test_posting_no_reason_changes_nothing(now, client, admin, notify):
    message = given_up(now)
    answer = client.post(reverse("unsent_message", args=[message.pk]), {"reason": ""})
    assert answer.status_code == 200
    assert kinds(message) == ["given_up"]


@pytest.mark.parametrize("method", ["get", "post"])
def test_nobody_else_reaches_a_message(now, client, notify, method):
    message = given_up(now)
    client.force_login(UserFactory(is_staff=True))
    for address in (reverse("unsent_messages"), reverse("unsent_message", args=[message.pk])):
        assert getattr(client, method)(address).status_code in (302, 403)
    assert kinds(message) == ["given_up"]


def test_message_that_is_sent_or_waits_has_no_page(now, client, admin):
    address = reverse("unsent_message", args=[queue(now).pk])
    assert client.get(address).status_code == 404
