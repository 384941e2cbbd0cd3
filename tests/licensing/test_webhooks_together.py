"""Several relays of webhooks at the same moment, and one that died."""

from datetime import date, timedelta

import pytest

from licensing.actions import add_webhook, advance_feed, relay_webhooks
from licensing.models import Webhook
from tests.certificates.together import together
from tests.conftest import NOON
from tests.factories import AuthorityFactory, make_course, make_requirement
from tests.licensing.factories import make_certificate, make_client, make_licence, revoke
from tests.licensing.test_outward import serving
from tests.licensing.test_webhooks import PASSED_ON, url_of


@pytest.fixture
def crowded(own_database):
    """Three addresses and twelve events, in a database that several relays see."""
    authority = AuthorityFactory(code="DEMO-NB")
    course = make_course(slug="safeguarding", lessons=0)
    make_requirement(course)
    made = make_certificate(make_licence(authority), course, passed_on=PASSED_ON)
    for _ in range(11):
        revoke(made, effective_on=date(2026, 11, 22), recorded_at=NOON)
    client = make_client(authority, scopes=["events:read"])
    with serving() as server:
        for number in range(3):
            add_webhook(client=client, url=url_of(server, f"/{number}"), types=[], now=NOON)
        advance_feed(authority_id=authority.pk, now=NOON)
        yield server


def test_four_relays_tell_each_address_each_event_once(crowded):
    calls = together(lambda: relay_webhooks(now=NOON), times=4)

    pairs = [(path, headers["webhook-id"]) for path, headers, _ in crowded.calls]
    assert (sum(calls), len(pairs), len(set(pairs))) == (36, 36, 36)


def test_relay_that_died_leaves_its_work_to_the_next(crowded):
    """It took a claim and was never heard of again."""
    later = NOON + timedelta(minutes=3)
    Webhook.objects.update(claim="0" * 32, claimed_until=later)

    assert relay_webhooks(now=later - timedelta(seconds=1)) == 0
    assert relay_webhooks(now=later) == 36
