"""A licensing system at work: the Python client and the recipes against the running site."""

import re
import shutil
import subprocess
from datetime import date
from uuid import uuid4

import pytest
from django.utils import timezone
from training_status import Client, Problem, Records

from tests.databases import ROOT
from tests.site import running_site

pytestmark = pytest.mark.processes
CURL = shutil.which("curl")
FACTS = {
    "licence_kind": "private_hire",
    "full_name": "Cy Example",
    "date_of_birth": "1986-05-06",
    "licence_state": "current",
}


@pytest.fixture(scope="module")
def site(django_db_modify_db_settings):
    with running_site("web") as running:
        yield running


@pytest.fixture(scope="module")
def api(site):
    return Client(site.url, "demo-licensing", "demo-licensing-secret")


@pytest.fixture(scope="module")
def westvale(site):
    return Client(site.url, "demo-westvale", "demo-westvale-secret")


def test_status_of_a_driver(api):
    status = api.training_status("ph-1002")

    assert (status["licence_number"], status["training"]) == ("PH-1002", "met")


def test_status_as_at_a_day_before_the_pass(api):
    assert api.training_status("PH-1002", as_at=date(2019, 9, 1))["training"] == "not_met"


def test_other_authoritys_driver_is_nobody(westvale):
    assert westvale.training_status("PH-1002") is None


def test_many_are_answered_in_order(api):
    asked = ["PH-1004", "XX-0", "PH-1002"] * 400

    found = [one["licence_number"] for one in api.search(asked)]

    assert found == asked


def test_certificate_of_a_driver(api, westvale):
    status = api.training_status("PH-1002")
    reference = status["requirements"][0]["certificate"]["reference"]

    assert api.certificate(reference)["events"][0]["event"] == "issued"
    assert westvale.certificate(reference) is None
    assert api.certificate("x") is None


def test_figures_are_those_of_the_drivers(api):
    found = api.compliance()

    assert 0 < found["numerator"] < found["denominator"]
    assert sum(found["counts"].values()) == found["denominator"]


def test_feed_tells_who_lapsed(api):
    records, pages = Records(), list(api.pages(limit=2))
    for page in pages:
        records.add(page["events"])

    assert "PH-1004" in {number for number, _ in records.lapsed()}
    assert records.licences(on=timezone.localdate())["PH-1002"]
    assert api.events(pages[-1]["next"]) == {"events": [], "next": pages[-1]["next"]}


def test_licence_is_entered_once_under_a_key(api):
    key = str(uuid4())

    first = api.put_licence("PH-3001", FACTS, key=key)

    assert first == {"licence_number": "PH-3001", "outcome": "created"}
    assert api.put_licence("PH-3001", FACTS, key=key) == first
    assert api.put_licence("PH-3001", FACTS)["outcome"] == "unchanged"


def test_refusal_names_the_field_and_the_call(api):
    with pytest.raises(Problem) as caught:
        api.put_licence("PH-3002", {**FACTS, "licence_kind": "taxi"})

    problem = caught.value
    assert (problem.status, problem.kind) == (422, "invalid-request")
    assert problem.errors[0]["parameter"] == "licence_kind"
    assert len(problem.request_id) == 32


def test_webhook_from_beginning_to_end(api):
    made = api.add_webhook("https://licensing.council.example/hook", types=["certificate.revoked"])
    try:
        assert made["id"] in {one["id"] for one in api.webhooks()}
        assert api.replay_webhook(made["id"])["queued"] == 0
        assert api.rotate_secret(made["id"])["secret"] != made["secret"]
    finally:
        api.remove_webhook(made["id"])
    assert made["id"] not in {one["id"] for one in api.webhooks()}


def test_wrong_secret_is_refused(site):
    with pytest.raises(Problem) as caught:
        Client(site.url, "demo-licensing", "wrong").training_status("PH-1002")

    assert (caught.value.status, caught.value.type) == (401, "invalid_client")


def test_withdrawn_token_is_replaced(site, api):
    api.training_status("PH-1002")
    api._token = "withdrawn"

    assert api.training_status("PH-1002") is not None


def test_client_sends_its_secret_to_no_open_line():
    with pytest.raises(ValueError, match="https"):
        Client("http://training.council.example", "a", "b")


def test_recipes_of_the_page_work(site):
    """Every shell recipe of docs/api.md, one after the other, as somebody would paste them."""
    if CURL is None:
        pytest.skip("curl was not found: install it to try the recipes of docs/api.md.")
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    recipes = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)

    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", "\necho\n".join(recipes)],
        env={"PATH": "/usr/bin:/bin", "SITE": site.url},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")
    wanted = ['"training":"met"', '"found":false', '"numerator"', '"outcome":"created"']
    wanted += ['"certificate.issued"', '"whsec_', '"webhooks":[{']
    spaced = done.stdout.replace('": ', '":')
    assert [word for word in wanted if word not in spaced] == []
