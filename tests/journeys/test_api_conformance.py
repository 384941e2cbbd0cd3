"""The published description against the running site, as each client: what schemathesis finds.

It makes thousands of requests from ``docs/openapi.json``, valid and not, and holds every answer to
it: status, headers, schema, no server error, no access without a token.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from training_status import Client

from tests.databases import ROOT
from tests.site import running_site

pytestmark = pytest.mark.processes
SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
# Two calls with one key and different bodies are each valid by themselves: 422 says what is wrong.
CONFIGURATION = """
[[operations]]
include-operation-id = ["replay_webhook", "rotate_webhook_secret"]
[operations.parameters]
webhook_id = "{webhook_id}"

[[operations]]
include-operation-id = "put_licence"
[operations.checks.positive_data_acceptance]
expected-statuses = ["2xx", 404, 409, 422]
"""


@pytest.fixture(scope="module")
def site(django_db_modify_db_settings):
    if not SCHEMATHESIS.exists():
        pytest.skip("schemathesis was not found: install it to hold the API to its description.")
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("API_CALLS_PER_MINUTE", "1000000000")
        with running_site("web") as running:
            yield running


@pytest.mark.parametrize("client_id", ["demo-licensing", "demo-westvale"])
def test_every_answer_is_as_described(site, tmp_path, client_id):
    api = Client(site.url, client_id, f"{client_id}-secret")
    hook = api.add_webhook(f"https://council.example/{client_id}")
    configuration = tmp_path / "schemathesis.toml"
    configuration.write_text(CONFIGURATION.format(webhook_id=hook["id"]))

    done = subprocess.run(
        [
            SCHEMATHESIS,
            "--config-file",
            configuration,
            "run",
            ROOT / "docs" / "openapi.json",
            "--url",
            site.url,
            "--header",
            f"Authorization: Bearer {api._current_token()}",
            *("--phases", "examples,coverage,fuzzing,stateful"),
            *("--checks", "all"),
            *("--max-examples", "20"),
            *("--max-time", "90"),
            "--no-color",
        ],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-6000:] + done.stderr
