"""The relay's own rules, over mail that the test can look into."""

from datetime import timedelta

import pytest
from django.core.mail.backends.locmem import EmailBackend

from outbox import tasks
from outbox.actions import relay_messages, withdraw
from outbox.actions.claiming import LEASE, claim_messages, note_attempt
from outbox.models import Message
from tests.outbox.messages import about, kinds, queue, queue_text

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


class ChoosyBackend(EmailBackend):
    """A mail system that chokes on one address and takes every other."""

    def send_messages(self, messages):
        if any("choke" in recipient for message in messages for recipient in message.to):
            raise RuntimeError("this address breaks the mail system")
        return super().send_messages(messages)


# -- Delivering -----------------------------------------------------------------------------
def test_relay_sends_and_marks(now, mailoutbox):
    message = queue(now, html_body="<p>Text.</p>")
    assert relay_messages(now=now) == 1
    message.refresh_from_db()
    assert about(message.sent_at, now)
    assert (message.tries, message.last_error, message.attempted_at) == (1, "", None)
    assert (message.claim, message.claimed_until) == (None, None)
    (mail,) = mailoutbox
    assert (mail.to, mail.subject, mail.body) == (["ade@example.org"], "Hello", "Text.")
    assert mail.alternatives[0].content == "<p>Text.</p>"


def test_acceptance_is_an_event_with_the_same_moment(now, mailoutbox):
    message = queue(now)
    relay_messages(now=now)
    message.refresh_from_db()
    event = message.events.get()
    assert (event.kind, event.at, event.by) == ("accepted", message.sent_at, None)


def test_relay_sends_nothing_twice(now, mailoutbox):
    queue(now)
    assert [relay_messages(now=now), relay_messages(now=now)] == [1, 0]
    assert len(mailoutbox) == 1


def test_task_delivers_what_is_due(now, mailoutbox):
    queue(now - timedelta(days=365 * 30))
    tasks.relay_messages()
    assert len(mailoutbox) == 1


def test_relay_takes_no_more_than_its_limit(now, mailoutbox):
    for number in range(3):
        queue(now, key=f"notice:{number}")
    assert [relay_messages(now=now, limit=2), relay_messages(now=now, limit=2)] == [2, 1]


def test_relay_goes_on_batch_by_batch(now, mailoutbox):
    for number in range(120):
        queue(now, key=f"notice:{number}")
    assert relay_messages(now=now) == 120


def test_message_for_later_waits(now, mailoutbox):
    queue(now + timedelta(hours=1))
    assert relay_messages(now=now) == 0


def test_oldest_goes_first(now, mailoutbox):
    queue(now, key="second")
    queue(now - timedelta(hours=1), key="first", subject="First")
    relay_messages(now=now)
    assert [mail.subject for mail in mailoutbox] == ["First", "Hello"]


def test_letters_are_left_to_whoever_posts_them(now, mailoutbox):
    letter = queue(now, channel="letter", to="NB-0001")
    assert relay_messages(now=now) == 0
    letter.refresh_from_db()
    assert (letter.tries, letter.claim, letter.sent_at, letter.failed_at) == (0, None, None, None)


def test_one_message_costs_few_statements(now, mailoutbox, django_assert_max_num_queries):
    for number in range(10):
        queue(now, key=f"notice:{number}")
    with django_assert_max_num_queries(10 + 5 * 10):
        relay_messages(now=now)


# -- Failing --------------------------------------------------------------------------------
def test_failure_is_written_down_and_waits_a_minute(now, mail_is_down):
    message = queue(now)
    assert relay_messages(now=now) == 0
    message.refresh_from_db()
    assert (message.tries, message.sent_at, message.failed_at) == (1, None, None)
    assert (message.attempted_at, message.claim) == (None, None)
    assert about(message.not_before, now + MINUTE)
    assert message.last_error.startswith("ConnectionRefusedError")
    assert kinds(message) == ["refused"]


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
    relay_messages(now=now + 2 * MINUTE)
    message.refresh_from_db()
    assert (message.tries, message.last_error, len(mailoutbox)) == (2, "", 1)
    assert kinds(message) == ["refused", "accepted"]


def test_relay_gives_up_after_twelve_tries(now, mail_is_down):
    message = queue(now)
    for hours in range(0, 200, 7):
        relay_messages(now=now + timedelta(hours=hours))
    message.refresh_from_db()
    assert (message.tries, message.sent_at) == (12, None)
    assert message.failed_at is not None
    assert kinds(message) == ["refused"] * 11 + ["given_up"]


def test_outage_costs_one_message_a_try_and_the_others_a_minute(now, mail_is_down):
    for number in range(5):
        queue(now, key=f"notice:{number}")
    relay_messages(now=now)
    assert sorted(Message.objects.values_list("tries", flat=True)) == [0, 0, 0, 0, 1]
    assert not Message.objects.due(now=now + timedelta(seconds=59)).exists()
    assert Message.objects.due(now=now + 2 * MINUTE).count() == 5


def test_outage_of_one_provider_holds_up_no_other(now, mail_is_down, notify):
    queue(now)
    queue_text(now, key="notice:2")
    assert relay_messages(now=now) == 1
    assert len(notify.post.accepted) == 1


def test_message_that_breaks_the_mail_system_holds_up_no_other(now, settings, mailoutbox):
    settings.DELIVERY_EMAIL_BACKEND = "tests.outbox.test_relaying.ChoosyBackend"
    broken = queue(now - timedelta(hours=1), key="broken", to="choke@example.org")
    queue(now)
    assert relay_messages(now=now) == 1
    broken.refresh_from_db()
    assert broken.last_error.endswith("RuntimeError: this address breaks the mail system")


@pytest.mark.parametrize("to", ["", "ade@example.org\nBcc: bo@example.org"])
def test_address_that_nobody_takes_is_given_up_at_once(now, to, mailoutbox):
    message = queue(now, to=to)
    assert relay_messages(now=now) == 0
    message.refresh_from_db()
    assert message.sent_at is None
    assert about(message.failed_at, now)
    assert kinds(message) == ["given_up"]


# -- Claims ---------------------------------------------------------------------------------
def test_claimed_message_is_nobody_elses(now, mailoutbox):
    queue(now)
    (claimed,) = claim_messages(now=now, batch=50)
    assert claimed.claimed_until == now + LEASE
    assert claim_messages(now=now + LEASE / 2, batch=50) == []


def test_claim_that_ran_out_before_a_try_leaves_the_message_as_it_was(now, mailoutbox):
    queue(now)
    claim_messages(now=now, batch=50)
    assert relay_messages(now=now + LEASE) == 1


def test_relay_that_slept_past_its_lease_sends_nothing(now):
    queue(now)
    (late,) = claim_messages(now=now, batch=50)
    assert not note_attempt(late, now=now + LEASE)


def test_relay_whose_message_another_took_over_sends_nothing(now):
    queue(now)
    (late,) = claim_messages(now=now, batch=50)
    claim_messages(now=now + LEASE, batch=50)
    assert not note_attempt(late, now=now + LEASE / 2)


def test_message_withdrawn_from_a_relays_hands_is_not_sent(now):
    queue(now)
    (claimed,) = claim_messages(now=now, batch=50)
    withdraw(message_ids=[claimed.pk], reason="No longer true.", now=now)
    assert not note_attempt(claimed, now=now)


def test_attempt_makes_the_lease_longer(now):
    queue(now)
    (claimed,) = claim_messages(now=now, batch=50)
    later = now + LEASE / 2
    assert note_attempt(claimed, now=later)
    claimed.refresh_from_db()
    assert (claimed.attempted_at, claimed.claimed_until) == (later, later + LEASE)


# -- Limits ---------------------------------------------------------------------------------
@pytest.fixture
def two_a_minute(settings):
    settings.MESSAGES_PER_MINUTE = {"email": 2, "sms": 2}


def test_destination_gets_no_more_than_its_limit_in_a_minute(now, two_a_minute, mailoutbox):
    for number in range(5):
        queue(now, key=f"notice:{number}")
    moments = [now, now + MINUTE / 2, now + 2 * MINUTE, now + 4 * MINUTE]
    assert [relay_messages(now=moment) for moment in moments] == [2, 0, 2, 1]


def test_other_destinations_go_on(now, two_a_minute, mailoutbox, notify):
    for number in range(3):
        queue(now, key=f"notice:{number}")
        queue(now, key=f"elsewhere:{number}", to="bo@elsewhere.example")
        queue_text(now, key=f"text:{number}")
    assert relay_messages(now=now) == 6


def test_what_is_in_other_hands_counts(now, two_a_minute, mailoutbox):
    for number in range(3):
        queue(now, key=f"notice:{number}")
    assert len(claim_messages(now=now, batch=1)) == 1
    assert len(claim_messages(now=now, batch=50)) == 1


def test_tries_that_failed_count(now, settings, two_a_minute, notify):
    for number in range(3):
        queue_text(now, key=f"text:{number}", to="07700900400")
    relay_messages(now=now)
    assert Message.objects.filter(tries=0).count() == 1


def test_destinations_take_turns_in_a_batch(now, mailoutbox):
    for number in range(6):
        queue(now - timedelta(hours=1), key=f"backlog:{number}")
    queue(now, key="sign-in", to="bo@elsewhere.example", subject="Sign in")
    relay_messages(now=now, limit=2)
    assert sorted(mail.subject for mail in mailoutbox) == ["Hello", "Sign in"]


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
