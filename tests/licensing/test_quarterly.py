"""The pack of a quarter: what is in it, what is hidden, and that it stays as it was."""

import csv
import io
import json
from datetime import date, timedelta
from zipfile import ZipFile

import pytest
from django.db import ProgrammingError, transaction
from django.urls import reverse

from licensing import quarterly
from licensing.actions import PackRefused, ask_pack, notice_changes, work_on_pack
from licensing.models import QuarterlyPack
from licensing.quarterly_pdf import render_pack
from licensing.quarterly_tables import tables
from licensing.tasks import work_on_packs
from licensing.views import quarterly as views
from tests.conftest import NOON
from tests.licensing.factories import make_certificate, make_licence, revoke
from tests.licensing.test_trend_pages import staff
from tests.licensing.trending import prove, sit, sit_many, week
from tests.verapdf import PROFILES, broken_rules

pytestmark = pytest.mark.django_db
QUARTER = quarterly.quarter_of(date(2026, 8, 1))  # July to September.
LIST = reverse("quarterly_packs")
IN_QUARTER, BEFORE = week(15), week(25)


@pytest.fixture
def officer(authority):
    return staff("officer", authority)


@pytest.fixture
def as_officer(client, officer):
    client.force_login(officer)
    return client


@pytest.fixture
def drivers(authority, course, requirement):
    """Ten with a certificate, six of them since August; five whose training lapsed in August; five
    who were never trained."""
    for number in range(20):
        licence = make_licence(authority, f"PH-{number}", operator_reference="City Cars")
        if number < 10:
            passed_on = date(2026, 8, 3) if number < 6 else date(2026, 2, 1)
            make_certificate(licence, course, passed_on=passed_on)
        elif number < 15:
            make_certificate(licence, course, passed_on=date(2023, 8, 3))


def make_pack(authority, by, *, now=NOON):
    pack = ask_pack(authority=authority, quarter=QUARTER, by=by, now=now)
    work_on_pack(pack_id=pack.pk, now=now)
    pack.refresh_from_db()
    return pack


def table(pack, name):
    (found,) = [one for one in tables(pack.content) if one.name == name]
    return {row[0]: row[1:] for row in found.rows}


def test_compliance_at_start_and_end(drivers, authority, officer):
    found = table(make_pack(authority, officer), "compliance")

    assert found == {
        "Licensed drivers": ("20", "20", "none"),
        "Training met": ("9", "10", "+1"),
        "Training not met": ("11", "10", "-1"),
        "Of these: lapsed": ("0", "5", "+5"),
        "Of these: never trained": ("11", "5", "-6"),
        "Of these: certificate revoked": ("0", "0", "none"),
        "Share met": ("45.0%", "50.0%", ""),
    }


def test_change_against_the_quarter_before(drivers, authority, officer, course):
    licence = make_licence(authority, "PH-99")
    sit_many(licence, course, IN_QUARTER, passes=9, fails=6)
    sit_many(licence, course, BEFORE, passes=5, fails=8)
    for number in range(5):
        prove(sit(licence, course, IN_QUARTER - timedelta(days=number)), IN_QUARTER)
    for certificate in course.certificates.all()[:3]:
        revoke(certificate, effective_on=date(2026, 8, 10), recorded_at=IN_QUARTER)

    found = table(make_pack(authority, officer), "trends")

    assert found["Tests passed"] == ("5", "14", "+9")
    assert found["Tests not passed"] == ("8", "6", "-2")
    assert found["Certificates revoked"] == ("0", "hidden", "–")
    assert found["Cases where the rules of the test were broken (proven)"] == ("0", "5", "+5")


def test_small_numbers_are_not_even_stored(authority, requirement, course, officer):
    for number in range(9):
        licence = make_licence(authority, f"PH-{number}")
        if number < 2:
            make_certificate(licence, course, passed_on=date(2026, 8, 3))

    pack = make_pack(authority, officer)

    assert table(pack, "compliance")["Training met"] == ("0", "hidden", "–")
    assert table(pack, "compliance")["Of these: never trained"] == ("9", "hidden", "–")
    assert pack.content["end"]["met"] is pack.content["end"]["never"] is None


def test_nobody_is_named(drivers, authority, officer):
    text = json.dumps(make_pack(authority, officer).content)

    assert "Ade Example" not in text
    assert "PH-" not in text


def test_rules_and_definitions_are_printed(drivers, authority, officer, requirement):
    pack = make_pack(authority, officer)

    assert table(pack, "rules")["Requirement safeguarding, on 30 September 2026"] == (
        f"number {requirement.pk}, from 1 July 2019, 0 days of grace",
    )
    assert table(pack, "rules")["Rule for alerts"] == ("version 1",)
    assert "Denominator" in table(pack, "definitions")


def test_alert_of_the_quarter_is_in_it(authority, course, officer):
    licence = make_licence(authority)
    for back in range(1, 13):
        sit_many(licence, course, IN_QUARTER - timedelta(weeks=back), passes=8, fails=2)
    sit_many(licence, course, IN_QUARTER, passes=3, fails=25)
    notice_changes(now=IN_QUARTER + timedelta(weeks=1))

    found = table(make_pack(authority, officer), "alerts")

    assert found["3 August 2026"] == (
        "First-try pass rate", "The whole council", "hidden of 28", "96 of 120", "not yet",
    )  # fmt: skip


def test_same_question_gives_the_same_answer(drivers, authority, officer, course):
    first = make_pack(authority, officer)
    licence = make_licence(authority, "PH-99", created_at=NOON + timedelta(hours=1))
    make_certificate(
        licence, course, passed_on=date(2026, 8, 3), issued_at=NOON + timedelta(hours=1)
    )

    second = make_pack(authority, officer)

    assert (second.content, second.digest) == (first.content, first.digest)
    assert first.digest == quarterly.digest(first.content)


def test_finished_pack_stays(drivers, authority, officer):
    pack = make_pack(authority, officer)
    work_on_pack(pack_id=pack.pk, now=NOON + timedelta(days=1))
    pack.refresh_from_db()

    assert pack.finished_at == NOON
    with pytest.raises(ProgrammingError), transaction.atomic():
        QuarterlyPack.objects.update(digest="0" * 64)


def test_quarter_that_is_not_over_is_refused(authority, officer):
    running = quarterly.quarter_of(NOON.date())

    with pytest.raises(PackRefused):
        ask_pack(authority=authority, quarter=running, by=officer, now=NOON)


@pytest.mark.parametrize("licences", [1, 40])
def test_pack_costs_a_fixed_number_of_queries(
    authority, course, requirement, officer, django_assert_num_queries, licences
):
    for number in range(licences):
        licence = make_licence(authority, f"PH-{number}")
        make_certificate(licence, course, passed_on=date(2026, 8, 3))
    pack = ask_pack(authority=authority, quarter=QUARTER, by=officer, now=NOON)

    with django_assert_num_queries(18):
        work_on_pack(pack_id=pack.pk, now=NOON)


# -- Pages and files -------------------------------------------------------------------------------
pages = pytest.mark.usefixtures("at_noon")


def address(pack, name="quarterly_pack"):
    return reverse(name, args=[pack.pk])


@pages
def test_small_council_has_its_pack_at_once(as_officer, drivers, authority):
    chosen = {"authority": authority.pk, "quarter": "2026-07-01"}
    page = as_officer.post(LIST, chosen, follow=True)

    text = page.content.decode()
    assert "Was training met?" in text
    assert "45.0%" in text
    assert "Refresh" not in page.headers
    assert "July to September 2026" in as_officer.get(LIST).content.decode()


@pages
def test_large_council_sees_how_far_it_is(as_officer, drivers, authority, officer, monkeypatch):
    monkeypatch.setattr(views, "AT_ONCE", 5)
    chosen = {"authority": authority.pk, "quarter": "2026-07-01"}
    as_officer.post(LIST, chosen)
    pack = QuarterlyPack.objects.get()
    QuarterlyPack.objects.update(steps_done=2)

    page = as_officer.get(address(pack))
    assert "2 of 4 steps are done" in page.content.decode()
    assert page.headers["Refresh"] == "3"
    assert as_officer.get(address(pack, "quarterly_pack_pdf")).status_code == 404

    work_on_packs()
    assert "Was training met?" in as_officer.get(address(pack)).content.decode()


@pages
def test_files_hold_the_same_figures(as_officer, drivers, authority, officer):
    pack = make_pack(authority, officer)

    answer = as_officer.get(address(pack, "quarterly_pack_zip"))

    files = ZipFile(io.BytesIO(answer.content))
    assert json.loads(files.read("figures.json")) == pack.content
    rows = list(csv.reader(io.StringIO(files.read("compliance.csv").decode("utf-8-sig"))))
    assert rows[2] == ["Training met", "9", "10", "'+1"]  # No spreadsheet takes it for a formula.
    assert 'filename="quarterly-DEMO-NB-2026-07-01.zip"' in answer["Content-Disposition"]


@pages
def test_pdf_is_accessible_and_the_same_each_time(as_officer, drivers, authority, officer, course):
    sit_many(make_licence(authority, "PH-99"), course, IN_QUARTER, passes=9, fails=9)
    pack = make_pack(authority, officer)

    file = as_officer.get(address(pack, "quarterly_pack_pdf")).content

    assert file == render_pack(pack)
    assert [broken_rules(file, standard) for standard in PROFILES] == [[], []]


@pages
@pytest.mark.parametrize("name", ["quarterly_pack", "quarterly_pack_pdf", "quarterly_pack_zip"])
def test_other_authority_finds_no_pack(client, drivers, authority, other_authority, officer, name):
    pack = make_pack(authority, officer)
    client.force_login(staff("officer", other_authority))

    assert client.get(address(pack, name)).status_code == 404
    assert authority.name not in client.get(LIST).content.decode()


@pages
def test_other_authoritys_pack_cannot_be_asked_for(as_officer, other_authority):
    as_officer.post(LIST, {"authority": other_authority.pk, "quarter": "2026-07-01"})

    assert not QuarterlyPack.objects.exists()
