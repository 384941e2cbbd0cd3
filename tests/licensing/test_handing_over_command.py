"""The command that hands licences over: what it prints and how it ends."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from people.models import Licence
from tests.factories import make_acceptance
from tests.licensing.factories import make_certificate, make_licence
from tests.people.test_register_commands import run

pytestmark = pytest.mark.django_db


@pytest.fixture
def trained(authority, other_authority, course, requirement):
    licence = make_licence(authority, "PH-1")
    make_certificate(licence, course, passed_on=timezone.localdate() - timedelta(days=30))
    return licence


@pytest.fixture
def accept(authority, other_authority, course):
    def accept(**fields):
        return make_acceptance(
            course, authority=other_authority, from_authority=authority, **fields
        )

    return accept


def hand_over(*options):
    return run("hand_over_licences", "--from", "DEMO-NB", "--to", "DEMO-WV", *options)


def test_sentence_says_what_happened(trained, accept):
    accept()
    told = (
        "1 licences handed over, 1 people train for DEMO-WV from now on. "
        "Training met: 1 with DEMO-NB, 1 with DEMO-WV.\n"
    )
    assert hand_over() == (0, told, "")


def test_dry_run_prints_the_same_object_and_changes_nothing(trained, accept, tmp_path):
    accept()
    make_licence(trained.authority, "PH-2")
    file = tmp_path / "numbers.txt"
    file.write_text("\ufeffph-1\r\n\r\n")
    options = ["--numbers", str(file), "--prefix", "NB-", "--json"]
    tried = hand_over(*options, "--dry-run")

    assert json.loads(tried[1]) == {
        "rows": 1,
        "handed_over": 1,
        "people": 1,
        "met_before": 1,
        "met_after": 1,
        "lost": 0,
        "errors": [],
    }
    assert Licence.objects.filter(authority__code="DEMO-WV").count() == 0
    assert hand_over(*options) == tried
    assert Licence.objects.get(authority__code="DEMO-WV").number == "NB-PH-1"
    assert hand_over("--dry-run")[1].startswith("Would be: 1 licences")


def test_errors_end_with_one_and_are_printed(trained):
    code, out, err = hand_over()
    assert (code, "Nothing was handed over" in err) == (1, True)
    assert out.startswith("DEMO-WV has not decided whether DEMO-NB certificates")
    assert "\n0 licences handed over" in out

    make_licence(Licence.objects.get().authority, "PH-2", state="expired")
    code, out, _ = hand_over("--json", "--numbers", __file__)
    told = json.loads(out)
    assert (code, told["handed_over"]) == (1, 0)
    assert list(told["errors"][0]) == ["row", "field", "message"]


def test_who_loses_by_it_is_named(trained, accept):
    accept(requirements=[])
    code, out, err = hand_over()
    assert (code, err) == (0, "PH-1: the training is met with DEMO-NB alone.\n")
    assert "1 with DEMO-NB, 0 with DEMO-WV" in out


def test_of_many_who_lose_by_it_the_first_are_named(trained, accept):
    accept(requirements=[])
    for number in range(100):
        make_licence(trained.authority, f"PH-X{number}", holder=trained.holder)
    _, _, err = hand_over()
    assert err.count("is met with DEMO-NB alone") == 100
    assert err.endswith("101 are met with DEMO-NB alone in all.\n")


@pytest.mark.parametrize(
    "options",
    [["--from", "NOWHERE"], ["--to", "DEMO-NB"], ["--numbers", "/none"], ["--prefix", "ü"]],
)
def test_council_file_or_prefix_that_is_not_one_is_wrong_usage(trained, accept, options):
    accept()
    assert hand_over(*options)[0] == 2
