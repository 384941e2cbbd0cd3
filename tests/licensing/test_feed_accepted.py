"""The feed of an authority that accepts certificates of another: it ends with that one's status."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from training_status.records import Records

from certificates.models import Certificate
from licensing import answers, feed
from licensing.actions import advance_feed, approve_acceptance
from licensing.cursor import START
from licensing.eligibility import Training
from licensing.models import Acceptance, FeedEvent, WaitingElsewhere
from lms.records.feed import INVARIANTS
from people.models import Membership
from tests.factories import LearnerFactory, UserFactory, make_acceptance, staff
from tests.licensing.factories import make_certificate, make_licence, reinstate, revoke

pytestmark = pytest.mark.django_db

PASSED_ON = date(2025, 4, 3)  # Renewable from 4 January 2028, valid until 3 April 2028.
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODAY = date(2026, 11, 22)


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00:00+00:00")


def read(authority, after=START, *, now=NOW):
    advance_feed(authority_id=authority.pk, now=now)
    return feed.read(authority_id=authority.pk, after=after)


def types(page):
    return [event["type"] for event in page.events]


@pytest.fixture
def away(authority, other_authority, requirement):
    """A licence of the council that accepts; its holder trains and is licensed at the other."""
    home = make_licence(authority, "NB-1")
    return make_licence(other_authority, "WV-1", holder=home.holder)


@pytest.fixture
def accept(authority, other_authority, course):
    def accept(**fields):
        between = {"authority": other_authority, "from_authority": authority}
        return make_acceptance(course, **{**between, **fields})

    return accept


@pytest.fixture
def train(authority, away, course):
    def train(passed_on=PASSED_ON, **fields):
        return make_certificate(away, course, passed_on=passed_on, authority=authority, **fields)

    return train


@pytest.fixture
def change(authority, other_authority, course):
    """Two officers of the council put another rule in its place, from a day."""
    people = [staff(Membership.Role.OFFICER, other_authority, NOW) for _ in range(2)]

    def change(*, now=NOW, **fields):
        rule = Acceptance.objects.create(
            authority=other_authority,
            from_authority=authority,
            course=course,
            reason="Test",
            proposed_by=people[0],
            proposed_at=now,
            **{"effective_from": now.date(), "requirements": ["safeguarding"], **fields},
        )
        return approve_acceptance(rule=rule, by=people[1], now=now)

    return change


def test_accepted_certificate_is_told_with_the_term_and_number_it_has_here(
    other_authority, accept, train
):
    accept(months=24)
    certificate = train()
    (event,) = read(other_authority).events

    assert (event["type"], event["sequence"], event["licence_numbers"]) == (
        "certificate.issued",
        1,
        ["WV-1"],
    )
    assert event["certificate"] == {
        "reference": certificate.reference,
        "passed_on": "2025-04-03",
        "valid_until": "2027-04-03",
        "renew_from": "2027-01-03",
        "course": "Safeguarding",
        "replaces": None,
    }


def test_each_council_has_events_of_its_own(authority, other_authority, accept, train):
    accept()
    train()
    mine, theirs = read(authority).events, read(other_authority).events

    assert [event["licence_numbers"] for event in (*mine, *theirs)] == [["NB-1"], ["WV-1"]]
    assert mine[0]["id"] != theirs[0]["id"]


def test_revocation_and_its_end_are_there_on_the_next_request(other_authority, accept, train):
    accept()
    certificate = train()
    first = read(other_authority)
    revoke(certificate, effective_on=TODAY, recorded_at=NOW)
    second = read(other_authority, first.next)
    reinstate(certificate, effective_on=TODAY, recorded_at=NOW)

    assert types(second) == ["certificate.revoked"]
    assert types(read(other_authority, second.next)) == ["certificate.reinstated"]


def test_what_is_not_accepted_is_not_told_and_leaves_nothing_waiting(other_authority, train):
    train()
    assert WaitingElsewhere.objects.exists()

    assert read(other_authority).events == []
    assert not WaitingElsewhere.objects.exists()


def test_certificate_of_somebody_without_a_licence_here_waits_for_nobody(authority, accept, course):
    accept()
    make_certificate(make_licence(authority, "NB-2"), course, passed_on=PASSED_ON)

    assert not WaitingElsewhere.objects.exists()


def test_rule_that_is_approved_today_tells_what_it_accepts(other_authority, change, train):
    train()
    assert read(other_authority).events == []
    change()

    (event,) = read(other_authority).events
    assert (event["type"], event["effective_on"]) == ("certificate.issued", "2026-11-22")


def test_rule_that_begins_later_tells_on_its_first_day(other_authority, change, train):
    train()
    change(effective_from=date(2026, 12, 1))
    assert read(other_authority).events == []

    assert types(read(other_authority, now=at("2026-12-01"))) == ["certificate.issued"]


def test_revoked_before_the_rule_began_is_told_with_its_revocation(other_authority, change, train):
    certificate = train()
    revoke(certificate, effective_on=date(2026, 1, 1), recorded_at=at("2026-01-02"))
    change()

    assert types(read(other_authority)) == ["certificate.issued", "certificate.revoked"]
    assert known(other_authority) == {"WV-1": False}


def test_another_term_is_told_with_the_last_event_once_more(other_authority, change, train):
    change(months=36)
    train()
    first = read(other_authority)
    change(months=24)
    (event,) = read(other_authority, first.next).events

    assert (event["type"], event["certificate"]["valid_until"]) == (
        "certificate.issued",
        "2027-04-03",
    )
    assert event["id"] != first.events[0]["id"]
    assert read(other_authority, first.next).events == [event]


def test_end_of_the_rule_is_told_as_the_last_day_that_counted(other_authority, change, train):
    change()
    train()
    first = read(other_authority)
    change(requirements=[], now=at("2026-12-01"))
    (event,) = read(other_authority, first.next, now=at("2026-12-01")).events

    assert (event["type"], event["certificate"]["valid_until"]) == (
        "certificate.issued",
        "2026-11-30",
    )
    assert known(other_authority, on=date(2026, 11, 30)) == {"WV-1": True}
    assert known(other_authority, on=date(2026, 12, 1)) == {"WV-1": False}


def test_licence_that_passes_to_somebody_else_no_longer_counts_by_it(
    other_authority, accept, train, away
):
    accept()
    train()
    read(other_authority)
    away.holder = LearnerFactory(authority=other_authority)
    away.save()

    events = read(other_authority).events
    assert events[-1]["certificate"]["valid_until"] == "2026-11-21"


def test_licence_that_passes_to_a_trained_person_counts_by_their_certificate(
    other_authority, accept, train, away
):
    accept()
    train()
    holder, away.holder = away.holder, LearnerFactory(authority=other_authority)
    away.save()
    assert known(other_authority) == {}
    read(other_authority)
    away.holder = holder
    away.save()
    read(other_authority)

    assert known(other_authority) == {"WV-1": True}


def test_second_licence_keeps_the_certificate_when_the_first_moves_on(
    other_authority, accept, train, away
):
    accept()
    make_licence(other_authority, "WV-2", holder=away.holder)
    train()
    read(other_authority)
    away.holder = LearnerFactory(authority=other_authority)
    away.save()
    read(other_authority)

    assert known(other_authority)["WV-2"] is True


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        ("2027-01-02", []),
        ("2027-01-03", ["training.expiring"]),
        ("2027-04-04", ["training.expired"]),
    ],
)
def test_training_ends_when_the_rule_lets_it_end(other_authority, accept, train, moment, told):
    accept(months=24)
    train()
    events = read(other_authority, now=at(moment)).events

    assert [event["type"] for event in events] == ["certificate.issued", *told]
    assert {event["certificate"]["valid_until"] for event in events} == {"2027-04-03"}
    if told:
        assert events[-1]["effective_on"] == moment


def test_same_number_at_both_councils_is_told_to_each(
    authority, other_authority, requirement, accept, course
):
    accept()
    holder = make_licence(authority, "PH-7").holder
    away = make_licence(other_authority, "PH-7", holder=holder)
    make_certificate(away, course, passed_on=PASSED_ON, authority=authority)
    later = at("2028-04-04")

    told = [*read(authority, now=later).events, *read(other_authority, now=later).events]
    ids = [event["id"] for event in told]

    assert len(set(ids)) == len(ids) == 4


def test_correction_takes_the_place_of_what_was_told(other_authority, accept, train, away, course):
    accept()
    old = train()
    read(other_authority)
    sql = (
        "SET LOCAL session_replication_role = replica;"
        " UPDATE certificates_certificate SET replaces_id = %s, sitting_id = NULL WHERE id = %s;"
        " SET LOCAL session_replication_role = origin"
    )
    new = train(issued_at=NOW)
    with connection.cursor() as cursor:
        cursor.execute(sql, [old.pk, new.pk])
    old.events.create(
        kind="replaced",
        recorded_at=NOW,
        effective_on=PASSED_ON,
        by=UserFactory(),
        seconded_by=UserFactory(),
        reason="Test",
    )

    events = read(other_authority).events

    assert types(read(other_authority)) == ["certificate.issued", "certificate.issued"]
    assert events[-1]["certificate"]["replaces"] == old.reference
    records = Records()
    records.add(events)
    assert records.certificates(on=TODAY) == {old.reference: False, new.reference: True}


def known(authority, *, on=TODAY, chance=None):
    """What a consumer knows that got everything, in any order and some of it twice."""
    events = feed.read(authority_id=authority.pk).events
    if chance is not None:
        events = chance.sample(events, k=len(events)) + chance.choices(events, k=len(events))
    records = Records()
    records.add(events)
    return records.licences(on=on)


def truth(authority, now):
    numbers = authority.licences.values_list("number", flat=True)
    found = answers.training_statuses(
        authority=authority, numbers=numbers, as_at=now.date(), known_at=now
    )
    return {number: one.training == Training.MET for number, one in found.items()}


def something_happens(chance, now, *, people, authority, course, change):
    kind = chance.choice(["pass", "pass", "own", "revoke", "revoke", "reinstate", "rule", "rule"])
    if kind in ("pass", "own"):
        licence = chance.choice(people)
        licence.refresh_from_db()
        given = {} if kind == "own" else {"authority": authority}
        lasts = timedelta(days=chance.choice((5, 20, 60)))
        passed_on = now.date() - timedelta(days=chance.randrange(3))
        edition = chance.choice(("1", "2"))
        course.edition = edition
        make_certificate(licence, course, passed_on=passed_on, valid_until=passed_on + lasts,
                         issued_at=now, **given)  # fmt: skip
    elif kind == "rule":
        change(
            now=now,
            requirements=chance.choice((["safeguarding"], ["safeguarding"], [])),
            months=chance.choice((None, 1)),
            from_edition=chance.choice(("", "", "2")),
            effective_from=now.date() + timedelta(days=chance.choice((0, 0, 3))),
        )
    elif certificates := list(Certificate.objects.all()):
        act = revoke if kind == "revoke" else reinstate
        act(chance.choice(certificates), effective_on=now.date(), recorded_at=now)


@pytest.mark.parametrize("seed", range(6))
def test_consumer_of_the_accepting_council_ends_with_its_status(
    authority, other_authority, requirement, course, change, seed
):
    chance = random.Random(seed)
    people = []
    for number in range(3):
        home = make_licence(authority, f"NB-{number}")
        people.append(make_licence(other_authority, f"WV-{number}", holder=home.holder))
    now, met = NOW, set()
    for _ in range(40):
        something_happens(
            chance, now, people=people, authority=authority, course=course, change=change
        )
        if chance.random() < 0.7:  # Some read seldom.
            advance_feed(authority_id=other_authority.pk, now=now, limit=chance.choice((1, 1000)))
            while advance_feed(authority_id=other_authority.pk, now=now):
                pass
            told = known(other_authority, on=now.date(), chance=chance)
            expected = truth(other_authority, now)
            assert {number: told.get(number, False) for number in expected} == expected
            met.update(expected.values())
        now += timedelta(hours=chance.choice((1, 30)))
    assert met == {True, False}  # Else it proves too little.
    sequences = FeedEvent.objects.filter(authority=other_authority).order_by("position")
    assert list(sequences.values_list("position", flat=True)) == list(
        range(1, sequences.count() + 1)
    )
    while advance_feed(authority_id=authority.pk, now=now):
        pass
    assert all(invariant.measure(now).broken == 0 for invariant in INVARIANTS)
