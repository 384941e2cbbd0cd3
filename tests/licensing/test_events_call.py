"""GET /api/v1/events: the feed as a client reads it."""

from datetime import UTC, date, datetime

import pytest

from licensing.cursor import START
from tests.licensing.factories import make_certificate, make_client, make_licence, revoke

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


@pytest.fixture
def certificate(authority, course, requirement):
    return make_certificate(make_licence(authority), course, passed_on=date(2025, 4, 3))


def test_revocation_is_told_on_the_next_request(call, certificate):
    first = call("get", "/events").json()
    revoke(certificate, effective_on=date(2026, 11, 22), recorded_at=NOON)

    second = call("get", "/events", after=first["next"]).json()

    assert [event["type"] for event in first["events"]] == ["certificate.issued"]
    assert [event["type"] for event in second["events"]] == ["certificate.revoked"]
    assert second["events"][0]["sequence"] == 2


def test_empty_page_repeats_the_cursor(call, certificate):
    cursor = call("get", "/events").json()["next"]

    assert call("get", "/events", after=cursor).json() == {"events": [], "next": cursor}


def test_feed_without_events_has_a_cursor(call):
    answer = call("get", "/events").json()

    assert answer == {"events": [], "next": str(START)}
    assert call("get", "/events", after=answer["next"]).json() == answer


def test_limit_is_kept(call, certificate):
    revoke(certificate, effective_on=date(2026, 11, 22), recorded_at=NOON)

    assert len(call("get", "/events", limit=1).json()["events"]) == 1


@pytest.mark.parametrize("limit", ["0", "-1", "1001", "x", ""])
def test_limit_that_makes_no_sense_is_refused(call, limit):
    response = call("get", "/events", limit=limit)

    assert (response.status_code, response.json()["errors"][0]["parameter"]) == (422, "limit")


@pytest.mark.parametrize("cursor", ["", "1", "x" * 21, "\x00" * 20, "é", "AQ" * 9 + "=="])
def test_word_that_is_no_cursor_is_refused_by_name(call, certificate, cursor):
    response = call("get", "/events", after=cursor)

    assert (response.status_code, response.json()["errors"][0]["parameter"]) == (422, "after")


@pytest.mark.parametrize("cursor", ["x" * 20, "AQAAAAAAAAABAAAAAAAA", "AQAAAAAAAAAAAAAAAAAB"])
def test_cursor_that_never_was_one_is_not_found(call, certificate, cursor):
    response = call("get", "/events", after=cursor)

    assert response.status_code == 404
    assert response.json()["type"].endswith(":unknown-cursor")


def test_cursor_of_another_authority_is_refused_like_one_that_never_was(
    call, certificate, other_authority, course
):
    make_certificate(make_licence(other_authority, "WV-1"), course, passed_on=date(2025, 4, 3))
    other = make_client(other_authority, scopes=["events:read"])
    theirs = call("get", "/events", by=other).json()["next"]

    there = call("get", "/events", after=theirs)
    nowhere = call("get", "/events", after="AQAAAAAAAAABAAAAAAAA")

    assert (there.status_code, there.content) == (nowhere.status_code, nowhere.content)


def test_feed_costs_few_queries(call, certificate, django_assert_max_num_queries):
    cursor = call("get", "/events").json()["next"]
    with django_assert_max_num_queries(4):
        call("get", "/events", after=cursor)


def test_polite_client_that_obeys_retry_after_finishes(
    call, certificate, settings, time_machine_at
):
    """I36: ten pages at a limit of a few calls a minute."""
    for _ in range(9):
        revoke(certificate, effective_on=date(2026, 11, 22), recorded_at=NOON)
    settings.API_CALLS_PER_MINUTE = 15
    seen, cursor, now = [], str(START), NOON.timestamp()
    for _ in range(40):
        response = call("get", "/events", after=cursor, limit=1)
        if response.status_code == 429:
            now += int(response["Retry-After"])
            time_machine_at(datetime.fromtimestamp(now, tz=UTC))
            continue
        page = response.json()
        if not page["events"]:
            break
        seen, cursor = seen + page["events"], page["next"]

    assert [event["sequence"] for event in seen] == list(range(1, 11))
