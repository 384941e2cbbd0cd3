"""Licences of one council made another's: what each side answers, and what nobody can tell apart."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import DatabaseError, transaction

from licensing import feed
from licensing.actions import (
    advance_feed,
    hand_over_licences,
    relay_webhooks,
    run_again,
    run_compliance,
)
from licensing.answers import training_status, training_statuses, training_statuses_of
from licensing.compliance import compliance, statuses
from licensing.eligibility import Status, Training
from licensing.models import Delivery, Scope
from lms.records import INVARIANTS
from people.models import HandOver, Learner, Licence, LicenceClaim
from people.register import upsert_licence
from tests.factories import LONG_AGO, make_acceptance, make_requirement
from tests.licensing.factories import date_history, make_certificate, make_licence, revoke
from tests.licensing.histories import START, make_histories, some_day, some_moment
from tests.people.register_files import AMINA, exported

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 8, tzinfo=UTC)
TODAY, YESTERDAY, LATER = NOW.date(), date(2026, 11, 21), NOW + timedelta(days=30)
PASSED_ON = date(2025, 4, 3)


@pytest.fixture
def old(authority, requirement):
    """Its drivers are trained by the national rule."""
    return authority


@pytest.fixture
def new(other_authority):
    return other_authority


@pytest.fixture
def accepted(old, new, course):
    return make_acceptance(course, authority=new, from_authority=old)


@pytest.fixture
def driver(old):
    """Makes a licence of the old council that was in its register for years."""

    def driver(number, **fields):
        licence = make_licence(old, number, **fields)
        date_history()
        return licence

    return driver


@pytest.fixture
def trained(driver, course):
    licence = driver("PH-1", starts_on=date(2021, 5, 1), expires_on=date(2027, 4, 30))
    make_certificate(licence, course, passed_on=PASSED_ON)
    return licence


@pytest.fixture
def hand_over(old, new):
    """From the morning of 22 November on, the licences of the old council are the new one's."""

    def hand_over(*numbers, back=False, **options):
        sides = (new, old) if back else (old, new)
        report = hand_over_licences(
            from_authority=sides[0],
            to_authority=sides[1],
            **{"numbers": numbers or None, "by": None, "now": NOW, "today": TODAY, **options},
        )
        date_history(at=options.get("now", NOW))
        return report

    return hand_over


def met(authority, number, as_at=TODAY, known_at=LATER):
    status = training_status(authority=authority, number=number, as_at=as_at, known_at=known_at)
    return status is not None and status.training is Training.MET


def counted(authority, as_at=TODAY, known_at=LATER):
    found = compliance(authority_id=authority.pk, as_at=as_at, known_at=known_at)
    return found.numerator, found.denominator


def messages(report):
    return [(error.row, error.message) for error in report.errors]


# What each side answers


def test_driver_is_counted_by_each_council_on_its_own_days(old, new, trained, accepted, hand_over):
    hand_over()

    assert [counted(old, day) for day in (YESTERDAY, TODAY)] == [(1, 1), (0, 0)]
    assert [counted(new, day) for day in (YESTERDAY, TODAY)] == [(0, 0), (1, 1)]
    assert counted(old, TODAY, NOW - timedelta(seconds=1)) == (1, 1)
    assert counted(new, TODAY, NOW - timedelta(seconds=1)) == (0, 0)


def test_training_is_met_with_the_new_council_by_its_acceptance(
    old, new, trained, accepted, hand_over
):
    report = hand_over()
    status = training_status(authority=new, number="PH-1", as_at=TODAY, known_at=LATER)

    assert status.requirements[0].certificate.accepted_from == old.name
    assert (report.rows, report.people, report.met_before, report.met_after) == (1, 1, 1, 1)
    assert (report.lost, report.errors) == (0, ())


def test_every_earlier_answer_of_the_old_council_is_what_it_was(
    old, trained, course, accepted, hand_over
):
    revoke(trained.holder.certificates.get(), effective_on=YESTERDAY, recorded_at=NOW)
    questions = [
        {"as_at": day, "known_at": known_at}
        for day in (date(2024, 1, 1), PASSED_ON, YESTERDAY)
        for known_at in (NOW - timedelta(days=400), NOW - timedelta(hours=1), LATER)
    ]
    ask = lambda: [  # noqa: E731
        (training_status(authority=old, number="PH-1", **each), counted(old, **each))
        for each in questions
    ]
    before = ask()
    hand_over()

    assert ask() == before


def test_kept_answers_of_both_councils_are_given_again(old, new, trained, accepted, hand_over):
    make_licence(new, "WV-1")
    date_history()
    asked = {"as_at": YESTERDAY, "by": None, "now": NOW - timedelta(hours=1)}
    runs = [run_compliance(authority=authority, **asked) for authority in (old, new)]
    hand_over()

    assert [run_again(run=run, by=None, now=LATER).digest for run in runs] == [
        run.digest for run in runs
    ]


def test_driver_who_drove_before_a_rule_for_new_ones_is_not_new(
    old, new, driver, course, accepted, hand_over
):
    """The licence was renewed since, so that its present first day alone would say otherwise."""
    licence = driver("PH-1", starts_on=date(2019, 5, 1))
    Licence.objects.filter(pk=licence.pk).update(starts_on=date(2025, 5, 1))
    date_history(at=datetime(2025, 5, 1, tzinfo=UTC))
    make_requirement(course, authority=new, code="new-drivers", applies_to="new", licence_kinds=["private_hire"], effective_from=date(2022, 1, 1))  # fmt: skip
    hand_over()
    make_licence(new, "WV-9", starts_on=date(2025, 5, 1))
    date_history()
    codes = {
        number: sorted(found.code for found in status.requirements)
        for number, status in training_statuses(
            authority=new, numbers=["PH-1", "WV-9"], as_at=TODAY, known_at=LATER
        ).items()
    }

    assert codes == {"PH-1": ["safeguarding"], "WV-9": ["new-drivers", "safeguarding"]}
