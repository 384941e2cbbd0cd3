"""Reminders by post: printed once, posted once, and never after they have lost their right."""

import io
from datetime import timedelta

import pypdfium2
import pytest

from certificates.actions import posting
from certificates.actions.posting import (
    PostingRefused,
    confirm_posted,
    letters_in,
    prepare_letters,
    still_to_print,
)
from certificates.letter_pdf import render_letters
from certificates.renewal import london_day
from outbox.models import Message, MessageEvent
from people.models import Authority
from tests.certificates.factories import make_certificate
from tests.certificates.reminded import day_before, messages, sweep, without_account
from tests.factories import AuthorityFactory, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def driver(rule, now):
    certificate = without_account(now, number="PH-9")
    sweep(certificate, 30)
    return certificate


@pytest.fixture
def officer(driver, now):
    return staff("officer", driver.authority, now)


@pytest.fixture
def today(driver):
    return day_before(driver, 30)


def ours(driver):
    return Authority.objects.filter(pk=driver.authority_id)


def prepare(driver, officer, at):
    return prepare_letters(authority=driver.authority, by=officer, now=at)


def confirm(driver, officer, batch, at, **facts):
    held = [letter.pk for letter in letters_in(batch, ours(driver))]
    asked = {"posted": held, "posted_on": london_day(at), **facts}
    return confirm_posted(authority=driver.authority, batch=batch, by=officer, now=at, **asked)


def test_letters_of_a_batch_stay_the_same_until_they_are_posted(driver, officer, today):
    batch = prepare(driver, officer, today)
    other = without_account(driver.passed_at, number="PH-10")
    other.learner.authority = driver.authority
    assert prepare(driver, officer, today + timedelta(days=1)) == batch
    assert [letter.to for letter in letters_in(batch, ours(driver))] == ["PH-9"]


def test_nothing_to_post_is_no_batch(driver, officer, today):
    Message.objects.filter(channel="letter").update(failed_at=today)
    assert prepare(driver, officer, today) is None


def test_posting_is_on_record_with_who_and_when(driver, officer, today):
    batch = prepare(driver, officer, today)
    assert confirm(driver, officer, batch, today) == 1
    [letter] = messages(driver)
    assert (letter.sent_at, letter.tries, letter.claim) == (today, 1, None)
    event = MessageEvent.objects.get(message=letter)
    assert (event.kind, event.by, event.at) == ("accepted", officer, today)
    assert event.detail == f"Posted on {london_day(today)}."


def test_confirming_twice_changes_nothing(driver, officer, today):
    batch = prepare(driver, officer, today)
    pks = [letter.pk for letter in letters_in(batch, ours(driver))]
    assert confirm(driver, officer, batch, today, posted=pks) == 1
    assert confirm(driver, officer, batch, today, posted=pks) == 0
    assert MessageEvent.objects.count() == 1


def test_what_was_not_posted_waits_for_the_next_batch(driver, officer, today):
    batch = prepare(driver, officer, today)
    assert confirm(driver, officer, batch, today, posted=[]) == 0
    again = prepare(driver, officer, today)
    assert again not in (None, batch)
    assert confirm(driver, officer, again, today) == 1


def test_letter_of_another_batch_is_not_taken_for_posted(driver, officer, today, now):
    other = without_account(now, number="PH-10")
    sweep(other, 30)
    batch = prepare(driver, officer, today)
    everything = list(Message.objects.values_list("pk", flat=True))
    assert confirm(driver, officer, batch, today, posted=everything) == 1
    assert messages(other)[0].sent_at is None


@pytest.mark.parametrize(
    ("days", "posted", "code"),
    [(0, 1, "in_the_future"), (0, -1, "too_early"), (9, 8, "too_late")],
)
def test_day_on_which_it_cannot_have_been_is_refused(driver, officer, today, days, posted, code):
    batch = prepare(driver, officer, today)
    day = london_day(today) + timedelta(days=posted)
    with pytest.raises(PostingRefused) as refusal:
        confirm(driver, officer, batch, today + timedelta(days=days), posted_on=day)
    assert refusal.value.code == code
    assert messages(driver)[0].sent_at is None


def test_day_before_today_is_taken(driver, officer, today):
    batch = prepare(driver, officer, today)
    later = today + timedelta(days=2)
    day = london_day(today) + timedelta(days=1)
    assert confirm(driver, officer, batch, later, posted_on=day) == 1
    assert london_day(messages(driver)[0].sent_at) == day


def test_renewed_since_the_sweep_is_left_out_and_withdrawn(driver, officer, today):
    make_certificate(at=today, learner=driver.learner)
    assert prepare(driver, officer, today) is None
    [letter] = messages(driver)
    assert letter.failed_at == today
    assert letter.last_error == "Withdrawn: a later certificate was issued."


def test_renewed_since_the_printing_is_left_out_of_the_next_print(driver, officer, today):
    letters = letters_in(prepare(driver, officer, today), ours(driver))
    assert still_to_print(letters, now=today) == letters
    make_certificate(at=today, learner=driver.learner)
    assert still_to_print(letters, now=today) == []


def test_batch_that_nobody_posted_is_printed_anew_after_its_days(driver, officer, today):
    batch = prepare(driver, officer, today)
    later = today + timedelta(days=7)
    assert prepare(driver, officer, later) not in (None, batch)


@pytest.mark.parametrize("role", ["auditor", "author", "reviewer"])
def test_only_officers_post(driver, today, now, role):
    with pytest.raises(PostingRefused):
        prepare(driver, staff(role, driver.authority, now), today)


def test_officer_of_another_council_posts_nothing_here(driver, officer, today, now):
    stranger = staff("officer", AuthorityFactory(), now)
    with pytest.raises(PostingRefused):
        prepare(driver, stranger, today)
    batch = prepare(driver, officer, today)
    with pytest.raises(PostingRefused):
        confirm(driver, stranger, batch, today)


def test_batch_holds_what_can_be_put_into_envelopes(driver, officer, today, monkeypatch, now):
    monkeypatch.setattr(posting, "AT_ONCE", 1)
    batch = prepare(driver, officer, today)
    assert len(letters_in(batch, ours(driver))) == 1


def test_file_has_a_page_for_each_with_name_and_licence(driver, officer, today):
    letters = letters_in(prepare(driver, officer, today), ours(driver))
    file = render_letters(letters * 3, day=london_day(today), at=today)
    pages = pypdfium2.PdfDocument(io.BytesIO(file))
    assert len(pages) == 3
    text = pages[0].get_textpage().get_text_range()
    for words in ["PH-9", "Ade Example", driver.reference, "23 October 2029"]:
        assert words in text
    assert file == render_letters(letters * 3, day=london_day(today), at=today)


@pytest.mark.parametrize("language", ["cy", "pl", "ur"])
def test_letter_in_every_language_is_one_page(rule, now, language):
    certificate = without_account(now, language=language)
    sweep(certificate, -1)
    file = render_letters(messages(certificate), day=certificate.valid_until, at=now)
    assert len(pypdfium2.PdfDocument(io.BytesIO(file))) == 1
