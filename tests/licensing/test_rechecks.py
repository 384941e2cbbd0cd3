"""Unannounced checks: planned under a seed, drawn at the start and not before, recorded once."""

import io
import logging
from datetime import timedelta

import pgtrigger
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction

from licensing.actions import (
    RecheckRefused,
    call_off_recheck,
    differences,
    draw_due,
    draw_recheck,
    record_outcome,
)
from licensing.drawing import commitment, draw, population_digest
from licensing.models import DrawnDriver, Recheck, RecheckCallOff, RecheckList, RecheckOutcome
from licensing.models.rechecks import MOST
from licensing.tasks import draw_rechecks
from people.actions import declare_interest
from people.models import Licence
from tests.certificates.together import together
from tests.conftest import NOON
from tests.factories import AuthorityFactory, UserFactory, staff
from tests.licensing.desk import hand_over
from tests.licensing.factories import date_history, make_licence
from tests.licensing.rechecks import START, plan

AFTER = START + timedelta(minutes=1)
SECOND = timedelta(seconds=1)


@pytest.fixture
def officer(authority):
    return staff("officer", authority, NOON)


@pytest.fixture
def licences(authority):
    made = [make_licence(authority, f"PH-{number}") for number in range(1, 7)]
    date_history()
    return made


@pytest.fixture
def recheck(authority, officer, licences):
    return plan(authority, officer)


@pytest.fixture
def drawn(recheck):
    return draw_recheck(recheck=recheck, now=AFTER)


@pytest.fixture
def driver(drawn):
    return drawn.drivers.get(place=1)


def refusal(call, *args, **kwargs):
    with pytest.raises(RecheckRefused) as caught, transaction.atomic():
        call(*args, **kwargs)
    return caught.value.code


def numbers(drawn):
    return list(drawn.drivers.values_list("number", flat=True))


def population(authority, officer, **planned):
    """The numbers that a check of everybody falls on."""
    recheck = plan(authority, officer, how_many=MOST, **planned)
    return sorted(numbers(draw_recheck(recheck=recheck, now=AFTER)))


# -- Planning -------------------------------------------------------------------------------------
def test_plan_tells_the_fingerprint_of_a_seed_and_not_the_seed(recheck):
    columns = Recheck.objects.filter(pk=recheck.pk).values().get()
    drawn = draw_recheck(recheck=recheck, now=AFTER)
    assert recheck.commitment == commitment(drawn.seed)
    assert not any(drawn.seed in str(value) for value in columns.values())


def test_each_plan_has_a_seed_of_its_own(authority, officer):
    assert len({plan(authority, officer, purpose=f"{n}").commitment for n in range(5)}) == 5


def test_nobody_is_drawn_when_a_check_is_planned(recheck):
    assert not DrawnDriver.objects.exists()
    assert not RecheckList.objects.exists()


def test_same_plan_twice_is_one_check(authority, officer, recheck):
    assert plan(authority, officer) == recheck
    assert plan(authority, officer, how_many=3) != recheck


def test_check_may_start_at_once(authority, officer, licences):
    recheck = plan(authority, officer, starts_at=NOON)
    assert len(numbers(draw_recheck(recheck=recheck, now=NOON))) == 2


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"how_many": 0}, "how_many"),
        ({"how_many": MOST + 1}, "how_many"),
        ({"licence_kinds": []}, "no_kinds"),
        ({"licence_kinds": ["rickshaw"]}, "no_kinds"),
        ({"purpose": "  "}, "no_words"),
        ({"starts_at": NOON - SECOND}, "past_start"),
        ({"starts_at": NOON + timedelta(days=367)}, "far_start"),
    ],
)
def test_plan_that_makes_no_sense_is_refused(authority, officer, changed, code):
    assert refusal(plan, authority, officer, **changed) == code


@pytest.mark.parametrize("role", ["auditor", "author", "reviewer", "councillor"])
def test_only_officers_plan(authority, role):
    assert refusal(plan, authority, staff(role, authority, NOON)) == "not_allowed"


def test_nobody_plans_for_another_authority(other_authority, officer):
    assert refusal(plan, other_authority, officer) == "not_allowed"


# -- The draw -------------------------------------------------------------------------------------
def test_nothing_is_drawn_before_the_start(recheck):
    before = START - timedelta(microseconds=1)
    assert refusal(draw_recheck, recheck=recheck, now=before) == "not_started"
    assert draw_due(now=before) == 0
    assert not DrawnDriver.objects.exists()


def test_list_is_what_the_seed_says_of_the_numbers(drawn, licences):
    everybody = [licence.number for licence in licences]
    expected = draw(everybody, seed=drawn.seed, how_many=2)
    assert tuple(numbers(drawn)) == expected.numbers
    assert (drawn.population, drawn.population_digest) == (6, population_digest(everybody))


def test_drawing_again_gives_the_same_list(recheck, drawn):
    assert draw_recheck(recheck=recheck, now=AFTER + SECOND) == drawn
    assert DrawnDriver.objects.count() == 2


def test_sweep_draws_what_has_started_and_nothing_else(authority, officer, recheck):
    later = plan(authority, officer, starts_at=AFTER + SECOND)
    off = plan(authority, officer, purpose="Called off.")
    call_off_recheck(recheck=off, reason="No staff.", by=officer, now=NOON)
    assert draw_due(now=AFTER) == 1
    assert draw_due(now=AFTER) == 0
    assert [one.recheck for one in RecheckList.objects.all()] == [recheck]
    assert Recheck.objects.due(at=AFTER + SECOND).get() == later


def test_task_draws_by_the_clock(recheck, time_machine_at):
    time_machine_at(AFTER)
    draw_rechecks()
    assert recheck.drawn.drawn_at == AFTER


def test_seed_that_cannot_be_read_keeps_no_other_back(
    authority, officer, recheck, settings, caplog
):
    settings.SECRET_KEY = "another key than the seed was sealed with"
    readable = plan(authority, officer, purpose="Planned since.")
    caplog.set_level(logging.ERROR)
    assert draw_due(now=AFTER) == 1
    assert readable.drawn
    assert caplog.messages == [f"Unannounced check {recheck.pk} cannot be drawn: sealed"]


def test_drawn_are_licences_current_at_the_start_in_their_term_and_of_the_kinds(
    authority, other_authority, officer
):
    day = START.date()
    make_licence(authority, "PH-1")
    make_licence(authority, "PH-2", starts_on=day, expires_on=day)
    make_licence(authority, "PH-3", expires_on=day - timedelta(days=1))
    make_licence(authority, "PH-4", starts_on=day + timedelta(days=1))
    make_licence(authority, "PH-5", state=Licence.State.SUSPENDED)
    make_licence(authority, "HC-6", kind=Licence.Kind.HACKNEY_CARRIAGE)
    make_licence(authority, "PH-7", holder=None, held_from=None)
    make_licence(other_authority, "PH-8")
    make_licence(authority, "PH-9", created_at=AFTER)
    date_history()
    assert population(authority, officer, licence_kinds=["private_hire"]) == [
        "PH-1", "PH-2", "PH-7",
    ]  # fmt: skip


def test_list_goes_by_the_register_at_the_start_however_late_it_is_drawn(
    authority, officer, licences
):
    first, second, *_ = licences
    first.state = Licence.State.SURRENDERED
    first.save()
    date_history(at=START - SECOND)
    second.state = Licence.State.SURRENDERED
    second.save()
    date_history(at=START + SECOND)
    recheck = plan(authority, officer, how_many=MOST)
    drawn = draw_recheck(recheck=recheck, now=START + timedelta(days=2))
    assert sorted(numbers(drawn)) == ["PH-2", "PH-3", "PH-4", "PH-5", "PH-6"]


def test_licence_that_an_undone_import_took_away_since_the_start_is_drawn_all_the_same(
    authority, officer, licences
):
    with pgtrigger.ignore("people.Licence:licence_kept"):
        licences[0].delete()
    date_history(at=START + SECOND)
    drawn = draw_recheck(recheck=plan(authority, officer, how_many=MOST), now=AFTER)
    assert [driver.licence for driver in drawn.drivers.filter(number="PH-1")] == [None]
    assert drawn.population == 6
    assert differences(drawn) == []


def test_nobody_licensed_gives_an_empty_list(authority, officer):
    drawn = draw_recheck(recheck=plan(authority, officer), now=AFTER)
    assert (numbers(drawn), drawn.population) == ([], 0)


def test_several_at_the_same_moment_draw_one_list(own_database):
    authority = AuthorityFactory()
    for number in range(5):
        make_licence(authority, f"PH-{number}")
    recheck = plan(authority, staff("officer", authority, NOON))
    lists = together(lambda: draw_recheck(recheck=recheck, now=AFTER).pk, times=4)
    assert len(set(lists)) == 1
    assert DrawnDriver.objects.count() == 2


# -- Drawing again --------------------------------------------------------------------------------
def redraw(recheck):
    written = io.StringIO()
    call_command("redraw_checks", "--draw", str(recheck.pk), stdout=written)
    return written.getvalue()


def test_drawing_again_later_is_the_same_whatever_the_register_says_since(
    authority, recheck, drawn, licences
):
    for licence in licences[:3]:
        licence.state = Licence.State.REVOKED
        licence.full_name = "Another Name"
        licence.save()
    make_licence(authority, "PH-99", created_at=AFTER)
    date_history(at=AFTER)
    assert differences(drawn) == []
    assert redraw(recheck) == "Same: 2 drivers, drawn from 6 licences.\n"


def without_triggers(statement):
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement)
        cursor.execute("SET session_replication_role = DEFAULT")


@pytest.mark.parametrize(
    ("harm", "found", "words"),
    [
        ("UPDATE licensing_recheck SET commitment = repeat('0', 64)", ["seed"], "the seed is not"),
        ("UPDATE licensing_rechecklist SET population = 7", ["population"], "current then"),
        (
            "UPDATE people_licenceevent SET state = 'applicant'",
            ["population", "order"],
            "current then",
        ),
        ("UPDATE licensing_drawndriver SET place = 3 WHERE place = 1", ["order"], "on the list"),
        ("DELETE FROM licensing_drawndriver WHERE place = 2", ["order"], "on the list"),
    ],
)
def test_whatever_was_tampered_with_is_found(recheck, drawn, harm, found, words):
    without_triggers(harm)
    drawn = RecheckList.objects.get()
    assert differences(drawn) == found
    with pytest.raises(CommandError, match=words) as refused:
        redraw(recheck)
    assert refused.value.returncode == 1


def test_command_refuses_a_check_without_a_list_and_knows_no_other(recheck):
    with pytest.raises(CommandError, match="has no list") as refused:
        redraw(recheck)
    assert refused.value.returncode == 1
    with pytest.raises(CommandError, match="There is no check") as wrong:
        call_command("redraw_checks", "--draw", "0")
    assert wrong.value.returncode == 2


# -- Calling off ----------------------------------------------------------------------------------
def test_call_off_is_on_record_and_a_repeat_changes_nothing(recheck, officer):
    first = call_off_recheck(recheck=recheck, reason=" No staff. ", by=officer, now=NOON)
    again = call_off_recheck(recheck=recheck, reason="Other.", by=officer, now=AFTER)
    assert again == first
    assert (first.reason, first.called_off_by, first.called_off_at) == ("No staff.", officer, NOON)
    assert refusal(draw_recheck, recheck=recheck, now=AFTER) == "called_off"


def test_nothing_is_called_off_after_its_start_or_without_a_reason(recheck, officer):
    off = {"recheck": recheck, "by": officer}
    assert refusal(call_off_recheck, reason="Late.", now=START, **off) == "started"
    assert refusal(call_off_recheck, reason=" ", now=NOON, **off) == "no_words"


def test_nobody_else_calls_off(authority, other_authority, recheck):
    for somebody in (
        staff("auditor", authority, NOON),
        staff("officer", other_authority, NOON),
        UserFactory(is_superuser=True),
    ):
        off = {"recheck": recheck, "reason": "Pressure.", "by": somebody, "now": NOON}
        assert refusal(call_off_recheck, **off) == "not_allowed"


# -- What came of it ------------------------------------------------------------------------------
def test_outcome_is_written_once_and_a_repeat_is_the_same_entry(driver, officer):
    said = {"driver": driver, "outcome": "in_order", "by": officer}
    first = record_outcome(now=AFTER, **said)
    assert record_outcome(now=AFTER + SECOND, **said) == first
    assert (first.written_by, first.written_at) == (officer, AFTER)
    other = {**said, "outcome": "not_reached"}
    assert refusal(record_outcome, now=AFTER, **other) == "recorded"


def test_correction_is_a_further_entry(driver, officer):
    first = record_outcome(driver=driver, outcome="not_reached", by=officer, now=AFTER)
    second = record_outcome(
        driver=driver, outcome="follow_up", note="No badge.", corrects=first, by=officer, now=AFTER
    )
    assert list(driver.outcomes.all()) == [second, first]
    late = {"driver": driver, "outcome": "in_order", "corrects": first}
    assert refusal(record_outcome, by=officer, now=AFTER, **late) == "recorded"


def test_something_to_follow_up_is_said(driver, officer):
    said = {"driver": driver, "outcome": "follow_up", "note": " "}
    assert refusal(record_outcome, by=officer, now=AFTER, **said) == "no_words"


def test_whoever_knows_the_driver_records_nothing_and_the_driver_stays_drawn(driver, officer):
    declare_interest(user=officer, learner=driver.licence.holder, reason="A cousin.", now=NOON)
    said = {"driver": driver, "outcome": "in_order"}
    assert refusal(record_outcome, by=officer, now=AFTER, **said) == "not_allowed"
    assert DrawnDriver.objects.filter(pk=driver.pk).exists()


def test_nobody_records_about_themselves(driver, officer):
    holder = driver.licence.holder
    holder.user = officer
    holder.save()
    said = {"driver": driver, "outcome": "in_order"}
    assert refusal(record_outcome, by=officer, now=AFTER, **said) == "not_allowed"


def test_nobody_else_records(authority, other_authority, driver):
    said = {"driver": driver, "outcome": "in_order"}
    for somebody in (
        staff("auditor", authority, NOON),
        staff("officer", other_authority, NOON),
        UserFactory(is_superuser=True),
    ):
        assert refusal(record_outcome, by=somebody, now=AFTER, **said) == "not_allowed"


# -- What the database itself refuses -------------------------------------------------------------
def refused_by_database(make):
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        make()
    return str(caught.value)


@pytest.fixture
def list_of(recheck):
    """A list as some other program would write it, with one thing changed."""
    seed = draw_seed(recheck)
    given = {"recheck": recheck, "seed": seed, "known_at": START, "population": 6}

    def make(**changed):
        digest = {"population_digest": "0" * 64}
        return RecheckList.objects.create(**{**given, **digest, "drawn_at": AFTER, **changed})

    return make


def draw_seed(recheck):
    """The seed, told by a list that is taken back."""
    with transaction.atomic():
        seed = draw_recheck(recheck=recheck, now=AFTER).seed
        transaction.set_rollback(True)
    return seed


def test_database_takes_no_list_before_the_start_nor_with_another_seed(list_of):
    assert "not started" in refused_by_database(lambda: list_of(drawn_at=START - SECOND))
    assert "not its seed" in refused_by_database(lambda: list_of(seed="0" * 64))
    assert list_of().pk


def test_database_takes_no_list_before_the_start_by_its_own_clock(authority, officer):
    """Even where whoever writes it says that it is later."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        (clock,) = cursor.fetchone()
    ahead = max(clock, NOON) + timedelta(days=200)
    recheck = plan(authority, officer, starts_at=ahead, now=ahead)
    told = refused_by_database(lambda: draw_recheck(recheck=recheck, now=ahead))
    assert "has not started" in told


def test_database_takes_one_list_and_none_of_what_was_called_off(list_of, recheck, officer):
    call_off_recheck(recheck=recheck, reason="No staff.", by=officer, now=NOON)
    assert "called off" in refused_by_database(list_of)


def test_database_calls_nothing_off_that_has_started(recheck, officer):
    def off(moment):
        return RecheckCallOff.objects.create(
            recheck=recheck, reason="Late.", called_off_by=officer, called_off_at=moment
        )

    assert "has started" in refused_by_database(lambda: off(START))
    draw_recheck(recheck=recheck, now=AFTER)
    assert "has started" in refused_by_database(lambda: off(NOON))


def test_database_takes_no_driver_beyond_those_to_be_drawn(drawn, licences):
    more = {"drawn": drawn, "number": "PH-X", "full_name": "X", "kind": "private_hire"}
    assert "no more drivers" in refused_by_database(
        lambda: DrawnDriver.objects.create(place=3, licence=licences[0], **more)
    )


def test_database_takes_a_correction_of_the_same_driver_alone(drawn, driver, officer):
    first = record_outcome(driver=driver, outcome="in_order", by=officer, now=AFTER)
    other = drawn.drivers.get(place=2)
    assert "same driver" in refused_by_database(
        lambda: RecheckOutcome.objects.create(
            driver=other, outcome="in_order", corrects=first, written_by=officer, written_at=AFTER
        )
    )


def test_number_that_was_handed_over_is_still_recorded_about(driver, officer):
    hand_over(driver.licence, officer)
    entry = record_outcome(driver=driver, outcome="not_licensed", by=officer, now=AFTER)
    assert entry.driver.full_name == driver.full_name
