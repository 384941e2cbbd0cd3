"""A file of the register, put into it: all of it or nothing, and the same when tried."""

from datetime import date, timedelta
from io import BytesIO

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from people.importers import COLUMNS
from people.models import Licence, RegisterDoubt, RegisterImport
from people.register import import_register, importing, upsert_licence
from tests.factories import AuthorityFactory, LicenceFactory, UserFactory
from tests.people.register_files import AMINA, PIOTR, TODAY, exported, taken, xlsx_file

pytestmark = pytest.mark.django_db
REQUIRED = ["licence_number", "licence_kind", "full_name", "date_of_birth", "licence_state"]


@pytest.fixture
def authority():
    return AuthorityFactory()


def counts(report):
    return report.created, report.updated, report.unchanged, report.doubtful


def test_new_licences_are_in_the_register_as_the_file_says(authority, now):
    report = taken(authority, now, AMINA, PIOTR)
    amina = Licence.objects.get(number="PH-1")
    assert counts(report) == (2, 0, 0, 0)
    assert (amina.authority, amina.full_name, amina.language) == (authority, "Amina Khan", "ur")
    assert (amina.starts_on, amina.expires_on) == (date(2024, 1, 1), date(2027, 12, 31))
    assert Licence.objects.get(number="HC-2").date_of_birth == date(1975, 5, 2)


@pytest.mark.parametrize("text", ["a, b", 'the "Rank"', "'", "\\", "\\.", "\\N", "a\\tb", "É 👋"])
def test_signs_of_every_kind_come_through(authority, now, text):
    report = taken(authority, now, AMINA | {"operator_reference": text}, PIOTR)
    assert counts(report) == (2, 0, 0, 0)
    assert Licence.objects.get(number="PH-1").operator_reference == text


def test_same_file_twice_is_the_same_as_once(authority, now):
    taken(authority, now, AMINA, PIOTR)
    before = exported(authority)
    assert counts(taken(authority, now, AMINA, PIOTR)) == (0, 0, 2, 0)
    assert exported(authority) == before


def test_only_licences_that_the_file_changes_are_updated(authority, now):
    taken(authority, now, AMINA, PIOTR)
    report = taken(authority, now, AMINA | {"licence_state": "suspended", "mobile": ""}, PIOTR)
    amina = Licence.objects.get(number="PH-1")
    assert counts(report) == (0, 1, 1, 0)
    assert (amina.state, amina.mobile) == ("suspended", "")


def test_column_that_the_file_has_not_is_left_as_it_is(authority, now):
    taken(authority, now, AMINA)
    report = taken(authority, now, AMINA | {"licence_state": "expired"}, columns=REQUIRED)
    amina = Licence.objects.get()
    assert counts(report) == (0, 1, 0, 0)
    assert (amina.state, amina.email, amina.starts_on) == (
        "expired",
        "amina@example.org",
        date(2024, 1, 1),
    )


def test_licences_of_another_authority_are_untouched(authority, now):
    other = LicenceFactory(number="PH-1", full_name="Somebody Else")
    assert counts(taken(authority, now, AMINA)) == (1, 0, 0, 0)
    other.refresh_from_db()
    assert other.full_name == "Somebody Else"


def test_licence_that_the_file_does_not_list_stays(authority, now):
    taken(authority, now, AMINA, PIOTR)
    taken(authority, now, AMINA)
    assert Licence.objects.filter(number="HC-2", state="current").exists()


def test_one_error_keeps_the_whole_file_out(authority, now):
    report = taken(authority, now, AMINA, PIOTR | {"date_of_birth": "1975-13-01"})
    assert [(error.row, error.field) for error in report.errors] == [(3, "date_of_birth")]
    assert counts(report) == (0, 0, 0, 0)
    assert not Licence.objects.exists()
    assert not RegisterImport.objects.exists()


def test_every_error_of_every_row_is_told(authority, now):
    bad = AMINA | {"licence_kind": "boat", "email": "nobody", "full_name": ""}
    report = taken(authority, now, bad, PIOTR, bad | {"licence_state": ""})
    fields = [(error.row, error.field) for error in report.errors]
    assert fields == [
        (2, "licence_kind"),
        (2, "full_name"),
        (2, "email"),
        (4, "licence_kind"),
        (4, "full_name"),
        (4, "email"),
        (4, "licence_state"),
    ]
    assert report.rows == 3


def test_number_that_is_there_twice_is_an_error_of_the_later_row(authority, now):
    report = taken(authority, now, AMINA, PIOTR, AMINA | {"licence_number": " ph- 1"})
    assert [(error.row, error.field) for error in report.errors] == [(4, "licence_number")]
    assert "row 2" in report.errors[0].message


def test_errors_are_told_up_to_a_limit(authority, now):
    bad = [AMINA | {"licence_number": ""}] * 1_200
    report = taken(authority, now, *bad)
    assert len(report.errors) == 1_001
    assert report.errors[-1].row == 1_001


def test_trying_gives_the_same_report_and_changes_nothing(authority, now):
    taken(authority, now, AMINA)
    before = exported(authority)
    changed = AMINA | {"licence_state": "expired"}
    doubtful = AMINA | {"licence_number": "PH1"}
    for rows in ([changed, PIOTR], [PIOTR, doubtful]):
        tried = taken(authority, now, *rows, dry_run=True)
        assert exported(authority) == before
        assert RegisterImport.objects.count() == 1
        assert not RegisterDoubt.objects.exists()
    done = taken(authority, now, *rows)
    assert (counts(done), done.doubts) == (counts(tried), tried.doubts)


def test_import_is_on_record(authority, now):
    officer = UserFactory()
    report = taken(authority, now, AMINA, by=officer)
    fact = RegisterImport.objects.get()
    assert report.register_import == fact
    assert (fact.rows, fact.created, fact.imported_by, fact.imported_at) == (1, 1, officer, now)
    assert len(fact.digest) == 64


def test_workbook_is_read_like_a_csv(authority, now):
    rows = [AMINA | {"date_of_birth": date(1980, 3, 31), "operator_reference": 9}, PIOTR]
    report = import_register(
        authority=authority,
        source=xlsx_file(*rows),
        file_name="register.xlsx",
        by=None,
        now=now,
        today=TODAY,
    )
    assert report.errors == ()
    assert counts(taken(authority, now, AMINA | {"operator_reference": "9"}, PIOTR)) == (0, 0, 2, 0)


def test_progress_is_told(authority, now, monkeypatch):
    monkeypatch.setattr("people.register.staging.STEP", 1)
    monkeypatch.setattr("people.importers.reading.BLOCK", 1)
    told = []
    taken(authority, now, AMINA, PIOTR, progress=told.append)
    assert told == [1, 2]


def test_formula_in_the_register_comes_back_as_it_was(authority, now):
    formula = AMINA | {"operator_reference": "=1+1", "mobile": "+44 7700 900123"}
    taken(authority, now, formula)
    text = exported(authority)
    assert "'=1+1" in text
    assert "'+44 7700 900123" in text
    assert Licence.objects.get().operator_reference == "=1+1"


# -- Doubts -------------------------------------------------------------------------------------


def test_doubtful_row_waits_and_the_rest_is_taken(authority, now):
    taken(authority, now, AMINA)
    report = taken(authority, now, AMINA | {"full_name": "Bilal Hussain"}, PIOTR)
    doubt = RegisterDoubt.objects.get()
    assert counts(report) == (1, 0, 0, 1)
    assert [(it.row, it.number, it.kind) for it in report.doubts] == [(2, "PH-1", "other_person")]
    assert (doubt.number, doubt.row, doubt.source) == ("PH-1", 2, report.register_import)
    assert doubt.given["full_name"] == "Bilal Hussain"
    assert doubt.given["date_of_birth"] == "1980-03-31"
    assert doubt.known["full_name"] == "Amina Khan"
    assert Licence.objects.get(number="PH-1").full_name == "Amina Khan"


def test_other_spelling_of_the_name_of_one_person_is_taken(authority, now):
    taken(authority, now, AMINA)
    assert counts(taken(authority, now, AMINA | {"full_name": "KHAN, AMINA"})) == (0, 1, 0, 0)


def test_known_person_under_a_number_of_another_spelling_waits(authority, now):
    taken(authority, now, AMINA)
    respelt = AMINA | {"licence_number": "PH1", "full_name": "Khan Amína"}
    report = taken(authority, now, respelt)
    doubt = RegisterDoubt.objects.get()
    assert counts(report) == (0, 0, 0, 1)
    assert (doubt.kind, doubt.number, doubt.licence.number) == ("other_number", "PH1", "PH-1")


def test_file_that_lists_both_numbers_of_a_person_says_that_there_are_two(authority, now):
    taken(authority, now, AMINA)
    both = [AMINA, AMINA | {"licence_number": "HC-9", "licence_kind": "hackney_carriage"}]
    assert counts(taken(authority, now, *both)) == (1, 0, 1, 0)


def test_doubt_of_the_same_file_is_raised_once(authority, now):
    taken(authority, now, AMINA)
    doubtful = AMINA | {"date_of_birth": "1981-03-31"}
    for _ in range(2):
        assert counts(taken(authority, now, doubtful)) == (0, 0, 0, 1)
    assert RegisterDoubt.objects.count() == 1


def test_doubt_of_an_import_and_of_another_system_are_one(authority, now):
    taken(authority, now, AMINA)
    doubtful = AMINA | {"full_name": "Bilal Hussain", "licence_expiry": "2027-12-31"}
    upsert_licence(authority=authority, given=doubtful, now=now, today=TODAY)
    taken(authority, now, doubtful)
    assert RegisterDoubt.objects.count() == 1


def test_later_file_that_fits_settles_the_doubt(authority, now):
    taken(authority, now, AMINA)
    taken(authority, now, AMINA | {"full_name": "Bilal Hussain"})
    later = now + timedelta(hours=1)
    report = taken(authority, later, AMINA)
    doubt = RegisterDoubt.objects.get()
    assert (doubt.decision, doubt.decided_at) == ("superseded", later)
    assert doubt.settled_with == report.register_import


def test_row_that_an_officer_left_is_not_asked_again(authority, now):
    taken(authority, now, AMINA)
    doubtful = AMINA | {"full_name": "Bilal Hussain"}
    taken(authority, now, doubtful)
    doubt = RegisterDoubt.objects.get()
    doubt.decision, doubt.reason = RegisterDoubt.Decision.LEFT, "A slip."
    doubt.decided_at, doubt.decided_by = now, UserFactory()
    doubt.save()
    assert counts(taken(authority, now, doubtful)) == (0, 0, 1, 0)
    assert Licence.objects.get().full_name == "Amina Khan"
    assert RegisterDoubt.objects.count() == 1


def test_one_row_like_several_licences_is_one_doubt(authority, now):
    taken(authority, now, AMINA, AMINA | {"licence_number": "PH-0"})
    report = taken(authority, now, AMINA | {"licence_number": "PH1"})
    assert report.doubtful == 1
    assert RegisterDoubt.objects.get().licence.number == "PH-0"


# -- Round trip ---------------------------------------------------------------------------------

TEXT = st.text(min_size=0, max_size=20)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rows=st.lists(
        st.fixed_dictionaries(
            {
                "licence_number": st.from_regex(r"[!-~]{1,12}", fullmatch=True),
                "full_name": st.text(min_size=1, max_size=30),
                "operator_reference": TEXT,
                "language": TEXT,
            }
        ),
        min_size=1,
        max_size=4,
    )
)
def test_export_imported_again_changes_nothing(rows, now):
    authority = AuthorityFactory()
    for row in rows:  # One by one, so that one bad row keeps no other out.
        taken(authority, now, AMINA | row)
    first = exported(authority)
    report = import_register(
        authority=authority,
        source=BytesIO(first.encode()),
        file_name="export.csv",
        by=None,
        now=now,
        today=TODAY,
    )
    number = Licence.objects.filter(authority=authority).count()
    assert report.errors == ()
    assert counts(report) == (0, 0, number, 0)
    assert exported(authority) == first


def test_history_keeps_every_licence_of_an_import(authority, now):
    taken(authority, now, AMINA, PIOTR)
    taken(authority, now, AMINA | {"licence_state": "expired"}, PIOTR)
    with connection.cursor() as cursor:
        cursor.execute("SELECT number, pgh_label, state FROM people_licenceevent ORDER BY pgh_id")
        assert cursor.fetchall() == [
            ("PH-1", "insert", "current"),
            ("HC-2", "insert", "current"),
            ("PH-1", "update", "expired"),
        ]


def test_every_column_may_stand_anywhere(authority, now):
    taken(authority, now, AMINA, columns=list(reversed(COLUMNS)))
    assert counts(taken(authority, now, AMINA)) == (0, 0, 1, 0)


def test_plans_are_made_anew_after_a_large_import(authority, now, monkeypatch):
    def known_rows():
        with connection.cursor() as cursor:
            cursor.execute("SELECT reltuples FROM pg_class WHERE relname = 'people_licence'")
            return cursor.fetchone()[0]

    monkeypatch.setattr(importing, "MANY", 3)
    before = known_rows()
    taken(authority, now, AMINA, PIOTR)
    assert known_rows() == before
    names = ["Bela Example", "Carla Example", "Dora Example"]
    new = [AMINA | {"licence_number": f"PH-{it[0]}", "full_name": it} for it in names]
    taken(authority, now, *new)
    assert known_rows() == Licence.objects.count()
