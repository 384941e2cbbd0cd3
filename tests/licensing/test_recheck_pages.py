"""The staff pages of unannounced checks: who may, what is shown when, and what is told to whom."""

from datetime import timedelta

import pytest
from django.urls import reverse

from licensing.actions import call_off_recheck, draw_recheck, record_outcome
from licensing.models import Recheck, RecheckList, RecheckOutcome
from licensing.sealing import unseal
from people.actions import declare_interest
from tests.conftest import NOON
from tests.licensing.desk import hand_over, member, words
from tests.licensing.factories import date_history, make_licence
from tests.licensing.rechecks import START, plan

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

LIST, NEW = reverse("rechecks"), reverse("plan_recheck")
AFTER = START + timedelta(minutes=1)
HIDDEN = "You or somebody you told us you know. A colleague does this check."


@pytest.fixture
def officer(authority):
    return member("officer", authority, first_name="Olga", last_name="Officer")


@pytest.fixture
def as_officer(client, officer):
    client.force_login(officer)
    return client


@pytest.fixture
def licences(authority):
    made = [
        make_licence(authority, f"PH-{number}", full_name=f"Driver {number}")
        for number in (101, 102)
    ]
    date_history()
    return made


@pytest.fixture
def recheck(authority, officer, licences):
    return plan(authority, officer)


@pytest.fixture
def drawn(recheck):
    return draw_recheck(recheck=recheck, now=AFTER)


def page_of(recheck):
    return reverse("recheck", args=[recheck.pk])


def record_page(driver):
    return reverse("record_recheck", args=[driver.pk])


def send_plan(client, authority, **changed):
    typed = {
        "authority": authority.pk,
        "what": "knowledge",
        "how_many": "2",
        "licence_kinds": ["private_hire", "dual"],
        "starts_at": "2026-11-23T18:30",
        "purpose": "Monday evening.",
        **changed,
    }
    return client.post(NEW, typed)


# -- Planning -------------------------------------------------------------------------------------
def test_officer_plans_a_check_in_london_time(as_officer, authority, officer):
    answer = send_plan(as_officer, authority)
    recheck = Recheck.objects.get()
    assert answer["Location"] == page_of(recheck)
    assert recheck.starts_at.isoformat() == "2026-11-23T18:30:00+00:00"
    assert (recheck.what, recheck.licence_kinds) == ("knowledge", ["dual", "private_hire"])
    assert recheck.planned_by == officer
    shown = words(as_officer.get(answer["Location"]))
    assert recheck.commitment in shown
    assert "There is no list yet" in shown


def test_start_in_summer_is_london_time_too(as_officer, authority):
    send_plan(as_officer, authority, starts_at="2027-07-01T18:30")
    assert Recheck.objects.get().starts_at.isoformat() == "2027-07-01T17:30:00+00:00"


def test_empty_start_is_now_and_the_list_is_there_at_once(as_officer, authority, licences):
    answer = send_plan(as_officer, authority, starts_at="")
    shown = words(as_officer.get(answer["Location"]))
    assert Recheck.objects.get().starts_at == NOON
    assert "Driver 101" in shown
    assert "Driver 102" in shown


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"what": ""}, "Choose what you check"),
        ({"how_many": ""}, "Write how many drivers"),
        ({"how_many": "501"}, "less than or equal to 500"),
        ({"licence_kinds": []}, "Choose one kind of licence or more"),
        ({"starts_at": "2026-11-22T11:59"}, "Choose a time to come"),
        ({"starts_at": "2028-11-22T11:59"}, "Choose a time in the next year"),
        ({"purpose": " "}, "Say what the check is for"),
    ],
)
def test_plan_that_makes_no_sense_is_told_why(as_officer, authority, changed, told):
    assert told in words(send_plan(as_officer, authority, **changed))
    assert not Recheck.objects.exists()


def test_officer_of_another_council_is_not_offered_this_one(as_officer, other_authority):
    answer = send_plan(as_officer, other_authority)
    assert answer.status_code == 200
    assert not Recheck.objects.exists()


# -- Before the start -----------------------------------------------------------------------------
def test_nothing_of_the_list_or_the_seed_is_shown_before_the_start(as_officer, recheck):
    before = words(as_officer.get(page_of(recheck))) + words(as_officer.get(LIST))
    assert not RecheckList.objects.exists()
    seed = draw_recheck(recheck=recheck, now=AFTER).seed
    for secret in (seed, recheck.sealed_seed, "PH-101", "Driver 101"):
        assert secret not in before


def test_list_that_is_there_too_early_is_not_shown(as_officer, recheck, drawn):
    """The page goes by its own clock, which still stands at noon."""
    shown = words(as_officer.get(page_of(recheck)))
    assert "Driver 101" not in shown
    assert drawn.seed not in shown


def test_first_look_after_the_start_draws_the_list(as_officer, recheck, time_machine_at):
    time_machine_at(START)
    shown = words(as_officer.get(page_of(recheck)))
    drawn = RecheckList.objects.get()
    assert drawn.drawn_at == START
    assert shown.count("Write what came of it") == 2
    for told in (drawn.seed, drawn.population_digest, recheck.commitment, "redraw_checks --draw"):
        assert told in shown
    assert drawn.seed in words(as_officer.get(page_of(recheck)))


def test_check_whose_seed_is_lost_says_so(as_officer, authority, officer, time_machine_at):
    lost = Recheck.objects.create(
        authority=authority, what="identity", how_many=1, starts_at=START, licence_kinds=["dual"],
        purpose="Lost.", planned_by=officer, planned_at=NOON, sealed_seed="unreadable",
        commitment="0" * 64,
    )  # fmt: skip
    time_machine_at(AFTER)
    assert "The list cannot be drawn" in words(as_officer.get(page_of(lost)))


# -- Calling off ----------------------------------------------------------------------------------
def test_called_off_check_stays_in_the_list_with_who_and_why(as_officer, recheck):
    address = reverse("call_off_recheck", args=[recheck.pk])
    assert "stays in the list of checks" in words(as_officer.get(address))
    as_officer.post(address, {"reason": "A councillor asked."})
    assert "Called off by Olga Officer: A councillor asked." in words(as_officer.get(LIST))
    assert "Nobody was drawn." in words(as_officer.get(page_of(recheck)))


def test_started_check_cannot_be_called_off(as_officer, recheck, time_machine_at):
    time_machine_at(START)
    address = reverse("call_off_recheck", args=[recheck.pk])
    told = words(as_officer.post(address, {"reason": "Late."}))
    assert "It can no longer be called off." in told


# -- What came of it ------------------------------------------------------------------------------
def test_officer_writes_what_came_of_it_and_corrects_it(as_officer, drawn, time_machine_at):
    time_machine_at(AFTER)
    driver = drawn.drivers.first()
    as_officer.post(record_page(driver), {"outcome": "not_reached", "corrects": ""})
    assert "Not reached" in words(as_officer.get(page_of(drawn.recheck)))
    form = as_officer.get(record_page(driver)).context["form"]
    corrected = {"outcome": "follow_up", "note": "No badge.", "corrects": form["corrects"].value()}
    as_officer.post(record_page(driver), corrected)
    shown = words(as_officer.get(page_of(drawn.recheck)))
    assert "Seen, something to follow up: No badge. (Olga Officer" in shown
    assert RecheckOutcome.objects.count() == 2


def test_second_entry_that_corrects_nothing_is_refused(as_officer, drawn, officer):
    driver = drawn.drivers.first()
    record_outcome(driver=driver, outcome="in_order", by=officer, now=NOON)
    for sent in ("", "no key", "9" * 40):
        told = words(
            as_officer.post(record_page(driver), {"outcome": "not_reached", "corrects": sent})
        )
        assert "Somebody has written something about this driver meanwhile." in told
    assert RecheckOutcome.objects.count() == 1


def test_something_to_follow_up_needs_words(as_officer, drawn):
    driver = drawn.drivers.first()
    told = words(as_officer.post(record_page(driver), {"outcome": "follow_up", "corrects": ""}))
    assert "Say it in your own words." in told


def test_known_driver_is_neither_named_nor_recorded_by_whoever_knows_them(
    as_officer, officer, drawn, licences, time_machine_at
):
    known, other = licences
    declare_interest(user=officer, learner=known.holder, reason="A cousin.", now=NOON)
    time_machine_at(AFTER)
    shown = words(as_officer.get(page_of(drawn.recheck)))
    assert HIDDEN in shown
    assert known.full_name not in shown
    assert known.number not in shown
    assert other.full_name in shown
    driver = drawn.drivers.get(licence=known)
    assert as_officer.get(record_page(driver)).status_code == 404
    assert as_officer.post(record_page(driver), {"outcome": "in_order"}).status_code == 404


def test_licence_that_an_undone_import_took_away_names_nobody(
    as_officer, recheck, licences, time_machine_at
):
    drawn = RecheckList.objects.create(
        recheck=recheck, seed=unseal(recheck.sealed_seed), known_at=START, population=1,
        population_digest="0" * 64, drawn_at=AFTER,
    )  # fmt: skip
    drawn.drivers.create(place=1, number="PH-GONE", full_name="Gone Driver", kind="dual")
    time_machine_at(AFTER)
    shown = words(as_officer.get(page_of(recheck)))
    assert "taken out of the register when an import was undone" in shown
    assert "Gone Driver" not in shown


def test_outcome_is_on_the_time_line_of_the_driver(as_officer, officer, drawn):
    driver = drawn.drivers.first()
    first = record_outcome(driver=driver, outcome="not_reached", by=officer, now=NOON)
    record_outcome(
        driver=driver, outcome="follow_up", note="No badge.", corrects=first, by=officer, now=NOON
    )
    shown = words(
        as_officer.get(reverse("staff_driver", args=[driver.licence_id]), {"kind": "rechecks"})
    )
    for told in ("Not reached", "No badge.", "Corrects what was written before."):
        assert told in shown
    assert page_of(drawn.recheck) in shown


def test_outcome_is_not_told_of_whoever_has_the_number_next(as_officer, officer, drawn):
    driver = drawn.drivers.first()
    record_outcome(driver=driver, outcome="not_reached", by=officer, now=AFTER)
    address = reverse("staff_driver", args=[driver.licence_id])
    assert page_of(drawn.recheck) in words(as_officer.get(address, {"kind": "rechecks"}))
    hand_over(driver.licence, officer, recorded_at=AFTER + timedelta(days=1))
    assert page_of(drawn.recheck) not in words(as_officer.get(address, {"kind": "rechecks"}))


# -- Who may --------------------------------------------------------------------------------------
def test_auditor_reads_and_changes_nothing(client, authority, drawn, time_machine_at):
    client.force_login(member("auditor", authority))
    time_machine_at(AFTER)
    shown = words(client.get(page_of(drawn.recheck)))
    assert "Driver 101" in shown
    assert "Write what came of it" not in shown
    assert "Plan a check" not in words(client.get(LIST))
    assert client.get(NEW).status_code == 302  # To the staff home, with a message.
    assert send_plan(client, authority).status_code == 302
    assert Recheck.objects.count() == 1
    call_off = reverse("call_off_recheck", args=[drawn.recheck.pk])
    assert client.get(call_off).status_code == 404
    assert client.get(record_page(drawn.drivers.first())).status_code == 404


@pytest.mark.parametrize("role", ["author", "reviewer"])
def test_trainers_find_no_checks(client, authority, recheck, role):
    client.force_login(member(role, authority))
    assert client.get(LIST).status_code == 302
    assert client.get(page_of(recheck)).status_code == 302


def test_other_council_finds_nothing(client, other_authority, drawn, time_machine_at):
    client.force_login(member("officer", other_authority))
    time_machine_at(AFTER)
    assert page_of(drawn.recheck) not in words(client.get(LIST))
    driver = drawn.drivers.first()
    for address in (
        page_of(drawn.recheck),
        reverse("call_off_recheck", args=[drawn.recheck.pk]),
        record_page(driver),
    ):
        assert client.get(address).status_code == 404
        assert client.post(address, {}).status_code in {404, 405}


def test_menu_leads_to_the_checks(as_officer):
    assert LIST in words(as_officer.get(reverse("wagtailadmin_home")))


# -- Questions to the database --------------------------------------------------------------------
@pytest.mark.parametrize("how_many", [1, 6])
def test_list_of_checks_asks_the_same_however_many_there_are(
    as_officer, authority, officer, how_many, django_assert_num_queries
):
    for number in range(how_many):
        recheck = plan(authority, officer, purpose=f"{number}")
    call_off_recheck(recheck=recheck, reason="No staff.", by=officer, now=NOON)
    as_officer.get(LIST)
    with django_assert_num_queries(16):
        as_officer.get(LIST)


@pytest.mark.parametrize("how_many", [1, 6])
def test_page_of_a_check_asks_the_same_however_many_were_drawn(
    as_officer, authority, officer, how_many, django_assert_num_queries, time_machine_at
):
    for number in range(how_many):
        make_licence(authority, f"PH-{number}")
    drawn = draw_recheck(recheck=plan(authority, officer, how_many=6), now=AFTER)
    for driver in drawn.drivers.all():
        record_outcome(driver=driver, outcome="in_order", by=officer, now=AFTER)
    time_machine_at(AFTER)
    as_officer.get(page_of(drawn.recheck))
    with django_assert_num_queries(20):
        as_officer.get(page_of(drawn.recheck))


def test_long_lists_come_in_pages(as_officer, authority, officer, time_machine_at):
    for number in range(51):
        make_licence(authority, f"PH-{number}")
    drawn = draw_recheck(recheck=plan(authority, officer, how_many=60), now=AFTER)
    time_machine_at(AFTER)
    assert "Next page" in words(as_officer.get(page_of(drawn.recheck)))
    second = as_officer.get(page_of(drawn.recheck), {"page": 2})
    assert [driver.place for driver in second.context["page_obj"]] == [51]
