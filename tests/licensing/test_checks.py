"""An organisation asks whether a driver's training was met, and keeps the answer (R35, R36)."""

import hashlib
import re
import secrets
from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from certificates import reference as references
from licensing.actions.checkers import CheckersRefused, end_member, end_organisation
from licensing.actions.checks import (
    IN_A_DAY,
    OF_AN_ORGANISATION,
    OF_ONE_PERSON,
    TooManyChecks,
    check,
)
from licensing.answers import training_status
from licensing.checking import NOT_FOUND_COUNTS
from licensing.models import CheckReceipt, OperatorLook
from licensing.receipt_pdf import render_receipt
from people.models import Authority, Interest, RegisterDoubt, Tenure
from tests.conftest import NOON
from tests.factories import LONG_AGO, LearnerFactory, LicenceFactory, UserFactory, staff
from tests.licensing.checkers import approved, checker_of
from tests.licensing.factories import make_certificate, make_licence, revoke
from tests.verapdf import broken_rules

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon", "requirement")]
CHECK = reverse("check")
TODAY = date(2026, 11, 22)
PASSED = date(2025, 4, 3)


@pytest.fixture
def home(authority):
    return approved(authority)


@pytest.fixture
def checker(home):
    return checker_of(home, is_contact=True)


@pytest.fixture
def licence(authority):
    return make_licence(authority)


@pytest.fixture
def certificate(licence, course):
    return make_certificate(licence, course, passed_on=PASSED)


@pytest.fixture
def as_checker(client, checker):
    client.force_login(checker)
    return client


def ask(home, checker, *, number="PH-1002", as_at=TODAY, now=NOON, **fields):
    given = {"purpose": "journey", "purpose_words": "", "key": uuid4(), **fields}
    return check(organisation=home, number=number, as_at=as_at, by=checker, now=now, **given)


def form(home, number="PH-1002", day=TODAY, **fields):
    return {
        "organisation": home.pk,
        "number": number,
        "as_at_day": day.day,
        "as_at_month": day.month,
        "as_at_year": day.year,
        "purpose": "journey",
        "purpose_words": "",
        "key": uuid4(),
        **fields,
    }


def sent(client, home, **fields):
    """The page to which the form leads."""
    return client.post(CHECK, form(home, **fields), follow=True)


def text_of(response):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def page(receipt):
    return reverse("check_receipt", args=[receipt.reference])


# -- The answer ------------------------------------------------------------------------------------
def test_answer_is_that_of_the_rule(home, checker, licence, certificate):
    receipt = ask(home, checker, number=" ph-1002 ")

    rule = training_status(authority=home.authority, number="PH-1002", as_at=TODAY, known_at=NOON)
    assert receipt.answer["training"] == rule.training
    assert receipt.answer == {
        "found": True,
        "training": "met",
        "status": "valid",
        "day": "2028-04-03",
    }
    assert (receipt.licence, receipt.learner) == (licence, licence.holder)
    assert (receipt.as_at, receipt.known_at, receipt.number) == (TODAY, NOON, "PH-1002")


def test_day_in_the_past_is_answered_for_that_day(home, checker, certificate):
    before = ask(home, checker, as_at=PASSED - timedelta(days=1))
    assert before.answer["status"] == "never_passed"


def test_day_to_come_is_refused(home, checker, certificate):
    with pytest.raises(CheckersRefused) as refused:
        ask(home, checker, as_at=TODAY + timedelta(days=1))
    assert refused.value.code == "in_the_future"


def test_page_says_the_least_that_answers(as_checker, home, licence, certificate):
    licence.email, licence.mobile = "ade.example@example.org", "07700900123"
    licence.save()
    shown = text_of(sent(as_checker, home))

    for words in ("Training requirement met", "PH-1002", "3 April 2028", home.authority.name):
        assert words in shown
    for secret in (
        licence.full_name,
        "1980",
        licence.email,
        licence.mobile,
        certificate.reference,
        certificate.course_title,
    ):
        assert secret not in shown
    assert "Training status only. This is not a licensing decision." in shown


def test_page_names_whom_to_ask(as_checker, home, certificate):
    Authority.objects.filter(pk=home.authority_id).update(
        licensing_phone="01632 960001", licensing_email="licensing@demo.example"
    )
    shown = text_of(sent(as_checker, home))
    assert "01632 960001" in shown
    assert "licensing@demo.example" in shown


def test_revoked_is_told_with_its_day_and_no_reason(as_checker, home, certificate):
    revoke(certificate, effective_on=date(2026, 6, 1), recorded_at=NOON - timedelta(days=90))
    shown = text_of(sent(as_checker, home))
    assert "Training requirement not met" in shown
    assert "Revoked on 1 June 2026" in shown


def test_pages_are_never_kept(as_checker, home, certificate):
    answered = sent(as_checker, home)
    for response in (answered, as_checker.get(CHECK)):
        assert "no-store" in response["Cache-Control"]


# -- Not found -------------------------------------------------------------------------------------
def not_found(client, home, number):
    """What is shown, without what differs from receipt to receipt."""
    shown = text_of(sent(client, home, number=number))
    assert "Number not found" in shown
    receipt = CheckReceipt.objects.latest("pk")
    return shown.replace(receipt.reference, "").replace(receipt.number, "")


@pytest.fixture
def numbers(authority, other_authority, course, certificate):
    """One that is nowhere, one that nobody in training holds, one of another authority."""
    LicenceFactory(authority=authority, number="PH-7001")
    make_certificate(make_licence(other_authority, "PH-7002"), course, passed_on=PASSED)
    return ["PH-7000", "PH-7001", "PH-7002"]


def test_numbers_that_are_not_there_not_held_and_of_another_authority_look_alike(
    as_checker, home, numbers
):
    shown = {not_found(as_checker, home, number) for number in numbers}
    assert len(shown) == 1
    receipts = CheckReceipt.objects.all()
    assert {receipt.answer["found"] for receipt in receipts} == {False}
    assert {receipt.licence for receipt in receipts} == {None}


def test_whatever_is_found_the_same_questions_are_asked(home, checker, numbers):
    asked = []
    for number in ["PH-1002", *numbers]:
        with CaptureQueriesContext(connection) as queries:
            ask(home, checker, number=number)
        sent = [str(query["sql"]) for query in queries]  # None for a prepared one.
        asked.append([sql[:40] for sql in sent if "SAVEPOINT" not in sql])
    assert asked[1:] == [asked[0]] * len(numbers)


def test_day_before_a_number_changed_hands_is_about_whoever_had_it_then(
    home, checker, licence, certificate
):
    before, now_held = licence.holder, LearnerFactory(authority=home.authority)
    give_number_to(licence, now_held, ended_on=date(2026, 5, 31))

    assert ask(home, checker, as_at=date(2026, 5, 31)).learner == before
    later = ask(home, checker, as_at=date(2026, 6, 1))
    assert (later.learner, later.answer["status"]) == (now_held, "never_passed")


def give_number_to(licence, learner, *, ended_on):
    """As an officer's decision about a doubtful match does."""
    doubt = RegisterDoubt.objects.create(
        authority=licence.authority,
        kind="other_person",
        number=licence.number,
        licence=licence,
        given={},
        known={},
        raised_at=LONG_AGO,
    )
    Tenure.objects.create(
        licence=licence,
        holder=licence.holder,
        held_from=licence.held_from,
        kind=licence.kind,
        full_name=licence.full_name,
        date_of_birth=licence.date_of_birth,
        ended_on=ended_on,
        doubt=doubt,
        recorded_at=NOON - timedelta(days=90),
        recorded_by=UserFactory(),
    )
    licence.hold(learner, now=NOON - timedelta(days=90))


# -- Who may ---------------------------------------------------------------------------------------
def test_stranger_and_driver_are_refused(client, licence):
    assert client.get(CHECK).status_code == 302
    client.force_login(licence.holder.user)
    assert client.get(CHECK).status_code == 403


def test_organisation_of_another_authority_is_not_offered(as_checker, home, other_authority):
    other = approved(other_authority)
    response = as_checker.post(CHECK, form(other))
    assert response.status_code == 200
    assert "Select a valid choice" in response.content.decode()
    assert not CheckReceipt.objects.exists()


def test_action_refuses_whoever_is_not_of_the_organisation(home, checker, other_authority):
    with pytest.raises(CheckersRefused):
        ask(approved(other_authority), checker)


def test_checker_of_two_councils_asks_each(client, home, checker, other_authority, course):
    other = approved(other_authority)
    checker_of(other, user=checker)
    make_certificate(make_licence(other_authority, "PH-7002"), course, passed_on=PASSED)
    client.force_login(checker)

    assert other_authority.name in client.get(CHECK).content.decode()
    assert "Training requirement met" in text_of(sent(client, other, number="PH-7002"))
    assert "Number not found" in text_of(sent(client, home, number="PH-7002"))


def test_end_of_the_organisation_counts_from_the_next_request(as_checker, home, certificate):
    receipt = ask(home, home.members.get().user)
    officer = staff("officer", home.authority, NOON)
    end_organisation(organisation=home, reason="Contract over.", by=officer, now=NOON)

    for address in (CHECK, page(receipt), reverse("check_receipts"), page(receipt)[:-1] + ".pdf"):
        assert as_checker.get(address).status_code == 403
    assert as_checker.post(CHECK, form(home)).status_code == 403


def test_end_of_a_person_counts_from_the_next_request(as_checker, home, checker):
    officer = staff("officer", home.authority, NOON)
    end_member(member=home.members.get(), by=officer, now=NOON)
    assert as_checker.get(CHECK).status_code == 403
    assert "Check a driver" not in as_checker.get("/accounts/email/").content.decode()
    with pytest.raises(CheckersRefused):
        ask(home, checker)


def test_interest_declared_as_staff_does_not_stop_an_organisations_check(
    home, authority, licence, certificate
):
    """R47 keeps staff from deciding about somebody; an organisation decides nothing here."""
    officer = staff("officer", authority, NOON)
    Interest.objects.create(user=officer, learner=licence.holder, reason="Cousin", declared_at=NOON)
    assert ask(home, checker_of(home, user=officer)).found


def test_second_factor_is_asked_of_checkers_where_it_is_of_staff(as_checker, settings):
    settings.STAFF_SECOND_FACTOR_REQUIRED = True
    response = as_checker.get(CHECK)
    assert response.status_code == 302
    assert response["Location"] == reverse("mfa_activate_totp")


# -- The form --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"number": ""}, "Enter the badge or licence number"),
        ({"purpose": ""}, "Choose why you check"),
        ({"purpose": "other"}, "Write why you check"),
        ({"day": TODAY + timedelta(days=1)}, "must be today or in the past"),
        ({"as_at_month": "13"}, "must be a real date"),
    ],
)
def test_wrong_input_is_told_and_loses_nothing(as_checker, home, fields, message):
    typed = {"number": "PH-1002", "purpose_words": "", **fields}
    response = as_checker.post(CHECK, form(home, **typed))
    shown = response.content.decode()
    assert message in shown
    assert f'value="{typed["number"]}"' in shown or not typed["number"]
    assert not CheckReceipt.objects.exists()


def test_form_sent_twice_asks_once(as_checker, home, certificate):
    same = form(home)
    first, second = as_checker.post(CHECK, same), as_checker.post(CHECK, same)
    assert first["Location"] == second["Location"]
    assert CheckReceipt.objects.count() == 1


def test_form_changed_and_sent_again_asks_again(as_checker, home, certificate):
    same = form(home)
    as_checker.post(CHECK, same)
    as_checker.post(CHECK, {**same, "number": "PH-1003"})
    assert CheckReceipt.objects.count() == 2


def test_checking_again_fills_the_form_in_from_the_receipt(as_checker, home, checker, certificate):
    receipt = ask(home, checker, as_at=date(2026, 3, 27), purpose_words="Log 12")
    shown = as_checker.get(f"{CHECK}?like={receipt.reference}").content.decode()
    for value in ("PH-1002", "27", "2026", "Log 12"):
        assert f'value="{value}"' in shown


# -- Limits ----------------------------------------------------------------------------------------
def many(home, checker, number, times, *, ago=timedelta(seconds=20)):
    """So many receipts of a while ago: one that was asked for, and others like it."""
    moment = NOON - ago
    first = ask(home, checker, number=number, as_at=moment.date(), now=moment)
    shared = {
        field.attname: getattr(first, field.attname)
        for field in CheckReceipt._meta.fields
        if field.name not in {"id", "key", "reference"}
    }
    CheckReceipt.objects.bulk_create(
        CheckReceipt(**shared, key=uuid4(), reference=references.make(secrets.token_bytes(11)))
        for _ in range(times - 1)
    )


def test_person_who_asks_too_often_has_to_wait(as_checker, home, checker, certificate):
    many(home, checker, "PH-1002", OF_ONE_PERSON)
    response = as_checker.post(CHECK, form(home, purpose_words="Log 7"))

    assert response.status_code == 429
    assert response["Retry-After"] == "40"
    assert "Wait 40 seconds" in text_of(response)
    assert 'value="PH-1002"' in response.content.decode()
    assert 'value="Log 7"' in response.content.decode()
    assert CheckReceipt.objects.count() == OF_ONE_PERSON


def test_wait_is_over_when_it_was_said_to_be(home, checker, certificate):
    many(home, checker, "PH-1002", OF_ONE_PERSON)
    assert ask(home, checker, now=NOON + timedelta(seconds=40)).found


def test_numbers_that_are_not_found_count_more(home, checker):
    many(home, checker, "PH-7000", OF_ONE_PERSON // NOT_FOUND_COUNTS)
    with pytest.raises(TooManyChecks):
        ask(home, checker)


def test_organisation_as_a_whole_is_limited(home, certificate):
    people = [checker_of(home) for _ in range(1 + OF_AN_ORGANISATION // OF_ONE_PERSON)]
    for person in people[:-1]:
        many(home, person, "PH-1002", OF_ONE_PERSON)
    with pytest.raises(TooManyChecks):
        ask(home, people[-1])


def test_organisation_as_a_whole_is_limited_for_a_day(as_checker, home, certificate):
    guesser = checker_of(home)
    many(home, guesser, "PH-7000", IN_A_DAY // NOT_FOUND_COUNTS, ago=timedelta(hours=23))
    response = as_checker.post(CHECK, form(home))
    assert response.status_code == 429
    assert response["Retry-After"] == "3600"
    assert "You can check again from 22 November 2026" in text_of(response)
    assert ask(home, guesser, now=NOON + timedelta(hours=1)).found


def test_other_organisations_are_not_stopped(home, checker, authority, certificate):
    many(home, checker, "PH-1002", OF_ONE_PERSON)
    other = approved(authority)
    assert ask(other, checker_of(other)).found


# -- Receipts --------------------------------------------------------------------------------------
def test_receipt_has_a_number_that_can_be_read_out(home, checker, certificate):
    assert references.is_wellformed(ask(home, checker).reference)


def test_receipt_cannot_be_changed_or_deleted(home, checker, certificate):
    receipt = ask(home, checker)
    with pytest.raises(DatabaseError), transaction.atomic():
        CheckReceipt.objects.filter(pk=receipt.pk).update(purpose="other")
    with pytest.raises(DatabaseError), transaction.atomic():
        receipt.delete()


def test_receipt_is_found_again_word_for_word(as_checker, home, licence, certificate):
    first = text_of(sent(as_checker, home, purpose_words="Log 12"))
    Authority.objects.filter(pk=home.authority_id).update(licensing_phone="01632 960002")
    receipt = CheckReceipt.objects.get()

    assert text_of(as_checker.get(page(receipt))) == first
    assert hashlib.sha256(receipt.words.encode()).hexdigest() == receipt.digest


def test_receipt_says_when_the_answer_for_its_day_has_changed(
    as_checker, home, checker, certificate
):
    receipt = ask(home, checker, as_at=date(2026, 3, 27))
    assert "still the same now" in text_of(as_checker.get(page(receipt)))
    revoke(certificate, effective_on=PASSED, recorded_at=NOON)

    shown = text_of(as_checker.get(page(receipt)))
    assert "has changed since this receipt was made" in shown
    assert "Training requirement met" in shown


def test_receipt_that_found_nobody_is_not_judged_again(
    as_checker, home, checker, authority, licence, course
):
    receipt = ask(home, checker, number="PH-1003")
    shown = text_of(as_checker.get(page(receipt)))
    make_certificate(make_licence(authority, "PH-1003"), course, passed_on=PASSED)
    assert text_of(as_checker.get(page(receipt))) == shown
    assert "has changed" not in shown
    assert "still the same" not in shown


def test_opening_a_receipt_on_a_later_day_is_noted(as_checker, home, checker, certificate):
    receipt = ask(home, checker, now=NOON - timedelta(days=1), as_at=PASSED)
    for _ in range(2):
        as_checker.get(page(receipt))
    (look,) = OperatorLook.objects.all()
    assert (look.receipt, look.by, look.day) == (receipt, checker, TODAY)
    assert (look.licence, look.learner) == (receipt.licence, receipt.learner)


def test_later_change_does_not_touch_a_receipt_of_an_earlier_day(
    as_checker, home, checker, certificate
):
    receipt = ask(home, checker, as_at=date(2026, 3, 27))
    revoke(certificate, effective_on=date(2026, 6, 1), recorded_at=NOON)
    assert "still the same now" in text_of(as_checker.get(page(receipt)))


def test_receipt_of_another_organisation_is_not_there(
    client, home, checker, authority, certificate
):
    receipt = ask(home, checker)
    client.force_login(checker_of(approved(authority)))
    for address in (page(receipt), page(receipt)[:-1] + ".pdf"):
        assert client.get(address).status_code == 404
    assert receipt.number not in client.get(f"{CHECK}?like={receipt.reference}").content.decode()
    assert receipt.reference not in client.get(reverse("check_receipts")).content.decode()


def test_colleague_finds_the_receipt(client, home, checker, certificate):
    receipt = ask(home, checker)
    client.force_login(checker_of(home))
    assert client.get(page(receipt)).status_code == 200


def test_receipt_in_another_language_keeps_its_words(as_checker, home, checker, certificate):
    receipt = ask(home, checker)
    checker.language = "cy"
    checker.save()
    shown = as_checker.get(page(receipt)).content.decode()
    assert 'lang="en-gb"' in shown
    assert "Training requirement met" in shown


def test_pdf_has_the_words_and_is_the_same_each_time(as_checker, home, checker, certificate):
    receipt = ask(home, checker, purpose_words="Fahrt für Łukasz")
    response = as_checker.get(page(receipt)[:-1] + ".pdf")
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"] == (
        f'attachment; filename="receipt-{receipt.reference}.pdf"'
    )
    assert response.content == render_receipt(receipt)


@pytest.mark.parametrize("standard", ["ua-1", "a-2a"])
def test_pdf_can_be_read_by_everybody_and_kept(home, checker, certificate, standard):
    assert broken_rules(render_receipt(ask(home, checker)), standard) == []


@pytest.mark.parametrize("many_receipts", [2, 8])
def test_list_costs_the_same_however_long(
    as_checker, home, checker, certificate, many_receipts, django_assert_num_queries
):
    many(home, checker, "PH-1002", many_receipts)
    as_checker.get(reverse("check_receipts"))
    with django_assert_num_queries(8):
        as_checker.get(reverse("check_receipts"))


def test_receipt_page_costs_a_fixed_number_of_queries(
    as_checker, home, checker, certificate, django_assert_num_queries
):
    receipt = ask(home, checker)
    as_checker.get(page(receipt))
    with django_assert_num_queries(12):
        as_checker.get(page(receipt))


def test_csv_has_each_receipt_and_no_formula(as_checker, home, checker, certificate):
    ask(home, checker, purpose_words="=1+1")
    response = as_checker.get(reverse("check_receipts_csv"))
    table = b"".join(response.streaming_content).decode("utf-8-sig")
    assert "PH-1002" in table
    assert "'=1+1" in table
    assert "no-store" in response["Cache-Control"]
