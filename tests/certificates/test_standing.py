from datetime import date, timedelta

import pytest
from django.db import IntegrityError

from certificates.actions import StandingRefused, queue_due_reminders, reinstate, revoke
from certificates.models import Certificate, CertificateEvent
from certificates.right_to_send import RENEWED
from outbox.actions import relay_messages
from outbox.models import Message
from tests.certificates.factories import make_certificate, noon
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def two(db):
    return {"by": UserFactory(), "seconded_by": UserFactory()}


def is_revoked(certificate):
    return Certificate.objects.with_revoked().get(pk=certificate.pk).revoked


def test_revocation_takes_effect_at_once_and_keeps_who_and_why(certificate, two, now):
    event = revoke(certificate=certificate, reason=" Impersonation. ", now=now, **two)
    assert is_revoked(certificate)
    assert (event.by, event.seconded_by) == (two["by"], two["seconded_by"])
    assert (event.reason, event.effective_on) == ("Impersonation.", date(2026, 11, 22))


def test_revoking_again_changes_nothing(certificate, two, now):
    first = revoke(certificate=certificate, reason="One.", now=now, **two)
    assert revoke(certificate=certificate, reason="Two.", now=now, **two) == first
    assert certificate.events.count() == 2


def test_reinstatement_undoes_it_and_the_history_keeps_both(certificate, two, now):
    revoke(certificate=certificate, reason="One.", now=now, **two)
    reinstate(certificate=certificate, reason="A mistake.", now=now, **two)
    assert not is_revoked(certificate)
    assert [event.kind for event in certificate.events.all()] == [
        "issued",
        "revoked",
        "reinstated",
    ]


def test_reinstating_again_changes_nothing(certificate, two, now):
    revoke(certificate=certificate, reason="One.", now=now, **two)
    first = reinstate(certificate=certificate, reason="A mistake.", now=now, **two)
    assert reinstate(certificate=certificate, reason="Again.", now=now, **two) == first


def test_revoked_a_second_time_is_revoked(certificate, two, now):
    revoke(certificate=certificate, reason="One.", now=now, **two)
    reinstate(certificate=certificate, reason="A mistake.", now=now, **two)
    revoke(certificate=certificate, reason="No mistake.", now=now, **two)
    assert is_revoked(certificate)


def test_what_was_never_revoked_cannot_be_reinstated(certificate, two, now):
    with pytest.raises(StandingRefused, match="not_revoked"):
        reinstate(certificate=certificate, reason="Why not.", now=now, **two)


def test_one_person_cannot_sign_twice(certificate, now):
    person = UserFactory()
    with pytest.raises(StandingRefused, match="same_person"):
        revoke(certificate=certificate, by=person, seconded_by=person, reason="One.", now=now)


@pytest.mark.parametrize("reason", ["", "  \n"])
def test_reason_is_needed(certificate, two, now, reason):
    with pytest.raises(StandingRefused, match="no_reason"):
        revoke(certificate=certificate, reason=reason, now=now, **two)


@pytest.mark.parametrize("missing", ["by", "seconded_by", "reason", "same"])
def test_database_itself_asks_for_two_people_and_a_reason(certificate, two, now, missing):
    person = two["by"]
    changes = {"reason": {"reason": ""}, "same": {"seconded_by": person}}
    fields = {**two, "reason": "One.", **changes.get(missing, {missing: None})}
    with pytest.raises(IntegrityError, match="standing_changed_by_two_with_reason"):
        CertificateEvent.objects.create(
            certificate=certificate,
            kind="revoked",
            recorded_at=now,
            effective_on=now.date(),
            **fields,
        )


def test_certificate_is_issued_once_says_the_database(certificate, now):
    with pytest.raises(IntegrityError, match="certificate_issued_once"):
        CertificateEvent.objects.create(
            certificate=certificate, kind="issued", recorded_at=now, effective_on=now.date()
        )


def test_holder_is_told_without_a_word_about_the_licence_itself(certificate, two, now):
    revoke(certificate=certificate, reason="Secret detail.", now=now, **two)
    message = Message.objects.get(subject="Your certificate was revoked")
    assert message.to == certificate.learner.user.email
    assert "Secret detail" not in message.body
    assert "not a decision about your licence" in message.body


def test_holder_is_told_of_the_reinstatement(certificate, two, now):
    revoke(certificate=certificate, reason="One.", now=now, **two)
    reinstate(certificate=certificate, reason="A mistake.", now=now, **two)
    assert Message.objects.filter(subject="Your certificate counts again").exists()


def test_reminder_that_waits_does_not_go_after_a_revocation(certificate, two, now):
    queue_due_reminders(now=noon(certificate.renew_from))
    reminder = certificate.reminders.get()
    revoke(certificate=certificate, reason="One.", now=now, **two)
    relay_messages(now=noon(certificate.renew_from))
    reminder.message.refresh_from_db()
    assert reminder.message.sent_at is None
    assert "revoked" in reminder.message.last_error


def test_reminder_that_waits_does_not_go_after_a_renewal(certificate):
    due = noon(certificate.renew_from)
    queue_due_reminders(now=due)
    make_certificate(at=due, learner=certificate.learner)
    relay_messages(now=due)
    message = certificate.reminders.get().message
    assert (message.sent_at, message.last_error) == (None, RENEWED)


def test_reminder_that_went_out_stays_sent(certificate, two, now):
    queue_due_reminders(now=noon(certificate.renew_from))
    message = certificate.reminders.get().message
    message.sent_at = now
    message.save()
    revoke(certificate=certificate, reason="One.", now=now, **two)
    relay_messages(now=noon(certificate.renew_from))
    message.refresh_from_db()
    assert (message.sent_at, message.failed_at) == (now, None)


def test_revoked_renewal_supersedes_nothing_and_gives_no_anniversary(certificate, two):
    window = noon(certificate.renew_from)
    renewed = make_certificate(at=window, learner=certificate.learner)
    revoke(certificate=renewed, reason="One.", now=window, **two)
    assert certificate in Certificate.objects.not_superseded()
    after = renewed.valid_until - timedelta(days=1)
    again = make_certificate(at=noon(after), learner=certificate.learner)
    assert again.valid_until == date(2035, 11, 21)
