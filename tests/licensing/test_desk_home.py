"""The staff home leads with the licensed and lapsed, for every officer, and the lists behind it."""

import csv
import io
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.admin.ui.components import Component

from licensing.models import NextAction
from licensing.wagtail_hooks.desk import lead_with_lapsed
from people.actions import declare_interest
from tests.conftest import NOON
from tests.factories import UserFactory
from tests.licensing.desk import member, words
from tests.licensing.factories import make_certificate, make_licence

pytestmark = pytest.mark.django_db

TODAY = NOON.date()
HOME = reverse("wagtailadmin_home")
LAPSED, NEVER = reverse("lapsed_drivers"), reverse("never_drivers")


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def officer(authority):
    return member("officer", authority, first_name="Olive", last_name="Officer")


@pytest.fixture
def as_officer(client, officer):
    client.force_login(officer)
    return client


def lapse(authority, course, number, *, days, **fields):
    licence = make_licence(authority, number, **fields)
    day = TODAY - timedelta(days=days)
    make_certificate(licence, course, passed_on=day - timedelta(days=900), valid_until=day)
    return licence


@pytest.fixture
def lapsed(authority, requirement, course):
    return lapse(authority, course, "PH-1004", days=20, full_name="Lee Lapsed")


def panels(response):
    return [panel.name for panel in response.context["panels"]]


# -- The staff home -------------------------------------------------------------------------------
@pytest.mark.parametrize("role", ["officer", "auditor"])
def test_both_panels_lead_the_home_in_this_order(client, authority, role):
    client.force_login(member(role, authority))
    assert panels(client.get(HOME))[:2] == ["licensed_and_lapsed", "never_trained"]


def test_home_shows_days_lapsed_and_that_nothing_is_planned(as_officer, lapsed):
    text = words(as_officer.get(HOME))
    assert "1 driver has a licence, and their training no longer counts." in text
    assert "Lee Lapsed" in text
    assert "20 <br> ended on 2 November 2026" in text
    assert "Nothing is planned" in text


def test_home_shows_the_oldest_first_and_no_more_than_a_few(
    as_officer, authority, requirement, course
):
    for days in range(1, 9):
        lapse(authority, course, f"PH-{days}", days=days, full_name=f"Driver {days}")
    text = words(as_officer.get(HOME))
    shown = [days for days in range(1, 9) if f"Driver {days}" in text]
    assert shown == [4, 5, 6, 7, 8]
    assert text.index("Driver 8") < text.index("Driver 4")
    assert "8 drivers have a licence" in text


def test_never_trained_stand_apart(as_officer, authority, requirement):
    make_licence(authority, "PH-1005", full_name="Nell Never")
    text = words(as_officer.get(HOME))
    lapsed, never = text.split('id="never-trained"')
    assert "Nobody. Every driver with a licence who was trained" in lapsed
    assert "Nell Never" in never


def test_panels_are_there_when_nobody_is_lapsed(as_officer):
    text = words(as_officer.get(HOME))
    assert 'id="licensed-and-lapsed"' in text
    assert 'id="never-trained"' in text


def test_panel_does_not_fold_and_cannot_be_dismissed(as_officer, lapsed):
    """Wagtail's panels have a button that folds them, and its banners one that dismisses them."""
    text = words(as_officer.get(HOME))
    start = text.index("<section", text.index('id="licensed-and-lapsed"') - 200)
    panel = text[start : text.index("</section>", start)]
    assert 'id="licensed-and-lapsed"' in panel
    assert "<button" not in panel
    assert "<details" not in panel
    assert "dismiss" not in panel


def test_no_other_hook_comes_after_and_takes_the_panel_away(rf, officer):
    class Other(Component):
        name, order = "other", 10

    request = rf.get(HOME)
    request.user = officer
    found = [Other()]
    lead_with_lapsed(request, found)
    assert min(found, key=lambda panel: panel.order).name == "licensed_and_lapsed"


@pytest.mark.parametrize("role", ["author", "reviewer"])
def test_trainers_do_not_see_the_panels(client, authority, lapsed, role):
    client.force_login(member(role, authority))
    assert "licensed_and_lapsed" not in panels(client.get(HOME))


def test_whom_the_officer_knows_is_not_on_the_home(as_officer, officer, lapsed):
    declare_interest(user=officer, learner=lapsed.holder, reason="A friend.", now=NOON)
    assert "Lee Lapsed" not in words(as_officer.get(HOME))


def test_home_costs_the_same_however_many_there_are(as_officer, authority, requirement, course):
    def price():
        with CaptureQueriesContext(connection) as asked:
            as_officer.get(HOME)
        return len(asked)

    as_officer.get(HOME)
    few = price()
    for number in range(12):
        lapse(authority, course, f"PH-{number}", days=number + 1)
        make_licence(authority, f"HC-{number}")
    assert price() == few <= 34


# -- The whole lists ------------------------------------------------------------------------------
def test_list_shows_who_has_it_to_do(as_officer, officer, lapsed):
    as_officer.post(
        reverse("plan_next_action", args=[lapsed.pk]),
        {"what": "call", "owner": officer.pk, "due_on": "2026-11-30"},
    )
    text = words(as_officer.get(LAPSED))
    assert "Call the driver" in text
    assert "Olive Officer <br> by 30 November 2026" in text


@pytest.mark.parametrize(
    ("query", "shown"),
    [("", True), ("owner=0", True), ("status=expired", True), ("status=revoked", False),
     ("status=odd", True), ("owner=odd", True), ("page=2", False), ("page=99999999999", True)],
)  # fmt: skip
def test_list_is_filtered(as_officer, lapsed, query, shown):
    assert ("Lee Lapsed" in words(as_officer.get(f"{LAPSED}?{query}"))) is shown


def test_list_is_filtered_by_owner(as_officer, officer, lapsed):
    assert "Lee Lapsed" not in words(as_officer.get(f"{LAPSED}?owner={officer.pk}"))


def test_list_comes_in_pages(as_officer, authority, requirement):
    for number in range(60):
        make_licence(authority, f"PH-{number}", full_name=f"Driver {number}.")
    first, second = as_officer.get(NEVER), as_officer.get(f"{NEVER}?page=2")
    assert len(first.context["rows"]), len(second.context["rows"]) == (50, 10)
    assert "Next page" in words(first)
    assert "Next page" not in words(second)


def rows_of(response):
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_list_is_downloaded(as_officer, lapsed):
    response = as_officer.get(reverse("lapsed_drivers_csv"))
    heading, row = rows_of(response)
    assert dict(zip(heading, row, strict=True)) == {
        "Licence number": "PH-1004",
        "Name": "Lee Lapsed",
        "State of the licence": "current",
        "Licensed since": "",
        "Training": "Ended",
        "Last day of training": "2026-11-02",
        "Days lapsed": "20",
        "Reminders sent": "0",
        "Last reminder": "",
        "Next action": "",
        "In words": "",
        "Who does it": "",
        "By when": "",
    }
    assert "Lee" not in response["Content-Disposition"]


def test_download_follows_the_filters_and_starts_no_formula(as_officer, authority, requirement):
    make_licence(authority, "PH-1005", full_name="=1+1", starts_on=date(2020, 5, 1))
    never = reverse("never_drivers_csv")
    _, row = rows_of(as_officer.get(never))
    assert row[:4] == ["PH-1005", "'=1+1", "current", "2020-05-01"]
    assert rows_of(as_officer.get(f"{never}?owner=77"))[1:] == []


@pytest.mark.parametrize("page", [LAPSED, NEVER, reverse("lapsed_drivers_csv")])
@pytest.mark.parametrize("role", ["author", "councillor"])
def test_lists_are_shut_to_others(client, authority, page, role):
    client.force_login(member(role, authority))
    response = client.get(page)
    assert response.status_code in {302, 403}
    assert not response.streaming


def test_platform_administrator_reads_one_authority_at_a_time(client, lapsed, other_authority):
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    own, other = (
        words(client.get(f"{LAPSED}?authority={authority.pk}"))
        for authority in (lapsed.authority, other_authority)
    )
    assert "Lee Lapsed" in own
    assert "Lee Lapsed" not in other


def test_officer_cannot_choose_another_authority(client, lapsed, other_authority):
    client.force_login(member("officer", other_authority))
    address = f"{LAPSED}?authority={lapsed.authority_id}"
    assert "Lee Lapsed" not in words(client.get(address))


def test_list_costs_the_same_however_many_there_are(as_officer, authority, lapsed, course):
    def price():
        with CaptureQueriesContext(connection) as asked:
            as_officer.get(LAPSED)
        return len(asked)

    as_officer.get(LAPSED)
    few = price()
    for number in range(12):
        lapse(authority, course, f"PH-{number}", days=number + 1)
    assert price() == few <= 22


# -- Several at once ------------------------------------------------------------------------------
def plan(client, licences, officer, **changed):
    data = {"what": "write", "owner": officer.pk, "due_on": "2026-11-30",
            "licence": [licence.pk for licence in licences]}  # fmt: skip
    return client.post(reverse("plan_next_actions"), {**data, **changed})


def test_ticked_drivers_get_the_same_next_action(as_officer, officer, authority, lapsed):
    other = make_licence(authority, "PH-1005")
    response = plan(as_officer, [lapsed, other], officer)
    assert response.url == LAPSED
    planned = NextAction.objects.values_list("licence", "what")
    assert set(planned) == {(lapsed.pk, "write"), (other.pk, "write")}


def test_ticked_driver_of_another_authority_is_nobody(as_officer, officer, other_authority):
    plan(as_officer, [make_licence(other_authority)], officer)
    assert not NextAction.objects.exists()


@pytest.mark.parametrize("key", ["9" * 20, "9" * 5000])
def test_what_can_be_no_key_chooses_nobody(as_officer, officer, lapsed, key):
    response = plan(as_officer, [], officer, licence=[key, str(lapsed.pk)])
    assert response.url == LAPSED
    assert list(NextAction.objects.values_list("licence", flat=True)) == [lapsed.pk]
    assert as_officer.get(LAPSED, {"authority": key, "owner": key}).status_code == 200


def test_fault_in_the_form_keeps_the_ticks(as_officer, officer, lapsed):
    response = plan(as_officer, [lapsed], officer, due_on="")
    text = words(response)
    assert "Choose a day" in text
    assert f'name="licence" value="{lapsed.pk}"' in text
    assert not NextAction.objects.exists()


def test_day_in_the_past_is_told_in_words(as_officer, officer, lapsed):
    text = words(plan(as_officer, [lapsed], officer, due_on="2026-11-01"))
    assert "Choose a day from today to a year from now." in text


def test_auditor_ticks_nothing(client, authority, officer, lapsed):
    client.force_login(member("auditor", authority))
    assert "plan_next_actions" not in words(client.get(LAPSED))
    assert plan(client, [lapsed], officer).status_code == 302
    assert not NextAction.objects.exists()
