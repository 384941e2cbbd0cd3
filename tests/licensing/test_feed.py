"""The change feed: each fact once, in one order, and what a consumer makes of it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from training_status.records import Records

from certificates.models import CertificateEvent
from licensing import feed
from licensing.actions import advance_feed
from licensing.cursor import START, Cursor
from licensing.models import FeedEvent, WaitingEvent
from people.models import Licence
from tests.certificates.factories import make_certificate as issue
from tests.factories import LONG_AGO, LearnerFactory, make_requirement, make_validity_rule
from tests.licensing.factories import make_certificate, make_licence, reinstate, revoke

pytestmark = pytest.mark.django_db

PASSED_ON = date(2025, 4, 3)  # Renewable from 4 January 2028, valid until 3 April 2028.
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00:00+00:00")


def read(authority, after=START, *, now=NOW, **asked):
    advance_feed(authority_id=authority.pk, now=now)
    return feed.read(authority_id=authority.pk, after=after, **asked)


def types(page):
    return [event["type"] for event in page.events]


@pytest.fixture
def licence(authority, requirement):
    return make_licence(authority)


@pytest.fixture
def certificate(licence, course):
    return make_certificate(licence, course, passed_on=PASSED_ON)


def test_empty_feed_has_a_cursor_to_come_back_with(authority):
    page = read(authority)

    assert (page.events, page.next) == ([], START)


def test_issue_is_told_in_full(authority, certificate):
    (event,) = read(authority).events

    entry = FeedEvent.objects.get()
    assert event == {
        "id": str(entry.public_id),
        "type": "certificate.issued",
        "sequence": 1,
        "recorded_at": "2025-04-03T10:00:00Z",
        "effective_on": "2025-04-03",
        "licence_numbers": ["PH-1002"],
        "requirement": None,
        "certificate": {
            "reference": certificate.reference,
            "passed_on": "2025-04-03",
            "valid_until": "2028-04-03",
            "renew_from": "2028-01-04",
            "course": "Safeguarding",
            "replaces": None,
        },
    }


def test_revocation_is_there_on_the_next_request(authority, certificate):
    first = read(authority)
    revoke(certificate, effective_on=date(2026, 11, 22), recorded_at=NOW)

    assert types(read(authority, first.next)) == ["certificate.revoked"]


def test_empty_page_repeats_the_cursor(authority, certificate):
    first = read(authority)
    again = read(authority, first.next)

    assert (again.events, again.next) == ([], first.next)


def test_pages_follow_each_other_without_a_gap(authority, licence, course):
    made = make_certificate(licence, course, passed_on=PASSED_ON)
    for _ in range(3):
        revoke(made, effective_on=date(2026, 1, 1), recorded_at=NOW)
        reinstate(made, effective_on=date(2026, 1, 1), recorded_at=NOW)
    seen, cursor = [], START
    while (page := read(authority, cursor, limit=2)).events:
        seen, cursor = [*seen, *page.events], page.next

    assert [event["sequence"] for event in seen] == [1, 2, 3, 4, 5, 6, 7]
    assert len({event["id"] for event in seen}) == 7


def test_second_turn_adds_nothing(authority, certificate):
    read(authority)
    advance_feed(authority_id=authority.pk, now=NOW)

    assert FeedEvent.objects.count() == 1
    assert not WaitingEvent.objects.exists()


def test_small_turns_come_to_the_same(authority, licence, course):
    made = make_certificate(licence, course, passed_on=PASSED_ON)
    revoke(made, effective_on=date(2026, 1, 1), recorded_at=NOW)
    turns = [advance_feed(authority_id=authority.pk, now=NOW, limit=1) for _ in range(4)]

    assert turns == [1, 1, 0, 0]
    assert types(feed.read(authority_id=authority.pk)) == [
        "certificate.issued",
        "certificate.revoked",
    ]


def test_each_authority_has_places_of_its_own(
    authority, other_authority, certificate, licence, course
):
    make_certificate(make_licence(other_authority, "WV-1"), course, passed_on=PASSED_ON)

    mine, theirs = read(authority), read(other_authority)

    assert [event["sequence"] for event in (*mine.events, *theirs.events)] == [1, 1]
    assert mine.events[0]["licence_numbers"] == ["PH-1002"]
    assert theirs.events[0]["licence_numbers"] == ["WV-1"]


def test_certificate_without_an_authority_waits_for_nobody(course):
    make_validity_rule()
    issue(at=NOW, learner=LearnerFactory(authority=None), course=course)

    assert CertificateEvent.objects.exists()
    assert not WaitingEvent.objects.exists()


def test_rolled_back_event_never_waits(authority, licence, course):
    with transaction.atomic():
        make_certificate(licence, course, passed_on=PASSED_ON)
        transaction.set_rollback(True)

    assert not WaitingEvent.objects.exists()


@pytest.mark.parametrize(
    ("moment", "told"),
    [
        ("2028-01-03", []),
        ("2028-01-04", ["training.expiring"]),
        ("2028-04-03", ["training.expiring"]),
        ("2028-04-04", ["training.expired"]),
    ],
)
def test_training_changes_when_the_day_comes(authority, certificate, moment, told):
    assert types(read(authority, now=at(moment))) == ["certificate.issued", *told]


def test_day_comes_at_midnight_in_london(authority, certificate):
    """On 4 April 2028 clocks there are an hour ahead of UTC."""
    before = datetime(2028, 4, 3, 22, 59, 59, tzinfo=UTC)

    assert types(read(authority, now=before)) == ["certificate.issued", "training.expiring"]
    after = read(authority, now=before + timedelta(seconds=1))
    assert types(after)[-1] == "training.expired"


def test_change_tells_the_day_it_began_on_however_late_it_is_seen(authority, certificate):
    event = read(authority, now=at("2028-05-01")).events[-1]

    assert (event["type"], event["effective_on"], event["requirement"]) == (
        "training.expired",
        "2028-04-04",
        "safeguarding",
    )


def test_change_is_told_once(authority, certificate):
    for day in ("2028-01-04", "2028-01-05", "2028-04-04", "2028-04-05", "2028-09-01"):
        page = read(authority, now=at(day))

    assert types(page) == ["certificate.issued", "training.expiring", "training.expired"]


def test_grace_puts_the_end_off(authority, course, requirement):
    make_requirement(course, authority=authority, grace_days=14)
    make_certificate(make_licence(authority), course, passed_on=PASSED_ON)

    assert "training.expired" not in types(read(authority, now=at("2028-04-17")))
    event = read(authority, now=at("2028-04-18")).events[-1]
    assert (event["type"], event["effective_on"]) == ("training.expired", "2028-04-18")


def test_revoked_certificate_does_not_expire(authority, certificate):
    revoke(certificate, effective_on=date(2026, 11, 22), recorded_at=NOW)

    assert "training.expired" not in types(read(authority, now=at("2028-04-04")))


def test_certificate_that_was_renewed_does_not_expire(authority, licence, course, certificate):
    make_certificate(licence, course, passed_on=date(2028, 2, 1))

    assert "training.expired" not in types(read(authority, now=at("2028-04-04")))


def test_certificate_reinstated_after_its_end_expires_at_once(authority, certificate):
    revoke(certificate, effective_on=date(2026, 11, 22), recorded_at=NOW)
    read(authority, now=at("2028-06-01"))
    reinstate(certificate, effective_on=date(2028, 6, 1), recorded_at=at("2028-06-01"))

    assert types(read(authority, now=at("2028-06-01")))[-2:] == [
        "certificate.reinstated",
        "training.expired",
    ]


def test_each_licence_of_a_person_is_told_of(authority, certificate, licence):
    make_licence(authority, "PH-2", holder=licence.holder)
    events = read(authority, now=at("2028-04-04")).events

    assert [event["licence_numbers"] for event in events] == [
        ["PH-1002", "PH-2"],
        ["PH-1002"],
        ["PH-2"],
    ]


def test_licence_linked_later_is_told_of_the_next_day(authority, certificate, licence):
    Licence.objects.update(holder=None, held_from=None)
    read(authority, now=at("2028-04-04"))
    Licence.objects.update(holder=certificate.learner, held_from=LONG_AGO)

    assert types(read(authority, now=at("2028-04-05")))[-1] == "training.expired"


def test_feed_cannot_be_rewritten(authority, certificate):
    read(authority)
    for change in (
        lambda: FeedEvent.objects.update(position=7),
        lambda: FeedEvent.objects.all().delete(),
    ):
        with pytest.raises(ProgrammingError), transaction.atomic():
            change()


def test_place_is_given_once(authority, certificate):
    read(authority)
    entry = FeedEvent.objects.get()
    entry.pk, entry.public_id, entry.certificate_event = None, "0" * 32, None
    with pytest.raises(IntegrityError), transaction.atomic():
        entry.save(force_insert=True)


@pytest.mark.parametrize(
    "strange",
    [
        Cursor(1, b"other!"),
        Cursor(9, b"later!"),
        Cursor(2**64 - 1, b"beyond"),
    ],
    ids=["another feed's", "not there yet", "beyond all"],
)
def test_cursor_of_another_feed_is_refused(authority, certificate, strange):
    read(authority)

    with pytest.raises(feed.UnknownCursor):
        feed.read(authority_id=authority.pk, after=strange)


def test_reading_costs_one_query_at_any_length(
    authority, licence, course, django_assert_num_queries
):
    for year in (2015, 2018, 2021, 2024):
        make_certificate(licence, course, passed_on=date(year, 4, 3))
    page = read(authority, limit=1)

    with django_assert_num_queries(1):
        assert len(feed.read(authority_id=authority.pk, after=page.next).events) >= 3


def test_asking_when_nothing_happened_writes_nothing(
    authority, certificate, django_assert_num_queries
):
    read(authority)

    with django_assert_num_queries(2):
        advance_feed(authority_id=authority.pk, now=NOW)


def test_consumer_learns_what_the_status_says(authority, certificate):
    records = Records()
    records.add(read(authority, now=at("2028-04-04")).events)

    assert records.licences(on=date(2028, 4, 3)) == {"PH-1002": True}
    assert records.licences(on=date(2028, 4, 4)) == {"PH-1002": False}
    assert records.lapsed() == {("PH-1002", certificate.reference)}
