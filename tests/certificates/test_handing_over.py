"""What goes over from a certificate to the one that replaces it."""

from datetime import date, timedelta

import pytest

from certificates import actions
from certificates.models import Certificate, Reminder
from outbox.models import Message
from tests.certificates.factories import noon
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(db):
    return {"by": UserFactory(), "seconded_by": UserFactory(), "reason": "One."}


@pytest.fixture
def correct(certificate, two):
    def one(now):
        actions.correct(certificate=certificate, holder_name="Adé Example", now=now, **two)
        return Certificate.objects.get(replaces=certificate)

    return one


def reminded(certificate, days):
    """Sweeps on the day on which the notice is due; its message."""
    actions.queue_due_reminders(now=noon(certificate.valid_until - timedelta(days=days)))
    return Message.objects.filter(key=f"reminder:{certificate.reference}:{days}").first()


def sent(message, at):
    message.sent_at, message.tries = at, 1
    message.save()


def test_notice_that_went_out_is_not_sent_again(certificate, correct, now):
    sent(reminded(certificate, 90), noon(certificate.renew_from))
    replacement = correct(noon(certificate.renew_from))
    assert reminded(replacement, 90) is None
    assert list(replacement.reminders.values_list("notice", "message")) == [(90, None)]


def test_next_notice_goes_to_the_replacement_alone(certificate, correct):
    sent(reminded(certificate, 90), noon(certificate.renew_from))
    replacement = correct(noon(certificate.renew_from))
    assert reminded(replacement, 60) is not None
    assert not Message.objects.filter(key=f"reminder:{certificate.reference}:60").exists()


def test_notice_that_waited_is_withdrawn_and_goes_for_the_replacement(certificate, correct):
    waiting = reminded(certificate, 90)
    replacement = correct(noon(certificate.renew_from))
    waiting.refresh_from_db()
    assert waiting.failed_at is not None
    assert reminded(replacement, 90) is not None
    assert Message.objects.filter(key__startswith="reminder:", failed_at=None).count() == 1


def test_earlier_notices_are_handed_over_through_two_corrections(certificate, correct, two):
    sent(reminded(certificate, 90), noon(certificate.renew_from))
    first = correct(noon(certificate.renew_from))
    at = noon(certificate.renew_from)
    actions.correct(certificate=first, holder_name="Ada Example", now=at, **two)
    last = Certificate.objects.get(replaces=first)
    assert reminded(last, 90) is None
    assert Reminder.objects.filter(certificate=last).count() == 1


def test_history_of_a_revocation_that_was_undone_goes_over(certificate, correct, two, now):
    actions.revoke(certificate=certificate, now=now, **two)
    actions.reinstate(certificate=certificate, now=now, **two)
    later = now + timedelta(days=1)
    replacement = correct(later)
    events = list(replacement.events.all())
    assert [event.kind for event in events] == ["issued", "revoked", "reinstated"]
    assert {event.recorded_at for event in events} == {later}
    assert events[1].effective_on == date(2026, 11, 22)
    assert events[1].by == two["by"]


def test_revoked_certificate_is_not_corrected_into_a_valid_one(certificate, correct, two, now):
    actions.revoke(certificate=certificate, now=now, **two)
    with pytest.raises(actions.StandingRefused, match="revoked"):
        correct(now)


def test_notice_in_a_relays_hands_counts_as_sent(certificate, correct):
    """It may or may not have been accepted: a second one would be one too many."""
    under_way = reminded(certificate, 90)
    Message.objects.filter(pk=under_way.pk).update(attempted_at=noon(certificate.renew_from))
    replacement = correct(noon(certificate.renew_from))
    under_way.refresh_from_db()
    assert under_way.failed_at is None
    assert reminded(replacement, 90) is None
