"""The figures on the command line: those of the API, and what the exit code says."""

import csv
import io
import json
from datetime import date

import pytest
from django.core.management import CommandError, call_command

from licensing.management.commands.compliance_report import Command
from licensing.models import ComplianceRun
from tests.conftest import NOON
from tests.factories import make_course, make_requirement
from tests.licensing.factories import date_history, make_certificate, make_licence

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]


@pytest.fixture
def drivers(authority, course, requirement):
    """Under two requirements: of one of them nobody has heard yet."""
    make_requirement(make_course(slug="first-aid", lessons=0), code="first-aid",
                     licence_kinds=["dual"])  # fmt: skip
    licences = [make_licence(authority, f"PH-{number}") for number in (1, 2)]
    licences.append(make_licence(authority, "DU-3", kind="dual"))
    for licence in licences[1:]:
        make_certificate(licence, course, passed_on=date(2025, 4, 3))
    date_history()


def report(*arguments, authority="DEMO-NB", as_at="2026-11-22"):
    written = io.StringIO()
    command = ("compliance_report", "--authority", authority, "--as-at", as_at)
    call_command(*command, *arguments, stdout=written)
    return written.getvalue()


@pytest.mark.parametrize("known_at", [None, "2026-07-01T09:30:00Z"])
def test_answer_is_that_of_the_api(call, drivers, known_at):
    asked = {"known_at": known_at} if known_at else {}
    answer = call("get", "/compliance", as_at="2026-11-22", **asked).json()

    assert json.loads(report(*(["--known-at", known_at] if known_at else []))) == answer
    assert (answer["numerator"], answer["denominator"]) == (1, 3)


def test_table_has_the_figures_of_the_api(call, drivers):
    answer = call("get", "/compliance", as_at="2026-11-22").json()
    table = list(csv.DictReader(io.StringIO(report("--csv"))))

    found = {
        (row["requirement"], row["rule"], row["figure"]): int(row["licences"]) for row in table
    }
    expected = {("", "", name): answer[name] for name in ("numerator", "denominator")}
    expected |= {("", "", status): count for status, count in answer["counts"].items()}
    for one in answer["requirements"]:
        rule = (one["requirement"], str(one["rule"]["id"]))
        expected |= {(*rule, status): count for status, count in one["counts"].items()}
    assert found == expected
    assert {(row["authority"], row["as_at"], row["known_at"]) for row in table} == {
        (answer["authority"], answer["as_at"], answer["known_at"])
    }


def test_answer_is_kept_as_asked_by_a_command(drivers):
    report()
    run = ComplianceRun.objects.get()
    assert (run.run_by, run.run_at, run.known_at) == (None, NOON, NOON)


def code_of(*arguments, **options):
    with pytest.raises(CommandError) as refused:
        report(*arguments, **options)
    return refused.value.returncode, str(refused.value)


def test_another_answer_than_before_is_refused(authority, drivers):
    report()
    make_licence(authority, "PH-9")
    date_history()

    code, message = code_of()
    assert code == 1
    assert "2 lines of what was counted differ" in message


def test_instant_to_come_is_refused(drivers):
    assert code_of("--known-at", "2026-11-22T12:00:01Z")[0] == 1
    assert not ComplianceRun.objects.exists()


def test_unknown_authority_is_wrong_usage(drivers):
    assert code_of(authority="NOBODY") == (2, "There is no authority NOBODY.")


@pytest.mark.parametrize(
    "wrong",
    [
        ["--authority", "X"],
        ["--as-at", "2026-11-22"],
        ["--authority", "X", "--as-at", "22/11/2026"],
        ["--authority", "X", "--as-at", "2026-11-22", "--known-at", "2026-11-22T12:00"],
    ],
    ids=["no day", "no authority", "day", "instant"],
)
def test_wrong_usage_ends_with_two(capsys, wrong):
    command = Command()
    command._called_from_command_line = True
    parser = command.create_parser("manage.py", "compliance_report")
    with pytest.raises(SystemExit) as ended:
        parser.parse_args(wrong)
    assert ended.value.code == 2
