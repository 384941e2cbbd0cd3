"""The command that enters past records."""

import json

import pytest
from django.core.management import CommandError, call_command

from certificates.models import Evidence, EvidenceBatch
from tests.certificates.factories import any_course
from tests.certificates.recognised import officer
from tests.certificates.test_past_records import file, licence, row
from tests.factories import AuthorityFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(rule, now, tmp_path, capsys):
    authority = AuthorityFactory(code="AB")
    licence(authority, "PH-1")
    by, course = officer(authority, now), any_course()

    def run(*rows, **options):
        path = tmp_path / "records.csv"
        path.write_bytes(file(*rows))
        facts = {"authority": "AB", "course": course.slug, "by": by.email, **options}
        call_command("import_past_records", facts.pop("path", path), **facts)
        return capsys.readouterr().out

    run.output = capsys
    return run


def test_records_are_entered(run):
    assert run(row("PH-1")) == "1 rows are entered and wait for another officer.\n"
    assert EvidenceBatch.objects.get().file.name == "records.csv"


def test_dry_run_enters_nothing(run):
    assert run(row("PH-1"), dry_run=True) == "1 rows would be entered.\n"
    assert not Evidence.objects.exists()


@pytest.mark.parametrize("dry_run", [True, False])
def test_wrong_row_ends_with_1_and_is_listed(run, dry_run):
    with pytest.raises(CommandError, match="Nothing was entered") as ended:
        run(row("PH-1"), row("PH-9"), dry_run=dry_run)
    assert ended.value.returncode == 1
    assert "3 licence_number: No licence" in run.output.readouterr().out
    assert not Evidence.objects.exists()


def test_json_is_one_object(run):
    assert json.loads(run(row("PH-1"), json=True)) == {
        "rows": 1,
        "without_account": 1,
        "entered": 1,
        "errors": [],
    }


def test_json_names_row_field_and_message(run):
    with pytest.raises(CommandError):
        run(row("PH-9"), json=True)
    (error,) = json.loads(run.output.readouterr().out)["errors"]
    assert (error["row"], error["field"]) == (2, "licence_number")
    assert error["message"]


@pytest.mark.parametrize(
    "options",
    [{"authority": "ZZ"}, {"course": "none"}, {"by": "nobody@example.org"}],
)
def test_what_is_not_there_is_named(run, options):
    with pytest.raises(CommandError, match=next(iter(options.values()))):
        run(row("PH-1"), **options)


def test_missing_file_is_wrong_usage(run, tmp_path):
    with pytest.raises(CommandError, match="There is no file") as ended:
        run(path=tmp_path / "no.csv")
    assert ended.value.returncode == 2


def test_same_file_again_is_refused(run):
    run(row("PH-1"))
    with pytest.raises(CommandError, match="entered already"):
        run(row("PH-1"))
