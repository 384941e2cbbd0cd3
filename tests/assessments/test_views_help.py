"""Asking for help with a test, and what became of it (R28)."""

import re

import pytest
from django.urls import reverse

from assessments import actions
from assessments.models import Adjustment
from tests.assessments.pages import start_url, text
from tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
HELP = "/tests/help/"
ASKED = {"needs": ["more_time", "reader"], "reason_class": "reading"}


def ask(learner, now, **fields):
    wanted = {"more_time": True, "breaks": False, "helps": [], "reason_class": "other", **fields}
    return actions.ask_for_adjustment(learner=learner, now=now, **wanted)


def decide(adjustment, now, decision, **fields):
    for name, value in fields.items():
        setattr(adjustment, name, value)
    adjustment.decision, adjustment.decided_by, adjustment.decided_at = decision, UserFactory(), now
    adjustment.save()


def items(page):
    return re.findall(r"<li> ?([^<]+?) ?</li>", page.split("<main")[1].split("</main>")[0])


# -- the action ---------------------------------------------------------------------------------
def test_what_is_asked_waits_for_an_officer(learner, now):
    asked = ask(learner, now, breaks=True, helps=["scribe", "reader"], reason_class="disability")
    assert list(Adjustment.objects.waiting()) == [asked]
    assert asked.extra_time == Adjustment.ExtraTime.QUARTER
    assert asked.break_minutes > 0
    assert asked.helps == ["reader", "scribe"]
    assert asked.reason_class == "disability"


def test_what_is_not_asked_is_not_noted(learner, now):
    asked = ask(learner, now, more_time=False, helps=["reader"])
    assert (asked.extra_time, asked.break_minutes) == (0, 0)


def test_what_only_waits_gives_nothing_yet(learner, now):
    ask(learner, now)
    assert not Adjustment.objects.granted_to(learner, now=now).exists()


def test_asking_again_while_one_waits_returns_that_one(learner, now):
    first = ask(learner, now, helps=["reader"])
    assert ask(learner, now, helps=["scribe"]) == first
    assert Adjustment.objects.get().helps == ["reader"]


def test_asking_again_after_a_decision_makes_another_request(learner, now):
    decide(ask(learner, now), now, "declined", note="Ask again with a letter.")
    ask(learner, now)
    assert Adjustment.objects.count() == 2


def test_asking_for_nothing_is_refused(learner, now):
    with pytest.raises(actions.AdjustmentRefused) as refusal:
        ask(learner, now, more_time=False)
    assert refusal.value.code == "asks_nothing"


# -- the page -----------------------------------------------------------------------------------
def test_address_is_the_published_one():
    assert reverse("test_help") == HELP


def test_start_page_leads_to_it(as_learner, rule, course):
    assert f'href="{HELP}"' in text(as_learner.get(start_url(course)))


def test_page_asks_what_and_why_and_for_no_diagnosis(as_learner):
    page = text(as_learner.get(HELP))
    assert page.count('type="checkbox"') == 7
    assert page.count('type="radio"') == 4
    assert "We do not need medical details." in page
    assert "<textarea" not in page


def test_sent_request_is_kept_and_shown(as_learner, learner):
    page = text(as_learner.post(HELP, ASKED, follow=True))
    assert "You asked for this help on 22 November 2026." in page
    assert items(page) == ["more time", "somebody reads the questions aloud"]
    asked = learner.adjustments.get()
    assert (asked.helps, asked.reason_class) == (["reader"], "reading")


@pytest.mark.parametrize(
    ("data", "error"),
    [
        ({}, "Choose what help you need"),
        ({"needs": ["more_time"]}, "Choose the nearest reason"),
        ({**ASKED, "needs": ["a car"]}, "Select a valid choice."),
    ],
    ids=["nothing", "no-reason", "made-up"],
)
def test_request_that_is_not_complete_is_sent_back(as_learner, learner, data, error):
    page = text(as_learner.post(HELP, data))
    assert error in page
    assert not learner.adjustments.exists()


def test_request_that_waits_cannot_be_changed(as_learner, learner, now):
    ask(learner, now)
    page = text(as_learner.get(HELP + "?again"))
    assert "has not decided yet" in page
    assert '<form method="post"' not in page.split("<main")[1]
    as_learner.post(HELP, ASKED)
    assert learner.adjustments.get().helps == []


def test_granted_help_is_told_as_it_was_granted(as_learner, learner, now):
    decide(ask(learner, now), now, "granted", extra_time=50, break_minutes=10, helps=["scribe"])
    page = text(as_learner.get(HELP))
    assert "Your council agreed to this help on 22 November 2026." in page
    granted = ["50% more time", "10 minutes for breaks", "somebody writes down the answers"]
    assert items(page) == granted


def test_declined_help_is_told_with_its_reason(as_learner, learner, now):
    decide(ask(learner, now), now, "declined", note="Please bring the form to the counter.")
    page = text(as_learner.get(HELP))
    assert "Your council did not agree to this help on 22 November 2026." in page
    assert "Please bring the form to the counter." in page


def test_help_that_has_ended_says_so(as_learner, learner, now):
    asked = ask(learner, now)
    decide(asked, now, "granted")
    asked.ended_at, asked.ended_by = now, UserFactory()
    asked.save()
    assert "This help ended on 22 November 2026." in text(as_learner.get(HELP))


def test_one_can_ask_again_after_a_decision(as_learner, learner, now):
    decide(ask(learner, now), now, "declined", note="No.")
    assert f'href="{HELP}?again"' in text(as_learner.get(HELP))
    assert 'type="checkbox"' in text(as_learner.get(HELP + "?again"))


def test_request_of_another_person_is_not_shown(client, learner, now, course):
    ask(learner, now)
    client.force_login(UserFactory())
    assert client.get(HELP).headers["Location"] == reverse("dashboard")
    client.logout()
    assert client.get(HELP).headers["Location"].startswith(reverse("account_login"))
