"""Who may ask: tokens, scopes, limits."""

from datetime import UTC, datetime, timedelta

import pytest
from allauth.idp.oidc.models import Token

from licensing.actions import end_api_client
from licensing.api import throttle
from tests.factories import UserFactory
from tests.licensing.factories import give_token, make_client, make_licence

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TOMORROW = NOON + timedelta(days=1)
ADDRESS = "/api/v1/licences/PH-1002/training-status"


@pytest.fixture
def api_client(authority, requirement):
    make_licence(authority)
    return make_client(authority)


@pytest.fixture
def ask(client):
    def ask(**headers):
        return client.get(ADDRESS, headers=headers)

    return ask


def bearer(token):
    return {"Authorization": f"Bearer {token}"}


def slug(response):
    assert response["Content-Type"] == "application/problem+json"
    return response.json()["type"].rpartition(":")[2]


def test_a_good_token_is_let_through(ask, api_client):
    token = give_token(api_client, expires_at=TOMORROW)

    assert ask(**bearer(token)).status_code == 200


@pytest.mark.parametrize("scheme", ["bearer", "BEARER", "Bearer "])
def test_the_scheme_may_be_written_anyhow(ask, api_client, scheme):
    token = give_token(api_client, expires_at=TOMORROW)

    assert ask(Authorization=f"{scheme} {token}").status_code == 200


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Basic YTpi"}, {"Authorization": ""}])
def test_without_a_token_one_is_asked_for(ask, api_client, headers):
    response = ask(**headers)

    assert (response.status_code, slug(response), response["WWW-Authenticate"]) == (
        401,
        "unauthenticated",
        "Bearer",
    )


@pytest.mark.parametrize(
    "text", ["Bearer", "Bearer ", "Bearer wrong", "Bearer a b", "Bearer \x00", "Bearer é"]
)
def test_a_wrong_token_is_refused(ask, api_client, text):
    response = ask(Authorization=text)

    assert (response.status_code, slug(response), response["WWW-Authenticate"]) == (
        401,
        "invalid-token",
        'Bearer error="invalid_token"',
    )


def test_a_token_is_good_to_its_last_moment(ask, api_client):
    token = give_token(api_client, expires_at=NOON + timedelta(microseconds=1))

    assert ask(**bearer(token)).status_code == 200


def test_an_expired_token_is_refused(ask, api_client):
    token = give_token(api_client, expires_at=NOON)

    assert slug(ask(**bearer(token))) == "invalid-token"


def test_a_token_of_another_kind_is_refused(ask, api_client):
    token = give_token(api_client, expires_at=TOMORROW, type=Token.Type.REFRESH_TOKEN)

    assert slug(ask(**bearer(token))) == "invalid-token"


def test_a_token_given_for_a_person_is_refused(ask, api_client):
    token = give_token(api_client, expires_at=TOMORROW, user=UserFactory())

    assert slug(ask(**bearer(token))) == "invalid-token"


def test_a_token_without_the_scope_is_refused(ask, api_client):
    token = give_token(api_client, expires_at=TOMORROW, scopes="events:read\nregister:write")

    response = ask(**bearer(token))

    assert (response.status_code, slug(response), response["WWW-Authenticate"]) == (
        403,
        "insufficient-scope",
        'Bearer error="insufficient_scope", scope="status:read"',
    )


def test_a_scope_taken_from_the_client_is_lost_at_once(ask, api_client):
    token = give_token(api_client, expires_at=TOMORROW)
    api_client.client.set_scopes(["events:read"])
    api_client.client.save()

    assert slug(ask(**bearer(token))) == "insufficient-scope"


def test_a_client_whose_access_ended_is_refused_at_once(ask, api_client):
    token = give_token(api_client, expires_at=TOMORROW)
    end_api_client(api_client=api_client, by=UserFactory(), now=NOON)

    assert slug(ask(**bearer(token))) == "invalid-token"


def test_a_token_made_by_hand_after_the_end_is_refused(ask, api_client):
    end_api_client(api_client=api_client, by=UserFactory(), now=NOON)
    token = give_token(api_client, expires_at=TOMORROW)

    assert slug(ask(**bearer(token))) == "invalid-token"


def test_a_session_is_no_token(client, ask, api_client):
    client.force_login(UserFactory())

    assert slug(ask()) == "unauthenticated"


def test_without_a_token_no_record_is_read(ask, api_client, django_assert_num_queries):
    with django_assert_num_queries(0):
        ask()


def test_who_is_signed_in_with_a_browser_is_nobody_here(
    client, ask, api_client, django_assert_num_queries
):
    client.force_login(UserFactory(is_superuser=True))

    with django_assert_num_queries(0):
        response = ask()

    assert slug(response) == "unauthenticated"


def test_answers_are_in_english_whatever_the_browser_asks_for(ask, api_client):
    headers = bearer(give_token(api_client, expires_at=TOMORROW))

    assert ask(**headers, accept_language="cy").content == ask(**headers).content


def test_an_answer_shows_and_loads_nothing_in_a_browser(ask, api_client):
    found = ask(**bearer(give_token(api_client, expires_at=TOMORROW)))

    policy = "default-src 'none'; frame-ancestors 'none'"
    assert {found["Content-Security-Policy"], ask()["Content-Security-Policy"]} == {policy}


def test_a_client_has_so_many_calls_a_minute(ask, api_client, settings):
    settings.API_CALLS_PER_MINUTE = 2
    headers = bearer(give_token(api_client, expires_at=TOMORROW))

    assert [ask(**headers).status_code for _ in range(3)] == [200, 200, 429]


def test_the_limit_says_when_to_come_back(ask, api_client, settings, time_machine_at):
    settings.API_CALLS_PER_MINUTE = 0
    time_machine_at("2026-11-22T12:00:20Z")

    response = ask(**bearer(give_token(api_client, expires_at=TOMORROW)))

    assert (slug(response), response["Retry-After"]) == ("too-many-requests", "40")


def test_a_client_that_waits_is_let_through(ask, api_client, settings, time_machine_at):
    settings.API_CALLS_PER_MINUTE = 1
    headers = bearer(give_token(api_client, expires_at=TOMORROW))
    ask(**headers)
    refused = ask(**headers)
    later = NOON + timedelta(seconds=int(refused["Retry-After"]))
    time_machine_at(later.isoformat())

    assert ask(**headers).status_code == 200


def test_another_client_has_a_limit_of_its_own(ask, authority, api_client, settings):
    settings.API_CALLS_PER_MINUTE = 1
    mine = bearer(give_token(api_client, expires_at=TOMORROW))
    theirs = bearer(give_token(make_client(authority), expires_at=TOMORROW))
    ask(**mine)

    assert (ask(**mine).status_code, ask(**theirs).status_code) == (429, 200)


def test_without_redis_calls_are_answered_all_the_same(ask, api_client, redis_gone):
    token = give_token(api_client, expires_at=TOMORROW)

    assert ask(**bearer(token)).status_code == 200


@pytest.fixture
def redis_gone(settings):
    """Nobody listens at the address of Redis."""
    throttle.redis.cache_clear()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    yield
    throttle.redis.cache_clear()
