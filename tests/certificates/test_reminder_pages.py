"""The staff pages of reminders: each shows its own authority's people alone."""

import io
from datetime import timedelta

import pypdfium2
import pytest
from django.urls import reverse

from certificates.actions import revoke, send_instead
from certificates.actions.posting import prepare_letters
from certificates.models import ReminderText
from outbox.models import Message, MessageEvent
from tests.certificates.factories import give_licence, make_certificate
from tests.certificates.reminded import (
    MOBILE,
    Kind,
    came_back,
    day_before,
    messages,
    sweep,
    without_account,
)
from tests.certificates.test_staff_list import staff
from tests.factories import LearnerFactory, UserFactory, make_validity_rule

pytestmark = pytest.mark.django_db
UNDELIVERED, UNREACHED = reverse("undelivered_reminders"), reverse("unreached_people")
LETTERS, TEXTS, FIND = (
    reverse("reminder_letters"),
    reverse("reminder_texts"),
    reverse("find_notices"),
)
WRITE = reverse("write_reminder_text")
BODY = "Hello {name}, it ends on {ends_on}: {link}"


@pytest.fixture
def driver(rule, now, today_is):
    """Reminded by e-mail, which came back, and then by text."""
    certificate = make_certificate(at=now)
    certificate.learner.user.email = "jo.driver@example.org"
    certificate.learner.user.save()
    give_licence(certificate.learner, mobile=MOBILE, number="PH-7")
    sweep(certificate, 30)
    came_back(messages(certificate)[0], day_before(certificate, 30), detail="permanent-failure")
    send_instead(now=day_before(certificate, 30))
    today_is(day_before(certificate, 29))
    return certificate


@pytest.fixture
def officer(client, driver, now):
    user = staff(driver.authority, now)
    client.force_login(user)
    return user


def page(client, address, **data):
    return client.get(address, data).content.decode()


def proof(certificate):
    return reverse("notices", args=[certificate.learner_id])


def test_who_could_not_be_reached_is_listed_with_what_failed_and_what_went_instead(officer, client):
    shown = page(client, UNDELIVERED)
    for words in ["Ade Example", "j…@example.org", "could not be delivered", "Text message"]:
        assert words in shown
    assert "jo.driver" not in shown


def test_people_of_another_council_are_not_listed(client, driver, now):
    client.force_login(staff(make_certificate(at=now).authority, now))
    assert "j…@example.org" not in page(client, UNDELIVERED)
    assert client.get(proof(driver)).status_code == 404
    assert "PH-7" not in page(client, FIND, q="Ade")


def test_who_has_no_channel_is_listed(client, now, today_is):
    make_validity_rule(reminder_channels=["sms"])
    certificate = make_certificate(at=now)
    sweep(certificate, 30)
    today_is(day_before(certificate, 29))
    client.force_login(staff(certificate.authority, now))
    assert certificate.reference in page(client, UNREACHED)
    assert "Nothing was sent" in page(client, proof(certificate))


def test_proof_shows_each_message_with_text_channel_and_outcome(officer, client, driver):
    shown = page(client, proof(driver))
    for words in [
        "Reminder 30 days before the end",
        "Due on 23 October 2029",
        "Language: English",
        "j…@example.org",
        "…123",
        "in place of one that did not arrive",
        "It could not be delivered.",
        "It waits to be sent.",
        "permanent-failure",
        "Your certificate for &quot;Course&quot; is valid until the end of 22 November 2029.",
    ]:
        assert words in shown
    assert "jo.driver" not in shown


def test_proof_says_why_a_notice_was_not_sent(officer, client, driver):
    shown = page(client, proof(driver))
    assert "Reminder 60 days before the end" in shown
    assert "Skipped: a later reminder was due by the time it could be sent." in shown


def test_proof_says_that_it_was_withdrawn_and_why(officer, client, driver, now):
    [_, second] = messages(driver)
    Message.objects.filter(pk=second.pk).update(failed_at=now, last_error="Withdrawn: renewed.")
    MessageEvent.objects.create(message=second, kind=Kind.WITHDRAWN, at=now)
    assert "It was not sent. Withdrawn: renewed." in page(client, proof(driver))


def test_proof_of_a_revoked_certificate_says_so(officer, client, driver, now, today_is):
    people = {"by": UserFactory(), "seconded_by": UserFactory()}
    revoke(certificate=driver, reason="No.", now=day_before(driver, 29), **people)
    today_is(day_before(driver, 14))
    client.force_login(officer)  # The sign-in of a fortnight ago has run out.
    assert "the certificate had been revoked" in page(client, proof(driver))


def test_proof_is_found_by_name_licence_and_number(officer, client, driver):
    for query in ["ade", driver.reference.lower()]:
        assert proof(driver) in page(client, FIND, q=query)
    assert proof(driver) not in page(client, FIND, q="nobody")
    assert proof(driver) not in page(client, FIND)


def test_auditor_reads_the_proof_and_posts_no_letters(client, driver, now):
    client.force_login(staff(driver.authority, now, "auditor"))
    assert "j…@example.org" in page(client, proof(driver))
    for address in [LETTERS, TEXTS, WRITE]:
        assert client.get(address).status_code == 302
        assert address not in page(client, UNDELIVERED)


@pytest.mark.parametrize("role", ["author", "reviewer"])
def test_other_staff_are_refused(client, driver, now, role):
    client.force_login(staff(driver.authority, now, role))
    for address in [UNDELIVERED, UNREACHED, FIND, proof(driver), LETTERS, TEXTS]:
        assert client.get(address).status_code in (302, 403)


def test_proof_is_a_file_too(officer, client, driver):
    response = client.get(reverse("notices_pdf", args=[driver.learner_id]))
    text = "".join(
        one.get_textpage().get_text_range() for one in pypdfium2.PdfDocument(response.content)
    )
    for words in ["Proof of notice: Ade Example", driver.reference, "It could not be delivered."]:
        assert words in text.replace("\r\n", " ")


@pytest.mark.parametrize("held", [1, 4])
def test_proof_asks_the_same_number_of_questions_however_many_notices(
    officer, client, driver, held, django_assert_num_queries
):
    for ahead in [14, 7, 1][: held - 1]:
        sweep(driver, ahead)
    address = reverse("notices_pdf", args=[driver.learner_id])
    with django_assert_num_queries(12):
        client.get(address)


@pytest.mark.parametrize("failed", [1, 5])
def test_list_asks_the_same_number_of_questions_however_long(
    officer, client, driver, now, failed, django_assert_max_num_queries
):
    for _ in range(failed - 1):
        other = make_certificate(at=now, learner=LearnerFactory(authority=driver.authority))
        sweep(other, 30)
        came_back(messages(other)[0], day_before(driver, 30))
    with django_assert_max_num_queries(28):
        assert page(client, UNDELIVERED).count("could not be delivered") == failed


def test_driver_sees_which_reminders_were_sent(client, driver):
    client.force_login(driver.learner.user)
    shown = page(client, driver.get_absolute_url())
    assert "Reminders we have sent you" in shown
    assert "23 October 2029: E-mail" in shown


@pytest.fixture
def letter(rule, now, today_is, client):
    certificate = without_account(now, number="=PH-9")
    sweep(certificate, 30)
    today_is(day_before(certificate, 30))
    client.force_login(staff(certificate.authority, now))
    return certificate


def test_letters_are_printed_and_posted(client, letter):
    assert "1 letter waits." in page(client, LETTERS)
    response = client.post(LETTERS, {"authority": letter.authority_id})
    batch = response.url
    assert "=PH-9" in page(client, batch)
    assert client.get(f"{batch}print/").content.startswith(b"%PDF")
    table = b"".join(client.get(f"{batch}table/").streaming_content).decode()
    assert "'=PH-9,Ade Example" in table
    [message] = messages(letter)
    done = client.post(batch, {"posted": [message.pk], "posted_on": "2029-10-23"}, follow=True)
    assert "1 letter is on record as posted." in done.content.decode()
    assert "No letter waits." in page(client, LETTERS)
    assert client.get(batch).status_code == 404


def test_day_to_come_is_refused_on_the_page(client, letter):
    batch = client.post(LETTERS, {"authority": letter.authority_id}).url
    [message] = messages(letter)
    shown = client.post(batch, {"posted": [message.pk], "posted_on": "2029-10-24"})
    assert "This day is still to come." in shown.content.decode()


def test_batch_of_another_council_is_not_there(client, letter, now):
    batch = prepare_letters(
        authority=letter.authority,
        by=staff(letter.authority, now),
        now=day_before(letter, 30),
    )
    client.force_login(staff(make_certificate(at=now).authority, now))
    for name in ["letter_batch", "print_letters", "letter_table"]:
        assert client.get(reverse(name, args=[batch])).status_code == 404
    assert client.post(LETTERS, {"authority": letter.authority_id}).status_code == 404
    assert "=PH-9" not in page(client, LETTERS)


def test_letter_that_is_no_longer_right_is_marked_and_left_out_of_the_print(client, letter):
    batch = client.post(LETTERS, {"authority": letter.authority_id}).url
    make_certificate(at=day_before(letter, 30), learner=letter.learner)
    assert "Take it out if you have printed it." in page(client, batch)
    table = b"".join(client.get(f"{batch}table/").streaming_content).decode()
    assert "PH-9" not in table


def written(officer, authority, **change):
    return {
        "authority": authority.pk,
        "language": "en-gb",
        "channel": "email",
        "when": "before",
        "subject": "Your training",
        "body": BODY,
        **change,
    }


def test_text_is_written_shown_and_used(officer, client, driver):
    data = written(officer, driver.authority)
    shown = client.post(WRITE, {**data, "preview": "1"}).content.decode()
    assert "Hello Sam Example, it ends on 23 November 2029" in shown
    assert not ReminderText.objects.exists()
    assert client.post(WRITE, data).url == TEXTS
    assert "before the certificate ends" in page(client, TEXTS)
    sweep(driver, 14)
    assert messages(driver)[-1].subject in ("Your training", "")


def test_text_message_shows_what_it_takes(officer, client, driver):
    data = written(officer, driver.authority, channel="sms", subject="", body="ŵ {ends_on} " * 12)
    shown = client.post(WRITE, {**data, "preview": "1"}).content.decode()
    assert "sent in 4 parts" in shown
    assert "70 characters rather than 160" in shown
    assert "Two parts at most are better" in shown


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"body": "Hello {ends_on}"}, "put {link} into the text"),
        ({"body": "Hello {link}"}, "put {ends_on} into the text"),
        ({"body": BODY + " {x}"}, "There is no such place: {x}"),
        ({"body": BODY + " suspended"}, "Leave out “suspended”"),
        ({"body": BODY + " {phone}"}, "no telephone number on record"),
        ({"subject": ""}, "Enter a subject"),
        ({"channel": "sms"}, "A text message has no subject"),
    ],
)
def test_text_that_cannot_be_taken_says_why(officer, client, driver, change, told):
    shown = client.post(WRITE, written(officer, driver.authority, **change)).content.decode()
    assert told in shown
    assert not ReminderText.objects.exists()


def test_second_text_for_the_same_is_refused(officer, client, driver):
    client.post(WRITE, written(officer, driver.authority))
    shown = client.post(WRITE, written(officer, driver.authority)).content.decode()
    assert "There is a text for this already" in shown


def test_text_of_another_council_cannot_be_read_written_or_dropped(officer, client, driver, now):
    other = make_certificate(at=now).authority
    words = {"language": "en-gb", "channel": "sms", "when": "before", "body": "{ends_on}"}
    text = ReminderText.objects.create(authority=other, **words)
    address = reverse("change_reminder_text", args=[text.pk])
    assert client.get(address).status_code == 404
    assert client.post(address, {"drop": "1"}).status_code == 404
    client.post(WRITE, written(officer, other))
    assert ReminderText.objects.count() == 1


def test_text_is_changed_with_history_and_dropped(officer, client, driver):
    client.post(WRITE, written(officer, driver.authority))
    text = ReminderText.objects.get()
    address = reverse("change_reminder_text", args=[text.pk])
    client.post(address, written(officer, driver.authority, subject="New", channel="letter"))
    text.refresh_from_db()
    assert (text.subject, text.channel) == ("New", "email")
    assert text.events.count() == 2
    client.post(address, {"drop": "1"})
    assert not ReminderText.objects.exists()


def test_proof_of_what_is_no_longer_kept_says_so(officer, client, driver):
    [first, _] = messages(driver)
    Message.objects.filter(pk=first.pk).update(
        emptied_at=first.created_at + timedelta(days=3000), to="", subject="", body=""
    )
    assert "The text is no longer kept." in page(client, proof(driver))


def test_menu_leads_there(officer, client):
    assert UNDELIVERED in page(client, reverse("wagtailadmin_home"))


def test_file_of_proof_is_dated_by_who_asked(officer, client, driver):
    response = client.get(reverse("notices_pdf", args=[driver.learner_id]))
    pages = pypdfium2.PdfDocument(io.BytesIO(response.content))
    assert officer.email in pages[0].get_textpage().get_text_range()
