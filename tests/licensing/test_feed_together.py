"""The feed while many write: no gap, no late filling in, and consumers that end with our state."""

import random
from datetime import UTC, date, datetime, timedelta
from threading import Event, Thread

import pytest
from django.db import connections, transaction
from training_status.records import Records

from certificates.actions import StandingRefused, reinstate, revoke
from certificates.models import Certificate
from licensing import answers, feed
from licensing.actions import advance_feed
from licensing.cursor import START
from licensing.eligibility import Status, Training
from licensing.models import FeedEvent
from tests.certificates.together import together
from tests.factories import AuthorityFactory, UserFactory, make_course, make_requirement
from tests.licensing.factories import make_certificate, make_licence

pytestmark = pytest.mark.usefixtures("own_database")

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
TODAY = date(2026, 11, 22)
LICENCES, WRITERS, CHANGES = 6, 4, 12


@pytest.fixture
def council(own_database):
    """An authority with a few drivers, some of whom have lapsed or may renew."""
    authority = AuthorityFactory(code="DEMO-NB")
    course = make_course(slug="safeguarding", lessons=0)
    make_requirement(course)
    for number in range(LICENCES):
        licence = make_licence(authority, f"PH-{number}")
        make_certificate(licence, course, passed_on=date(2023 + number % 3, 12, 1 + number))
    make_certificate(licence, course, passed_on=date(2019, 12, 1))
    make_certificate(make_licence(authority, "PH-OLD"), course, passed_on=date(2020, 1, 1))
    return authority


def change_something(chance, people):
    """Revokes or reinstates a certificate, holding the transaction open for a moment."""
    certificate = chance.choice(list(Certificate.objects.all()))
    action = chance.choice([revoke, reinstate])
    given = {"by": people[0], "seconded_by": people[1], "reason": "Test", "now": NOW}
    with transaction.atomic():
        try:
            action(certificate=certificate, **given)
        except StandingRefused:
            return
        if chance.random() < 0.2:
            transaction.set_rollback(True)


class Reader(Thread):
    """Follows the feed from its beginning until it is told that all is written."""

    def __init__(self, authority, written):
        super().__init__()
        self.authority, self.written, self.seen, self.cursor = authority, written, [], START

    def run(self):
        try:
            while not self.written.is_set():
                self.read_on()
            self.read_on()
        finally:
            connections["default"].close()

    def read_on(self):
        advance_feed(authority_id=self.authority.pk, now=NOW, limit=3)
        while (page := self.page()).events:
            self.seen, self.cursor = [*self.seen, *page.events], page.next

    def page(self):
        return feed.read(authority_id=self.authority.pk, after=self.cursor, limit=4)


def write_and_read(council):
    written = Event()
    readers = [Reader(council, written) for _ in range(2)]
    for reader in readers:
        reader.start()
    seeds = iter(range(WRITERS))
    people = [UserFactory(), UserFactory()]

    def write():
        chance = random.Random(next(seeds))
        for _ in range(CHANGES):
            change_something(chance, people)

    together(write, times=WRITERS)
    while advance_feed(authority_id=council.pk, now=NOW):
        pass
    written.set()
    for reader in readers:
        reader.join(timeout=60)
    return readers


def test_readers_see_every_place_once_and_in_order_while_others_write(council):
    readers = write_and_read(council)

    total = FeedEvent.objects.count()
    assert total > LICENCES
    for reader in readers:
        assert [event["sequence"] for event in reader.seen] == list(range(1, total + 1))


def truth():
    """What the records themselves say of each certificate today."""
    return {
        one.reference: not one.revoked and one.valid_until >= TODAY
        for one in Certificate.objects.with_standing()
    }


@pytest.mark.parametrize("seed", range(3))
def test_consumer_ends_with_our_state_after_loss_repeat_and_reorder(council, seed):
    reader, _ = write_and_read(council)
    chance = random.Random(seed)
    pushed = [event for event in reader.seen if chance.random() < 0.6]  # Some never arrive,
    pushed += chance.choices(reader.seen, k=len(reader.seen))  # others come twice,
    chance.shuffle(pushed)  # and in any order.
    records = Records()
    records.add(pushed)

    records.add(feed.read(authority_id=council.pk).events)  # The feed heals what was lost.
    records.add(chance.sample(pushed, k=len(pushed) // 2))

    assert records.certificates(on=TODAY) == truth()
    assert records.licences(on=TODAY) == training_of_everybody(council)
    assert records.lapsed() >= lapsed(council) != set()


def training_of_everybody(council):
    found = statuses(council)
    return {number: status.training == Training.MET for number, status in found.items()}


def lapsed(council):
    return {
        (status.licence_number, found.certificate.reference)
        for status in statuses(council).values()
        for found in status.requirements
        if found.status == Status.EXPIRED
    }


def statuses(council):
    numbers = council.licences.values_list("number", flat=True)
    return answers.training_statuses(
        authority=council, numbers=numbers, as_at=TODAY, known_at=NOW + timedelta(minutes=1)
    )


def test_ten_at_once_give_each_event_one_place(council):
    taken = together(lambda: advance_feed(authority_id=council.pk, now=NOW), times=10)

    assert sum(taken) == LICENCES + 2
    assert FeedEvent.objects.filter(type="certificate.issued").count() == LICENCES + 2
