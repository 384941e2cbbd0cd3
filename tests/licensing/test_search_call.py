"""POST /api/v1/training-status/search: many licences at once."""

import json
from datetime import date

import pytest

from licensing.api.schemas import Answers
from tests.conftest import NOON
from tests.licensing.factories import make_certificate, make_licence, revoke

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

PATH = "/training-status/search"


@pytest.fixture
def licence(authority, requirement):
    return make_licence(authority)


@pytest.fixture
def certificate(licence, course):
    return make_certificate(licence, course, passed_on=date(2025, 4, 3))


def test_answers_stand_in_the_given_order_repeats_included(call, certificate):
    asked = ["PH-9", "ph-1002", "PH-1002", "", "\x00", "PH-9"]

    results = call("post", PATH, {"licences": asked}).json()["results"]

    assert [one["found"] for one in results] == [False, True, True, False, False, False]
    assert results[0] == {"licence_number": "PH-9", "found": False}
    assert results[1] == results[2]


def test_each_answer_is_that_of_the_status_call(call, certificate):
    (found,) = call("post", PATH, {"licences": ["PH-1002"]}).json()["results"]

    assert found == call("get", "/licences/PH-1002/training-status").json()


@pytest.mark.parametrize("number", ["PH-1002", "PH-1003", "PH-9"])
def test_what_is_written_unchecked_is_what_the_schema_says(call, authority, certificate, number):
    make_licence(authority, "PH-1003")
    revoke(certificate, effective_on=date(2026, 10, 1), recorded_at=NOON)

    body = call("post", PATH, {"licences": [number]}).content

    read = Answers.model_validate_json(body)
    assert json.loads(read.model_dump_json()) == json.loads(body)


def test_day_and_instant_are_asked_for_together(call, certificate):
    asked = {"as_at": "2025-04-02", "known_at": "2026-01-01T00:00:00Z", "licences": ["PH-1002"]}

    (found,) = call("post", PATH, asked).json()["results"]

    assert (found["as_at"], found["known_at"]) == ("2025-04-02", "2026-01-01T00:00:00Z")
    assert found["training"] == "not_met"


def test_foreign_licence_is_answered_like_an_unknown_one(call, other_authority, requirement):
    make_licence(other_authority, "WV-1")

    results = call("post", PATH, {"licences": ["WV-1", "WV-2"]}).json()["results"]

    assert [{**one, "licence_number": ""} for one in results] == [
        {"licence_number": "", "found": False}
    ] * 2


@pytest.mark.parametrize("many", [1, 300])
def test_search_costs_two_queries_however_many(call, certificate, django_assert_num_queries, many):
    call("get", "/webhooks")  # Its token is made.
    with django_assert_num_queries(2):
        call("post", PATH, {"licences": [f"PH-{number}" for number in range(many)]})


def test_thousand_is_the_most(call, licence):
    assert call("post", PATH, {"licences": ["PH-1"] * 1000}).status_code == 200
    refused = call("post", PATH, {"licences": ["PH-1"] * 1001})
    assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (422, "licences")


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({}, "licences"),
        ({"licences": "PH-1"}, "licences"),
        ({"licences": [1]}, "licences.0"),
        ({"licences": [None]}, "licences.0"),
        ({"licences": [], "as_at": "yesterday"}, "as_at"),
        ({"licences": [], "asat": "2026-11-22"}, "asat"),
        ({"licences": ["X" * 101]}, "licences.0"),
        (b"{", ""),
        (b"\xff", ""),
        (b'{"licences": ["PH-1"], "licences": ["PH-2"]}', ""),
    ],
)
def test_body_that_cannot_be_understood_is_refused_by_name(call, licence, body, parameter):
    response = call("post", PATH, body)

    assert response.status_code == 422
    assert [error["parameter"] for error in response.json()["errors"]] == [parameter]


def test_body_that_is_too_large_is_refused(call, licence):
    response = call("post", PATH, b" " * 3_000_000 + b'{"licences": []}')

    assert (response.status_code, response["Content-Type"]) == (413, "application/problem+json")
