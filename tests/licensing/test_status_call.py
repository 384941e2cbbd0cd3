"""GET /api/v1/licences/{number}/training-status: what it answers."""

import logging
from datetime import UTC, date, datetime

import pytest
from django.db import OperationalError, connection

from tests.factories import make_requirement
from tests.licensing.factories import (
    give_token,
    make_certificate,
    make_client,
    make_licence,
    revoke,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

TOMORROW = datetime(2026, 11, 23, tzinfo=UTC)
PROBLEM = "urn:problem:training-status:"


@pytest.fixture
def token(authority):
    return give_token(make_client(authority), expires_at=TOMORROW)


@pytest.fixture
def ask(client, token):
    """Asks about a licence with a good token."""

    def ask(number="PH-1002", *, bearer=token, **question):
        return client.get(
            f"/api/v1/licences/{number}/training-status",
            question,
            headers={"Authorization": f"Bearer {bearer}", "X-Request-Id": "a-call-of-the-test"},
        )

    return ask


@pytest.fixture
def licence(authority, requirement):
    return make_licence(authority)


@pytest.fixture
def certificate(licence, course):
    return make_certificate(licence, course, passed_on=date(2025, 4, 3))


def test_answer_is_the_contracts_key_for_key(ask, certificate, requirement, settings):
    settings.SITE_URL = "https://training.example"
    reference = certificate.reference

    answer = ask().json()

    assert answer == {
        "authority": "DEMO-NB",
        "licence_number": "PH-1002",
        "found": True,
        "as_at": "2026-11-22",
        "known_at": "2026-11-22T12:00:00Z",
        "training": "met",
        "requirements": [
            {
                "requirement": "safeguarding",
                "status": "valid",
                "reasons": [
                    {
                        "code": "certificate_valid",
                        "text": f"Certificate {reference} is valid until 3 April 2028.",
                    }
                ],
                "certificate": {
                    "reference": reference,
                    "passed_on": "2025-04-03",
                    "valid_until": "2028-04-03",
                    "course": "Safeguarding",
                    "url": f"https://training.example/verify/{reference}/",
                },
                "renew_from": "2028-01-04",
                "rule": {"id": requirement.pk, "effective_from": "2019-07-01"},
            }
        ],
        "notice": "Training status only. This is not a licensing decision.",
    }


def test_keys_stand_in_the_contracts_order(ask, certificate):
    answer = ask().json()

    assert [list(answer), list(answer["requirements"][0])] == [
        ["authority", "licence_number", "found", "as_at", "known_at", "training", "requirements",
         "notice"],
        ["requirement", "status", "reasons", "certificate", "renew_from", "rule"],
    ]  # fmt: skip


def test_without_a_certificate_there_is_none_to_show(ask, licence):
    (found,) = ask().json()["requirements"]

    assert (found["certificate"], found["renew_from"]) == (None, None)


@pytest.mark.parametrize(
    ("as_at", "status", "training"),
    [
        ("2025-04-02", "never_passed", "not_met"),
        ("2025-04-03", "valid", "met"),
        ("2028-01-04", "expiring", "met"),
        ("2028-04-03", "expiring", "met"),
        ("2028-04-04", "expired", "not_met"),
    ],
)
def test_training_on_a_day(ask, certificate, as_at, status, training):
    answer = ask(as_at=as_at).json()

    assert (answer["requirements"][0]["status"], answer["training"]) == (status, training)


def test_revoked_is_answered_on_the_next_request(ask, certificate):
    assert ask().json()["training"] == "met"
    revoke(
        certificate,
        effective_on=date(2026, 11, 22),
        recorded_at=datetime(2026, 11, 22, 12, tzinfo=UTC),
    )

    answer = ask().json()

    assert (answer["requirements"][0]["status"], answer["training"]) == ("revoked", "not_met")


def test_in_grace_is_met(ask, authority, certificate, course):
    make_requirement(course, authority=authority, grace_days=14)

    answer = ask(as_at="2028-04-10").json()

    assert (answer["requirements"][0]["status"], answer["training"]) == ("in_grace", "met")


def test_without_any_requirement_nothing_is_required(ask, authority):
    make_licence(authority)

    (found,) = ask().json()["requirements"]

    assert found == {
        "requirement": None,
        "status": "not_required",
        "reasons": [
            {
                "code": "no_requirement_in_force",
                "text": "No training requirement was in force on 22 November 2026.",
            }
        ],
        "certificate": None,
        "renew_from": None,
        "rule": None,
    }


def test_known_before_the_issue_is_never_passed(ask, certificate):
    answer = ask(as_at="2025-04-03", known_at="2025-04-03T09:59:59Z").json()

    assert answer["requirements"][0]["status"] == "never_passed"


def test_instant_may_have_another_offset(ask, certificate):
    answer = ask(known_at="2026-11-22T10:30:00+01:00").json()

    assert answer["known_at"] == "2026-11-22T09:30:00Z"


def test_instant_keeps_its_fraction(ask, certificate):
    answer = ask(known_at="2026-11-22T09:30:00.123456Z").json()

    assert answer["known_at"] == "2026-11-22T09:30:00.123456Z"


def test_instant_to_come_counts_as_now(ask, certificate):
    answer = ask(known_at="2030-01-01T00:00:00Z").json()

    assert answer["known_at"] == "2026-11-22T12:00:00Z"


@pytest.mark.parametrize(
    ("moment", "today"),
    [("2026-06-30T22:59:59Z", "2026-06-30"), ("2026-06-30T23:00:00Z", "2026-07-01")],
)
def test_today_is_londons(client, authority, licence, time_machine_at, moment, today):
    time_machine_at(moment)
    token = give_token(make_client(authority), expires_at=TOMORROW)

    answer = client.get(
        "/api/v1/licences/PH-1002/training-status", headers={"Authorization": f"Bearer {token}"}
    )

    assert answer.json()["as_at"] == today


@pytest.mark.parametrize("number", ["ph-1002", "PH%20-%201002", "Ph-1002"])
def test_number_is_found_however_it_is_typed(ask, certificate, number):
    assert ask(number).json()["licence_number"] == "PH-1002"


def test_day_that_stands_twice_is_refused(ask, certificate):
    response = ask(as_at=["2026-01-01", "2020-01-01"])

    assert response.status_code == 422
    assert [error["parameter"] for error in response.json()["errors"]] == ["as_at"]


@pytest.mark.parametrize("number", ["PH/12", "PH%2F12"])
def test_number_may_contain_a_slash(ask, authority, requirement, number):
    make_licence(authority, "PH/12")

    assert ask(number).json()["licence_number"] == "PH/12"


def test_status_costs_two_queries(ask, certificate, django_assert_num_queries):
    with django_assert_num_queries(2):
        ask()


def test_status_costs_two_queries_with_a_long_history(
    ask, licence, course, django_assert_num_queries
):
    for year in (2015, 2018, 2021, 2024):
        made = make_certificate(licence, course, passed_on=date(year, 4, 3))
        revoke(made, effective_on=date(year, 5, 1), recorded_at=datetime(year, 5, 1, tzinfo=UTC))

    with django_assert_num_queries(2):
        ask()


def test_no_cache_may_keep_an_answer(ask, certificate):
    assert ask()["Cache-Control"] == "no-store"


def is_problem(response, slug, status):
    assert response["Content-Type"] == "application/problem+json"
    body = response.json()
    return (body["type"], body["status"], response.status_code) == (PROBLEM + slug, status, status)


def test_unknown_licence_is_not_found(ask, licence):
    assert is_problem(ask("PH-9999"), "not-found", 404)


def test_foreign_licence_is_answered_like_an_unknown_one(
    ask, authority, other_authority, course, requirement
):
    foreign = make_licence(other_authority, "WV-1")
    make_certificate(foreign, course, passed_on=date(2025, 4, 3))

    there, not_there = ask("WV-1"), ask("WV-2")

    assert (there.content, there.headers) == (not_there.content, not_there.headers)
    assert is_problem(there, "not-found", 404)


def test_same_number_at_two_authorities_is_ones_own(
    ask, authority, other_authority, course, requirement
):
    make_licence(authority)
    make_certificate(make_licence(other_authority), course, passed_on=date(2025, 4, 3))

    assert ask().json()["training"] == "not_met"


@pytest.mark.parametrize(
    "number",
    ["PH%00", "%00", "X" * 41, "X" * 5000, "%ED%A0%80", "%FF", "PH-1002%0A%00", "%20", "'--"],
)
def test_number_that_nobody_can_have_is_not_found(ask, licence, number):
    assert is_problem(ask(number), "not-found", 404)


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("as_at", ""),
        ("as_at", "today"),
        ("as_at", "22/11/2026"),
        ("as_at", "2026-11-22T00:00:00Z"),
        ("as_at", "20261122"),
        ("as_at", "2026-W47-7"),
        ("as_at", "2026-02-29"),
        ("as_at", "1795305600"),
        ("as_at", "10000-01-01"),
        ("as_at", "2026-11-22\x00"),
        ("as_at", "٢٠٢٦-١١-٢٢"),
        ("known_at", ""),
        ("known_at", "2026-11-22"),
        ("known_at", "2026-11-22T09:30:00"),
        ("known_at", "1795305600"),
        ("known_at", "0001-01-01T00:00:00+14:00"),
        ("known_at", "9999-12-31T23:59:59-14:00"),
        ("known_at", "2026-11-22T09:30:00Z\x00"),
        ("known", "2026-11-22T09:30:00Z"),
    ],
)
def test_value_that_cannot_be_understood_is_refused_by_name(ask, certificate, parameter, value):
    response = ask(**{parameter: value})

    assert is_problem(response, "invalid-request", 422)
    assert [error["parameter"] for error in response.json()["errors"]] == [parameter]


def test_refused_value_is_not_repeated(ask, certificate):
    assert b"<script>" not in ask(as_at="<script>").content


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete", "options", "head"])
def test_other_methods_are_a_problem_that_names_the_one_allowed(client, method):
    response = getattr(client, method)("/api/v1/licences/PH-1002/training-status")

    assert (response.status_code, response["Allow"]) == (405, "GET")
    assert response["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["get", "post"])
def test_unknown_address_of_the_api_is_a_problem(client, method):
    assert is_problem(getattr(client, method)("/api/v1/licenses/PH-1002"), "not-found", 404)


def failing(error, *, only=""):
    """Stands in for a database that breaks off: the driver's error, at the driver's place."""

    def execute(run, sql, params, many, context):
        if only in sql:
            raise error
        return run(sql, params, many, context)

    return connection.execute_wrapper(execute)


@pytest.mark.parametrize("only", ["", "WITH asked AS"], ids=["at once", "after the token"])
def test_unreadable_records_are_an_error_and_never_met(ask, certificate, only):
    with failing(OperationalError("server closed the connection: 10.0.0.7"), only=only):
        response = ask()

    assert is_problem(response, "unavailable", 503)
    assert int(response["Retry-After"]) > 0
    assert b"10.0.0.7" not in response.content


def test_what_nobody_thought_of_is_an_error_without_details(ask, certificate, caplog):
    with caplog.at_level(logging.CRITICAL), failing(RuntimeError("secret"), only="WITH asked AS"):
        response = ask()

    assert is_problem(response, "internal-error", 500)
    assert b"secret" not in response.content


def test_what_nobody_thought_of_is_in_the_log(ask, certificate, caplog):
    with failing(RuntimeError("a clue"), only="WITH asked AS"):
        ask()

    assert "a clue" in caplog.text
