"""How many were trained on a day, as officers and auditors see it: page, people, files, proof."""

import csv
import hashlib
import io
import re
from datetime import UTC, date, datetime, timedelta

import openpyxl
import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from licensing.actions import run_again, run_compliance
from licensing.models import ComplianceRun
from licensing.views.compliance_words import share
from people.actions import declare_interest
from tests.conftest import NOON
from tests.factories import UserFactory
from tests.factories import staff as staff_of
from tests.licensing.factories import date_history, make_certificate, make_licence

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
LIST = reverse("compliance_runs")
TODAY = date(2026, 11, 22)
LONG_NAME = "=cmd|'/c calc'!A0"


def staff(role, authority):
    user = staff_of(role, authority, NOON)
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    return user


@pytest.fixture
def officer(authority):
    return staff("officer", authority)


@pytest.fixture
def as_officer(client, officer):
    client.force_login(officer)
    return client


@pytest.fixture
def drivers(authority, course, requirement):
    """One whose training counts, one whose training lapsed, one who never passed."""
    licences = [make_licence(authority, f"PH-{number}") for number in (1, 2)]
    for licence, passed_on in zip(licences, (date(2025, 4, 3), date(2023, 1, 9)), strict=True):
        make_certificate(licence, course, passed_on=passed_on)
    licences.append(make_licence(authority, "PH-3", full_name=LONG_NAME))
    date_history()
    return licences


@pytest.fixture
def run(authority, drivers, officer):
    return run_compliance(authority=authority, as_at=TODAY, by=officer, now=NOON)


def page_of(run):
    return reverse("compliance_run", args=[run.pk])


def people_of(run, status):
    return reverse("compliance_people", args=[run.pk, status])


def text_of(response):
    assert response.status_code == 200
    return " ".join(response.content.decode().split())


def test_officer_asks_and_sees_the_figures(as_officer, authority, officer, drivers):
    asked = {"authority": authority.pk, "as_at": "2026-11-22", "purpose": "Inspection"}
    response = as_officer.post(LIST, asked, follow=True)

    run = ComplianceRun.objects.get()
    assert response.redirect_chain[-1][0] == page_of(run)
    assert (run.run_by, run.known_at, run.purpose) == (officer, NOON, "Inspection")
    text = text_of(response)
    assert "1 of 3 trained (33.3%)" in text
    assert "Of 3 licences: Training not required: 0; Valid: 1;" in text
    assert run.digest in text
    assert "for hackney carriage (taxi), private hire, taxi and private hire" in text


def test_answer_from_what_was_known_earlier(as_officer, authority, drivers):
    asked = {"authority": authority.pk, "as_at": "2026-07-01", "known_at": "2026-07-02T09:30:00"}
    as_officer.post(LIST, asked)

    run = ComplianceRun.objects.get()
    assert run.known_at == datetime(2026, 7, 2, 8, 30, tzinfo=UTC)  # London has summer time then.


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"as_at": ""}, "Enter the day you want to know about."),
        ({"as_at": "yesterday"}, "Enter a real day."),
        ({"as_at": "2026-11-23"}, "Choose today or an earlier day."),
        ({"known_at": "2026-11-22T12:00:01"}, "Choose a time that has passed."),
        ({"known_at": "noon"}, "Enter a real day and time."),
    ],
)
def test_wrong_question_is_refused_in_words(as_officer, authority, wrong, message):
    asked = {"authority": authority.pk, "as_at": "2026-11-22", **wrong}
    assert message in text_of(as_officer.post(LIST, asked))
    assert not ComplianceRun.objects.exists()


@pytest.mark.parametrize("role", ["officer", "auditor"])
def test_staff_who_answer_for_the_figures_see_them(client, authority, run, role):
    client.force_login(staff(role, authority))
    for address in (LIST, page_of(run), people_of(run, "expired")):
        assert client.get(address).status_code == 200


@pytest.mark.parametrize("role", ["author", "reviewer"])
def test_other_staff_are_refused(client, authority, run, role):
    client.force_login(staff(role, authority))
    for address in (LIST, page_of(run), people_of(run, "expired")):
        assert client.get(address).status_code in {302, 403}


def test_other_council_finds_nothing(client, other_authority, run):
    client.force_login(staff("officer", other_authority))
    nothing = reverse("compliance_run", args=[run.pk + 1])
    addresses = [
        page_of(run),
        people_of(run, "expired"),
        reverse("compliance_file", args=[run.pk, "csv"]),
        reverse("compliance_file", args=[run.pk, "xlsx"]),
        reverse("compliance_lines", args=[run.pk]),
    ]
    assert {client.get(address).status_code for address in [*addresses, nothing]} == {404}
    assert client.post(reverse("compliance_again", args=[run.pk])).status_code == 404
    assert run.digest[:12] not in text_of(client.get(LIST))


def test_other_council_cannot_be_asked_about(as_officer, other_authority):
    response = as_officer.post(LIST, {"authority": other_authority.pk, "as_at": "2026-11-22"})
    assert response.status_code == 200
    assert not ComplianceRun.objects.exists()


def test_run_again_says_that_the_answer_is_the_same(as_officer, run, course, drivers):
    make_certificate(drivers[2], course, passed_on=TODAY, issued_at=NOON + timedelta(seconds=1))
    response = as_officer.post(reverse("compliance_again", args=[run.pk]), follow=True)

    again = ComplianceRun.objects.first()
    assert (again.known_at, again.digest) == (run.known_at, run.digest)
    assert "The answer is the same as before." in text_of(response)
    assert "The same question was asked before. The answer is the same." in text_of(response)


def test_run_again_says_loudly_that_the_answer_is_not_the_same(as_officer, authority, run, drivers):
    """Only somebody with the keys of the database can put a licence into the past."""
    make_licence(authority, "PH-4")
    date_history()
    response = as_officer.post(reverse("compliance_again", args=[run.pk]), follow=True)

    text = text_of(response)
    assert "This is not the answer that was given before." in text
    assert "1 line of what was counted differs." in text
    assert page_of(run) in text
    first = text_of(as_officer.get(page_of(run)))
    assert "A later answer to the same question is not the same." in first


def test_running_again_takes_a_press_of_a_button(as_officer, run):
    assert as_officer.get(reverse("compliance_again", args=[run.pk])).status_code == 405


def test_people_are_shown_as_the_register_had_them(as_officer, run, drivers):
    text = text_of(as_officer.get(people_of(run, "expired")))

    reference = drivers[1].holder.certificates.get().reference
    for told in ("PH-2", "Ade Example", reference, str((TODAY - date(2026, 1, 9)).days)):
        assert told in text
    assert "PH-1" not in text


def test_unknown_status_is_not_found(as_officer, run):
    assert as_officer.get(people_of(run, "fine")).status_code == 404
    assert as_officer.get(reverse("compliance_file", args=[run.pk, "pdf"])).status_code == 404


def test_people_are_paged(as_officer, authority, drivers, officer):
    for number in range(60):
        make_licence(authority, f"HC-{number:02}")
    date_history()
    run = run_compliance(authority=authority, as_at=TODAY, by=officer, now=NOON)
    address, seen = people_of(run, "never_passed"), []
    while address:
        text = text_of(as_officer.get(address))
        seen += re.findall(r"HC-\d\d|PH-3", text)
        more = re.search(r'href="(\?after=\d+)"', text)
        address = people_of(run, "never_passed") + more[1] if more else None

    assert seen == [*(f"HC-{number:02}" for number in range(60)), "PH-3"]


@pytest.mark.parametrize("after", ["9" * 20, "9" * 5000, "x"])
def test_people_after_what_can_be_no_key_are_all(as_officer, run, after):
    assert "PH-2" in text_of(as_officer.get(f"{people_of(run, 'expired')}?after={after}"))


def addresses_with_names(run):
    return [
        people_of(run, "expired"),
        people_of(run, "valid"),
        reverse("compliance_file", args=[run.pk, "csv"]),
        reverse("compliance_file", args=[run.pk, "xlsx"]),
        reverse("compliance_lines", args=[run.pk]),
    ]


def test_whoever_knows_somebody_sees_the_figures_alone(as_officer, officer, run, drivers):
    """Of no status, for the one that is refused would tell theirs."""
    declare_interest(user=officer, learner=drivers[1].holder, reason="Cousin.", now=NOON)

    for address in addresses_with_names(run):
        response = as_officer.get(address, follow=True)
        assert response.redirect_chain[-1][0] == page_of(run)
        assert "Ask a colleague for it." in text_of(response)
        assert "1 of 3 trained" in text_of(response)


def test_whoever_knows_somebody_of_another_council_reads_the_names(
    as_officer, officer, run, other_authority
):
    known = make_licence(other_authority)
    declare_interest(user=officer, learner=known.holder, reason="Cousin.", now=NOON)

    for address in addresses_with_names(run):
        response = as_officer.get(address)
        assert (response.status_code, b"".join(response) != b"") == (200, True)


def rows_of_csv(client, run):
    response = client.get(reverse("compliance_file", args=[run.pk, "csv"]))
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def rows_of_book(client, run):
    response = client.get(reverse("compliance_file", args=[run.pk, "xlsx"]))
    book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    return [
        [["" if v is None else v for v in row] for row in sheet.iter_rows(values_only=True)]
        for sheet in book
    ]


def test_files_say_what_the_page_says(as_officer, run, authority, drivers):
    rows = rows_of_csv(as_officer, run)
    place = rows.index([])
    about, (heads, *people) = dict(rows[:place]), rows[place + 1 :]

    assert about["Council"] == f"{authority.name} ({authority.code})"
    assert (about["Day"], about["Trained"], about["Licensed"]) == ("2026-11-22", "1", "3")
    assert about["Digest of what was counted"] == run.digest
    assert about["Status: Ended"] == "1"
    assert about["Rule"].startswith("safeguarding: Safeguarding, for")
    assert "Licences that the register had" in about["Meaning of Licensed"]
    assert [person[0] for person in people] == ["PH-1", "PH-2", "PH-3"]
    assert dict(zip(heads, people[1], strict=True))["Days since it ended"] == "317"
    book_people, book_about = rows_of_book(as_officer, run)
    assert [row[0] for row in book_people] == ["Licence number", "PH-1", "PH-2", "PH-3"]
    assert dict(book_about) == about


def test_names_in_files_run_nothing(as_officer, run):
    assert rows_of_csv(as_officer, run)[-1][1] == f"'{LONG_NAME}"
    assert rows_of_book(as_officer, run)[0][-1][1] == f"'{LONG_NAME}"


def test_lines_have_the_digest_of_the_run(as_officer, run):
    response = as_officer.get(reverse("compliance_lines", args=[run.pk]))
    content = b"".join(response.streaming_content)

    assert hashlib.sha256(content).hexdigest() == run.digest


def test_no_file_is_kept_by_a_browser_or_names_a_person(as_officer, run):
    for extension in ("csv", "xlsx"):
        response = as_officer.get(reverse("compliance_file", args=[run.pk, extension]))
        assert "no-store" in response["Cache-Control"]
        name = f"compliance-{run.authority.code}-2026-11-22.{extension}"
        assert name in response["Content-Disposition"]
        b"".join(response.streaming_content)


def test_page_costs_the_same_however_many_were_asked(
    as_officer, run, authority, drivers, django_assert_num_queries
):
    as_officer.get(page_of(run))
    with django_assert_num_queries(17) as first:
        as_officer.get(page_of(run))
    for number in range(5):
        make_licence(authority, f"HC-{number}")
        run_again(run=run, by=UserFactory(), now=NOON)
    with django_assert_num_queries(len(first)):
        as_officer.get(page_of(run))


def test_lists_cost_the_same_however_many_there_are(
    as_officer, run, authority, django_assert_num_queries
):
    for address, cost in ((LIST, 17), (people_of(run, "never_passed"), 16)):
        as_officer.get(address)
        with django_assert_num_queries(cost):
            as_officer.get(address)
        for number in range(5):
            make_licence(authority, f"{cost}-{number}-{address.count('/')}")
            run_again(run=run, by=UserFactory(), now=NOON)
        date_history()
        with django_assert_num_queries(cost):
            as_officer.get(address)


@pytest.mark.parametrize(
    ("part", "whole", "words"),
    [
        (0, 0, "–"),
        (0, 3, "0.0%"),
        (1, 3, "33.3%"),
        (3, 3, "100.0%"),
        (49_999, 50_000, "99.9%"),
        (1, 50_000, "0.1%"),
    ],
)
def test_share_never_says_all_or_none_where_it_is_not(part, whole, words):
    assert share(part, whole) == words
