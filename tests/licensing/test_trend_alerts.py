"""Alerts on a change, from the records: noticed once, kept as they were, and looked into."""

import random
from datetime import date, timedelta

import pytest
from django.db import ProgrammingError, transaction

from licensing.actions import NoteRefused, note_alert, notice_changes
from licensing.models import TrendAlert
from licensing.tasks import notice_changes as notice_by_the_clock
from lms.schedule import BEAT_SCHEDULE
from tests.conftest import NOON
from tests.factories import staff
from tests.licensing.factories import make_certificate, make_licence, revoke
from tests.licensing.trending import group, sit, sit_many, week

pytestmark = pytest.mark.django_db
MONDAY = NOON + timedelta(days=1)  # When the clock looks at the week from 16 November.


@pytest.fixture
def licence(authority):
    return make_licence(authority, operator_reference="City Cars")


@pytest.fixture
def dip(licence, course):
    """Twelve weeks in which eight of ten passed, then one in which eight of 28 did."""
    for back in range(1, 13):
        sit_many(licence, course, week(back), passes=8, fails=2)
    sit_many(licence, course, week(0), passes=8, fails=20)


def noticed():
    alerts = TrendAlert.objects.order_by("pk")
    return [(one.measure, one.split, one.value, one.week_from) for one in alerts]


def test_week_that_stands_out_is_noticed_once(dip, authority):
    assert notice_changes(now=MONDAY) == 2
    assert notice_changes(now=MONDAY + timedelta(hours=1)) == 0

    (alert, first_tries) = TrendAlert.objects.order_by("pk")
    assert (alert.authority, alert.measure, first_tries.measure) == (
        authority,
        "results",
        "first_tries",
    )
    assert (alert.now_part, alert.now_whole, alert.before_part, alert.before_whole) == (
        8,
        28,
        96,
        120,
    )
    assert (alert.week_from, alert.rule_version) == (date(2026, 11, 16), 1)
    assert alert.chance < 0.001


def test_week_is_judged_when_it_is_over(dip):
    assert notice_changes(now=NOON) == 0


def test_week_is_judged_although_its_monday_was_missed(dip):
    assert notice_changes(now=MONDAY + timedelta(weeks=3)) == 2
    assert {week_from for *_, week_from in noticed()} == {date(2026, 11, 16)}


def test_part_that_is_all_there_is_is_not_told_twice(dip):
    notice_changes(now=MONDAY)

    assert {(split, value) for _, split, value, _ in noticed()} == {("", "")}


def test_change_in_one_part_alone_is_noticed(authority, course, licence):
    """One operator's drivers fail; those of another, far more, go on passing."""
    other = make_licence(authority, "PH-9", operator_reference="Abbey")
    group(authority, course, other.holder)
    for back in range(13):
        sit_many(other, course, week(back), passes=60, fails=15)
        now = back == 0
        sit_many(licence, course, week(back), passes=14 if now else 7, fails=14 if now else 0)
    notice_changes(now=MONDAY)

    assert ("results", "operator", "City Cars", date(2026, 11, 16)) in noticed()
    assert "Abbey" not in {value for _, _, value, _ in noticed()}


def test_rise_of_revocations_is_noticed(licence, course):
    for number in range(5):
        certificate = make_certificate(licence, course, passed_on=date(2025, 2, 1 + number))
        revoke(certificate, effective_on=date(2026, 11, 16), recorded_at=week(0))
    notice_changes(now=MONDAY)

    assert noticed() == [("certificates", "", "", date(2026, 11, 16))]


def test_other_authority_hears_nothing(dip, other_authority):
    notice_changes(now=MONDAY)

    assert not TrendAlert.objects.filter(authority=other_authority).exists()


@pytest.mark.parametrize("seed", range(3))
def test_steady_records_give_no_alert(licence, course, seed):
    chance = random.Random(seed)
    for back in range(16):
        passes = sum(chance.random() < 0.75 for _ in range(25))
        sit_many(licence, course, week(back), passes=passes, fails=25 - passes)

    assert notice_changes(now=MONDAY) == 0


def test_alert_stays_whatever_is_recorded_later(dip, licence, course):
    notice_changes(now=MONDAY)
    for number in range(100):
        sit(licence, course, week(0) + timedelta(minutes=number))
    notice_changes(now=MONDAY)

    assert TrendAlert.objects.filter(measure="results").get().now_whole == 28


def test_alert_cannot_be_changed(dip):
    notice_changes(now=MONDAY)

    with pytest.raises(ProgrammingError), transaction.atomic():
        TrendAlert.objects.update(now_part=20)


def test_clock_looks_once_a_week(at_noon):
    assert BEAT_SCHEDULE["notice-changes"]["task"] == notice_by_the_clock.name
    assert BEAT_SCHEDULE["notice-changes"]["schedule"].day_of_week == {1}
    notice_by_the_clock()
    assert noticed() == []


# -- Notes -----------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("role", "elsewhere", "text", "code"),
    [
        ("auditor", False, "A note.", "not_allowed"),
        ("officer", True, "A note.", "not_allowed"),
        ("officer", False, "  ", "no_text"),
    ],
)
def test_note_is_refused(dip, authority, other_authority, role, elsewhere, text, code):
    notice_changes(now=MONDAY)
    by = staff(role, other_authority if elsewhere else authority, NOON)

    with pytest.raises(NoteRefused) as refusal:
        note_alert(alert=TrendAlert.objects.first(), text=text, by=by, now=MONDAY)

    assert refusal.value.code == code
