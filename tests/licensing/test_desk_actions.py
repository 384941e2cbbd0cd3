"""What officers write down about drivers: who may, what a repeat does, and that it stays."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from licensing.actions import DeskRefused, end_next_action, log_contact, plan_next_action
from licensing.models import DriverContact, NextAction
from people.actions import declare_interest
from people.models import Licence
from tests.conftest import NOON
from tests.factories import UserFactory, staff
from tests.licensing.desk import hand_over
from tests.licensing.factories import make_licence

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)
TOLD = {
    "source": "councillor",
    "source_name": "Cora Councillor",
    "way": "phone",
    "contacted_at": NOON - timedelta(hours=2),
    "said": "Asked for the licence to be looked at again.",
    "asks_for_decision": True,
}


@pytest.fixture
def licence(authority):
    return make_licence(authority, full_name="Lee Lapsed")


@pytest.fixture
def officer(authority):
    return staff("officer", authority, NOON)


@pytest.fixture
def colleague(authority):
    return staff("officer", authority, NOON)


def plan(*licences, by, **said):
    given = {"what": "call", "owner": by, "due_on": TODAY, **said}
    return plan_next_action(licences=licences, by=by, now=NOON, today=TODAY, **given)


def log(licence, *, by, **told):
    return log_contact(licence=licence, by=by, now=NOON, **{**TOLD, **told})


def refusal(call, *args, **kwargs):
    with pytest.raises(DeskRefused) as caught, transaction.atomic():
        call(*args, **kwargs)
    return caught.value.code


# -- Next actions ---------------------------------------------------------------------------------
def test_plan_is_written_down_with_who_and_when(licence, officer, colleague):
    (entry,) = plan(licence, by=officer, owner=colleague, what="write", note=" Once more. ")
    assert (entry.what, entry.note, entry.owner, entry.due_on) == (
        "write", "Once more.", colleague, TODAY,
    )  # fmt: skip
    assert (entry.written_by, entry.written_at, entry.full_name) == (officer, NOON, "Lee Lapsed")


def test_later_entry_takes_the_place_of_the_earlier_which_stays(licence, officer):
    plan(licence, by=officer, what="write")
    plan(licence, by=officer, what="call")
    assert [entry.what for entry in NextAction.objects.order_by("pk")] == ["write", "call"]
    assert [entry.what for entry in NextAction.objects.latest_entries()] == ["call"]


def test_same_plan_twice_is_one_entry(licence, officer):
    assert plan(licence, by=officer) == plan(licence, by=officer)
    assert NextAction.objects.count() == 1


def test_several_drivers_are_planned_at_once(authority, licence, officer):
    other = make_licence(authority, "PH-1005")
    plan(licence, by=officer)
    entries = plan(licence, other, by=officer)
    assert [entry.licence for entry in entries] == [licence, other]
    assert NextAction.objects.count() == 2


def test_several_drivers_are_all_planned_or_none(licence, other_authority, officer):
    assert refusal(plan, licence, make_licence(other_authority), by=officer) == "not_allowed"
    assert not NextAction.objects.exists()


@pytest.mark.parametrize("role", ["auditor", "author", "reviewer", "councillor"])
def test_only_officers_write(authority, licence, role):
    somebody = staff(role, authority, NOON)
    assert refusal(plan, licence, by=somebody) == "not_allowed"
    assert refusal(log, licence, by=somebody) == "not_allowed"


def test_platform_administrator_does_not_write(licence):
    admin = UserFactory(is_superuser=True)
    assert refusal(plan, licence, by=admin) == "not_allowed"
    assert refusal(log, licence, by=admin) == "not_allowed"


def test_whoever_knows_the_driver_writes_nothing(licence, officer):
    declare_interest(user=officer, learner=licence.holder, reason="My cousin.", now=NOON)
    assert refusal(plan, licence, by=officer) == "not_allowed"
    assert refusal(log, licence, by=officer) == "not_allowed"


def test_nobody_writes_about_themselves(licence, officer):
    licence.holder.user = officer
    licence.holder.save()
    assert refusal(plan, licence, by=officer) == "not_allowed"
    assert refusal(log, licence, by=officer) == "not_allowed"


def test_nothing_is_given_to_whoever_knows_the_driver(licence, officer, colleague):
    declare_interest(user=colleague, learner=licence.holder, reason="My cousin.", now=NOON)
    assert refusal(plan, licence, by=officer, owner=colleague) == "owners_interest"


def test_nothing_is_given_to_an_officer_of_another_authority(licence, officer, other_authority):
    other = staff("officer", other_authority, NOON)
    assert refusal(plan, licence, by=officer, owner=other) == "not_an_officer"


@pytest.mark.parametrize("days", [-1, 367])
def test_day_in_the_past_or_far_off_is_refused(licence, officer, days):
    day = TODAY + timedelta(days=days)
    assert refusal(plan, licence, by=officer, due_on=day) == "wrong_day"


def test_something_else_is_said_in_words(licence, officer):
    assert refusal(plan, licence, by=officer, what="other", note="  ") == "no_words"


def test_done_is_an_entry_of_its_own_and_a_repeat_gives_it_back(licence, officer, colleague):
    (planned,) = plan(licence, by=officer)
    done = end_next_action(action=planned, state="done", by=colleague, now=NOON)
    again = end_next_action(action=planned, state="cancelled", note="x", by=officer, now=NOON)
    assert (done.ends, done.state, done.written_by) == (planned, "done", colleague)
    assert again == done


def test_cancelling_says_why(licence, officer):
    (planned,) = plan(licence, by=officer)
    assert refusal(end_next_action, action=planned, state="cancelled", by=officer, now=NOON) == (
        "no_words"
    )


def test_what_was_replaced_is_not_ended(licence, officer):
    (first,) = plan(licence, by=officer, what="write")
    plan(licence, by=officer, what="call")
    assert refusal(end_next_action, action=first, state="done", by=officer, now=NOON) == (
        "not_planned"
    )


def test_after_done_the_same_can_be_planned_anew(licence, officer):
    (planned,) = plan(licence, by=officer)
    end_next_action(action=planned, state="done", by=officer, now=NOON)
    (anew,) = plan(licence, by=officer)
    assert anew.pk != planned.pk


def test_nothing_of_it_touches_the_licence(licence, officer):
    before = Licence.objects.values().get(pk=licence.pk)
    (planned,) = plan(licence, by=officer, what="pass_on")
    end_next_action(action=planned, state="done", by=officer, now=NOON)
    log(licence, by=officer)
    assert Licence.objects.values().get(pk=licence.pk) == before


def test_what_was_written_of_an_earlier_holder_is_not_about_the_one_now(licence, officer):
    (planned,) = plan(licence, by=officer)
    log(licence, by=officer)
    hand_over(licence, officer)
    assert not NextAction.objects.about_holder().exists()
    assert not DriverContact.objects.about_holder().exists()
    assert refusal(end_next_action, action=planned, state="done", by=officer, now=NOON) == (
        "not_planned"
    )


# -- Contacts -------------------------------------------------------------------------------------
def test_contact_is_written_down(licence, officer):
    contact = log(licence, by=officer)
    assert (contact.source, contact.source_name, contact.asks_for_decision) == (
        "councillor", "Cora Councillor", True,
    )  # fmt: skip
    assert (contact.written_by, contact.written_at, contact.full_name) == (
        officer, NOON, "Lee Lapsed",
    )  # fmt: skip


def test_form_sent_twice_is_one_contact(licence, officer):
    assert log(licence, by=officer) == log(licence, by=officer)


def test_words_are_needed(licence, officer):
    assert refusal(log, licence, by=officer, said=" ") == "no_words"


def test_contact_is_not_in_the_future(licence, officer):
    later = NOON + timedelta(minutes=1)
    assert refusal(log, licence, by=officer, contacted_at=later) == "in_the_future"


def test_correction_names_the_entry_which_stays(licence, officer):
    first = log(licence, by=officer)
    second = log(licence, by=officer, said="They asked for nothing.", corrects=first)
    assert second.corrects == first
    first.refresh_from_db()
    assert first.said == TOLD["said"]


def test_correction_is_about_the_same_driver(authority, licence, officer):
    first = log(licence, by=officer)
    other = make_licence(authority, "PH-1005")
    assert refusal(log, other, by=officer, corrects=first) == "not_allowed"


def test_what_is_about_an_earlier_holder_is_not_corrected(licence, officer):
    first = log(licence, by=officer)
    hand_over(licence, officer)
    assert refusal(log, licence, by=officer, said="Else.", corrects=first) == "earlier_holder"


# -- They stay ------------------------------------------------------------------------------------
@pytest.mark.parametrize("write", [plan, log])
def test_database_keeps_what_was_written(licence, officer, write):
    written = write(licence, by=officer)
    entry = written[0] if isinstance(written, list) else written
    own = type(entry).objects.filter(pk=entry.pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        own.update(full_name="Somebody Else")
    with pytest.raises(DatabaseError), transaction.atomic():
        own.delete()
