"""GET /api/v1/certificates/{reference} and /compliance, entity tags and the names of calls."""

import logging
from datetime import UTC, date, datetime

import pytest

from tests.licensing.factories import make_certificate, make_client, make_licence, revoke

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
STATUS = "/licences/PH-1002/training-status"


@pytest.fixture
def certificate(authority, course, requirement):
    licence = make_licence(authority)
    return make_certificate(
        licence, course, passed_on=date(2025, 4, 3), licence_number=licence.number
    )


@pytest.fixture
def path(certificate):
    return f"/certificates/{certificate.reference}"


def test_certificate_is_told_in_full(call, certificate, path, settings):
    settings.SITE_URL = "https://training.example"
    revoke(certificate, effective_on=date(2026, 10, 1), recorded_at=NOON)

    assert call("get", path).json() == {
        "authority": "DEMO-NB",
        "reference": certificate.reference,
        "status": "revoked",
        "holder_name": "Ade Example",
        "licence_number": "PH-1002",
        "course": "Safeguarding",
        "course_edition": "1",
        "provider": None,
        "passed_on": "2025-04-03",
        "valid_until": "2028-04-03",
        "renew_from": "2028-01-04",
        "issued_at": "2025-04-03T10:00:00Z",
        "replaces": None,
        "replaced_by": None,
        "url": f"https://training.example/verify/{certificate.reference}/",
        "events": [
            {
                "event": "issued",
                "recorded_at": "2025-04-03T10:00:00Z",
                "effective_on": "2025-04-03",
                "reason_class": None,
            },
            {
                "event": "revoked",
                "recorded_at": "2026-11-22T12:00:00Z",
                "effective_on": "2026-10-01",
                "reason_class": None,
            },
        ],
    }


def test_reference_may_be_typed_in_small_letters(call, certificate):
    written = certificate.reference.lower().replace("-", "")

    assert call("get", f"/certificates/{written}").json()["reference"] == certificate.reference


@pytest.mark.parametrize("reference", ["7K3M-9QX2-HT4D", "x", "%00", "0" * 300, "a%2Fb", "%F0"])
def test_unknown_certificate_is_not_found(call, certificate, reference):
    response = call("get", f"/certificates/{reference}")

    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.parametrize("events", [0, 5])
def test_certificate_costs_three_queries(
    call, certificate, path, django_assert_num_queries, events
):
    for _ in range(events):
        revoke(certificate, effective_on=date(2026, 10, 1), recorded_at=NOON)
    call("get", "/webhooks")  # Its token is made.
    with django_assert_num_queries(3):
        call("get", path)


@pytest.fixture(params=["status", "certificate", "compliance"])
def tagged(request, path):
    return {"status": STATUS, "certificate": path, "compliance": "/compliance"}[request.param]


@pytest.mark.parametrize("sent", ["{tag}", '"other", {tag}', "{strong}"])
def test_answer_that_the_caller_has_is_not_sent_again(call, tagged, sent):
    tag = call("get", tagged)["ETag"]
    known = sent.format(tag=tag, strong=tag.removeprefix("W/"))

    response = call("get", tagged, headers={"If-None-Match": known})

    assert (response.status_code, response.content, response["ETag"]) == (304, b"", tag)


def test_tag_outlasts_the_clock(call, tagged, time_machine_at):
    tag = call("get", tagged)["ETag"]
    time_machine_at("2026-11-22T13:00:00Z")

    assert call("get", tagged, headers={"If-None-Match": tag}).status_code == 304


def test_revocation_changes_the_tag(call, certificate, tagged, time_machine_at):
    tag = call("get", tagged)["ETag"]
    revoke(certificate, effective_on=date(2026, 11, 22), recorded_at=NOON)

    response = call("get", tagged, headers={"If-None-Match": tag})

    assert (response.status_code, response["ETag"] == tag) == (200, False)


def test_tag_answers_nobody_without_a_token(client, call, tagged):
    tag = call("get", tagged)["ETag"]

    response = client.get(f"/api/v1{tagged}", headers={"If-None-Match": tag})

    assert response.status_code == 401


def test_tag_of_one_authority_tells_another_nothing(call, path, other_authority):
    tag = call("get", path)["ETag"]

    response = call("get", path, by=make_client(other_authority), headers={"If-None-Match": tag})

    assert response.status_code in {403, 404}


def test_figures_are_told_with_their_definitions(call, certificate, authority, requirement):
    make_licence(authority, "PH-7")

    answer = call("get", "/compliance", as_at="2026-11-22").json()

    assert (answer["numerator"], answer["denominator"]) == (1, 2)
    assert {status: n for status, n in answer["counts"].items() if n} == {
        "valid": 1,
        "never_passed": 1,
    }
    assert answer["requirements"][0]["rule"] == {
        "id": requirement.pk,
        "effective_from": "2019-07-01",
    }
    assert set(answer["definitions"]) >= {"numerator", "denominator", "counts"}


def test_figures_cost_three_queries(call, certificate, django_assert_num_queries):
    call("get", "/webhooks")  # Its token is made.
    with django_assert_num_queries(3):
        call("get", "/compliance")


def test_figures_weigh_more_in_the_limit(call, certificate, settings):
    settings.API_CALLS_PER_MINUTE = 1500

    assert [call("get", "/compliance").status_code for _ in range(2)] == [200, 429]


def test_callers_name_for_the_call_comes_back(call, certificate, path):
    response = call("get", path, headers={"X-Request-Id": "nightly:2026-11-22.0001"})

    assert response["X-Request-Id"] == "nightly:2026-11-22.0001"


@pytest.mark.parametrize("sent", ["", "short", "x" * 65, "a b c d e f", "<script>alert", "é" * 9])
def test_name_that_is_not_sane_is_replaced(call, certificate, path, sent):
    name = call("get", path, headers={"X-Request-Id": sent})["X-Request-Id"]

    assert len(name) == 32
    assert name != sent


def test_problem_tells_the_name(call, certificate):
    response = call("get", "/certificates/x", headers={"X-Request-Id": "nightly-1"})

    assert response.json()["request_id"] == response["X-Request-Id"] == "nightly-1"


def test_refusal_without_a_token_has_a_name_too(client, certificate):
    response = client.get(f"/api/v1{STATUS}")

    assert response.json()["request_id"] == response["X-Request-Id"]


def test_log_tells_the_name_and_no_licence_number(call, certificate, caplog):
    with caplog.at_level(logging.INFO, logger="licensing.api"):
        call("get", STATUS)

    (line,) = [one for one in caplog.records if one.name == "licensing.api"]
    assert "200" in line.getMessage()
    assert "PH-1002" not in line.getMessage()
