"""The register's commands: what they print and how they end."""

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from people.management.commands import import_register as command
from people.models import Licence
from tests.factories import AuthorityFactory
from tests.people.register_files import AMINA, PIOTR, csv_file

pytestmark = pytest.mark.django_db


@pytest.fixture
def authority():
    return AuthorityFactory(code="NB")


@pytest.fixture
def file(tmp_path, authority):
    def file(*rows, **options):
        path = tmp_path / "register.csv"
        path.write_bytes(csv_file(*rows, **options).getvalue())
        return str(path)

    return file


def run(name, *args, **options):
    out, err = StringIO(), StringIO()
    code = 0
    try:
        call_command(name, *args, stdout=out, stderr=err, **options)
    except CommandError as refusal:
        code = refusal.returncode
        err.write(str(refusal))
    return code, out.getvalue(), err.getvalue()


def test_import_prints_the_agreed_object(file):
    code, out, _ = run("import_register", file(AMINA, PIOTR), "--authority", "NB", "--json")
    assert code == 0
    assert json.loads(out) == {
        "rows": 2,
        "created": 2,
        "updated": 0,
        "unchanged": 0,
        "errors": [],
    }
    assert Licence.objects.count() == 2


def test_dry_run_prints_the_same_and_changes_nothing(file):
    path = file(AMINA, PIOTR)
    tried = run("import_register", path, "--authority", "NB", "--dry-run", "--json")
    assert not Licence.objects.exists()
    assert run("import_register", path, "--authority", "NB", "--json") == tried


@pytest.mark.parametrize("options", [[], ["--dry-run"]])
def test_errors_end_with_one_and_are_printed(file, options):
    path = file(AMINA, PIOTR | {"licence_kind": "boat"})
    code, out, err = run("import_register", path, "--authority", "NB", "--json", *options)
    told = json.loads(out)
    assert code == 1
    assert told["rows"] == 2
    [error] = told["errors"]
    assert list(error) == ["row", "field", "message"]
    assert (error["row"], error["field"]) == (3, "licence_kind")
    assert not Licence.objects.exists()
    assert "Nothing was imported" in err


def test_unknown_column_ends_with_one_and_is_named(file):
    path = file(AMINA | {"badge": "7"}, columns=[*AMINA, "badge"])
    code, out, _ = run("import_register", path, "--authority", "NB", "--json")
    [error] = json.loads(out)["errors"]
    assert (code, error["row"], error["field"]) == (1, 1, "badge")


def test_missing_column_ends_with_one_and_is_named(file):
    path = file(AMINA, columns=[column for column in AMINA if column != "licence_state"])
    code, out, _ = run("import_register", path, "--authority", "NB", "--json")
    [error] = json.loads(out)["errors"]
    assert (code, error["field"]) == (1, "licence_state")


def test_what_waits_for_an_officer_is_named_beside_the_object(file):
    run("import_register", file(AMINA), "--authority", "NB")
    path = file(AMINA | {"full_name": "Bilal Hussain"})
    code, out, err = run("import_register", path, "--authority", "NB", "--json")
    assert code == 0
    assert json.loads(out)["unchanged"] == 0
    assert "Row 2, PH-1: waits for an officer." in err


def test_sentences_say_what_happened(file):
    code, out, _ = run("import_register", file(AMINA), "--authority", "NB")
    assert (code, out) == (
        0,
        "1 rows, 1 created, 0 updated, 0 unchanged, 0 waiting for an officer.\n",
    )


@pytest.mark.parametrize("name", ["import_register", "reconcile_register"])
def test_file_or_authority_that_is_not_there_is_wrong_usage(name, file, tmp_path):
    path = file(AMINA)
    assert run(name, str(tmp_path / "none.csv"), "--authority", "NB")[0] == 2
    assert run(name, str(tmp_path), "--authority", "NB")[0] == 2
    assert run(name, path, "--authority", "NOWHERE")[0] == 2


@pytest.mark.parametrize("arguments", [["f.csv"], ["--authority", "NB"], ["f", "--sideways"]])
def test_wrong_arguments_end_with_two(arguments):
    with pytest.raises(SystemExit) as ending:
        command.Command(stderr=StringIO()).run_from_argv(
            ["manage.py", "import_register", *arguments]
        )
    assert ending.value.code == 2


def test_export_imported_and_exported_again_is_the_same(file, tmp_path):
    run("import_register", file(AMINA, PIOTR | {"operator_reference": "-7"}), "--authority", "NB")
    _, first, _ = run("export_register", "--authority", "NB")
    path = tmp_path / "export.csv"
    path.write_text(first, newline="")
    AuthorityFactory(code="WV")
    for code in ("NB", "WV"):
        _, out, _ = run("import_register", str(path), "--authority", code, "--json")
        assert json.loads(out)["errors"] == []
        assert run("export_register", "--authority", code)[1] == first
        assert run("reconcile_register", str(path), "--authority", code)[0] == 0


def test_export_of_an_unknown_authority_is_wrong_usage():
    assert run("export_register", "--authority", "NOWHERE")[0] == 2


def test_reconciliation_tells_both_sides(file):
    run("import_register", file(AMINA, PIOTR), "--authority", "NB")
    new = PIOTR | {"licence_number": "HC-3", "date_of_birth": "1970-01-01"}
    path = file(AMINA | {"licence_state": "expired", "licence_expiry": ""}, new)
    before = list(Licence.objects.values())
    code, out, _ = run("reconcile_register", path, "--authority", "NB", "--json")
    told = json.loads(out)
    assert code == 1
    assert [told[name] for name in ("in_file", "in_register")] == [2, 2]
    counts = ("only_in_file", "only_in_register", "differing")
    assert [told[name] for name in counts] == [1, 1, 1]
    assert [tuple(difference.values()) for difference in told["differences"]] == [
        ("HC-2", None, "", "", "yes"),
        ("HC-3", 3, "", "yes", ""),
        ("PH-1", 2, "licence_expiry", "", "2027-12-31"),
        ("PH-1", 2, "licence_state", "expired", "current"),
    ]
    assert list(Licence.objects.values()) == before


def test_reconciliation_of_a_file_with_errors_compares_nothing(file):
    path = file(AMINA | {"licence_kind": "boat"})
    code, out, _ = run("reconcile_register", path, "--authority", "NB")
    assert code == 1
    assert "Row 2, licence_kind" in out
