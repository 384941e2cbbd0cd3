"""By which channel each reminder goes, and what goes in its place when it does not arrive."""

from datetime import timedelta

import pytest

from certificates.actions import reminders, send_instead
from certificates.actions.reach import COUNTS_AS_DEAD
from certificates.models import Reminder, ReminderText
from outbox.actions import relay_messages, withdraw
from outbox.models import Message, MessageEvent
from tests.certificates.factories import give_licence, make_certificate
from tests.certificates.reminded import (
    MOBILE,
    NUMBER,
    Kind,
    came_back,
    day_before,
    messages,
    sweep,
    ways,
    without_account,
)
from tests.certificates.test_replacing import replace
from tests.factories import LicenceFactory, make_validity_rule

pytestmark = pytest.mark.django_db


@pytest.fixture
def driver(rule, now):
    """Has an account, and a licence with a mobile."""
    certificate = make_certificate(at=now)
    give_licence(certificate.learner, mobile=MOBILE, number="PH-7", email="other@example.org")
    return certificate


def email(certificate):
    return ("email", certificate.learner.user.email)


def test_account_is_written_to_by_e_mail(driver):
    sweep(driver, 30)
    assert ways(driver) == [email(driver)]


def test_order_is_that_of_the_certificates_own_rule(now):
    make_validity_rule(reminder_channels=["sms", "email"])
    certificate = make_certificate(at=now)
    give_licence(certificate.learner, mobile=MOBILE)
    sweep(certificate, 30)
    assert ways(certificate) == [("sms", NUMBER)]


@pytest.mark.parametrize(
    ("licence", "expected"),
    [
        ({"email": "bo@example.org", "mobile": MOBILE}, ("email", "bo@example.org")),
        ({"mobile": MOBILE}, ("sms", NUMBER)),
        ({"mobile": "020 7946 0958", "number": "PH-9"}, ("letter", "PH-9")),
    ],
)
def test_who_has_no_account_is_reached_as_the_register_says(rule, now, licence, expected):
    certificate = without_account(now, **licence)
    assert sweep(certificate, 30) == 1
    assert ways(certificate) == [expected]


def test_current_licence_goes_before_an_older_one(rule, now):
    certificate = without_account(now, mobile="07700 900999", state="expired")
    give_licence(certificate.learner, mobile=MOBILE)
    give_licence(certificate.learner, mobile="07700 900998", state="surrendered")
    sweep(certificate, 30)
    assert ways(certificate) == [("sms", NUMBER)]


def test_licence_of_another_council_is_not_looked_at(rule, now):
    certificate = without_account(now, number="PH-9")
    LicenceFactory(holder=certificate.learner, held_from=now, mobile=MOBILE)
    sweep(certificate, 30)
    assert ways(certificate) == [("letter", "PH-9")]


def test_who_can_be_reached_by_no_channel_has_a_row_that_says_so(now):
    make_validity_rule(reminder_channels=["sms"])
    certificate = make_certificate(at=now)
    assert [sweep(certificate, 30), sweep(certificate, 29)] == [0, 0]
    assert certificate.reminders.get().message is None


def test_address_that_came_back_is_skipped_by_later_notices(driver):
    sweep(driver, 90)
    came_back(messages(driver)[0], day_before(driver, 89))
    sweep(driver, 60)
    assert ways(driver) == [email(driver), ("sms", NUMBER)]


def test_number_that_came_back_in_place_of_an_address_is_skipped_too(driver):
    sweep(driver, 90)
    came_back(messages(driver)[0], day_before(driver, 89))
    send_instead(now=day_before(driver, 89))
    came_back(messages(driver)[1], day_before(driver, 88))
    sweep(driver, 60)
    assert ways(driver)[2] == ("letter", "PH-7")


@pytest.mark.parametrize("detail", ["temporary-failure", "technical-failure"])
def test_failure_that_passes_does_not_make_an_address_a_dead_one(driver, detail):
    sweep(driver, 90)
    came_back(messages(driver)[0], day_before(driver, 89), detail=detail)
    sweep(driver, 60)
    assert ways(driver)[1] == email(driver)


def test_dead_address_is_tried_again_after_a_year(driver):
    sweep(driver, 90)
    came_back(messages(driver)[0], day_before(driver, 60) - COUNTS_AS_DEAD)
    sweep(driver, 60)
    assert ways(driver)[1] == email(driver)


def test_address_of_another_person_is_not_dead_for_this_one(driver, now):
    other = make_certificate(at=now)
    sweep(driver, 90)
    came_back(messages(other)[0], day_before(driver, 89))
    sweep(driver, 60)
    assert ways(driver)[1] == email(driver)


@pytest.mark.parametrize("kind", [Kind.BOUNCED, Kind.GIVEN_UP])
def test_what_did_not_arrive_goes_by_the_next_channel_once(driver, kind):
    sweep(driver, 30)
    [first] = messages(driver)
    came_back(first, day_before(driver, 30), kind=kind)
    later = day_before(driver, 29)
    assert [send_instead(now=later), send_instead(now=later)] == [1, 0]
    _, second = messages(driver)
    assert (second.instead_of, second.channel, second.to) == (first, "sms", NUMBER)
    assert second.key == f"{first.key}:sms"
    assert Reminder.objects.get().message == first


def test_each_channel_gets_its_turn_and_then_none_is_left(driver):
    sweep(driver, 30)
    for queued in [1, 1, 0]:
        came_back(messages(driver)[-1], day_before(driver, 29))
        assert send_instead(now=day_before(driver, 29)) == queued
    assert [way[0] for way in ways(driver)] == ["email", "sms", "letter"]


def test_nothing_takes_the_place_of_what_arrived(driver):
    sweep(driver, 30)
    [message] = messages(driver)
    Message.objects.filter(pk=message.pk).update(sent_at=day_before(driver, 30), tries=1)
    MessageEvent.objects.create(message=message, kind=Kind.ACCEPTED, at=day_before(driver, 30))
    assert send_instead(now=day_before(driver, 29)) == 0


def test_nothing_takes_the_place_of_what_was_withdrawn(driver):
    sweep(driver, 30)
    withdraw(message_ids=[messages(driver)[0].pk], reason="Withdrawn.", now=day_before(driver, 30))
    assert send_instead(now=day_before(driver, 29)) == 0


def test_nothing_takes_the_place_of_what_may_have_arrived(driver):
    sweep(driver, 30)
    [message] = messages(driver)
    came_back(message, day_before(driver, 30), kind=Kind.GIVEN_UP)
    Message.objects.filter(pk=message.pk).update(attempted_at=day_before(driver, 30))
    assert send_instead(now=day_before(driver, 29)) == 0


def test_nothing_takes_the_place_of_what_staff_put_back_into_the_queue(driver):
    sweep(driver, 30)
    [message] = messages(driver)
    came_back(message, day_before(driver, 30), kind=Kind.GIVEN_UP)
    Message.objects.filter(pk=message.pk).update(failed_at=None)
    assert send_instead(now=day_before(driver, 29)) == 0


def test_nothing_goes_instead_once_a_later_notice_is_due(driver):
    sweep(driver, 30)
    came_back(messages(driver)[0], day_before(driver, 15))
    assert send_instead(now=day_before(driver, 14)) == 0


def test_nothing_goes_instead_after_a_renewal(driver):
    sweep(driver, 30)
    came_back(messages(driver)[0], day_before(driver, 29))
    make_certificate(at=day_before(driver, 29), learner=driver.learner)
    assert send_instead(now=day_before(driver, 29)) == 0


def test_sweep_in_batches_stands_in_for_all(rule, now, monkeypatch):
    monkeypatch.setattr("certificates.actions.instead.BATCH", 2)
    held = [without_account(now, email=f"{name}@example.org") for name in "abcde"]
    sweep(held[0], 30)
    for certificate in held:
        came_back(messages(certificate)[0], day_before(held[0], 29))
    assert send_instead(now=day_before(held[0], 29)) == 5


@pytest.mark.parametrize("people", [1, 20])
def test_standing_in_asks_the_same_number_of_questions_for_many(
    rule, now, people, django_assert_num_queries
):
    held = [without_account(now, email=f"p{number}@example.org") for number in range(people)]
    sweep(held[0], 30)
    for certificate in held:
        came_back(messages(certificate)[0], day_before(held[0], 29))
    with django_assert_num_queries(12):
        assert send_instead(now=day_before(held[0], 29)) == people


def test_sweep_of_the_day_takes_what_became_due_within_its_days(certificate):
    assert [sweep(certificate, 28, days=2), sweep(certificate, 29, days=2)] == [0, 1]


def test_sweep_of_the_day_takes_the_end_too(certificate):
    assert [sweep(certificate, -3, days=2), sweep(certificate, -2, days=2)] == [0, 1]


def test_corrected_certificate_is_not_reminded_of_the_same_again(driver):
    sweep(driver, 30)
    relay_messages(now=day_before(driver, 30))
    corrected, _ = replace(driver, day_before(driver, 29))
    assert [sweep(corrected, 29), sweep(corrected, 14)] == [0, 1]
    assert [len(messages(driver)), len(messages(corrected))] == [1, 1]


def test_outage_is_caught_up_by_the_latest_notice_alone_whatever_its_channel(rule, now):
    certificate = without_account(now, mobile=MOBILE)
    sweep(certificate, 90)
    came_back(messages(certificate)[0], day_before(certificate, 13))
    later = day_before(certificate, 13)  # The service was away since the 90-day notice.
    assert send_instead(now=later) == 0
    assert sweep(certificate, 13) == 1
    assert [(m.key.split(":")[2], m.channel) for m in messages(certificate)] == [
        ("90", "sms"),
        ("14", "letter"),
    ]


def test_own_words_of_the_authority_are_sent(driver):
    ReminderText.objects.create(
        authority=driver.authority,
        language="en-gb",
        channel="email",
        when="before",
        subject="Dear {name}",
        body="{days} to go until {ends_on}: {link} {phone}",
    )
    sweep(driver, 1)
    [message] = messages(driver)
    assert message.subject == "Dear Ade Example"
    assert message.body == "1 day to go until 22 November 2029: http://127.0.0.1:8000/dashboard/"


def test_words_of_another_authority_language_channel_or_time_are_not(driver, now):
    words = {"language": "en-gb", "channel": "email", "when": "before", "body": "X {ends_on}"}
    other = make_certificate(at=now)
    for change in [
        {"authority": other.authority},
        {"language": "cy"},
        {"channel": "letter"},
        {"when": "after"},
    ]:
        ReminderText.objects.create(
            **{"authority": driver.authority, "subject": "S", **words, **change}
        )
    sweep(driver, 30)
    assert "It is not a decision about your licence." in messages(driver)[0].body


@pytest.mark.parametrize(
    ("language", "day"), [("cy", "22 Tachwedd 2029"), ("Klingon", "22 November 2029")]
)
def test_register_says_the_language_of_who_has_no_account(rule, now, language, day):
    certificate = without_account(now, mobile=MOBILE, language=language)
    sweep(certificate, 30)
    assert day in messages(certificate)[0].body


@pytest.mark.parametrize("ahead", [30, -1])
def test_text_message_takes_two_parts_at_most(rule, now, ahead):
    certificate = without_account(now, mobile=MOBILE)
    sweep(certificate, ahead)
    [message] = messages(certificate)
    assert len(message.body) <= 306
    assert "22 November 2029" in message.body
    assert "It is not a decision about your licence." in message.body
    assert message.subject == ""


@pytest.mark.parametrize("ahead", [30, -1])
def test_letter_says_where_to_go_and_whom_to_ask(rule, now, ahead):
    certificate = without_account(now)
    sweep(certificate, ahead)
    [message] = messages(certificate)
    assert "22 November 2029" in message.subject
    for words in ["http://127.0.0.1:8000/dashboard/", "licensing team", "Ade Example"]:
        assert words in message.body


def test_queued_text_stays_when_the_authority_changes_its_words(driver):
    sweep(driver, 30)
    before = messages(driver)[0].body
    ReminderText.objects.create(
        authority=driver.authority,
        language="en-gb",
        channel="email",
        when="before",
        subject="S",
        body="B",
    )
    assert sweep(driver, 30) == 0
    assert messages(driver)[0].body == before


def test_batches_find_everybody_of_one_day(rule, now, monkeypatch):
    monkeypatch.setattr(reminders, "BATCH", 3)
    held = [without_account(now + timedelta(hours=1), number=f"X{n}") for n in range(7)]
    assert sweep(held[0], 25) == 7
