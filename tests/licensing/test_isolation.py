"""Every route, client and identifier of the other authority: the same "not found" (I31)."""

import json
from datetime import date
from uuid import uuid4

import pytest
from django.conf import settings
from django.urls import reverse

from licensing.actions import add_webhook, advance_feed
from licensing.models import Scope
from people.models import Authority
from tests.conftest import NOON
from tests.factories import make_acceptance, staff
from tests.licensing.factories import make_certificate, make_client, make_licence, revoke

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]

OPERATIONS = [
    (method, path.removeprefix("/api/v1"), operation)
    for path, item in json.loads((settings.BASE_DIR / "docs/openapi.json").read_text())[
        "paths"
    ].items()
    for method, operation in item.items()
]
FACTS = {
    "licence_kind": "private_hire",
    "full_name": "Bea Example",
    "date_of_birth": "1985-05-06",
    "licence_state": "current",
}
ADE = {**FACTS, "full_name": "Ade Example", "date_of_birth": "1980-03-31"}
BODIES = {"put_licence": ADE, "search_training_status": {"licences": ["PH-1002"]}}
BODIES["add_webhook"] = {"url": "https://council.example/hook"}
# What each part of an address may be, and what nobody has.
NOWHERE = {"number": "XX-0", "reference": "7K3M-9QX2-HT4D", "webhook_id": str(uuid4())}


@pytest.fixture
def councils(authority, other_authority, course, requirement):
    """Each with a licence, a certificate with a history, clients of each kind and a webhook; each
    accepts the other's certificates, but no driver is licensed by both."""
    make_acceptance(course, authority=authority, from_authority=other_authority)
    make_acceptance(course, authority=other_authority, from_authority=authority)
    return {council.code: inhabited(council, course) for council in (authority, other_authority)}


def inhabited(council, course):
    licence = make_licence(council, f"{council.code}-1")
    certificate = make_certificate(licence, course, passed_on=date(2025, 4, 3))
    revoke(certificate, effective_on=date(2026, 1, 1), recorded_at=NOON)
    everything = make_client(council, scopes=Scope.values)
    url = f"https://{council.code.lower()}.example/hook"
    hook, _ = add_webhook(client=everything, url=url, types=[], now=NOON)
    advance_feed(authority_id=council.pk, now=NOON)
    return {
        "client": everything,
        "number": licence.number,
        "reference": certificate.reference,
        "webhook_id": str(hook.pk),
        "secrets": [licence.number, certificate.reference, url, council.code],
    }


def addressed(path, parts):
    for name, value in parts.items():
        path = path.replace(f"{{{name}}}", value)
    return path


@pytest.mark.parametrize("asking", ["DEMO-NB", "DEMO-WV"])
@pytest.mark.parametrize(
    ("method", "path", "operation"), OPERATIONS, ids=[o["operationId"] for _, _, o in OPERATIONS]
)
def test_nothing_of_the_other_authority_is_told(call, councils, asking, method, path, operation):
    mine = councils[asking]
    (theirs,) = [council for code, council in councils.items() if code != asking]
    body = BODIES.get(operation["operationId"])
    if operation["operationId"] == "search_training_status":
        body = {"licences": [mine["number"]]}

    response = call(method, addressed(path, {**NOWHERE, **mine_parts(mine)}), body,
                    by=mine["client"])  # fmt: skip

    assert response.status_code < 300, response.content
    assert not [secret for secret in theirs["secrets"] if secret.encode() in response.content]


def mine_parts(council):
    return {name: council[name] for name in NOWHERE}


WITH_PARTS = [
    (method, path, operation)
    for method, path, operation in OPERATIONS
    if "{" in path and operation["operationId"] != "put_licence"  # Its addressee is one's own.
]


@pytest.mark.parametrize("asking", ["DEMO-NB", "DEMO-WV"])
@pytest.mark.parametrize(
    ("method", "path", "operation"), WITH_PARTS, ids=[o["operationId"] for _, _, o in WITH_PARTS]
)
def test_what_is_not_mine_is_answered_like_what_is_not_there(
    call, councils, asking, method, path, operation
):
    mine = councils[asking]
    (theirs,) = [council for code, council in councils.items() if code != asking]

    there = call(method, addressed(path, mine_parts(theirs)), by=mine["client"])
    nowhere = call(method, addressed(path, NOWHERE), by=mine["client"])

    assert there.status_code == 404
    assert (there.content, there.headers) == (nowhere.content, nowhere.headers)


def test_search_tells_foreign_numbers_like_unknown_ones(call, councils):
    mine, theirs = councils["DEMO-NB"], councils["DEMO-WV"]
    asked = [theirs["number"], NOWHERE["number"]]

    there, nowhere = call(
        "post", "/training-status/search", {"licences": asked}, by=mine["client"]
    ).json()["results"]

    assert there == {**nowhere, "licence_number": theirs["number"]}


def test_entering_a_number_of_the_other_authority_leaves_theirs_alone(call, councils):
    mine, theirs = councils["DEMO-NB"], councils["DEMO-WV"]
    before = Authority.objects.get(code="DEMO-WV").licences.values().get()

    answer = call("put", f"/licences/{theirs['number']}", FACTS, by=mine["client"])

    assert answer.json()["outcome"] == "created"
    assert Authority.objects.get(code="DEMO-WV").licences.values().get() == before


@pytest.mark.parametrize("scope", Scope.values)
@pytest.mark.parametrize(
    ("method", "path", "operation"), OPERATIONS, ids=[o["operationId"] for _, _, o in OPERATIONS]
)
def test_each_call_needs_its_own_scope_and_no_other(
    call, councils, authority, method, path, operation, scope
):
    client = make_client(authority, scopes=[scope])
    (needed,) = operation["security"][0]["OAuth2"]
    address = addressed(path, mine_parts(councils["DEMO-NB"]))

    response = call(method, address, BODIES.get(operation["operationId"]), by=client)

    assert (response.status_code == 403) == (scope != needed)
    if scope != needed:
        assert needed in response["WWW-Authenticate"]


@pytest.mark.parametrize(
    ("method", "path", "operation"), OPERATIONS, ids=[o["operationId"] for _, _, o in OPERATIONS]
)
def test_without_a_token_every_call_is_refused_alike(client, councils, method, path, operation):
    address = "/api/v1" + addressed(path, mine_parts(councils["DEMO-NB"]))
    body = json.dumps(BODIES.get(operation["operationId"], {}))

    response = client.generic(method.upper(), address, body, content_type="application/json")

    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")


@pytest.mark.parametrize(
    ("method", "path", "operation"), OPERATIONS, ids=[o["operationId"] for _, _, o in OPERATIONS]
)
def test_unknown_parameter_is_refused_by_every_call(call, councils, method, path, operation):
    address = addressed(path, mine_parts(councils["DEMO-NB"]))
    client = councils["DEMO-NB"]["client"]
    body = BODIES.get(operation["operationId"])

    response = call(method, address, body, by=client, authority="DEMO-WV")

    assert (response.status_code, response.json()["errors"][0]["parameter"]) == (422, "authority")


@pytest.fixture
def shared(councils, course):
    """Somebody whom the one council trained and licenses is licensed by the other too."""
    home = make_licence(Authority.objects.get(code="DEMO-NB"), "SECRET-NB")
    away = Authority.objects.get(code="DEMO-WV")
    make_licence(away, "WV-7", holder=home.holder)
    return make_certificate(
        home,
        course,
        passed_on=date(2025, 4, 3),
        licence_number="SECRET-NB",
        authority_name="Of the other council",
    )


def test_of_an_accepted_certificate_only_what_the_public_check_tells_is_told(
    call, councils, shared
):
    answer = call("get", "/licences/WV-7/training-status", by=councils["DEMO-WV"]["client"])

    (requirement,) = answer.json()["requirements"]
    assert requirement["certificate"] == {
        "reference": shared.reference,
        "passed_on": "2025-04-03",
        "valid_until": "2028-04-03",
        "course": "Safeguarding",
        "url": shared.verify_url,
    }
    assert [one["code"] for one in requirement["reasons"]] == [
        "certificate_valid",
        "accepted_from_elsewhere",
    ]
    assert not told_of("DEMO-NB", answer, councils)


def told_of(council, answer, councils):
    secrets = [*councils[council]["secrets"], "SECRET-NB", "Of the other council", "Ade Example"]
    return [secret for secret in secrets if secret.encode() in answer.content]


def test_feed_tells_no_more_of_it_either(call, councils, shared):
    answer = call("get", "/events", by=councils["DEMO-WV"]["client"])

    told = [e for e in answer.json()["events"] if e["certificate"]["reference"] == shared.reference]
    assert [event["licence_numbers"] for event in told] == [["WV-7"]]
    assert not told_of("DEMO-NB", answer, councils)


def test_accepted_certificate_itself_stays_not_found(call, councils, shared):
    client = councils["DEMO-WV"]["client"]

    there = call("get", f"/certificates/{shared.reference}", by=client)
    nowhere = call("get", f"/certificates/{NOWHERE['reference']}", by=client)

    assert there.status_code == 404
    assert (there.content, there.headers) == (nowhere.content, nowhere.headers)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("get", "/licences/SECRET-NB/training-status"),
        ("get", "/certificates/{reference}"),
        ("get", "/events"),
        ("get", "/compliance"),
    ],
)
def test_council_whose_certificates_are_accepted_learns_nothing(
    call, councils, shared, method, path
):
    address = path.replace("{reference}", shared.reference)
    answer = call(method, address, by=councils["DEMO-NB"]["client"])

    assert answer.status_code == 200
    secrets = [*councils["DEMO-WV"]["secrets"], "WV-7"]
    assert not [secret for secret in secrets if secret.encode() in answer.content]


@pytest.mark.parametrize("role", ["officer", "auditor"])
def test_staff_of_the_accepting_council_see_no_page_of_it(client, councils, shared, role):
    client.force_login(staff(role, Authority.objects.get(code="DEMO-WV"), NOON))

    page = client.get(reverse("staff_certificate", args=[shared.pk]))
    listed = client.get(reverse("staff_certificates"))

    assert page.status_code == 404
    assert shared.reference not in listed.content.decode()
