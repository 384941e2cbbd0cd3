import re
from datetime import date, timedelta

import pytest

from certificates.actions import queue_due_reminders, reminders, revoke
from certificates.models import Reminder
from outbox.models import Message
from tests.certificates.factories import make_certificate, noon
from tests.factories import AuthorityFactory, LearnerFactory, UserFactory, make_validity_rule

pytestmark = pytest.mark.django_db


def sweep(certificate, ahead):
    """The sweep on the day that is ``ahead`` days before the certificate's last."""
    return queue_due_reminders(now=noon(certificate.valid_until - timedelta(days=ahead)))


def notices(certificate):
    return [reminder.notice for reminder in certificate.reminders.order_by("pk")]


def test_daily_sweeps_send_each_notice_once_on_its_day(certificate):
    days = [91, 90, 89, 75, 61, 60, 59, 31, 30, 29, 15, 14, 13, 8, 7, 6, 2, 1, 0, -1, -2, -30, -31]
    sent_on = [ahead for ahead in days if sweep(certificate, ahead)]
    assert sent_on == notices(certificate) == [90, 60, 30, 14, 7, 1, -1]


def test_nothing_is_due_before_the_first_notice(certificate):
    assert sweep(certificate, 91) == 0


def test_second_sweep_of_a_day_queues_nothing_new(certificate):
    assert [sweep(certificate, 30), sweep(certificate, 30)] == [1, 0]
    assert Message.objects.filter(key__startswith="reminder:").count() == 1


def test_after_an_outage_only_the_latest_notice_goes(certificate):
    sweep(certificate, 90)
    assert sweep(certificate, 13) == 1
    assert notices(certificate) == [90, 14]


def test_missed_notice_of_the_end_goes_up_to_thirty_days_after(certificate):
    assert [sweep(certificate, -31), sweep(certificate, -30)] == [0, 1]


def test_clock_that_ran_ahead_and_came_back_sends_nothing_twice(certificate):
    assert [sweep(certificate, -1), sweep(certificate, 30), sweep(certificate, -1)] == [1, 0, 0]


def test_row_says_which_notice_was_due_when_and_points_to_its_message(certificate):
    sweep(certificate, 29)
    reminder = certificate.reminders.get()
    assert (reminder.notice, reminder.due_on) == (30, date(2029, 10, 23))
    assert reminder.message.key == f"reminder:{certificate.reference}:30"
    assert reminder.message.to == certificate.learner.user.email


def test_days_of_the_certificates_own_rule_count(now):
    make_validity_rule(reminder_days=[45])
    certificate = make_certificate(at=now)
    make_validity_rule(reminder_days=[50], effective_from=now.date() + timedelta(days=1))
    assert [sweep(certificate, 50), sweep(certificate, 45)] == [0, 1]


def test_rule_without_reminder_days_sends_none(now):
    make_validity_rule(reminder_days=[])
    assert sweep(make_certificate(at=now), 1) == 0


def test_notice_due_before_the_pass_is_left_out(now):
    make_validity_rule(months=1)
    certificate = make_certificate(at=now)
    assert [sweep(certificate, 29), sweep(certificate, 14)] == [0, 1]


def test_revoked_certificate_gets_none(certificate, now):
    revoke(
        certificate=certificate, by=UserFactory(), seconded_by=UserFactory(), reason="One.", now=now
    )
    assert sweep(certificate, 30) == 0


def test_renewed_certificate_gets_none(certificate):
    make_certificate(at=noon(certificate.renew_from), learner=certificate.learner)
    assert sweep(certificate, 30) == 0


def test_account_that_was_closed_gets_none(certificate):
    user = certificate.learner.user
    user.is_active = False
    user.save()
    assert sweep(certificate, 30) == 0


@pytest.mark.parametrize("ahead", [90, 1, -1])
def test_text_is_about_training_and_never_about_the_state_of_a_licence(certificate, ahead):
    sweep(certificate, ahead)
    message = certificate.reminders.get().message
    assert not re.search(r"suspend|refus|grant|must not drive", message.subject + message.body)
    assert "It is not a decision about your licence." in message.body


def test_text_says_the_day_and_links_to_the_dashboard(certificate, settings):
    sweep(certificate, 90)
    message = certificate.reminders.get().message
    assert message.subject == "Your safeguarding training ends on 22 November 2029"
    assert f"{settings.SITE_URL}/dashboard/" in message.body


@pytest.mark.parametrize(
    ("window", "sentence"),
    [(90, "You can renew it now."), (30, "You can renew it from 23 October 2029.")],
)
def test_text_says_when_it_can_be_renewed(now, window, sentence):
    make_validity_rule(renewal_window_days=window)
    certificate = make_certificate(at=now)
    sweep(certificate, 60)
    assert sentence in certificate.reminders.get().message.body


def test_text_after_the_end_says_that_it_ended(certificate):
    sweep(certificate, -1)
    message = certificate.reminders.get().message
    assert message.subject == "Your safeguarding training ended on 22 November 2029"


def test_text_says_whom_to_ask(rule, now):
    authority = AuthorityFactory(name="Westvale", licensing_email="taxi@westvale.example")
    certificate = make_certificate(at=now, learner=LearnerFactory(authority=authority))
    sweep(certificate, 30)
    body = certificate.reminders.get().message.body
    assert "Contact the licensing team at Westvale:\ntaxi@westvale.example" in body


def test_sweep_in_batches_misses_nobody(rule, now, monkeypatch):
    monkeypatch.setattr(reminders, "BATCH", 2)
    held = [make_certificate(at=now + timedelta(days=extra // 2)) for extra in range(7)]
    assert sweep(held[-1], 25) == 7
    assert Reminder.objects.count() == 7


@pytest.mark.parametrize("holders", [1, 30])
def test_sweep_asks_the_same_number_of_questions_however_many_are_due(
    rule, now, holders, django_assert_num_queries
):
    held = [make_certificate(at=now) for _ in range(holders)]
    with django_assert_num_queries(37):
        sweep(held[0], 30)
