"""POST /identity/o/api/token: client credentials, and the limits on trying."""

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from allauth.idp.oidc.models import Client, Token
from django.db import OperationalError, connection

from licensing.api import oauth, throttle
from tests.licensing.factories import SECRET, make_client, make_licence

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
TOKEN, REVOKE = "/identity/o/api/token", "/identity/o/api/revoke"
GRANT = {"grant_type": "client_credentials", "scope": "status:read"}


@pytest.fixture
def api_client(authority):
    return make_client(authority, client_id="demo-licensing", scopes=["status:read", "events:read"])


@pytest.fixture
def post(client):
    """Sends a form as curl does, from an address that the test may choose."""

    def post(url=TOKEN, *, address="192.0.2.1", basic=None, **fields):
        headers = {}
        if basic:
            headers["Authorization"] = "Basic " + base64.b64encode(basic.encode()).decode()
        return client.post(
            url,
            urlencode(fields),
            content_type="application/x-www-form-urlencoded",
            headers=headers,
            REMOTE_ADDR=address,
        )

    return post


@pytest.fixture
def try_wrongly(post):
    def try_wrongly(*, client_id="demo-licensing", secret="wrong", **options):
        return post(**GRANT, client_id=client_id, client_secret=secret, **options)

    return try_wrongly


@pytest.fixture
def sign_in(post):
    def sign_in(**options):
        return post(**GRANT, client_id="demo-licensing", client_secret=SECRET, **options)

    return sign_in


@pytest.mark.parametrize("way", ["basic", "form"])
def test_right_secret_gets_a_bearer_token(post, api_client, way):
    if way == "basic":
        response = post(basic=f"demo-licensing:{SECRET}", **GRANT)
    else:
        response = post(client_id="demo-licensing", client_secret=SECRET, **GRANT)

    body = response.json()
    assert response.status_code == 200
    assert set(body) == {"access_token", "token_type", "expires_in", "scope"}
    assert (body["token_type"], body["expires_in"], body["scope"]) == (
        "Bearer",
        3600,
        "status:read",
    )


def test_token_answer_is_kept_by_no_cache(sign_in, api_client):
    assert sign_in()["Cache-Control"] == "no-store"


def test_token_answer_is_json(sign_in, api_client):
    assert sign_in()["Content-Type"].startswith("application/json")


def test_token_opens_the_api(sign_in, api_client, client, authority, requirement):
    make_licence(authority)
    token = sign_in().json()["access_token"]

    response = client.get(
        "/api/v1/licences/PH-1002/training-status", headers={"Authorization": f"Bearer {token}"}
    )

    assert response.status_code == 200


def test_token_itself_is_not_stored(sign_in, api_client):
    token = sign_in().json()["access_token"]

    assert Token.objects.get().hash != token


def test_several_scopes_may_be_asked_for(post, api_client):
    asked = {**GRANT, "scope": "status:read events:read"}

    body = post(client_id="demo-licensing", client_secret=SECRET, **asked).json()

    assert set(body["scope"].split()) == {"status:read", "events:read"}


def test_without_naming_scopes_the_client_gets_its_own(post, api_client):
    body = post(
        client_id="demo-licensing", client_secret=SECRET, grant_type="client_credentials"
    ).json()

    assert set(body["scope"].split()) == {"status:read", "events:read"}


@pytest.mark.parametrize("scope", ["register:write", "status:read register:write", "openid"])
def test_scope_that_the_client_has_not_is_refused(post, api_client, scope):
    response = post(client_id="demo-licensing", client_secret=SECRET, **{**GRANT, "scope": scope})

    assert (response.status_code, response.json()["error"]) == (400, "invalid_scope")


@pytest.mark.parametrize(
    ("client_id", "secret"),
    [
        ("demo-licensing", "wrong"),
        ("demo-licensing", ""),
        ("demo-licensing", SECRET + "x"),
        ("demo-licensing", "x" * 100_000),
        ("nobody", SECRET),
        ("", ""),
        ("demo\x00licensing", SECRET),
        ("x" * 5000, SECRET),
    ],
)
@pytest.mark.parametrize("way", ["basic", "form"])
def test_wrong_client_or_secret_is_invalid_client(post, api_client, way, client_id, secret):
    if way == "basic":
        response = post(basic=f"{client_id}:{secret}", **GRANT)
    else:
        response = post(client_id=client_id, client_secret=secret, **GRANT)

    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")
    assert response["WWW-Authenticate"] == 'Basic realm="token"'


def test_unknown_client_is_answered_like_a_wrong_secret(try_wrongly, api_client):
    assert try_wrongly().content == try_wrongly(client_id="nobody").content


@pytest.mark.parametrize(
    "grant",
    [
        "password",
        "authorization_code",
        "refresh_token",
        "urn:ietf:params:oauth:grant-type:device_code",
    ],
)
def test_no_other_grant_is_given(post, api_client, grant):
    response = post(grant_type=grant, client_id="demo-licensing", client_secret=SECRET)

    assert (response.status_code, response.json()["error"]) == (400, "unsupported_grant_type")


def test_grant_must_be_named(post, api_client):
    response = post(client_id="demo-licensing", client_secret=SECRET)

    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


def test_public_client_gets_no_token(post, api_client):
    Client.objects.update(type=Client.Type.PUBLIC)

    response = post(**GRANT, client_id="demo-licensing")

    assert (response.status_code, response.json()["error"]) == (401, "invalid_client")


@pytest.mark.parametrize("resource", ["https://elsewhere.example", "not an address"])
def test_token_for_another_place_is_refused(post, api_client, resource):
    response = post(**GRANT, resource=resource, client_id="demo-licensing", client_secret=SECRET)

    assert (response.status_code, response.json()["error"]) == (400, "invalid_target")


def test_secret_in_the_address_is_refused(client, api_client):
    query = urlencode({"client_id": "demo-licensing", "client_secret": SECRET, **GRANT})

    response = client.post(f"{TOKEN}?{query}", GRANT)

    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("url", [TOKEN, REVOKE])
def test_reading_is_no_way_to_a_token(client, url):
    assert client.get(url).status_code == 405


def test_withdrawn_token_is_refused_at_once(sign_in, post, api_client, client, authority):
    make_licence(authority)
    token = sign_in().json()["access_token"]

    withdrawn = post(REVOKE, token=token, client_id="demo-licensing", client_secret=SECRET)

    response = client.get(
        "/api/v1/licences/PH-1002/training-status", headers={"Authorization": f"Bearer {token}"}
    )
    assert (withdrawn.status_code, response.status_code) == (200, 401)


def test_token_of_another_client_cannot_be_withdrawn(sign_in, post, api_client, other_authority):
    token = sign_in().json()["access_token"]
    make_client(other_authority, client_id="demo-westvale")

    post(REVOKE, token=token, client_id="demo-westvale", client_secret=SECRET)

    assert Token.objects.count() == 1


def test_withdrawing_needs_a_token(post, api_client):
    response = post(REVOKE, client_id="demo-licensing", client_secret=SECRET)

    assert (response.status_code, response.json()["error"]) == (400, "invalid_request")


def test_failed_tries_of_one_client_are_limited(try_wrongly, api_client):
    answers = [try_wrongly().status_code for _ in range(oauth.TRIES_OF_CLIENT + 1)]

    assert answers == [401] * oauth.TRIES_OF_CLIENT + [429]


def test_limit_holds_from_several_addresses(try_wrongly, api_client):
    for number in range(oauth.TRIES_OF_CLIENT):
        try_wrongly(address=f"192.0.2.{number + 1}")

    assert try_wrongly(address="198.51.100.1").status_code == 429


def test_failed_tries_of_one_address_are_limited(try_wrongly, api_client):
    for number in range(oauth.TRIES_OF_ADDRESS):
        try_wrongly(client_id=f"guess-{number}")

    assert try_wrongly(client_id="one-more").status_code == 429


def test_limit_holds_for_withdrawing_too(post, try_wrongly, api_client):
    for _ in range(oauth.TRIES_OF_CLIENT):
        post(REVOKE, token="x", client_id="demo-licensing", client_secret="wrong")

    assert try_wrongly().status_code == 429


def test_over_the_limit_no_secret_is_looked_at(try_wrongly, api_client, django_assert_num_queries):
    for _ in range(oauth.TRIES_OF_CLIENT):
        try_wrongly()

    with django_assert_num_queries(0):
        try_wrongly(secret=SECRET)


def test_limit_says_when_to_come_back(try_wrongly, api_client, time_machine_at):
    time_machine_at("2026-11-22T12:01:00Z")
    for _ in range(oauth.TRIES_OF_CLIENT):
        try_wrongly()

    assert try_wrongly()["Retry-After"] == "240"


def test_who_waits_may_sign_in(try_wrongly, sign_in, api_client, time_machine_at):
    for _ in range(oauth.TRIES_OF_CLIENT):
        try_wrongly()
    wait = int(sign_in()["Retry-After"])
    time_machine_at((NOON + timedelta(seconds=wait)).isoformat())

    assert sign_in().status_code == 200


def test_right_secrets_are_not_limited(sign_in, api_client):
    answers = {sign_in().status_code for _ in range(oauth.TRIES_OF_ADDRESS + 1)}

    assert answers == {200}


def test_strangers_cannot_lock_a_client_out(try_wrongly, sign_in, api_client):
    sign_in(address="192.0.2.10")
    for _ in range(oauth.TRIES_OF_CLIENT):
        try_wrongly(address="198.51.100.1")

    assert sign_in(address="192.0.2.10").status_code == 200


def test_forged_forwarding_header_gives_no_new_address(client, api_client):
    answers = [
        client.post(
            TOKEN,
            {**GRANT, "client_id": f"guess-{number}", "client_secret": "x"},
            headers={"X-Forwarded-For": f"203.0.113.{number}"},
        ).status_code
        for number in range(oauth.TRIES_OF_ADDRESS + 1)
    ]

    assert answers[-1] == 429


def test_without_redis_nobody_may_try(sign_in, api_client, settings):
    throttle.redis.cache_clear()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    response = sign_in()
    throttle.redis.cache_clear()

    assert (response.status_code, response["Retry-After"]) == (503, "30")


def test_without_the_database_the_answer_is_an_error_without_details(sign_in, api_client):
    def break_off(execute, sql, params, many, context):
        raise OperationalError("server closed the connection: 10.0.0.7")

    with connection.execute_wrapper(break_off):
        response = sign_in()

    assert response.status_code == 503
    assert b"10.0.0.7" not in response.content
