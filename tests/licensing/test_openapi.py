"""The published description: committed, complete, and true."""

import json
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from pydantic import TypeAdapter

from licensing.api import examples, problems
from licensing.api.schemas import TrainingStatus

FILE = settings.BASE_DIR / "docs" / "openapi.json"


@pytest.fixture
def published():
    return json.loads(FILE.read_text(encoding="utf-8"))


@pytest.fixture
def operation(published):
    return published["paths"]["/api/v1/licences/{number}/training-status"]["get"]


def test_committed_file_is_up_to_date():
    call_command("export_openapi", check=True)


def test_stale_file_is_told_in_a_sentence(tmp_path):
    stale = tmp_path / "openapi.json"
    stale.write_text("{}")

    with pytest.raises(CommandError, match=r"is out of date: run manage\.py") as caught:
        call_command("export_openapi", check=True, file=stale)

    assert caught.value.returncode == 1


def test_missing_file_is_stale(tmp_path):
    with pytest.raises(CommandError, match="is out of date"):
        call_command("export_openapi", check=True, file=tmp_path / "openapi.json")


def test_checking_writes_nothing(tmp_path):
    stale = tmp_path / "openapi.json"
    stale.write_text("{}")

    with pytest.raises(CommandError):
        call_command("export_openapi", check=True, file=stale)

    assert stale.read_text() == "{}"


def test_export_is_the_same_every_time(tmp_path):
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    for file in (first, second):
        call_command("export_openapi", file=file, stdout=StringIO())

    assert first.read_bytes() == second.read_bytes()


def test_site_serves_what_is_committed(client, published):
    response = client.get("/api/v1/openapi.json")

    assert response.json() == published


def test_version_is_that_of_the_contract(published):
    assert (published["openapi"], published["info"]["title"], published["info"]["version"]) == (
        "3.1.0",
        "Training status API",
        "1.0.0",
    )


@pytest.mark.parametrize("status", ["200", "401", "403", "404", "422", "429", "500", "503"])
def test_every_answer_is_declared(operation, status):
    assert status in operation["responses"]


def test_every_reference_leads_somewhere(published):
    def references(node):
        if isinstance(node, dict):
            if "$ref" in node:
                yield node["$ref"]
            node = node.values()
        if isinstance(node, list | type({}.values())):
            for child in node:
                yield from references(child)

    for reference in set(references(published)):
        found = published
        for part in reference.removeprefix("#/").split("/"):
            found = found[part]


def test_every_problem_has_an_example(published):
    shown = {
        example["value"]["type"]
        for response in published["components"]["responses"].values()
        for example in response["content"]["application/problem+json"]["examples"].values()
    }

    assert shown == {problem.type for problem in problems.ALL} - {problems.METHOD_NOT_ALLOWED.type}


def test_every_problem_type_is_explained(published):
    assert all(problem.type in published["info"]["description"] for problem in problems.ALL)


def test_scope_of_the_call_is_declared(operation):
    assert operation["security"] == [{"OAuth2": ["status:read"]}]


def test_token_address_is_declared(published):
    flow = published["components"]["securitySchemes"]["OAuth2"]["flows"]["clientCredentials"]

    assert (flow["tokenUrl"], set(flow["scopes"])) == (
        "/identity/o/api/token",
        {"status:read", "register:write", "events:read"},
    )


@pytest.mark.parametrize("name", examples.TRAINING_STATUS)
def test_example_is_what_the_schema_writes(name):
    example = examples.TRAINING_STATUS[name]

    written = TypeAdapter(TrainingStatus).validate_python(example).model_dump(mode="json")

    assert (written, list(written)) == (example, list(example))
