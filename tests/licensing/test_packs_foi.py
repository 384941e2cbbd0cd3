"""The figures of a financial year: what is counted, what is hidden, and how they are kept."""

import json
from datetime import UTC, date, datetime

import pytest
from django.db import DatabaseError, transaction

from licensing.actions import MakingRefused, make_foi_pack
from licensing.document import digest_of, lines, read
from licensing.financial_year import FinancialYear
from licensing.foi import STATES, Cost
from licensing.models import FoiPack
from licensing.pack_pdf import render_document
from people.models import Membership
from tests.factories import UserFactory, staff
from tests.licensing.factories import make_certificate, revoke
from tests.licensing.packs import NOON, licensed, sit
from tests.verapdf import PROFILES, broken_rules

pytestmark = pytest.mark.django_db

FEW = "fewer than 5"
THIS_YEAR, LAST_YEAR = FinancialYear(2026), FinancialYear(2025)
TODAY, IN_THE_YEAR = date(2026, 11, 22), datetime(2026, 5, 1, 10, tzinfo=UTC)


@pytest.fixture
def officer(authority):
    return staff("officer", authority, NOON, first_name="Olive", last_name="Officer")


@pytest.fixture
def make(authority, officer):
    def make(year=THIS_YEAR, *, cost=None, by=officer, of=authority):
        return make_foi_pack(authority=of, year=year, cost=cost, by=by, today=TODAY, now=NOON)

    return make


def section(pack, heading):
    return next(s for s in read(pack.content)["sections"] if s["heading"] == heading)


def table(pack, heading):
    (found,) = section(pack, heading)["tables"]
    return [found["columns"], *found["rows"]]


def drivers(pack):
    return table(pack, "Licensed drivers and their training")


def facts(pack):
    return dict(read(pack.content)["facts"])


def trained(licences, course, passed_on=date(2025, 4, 3)):
    return [make_certificate(licence, course, passed_on=passed_on) for licence in licences]


def test_drivers_are_counted_by_kind_and_training(authority, course, requirement, make):
    for kind, more in (("private_hire", 4), ("hackney_carriage", 0)):
        licences = licensed(authority, 23 + more, kind=kind)
        trained(licences[: 6 + more], course)
        trained(licences[6 + more : 12 + more], course, passed_on=date(2022, 1, 1))
        for certificate in trained(licences[12 + more : 17 + more], course):
            revoke(certificate, effective_on=date(2026, 1, 1), recorded_at=NOON)
    licensed(authority, 9, kind="dual", state="expired")
    assert drivers(make()) == [
        ["", *STATES, "All"],
        ["Taxi (hackney carriage)", "hidden", FEW, 6, "hidden", 6, FEW, 23],
        ["Private hire", "hidden", FEW, 6, 5, 6, FEW, 27],
        ["All", "hidden", FEW, 12, "hidden", 12, FEW, 50],
    ]


def test_small_numbers_and_what_gives_them_away_are_hidden(authority, course, requirement, make):
    trained(licensed(authority, 20), course)
    assert drivers(make())[1:] == [["Private hire", "hidden", *[FEW] * 5, 20]]
    assert "hidden" in section(make(), "Licensed drivers and their training")["paragraphs"][0]


def test_column_in_which_nobody_is_stays(authority, course, requirement, make):
    """Without it, one of two small numbers that come to two could be nothing but one."""
    trained(licensed(authority, 20), course)
    (revoked,) = trained(licensed(authority, 1), course)
    revoke(revoked, effective_on=date(2026, 1, 1), recorded_at=NOON)
    licensed(authority, 1)
    assert drivers(make()) == [["", *STATES, "All"], ["Private hire", 20, *[FEW] * 5, 22]]


def test_share_is_told_where_nothing_is_hidden(authority, course, requirement, make):
    trained(licensed(authority, 18), course)
    licensed(authority, 6)
    paragraphs = section(make(), "Licensed drivers and their training")["paragraphs"]
    assert paragraphs == ["Trained, of all licensed drivers: 75 per cent."]


def test_authority_without_drivers_has_nobody(make):
    found = section(make(), "Licensed drivers and their training")
    assert (found["paragraphs"], found["tables"]) == (["There was nobody."], [])


def test_year_that_has_ended_is_told_as_at_its_last_day(authority, course, requirement, make):
    trained(licensed(authority, 6), course, passed_on=date(2026, 4, 1))
    pack = make(LAST_YEAR)
    assert pack.as_at == date(2026, 3, 31)
    assert drivers(pack)[-1] == ["Private hire", *[FEW] * 4, "hidden", FEW, 6]
    assert facts(pack)["Figures as at"] == "31 March 2026"


def test_year_that_lasts_is_told_as_at_today(make):
    assert make(THIS_YEAR).as_at == TODAY


def test_other_authoritys_drivers_are_not_counted(
    authority, other_authority, course, requirement, make
):
    trained(licensed(other_authority, 7), course)
    sit(course, other_authority, at=IN_THE_YEAR)
    assert section(make(), "Licensed drivers and their training")["tables"] == []
    assert section(make(), "Tests at the first try")["tables"] == []


# -- Tests at the first try -----------------------------------------------------------------
def test_first_tries_of_the_year_are_counted_by_how_they_were_held(authority, course, make):
    officer = UserFactory()
    for _ in range(9):
        sit(course, authority, at=IN_THE_YEAR)
    for _ in range(6):
        first = sit(course, authority, at=IN_THE_YEAR, outcome="failed")
        sit(course, authority, at=NOON, enrolment=first.enrolment)
    for _ in range(5):
        sit(course, authority, at=IN_THE_YEAR, mode="spoken", started_by=officer)
        sit(course, authority, at=IN_THE_YEAR, outcome="failed", mode="paper", started_by=officer)
    assert table(make(), "Tests at the first try") == [
        ["", "Passed", "Not passed", "All"],
        ["On a screen", 9, 6, 15],
        ["Spoken or on paper, face to face with staff", 5, 5, 10],
        ["All", 14, 11, 25],
    ]
    said = section(make(), "Tests at the first try")["paragraphs"]
    assert said == ["Passed at the first try: 56 per cent."]


def test_voided_test_is_no_try(authority, course, make):
    for _ in range(6):
        void = sit(course, authority, at=IN_THE_YEAR, outcome="void")
        sit(course, authority, at=NOON, enrolment=void.enrolment)
    assert table(make(), "Tests at the first try")[1] == ["On a screen", "hidden", FEW, 6]


@pytest.mark.parametrize(
    ("closed_at", "counted"),
    [
        (datetime(2026, 3, 31, 22, 59, tzinfo=UTC), []),  # Before midnight in London.
        (datetime(2026, 3, 31, 23, 0, tzinfo=UTC), [["On a screen", 5, FEW, "hidden"]]),
    ],
)
def test_year_begins_at_midnight_in_london(authority, course, make, closed_at, counted):
    for _ in range(5):
        sit(course, authority, at=datetime(2026, 3, 31, 12, tzinfo=UTC), closed_at=closed_at)
    found = section(make(), "Tests at the first try")["tables"]
    assert [row for one in found for row in one["rows"]] == counted


# -- What is said besides -------------------------------------------------------------------
def test_pack_names_authority_day_definitions_and_rules_but_no_person(
    authority, course, requirement, make
):
    trained(licensed(authority, 6, full_name="Zebedee Quokka"), course)
    pack = make()
    assert facts(pack)["Authority"] == authority.name
    assert facts(pack)["Figures as at"] == "22 November 2026"
    rules = section(pack, "Rules in force on the day")["tables"][0]["rows"]
    assert ["Training requirement", str(requirement.pk), "1 July 2019", "National"] in [
        row[:4] for row in rules
    ]
    assert "Zebedee" not in pack.content
    for person in (pack.made_by, requirement.proposed_by, requirement.approved_by):
        assert person.email not in pack.content
        assert not person.last_name or person.last_name not in pack.content


def test_cost_is_told_with_its_source_or_as_not_recorded(make):
    told = facts(make(cost=Cost("12500.00", "Ledger of the licensing team")))
    assert told["Cost of training in the year"] == "£12500.00"
    assert told["Source of the cost"] == "Ledger of the licensing team"
    assert facts(make())["Cost of training in the year"] == "not recorded"


def test_pack_is_kept_as_it_was_given_out(authority, course, requirement, make):
    pack = make()
    trained(licensed(authority, 9), course)
    kept = FoiPack.objects.get(pk=pack.pk)
    assert kept.content == pack.content
    assert kept.digest == digest_of(kept.content)
    with pytest.raises(DatabaseError), transaction.atomic():
        FoiPack.objects.filter(pk=pack.pk).update(content="{}")
    with pytest.raises(DatabaseError), transaction.atomic():
        kept.delete()


def test_database_refuses_a_digest_of_something_else(authority, officer):
    with pytest.raises(DatabaseError, match="digest"), transaction.atomic():
        FoiPack.objects.create(
            authority=authority,
            year=2026,
            as_at=TODAY,
            content="{}",
            digest="0" * 64,
            made_by=officer,
            made_at=NOON,
        )


def test_every_line_of_the_table_file_is_in_the_pack(authority, course, requirement, make):
    trained(licensed(authority, 6), course)
    document = read(make().content)
    found = lines(document)
    heading = "Licensed drivers and their training"
    caption = "Licensed drivers on 22 November 2026, by kind of licence"
    assert (heading, caption, "Private hire", "All", 6) in found
    assert json.loads(json.dumps(document)) == document


def test_figures_cost_the_same_however_many_drivers(
    authority, course, requirement, make, django_assert_num_queries
):
    for _ in range(2):
        trained(licensed(authority, 6), course)
        with django_assert_num_queries(10):
            make()


# -- Who may ----------------------------------------------------------------------------------
@pytest.mark.parametrize("role", [*Membership.Role.values, "other officer"])
def test_only_an_officer_of_the_authority_makes_one(authority, other_authority, make, role):
    if role == "other officer":
        by = staff("officer", other_authority, NOON)
    else:
        by = staff(role, authority, NOON)
    if role == "officer":
        assert make(by=by).made_by == by
        return
    with pytest.raises(MakingRefused, match="not_allowed"):
        make(by=by)


def test_year_to_come_is_refused(make):
    with pytest.raises(MakingRefused, match="in_the_future"):
        make(FinancialYear(2027))


def test_file_meets_both_standards(authority, course, requirement, make):
    trained(licensed(authority, 8, kind="dual"), course)
    licensed(authority, 3)
    pack = make(cost=Cost("1.00", "Ledger"))
    pdf = render_document(
        read(pack.content), author=authority.name, at=pack.made_at, digest=pack.digest
    )
    for standard in PROFILES:
        assert broken_rules(pdf, standard) == []
