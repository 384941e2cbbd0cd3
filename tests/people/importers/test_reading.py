"""A register file row by row: what is taken, and every kind of junk told by its row and column."""

import re
from datetime import date, datetime
from io import BytesIO
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from people.cells import harmless
from people.importers import (
    COLUMNS,
    FileRefused,
    LicenceFacts,
    RowError,
    has_much_in_it,
    read_register,
    workbook,
)
from people.importers.columns import FIELDS, KINDS, REQUIRED, STATES
from people.models import Licence
from tests.people.register_files import AMINA, PIOTR, TODAY, csv_file, xlsx_file


def read(source):
    """The facts by row, and the errors; what is wrong with the whole file counts as errors too."""
    facts, errors = {}, []
    try:
        for line in read_register(source, today=TODAY).lines():
            errors += line.errors
            if line.facts:
                facts[line.row] = line.facts
    except FileRefused as refusal:
        errors += refusal.errors
    return facts, errors


def errors_of(source):
    return [(error.row, error.field) for error in read(source)[1]]


def text_file(text):
    return BytesIO(text.encode())


def test_kinds_and_states_are_those_of_the_register():
    assert set(KINDS) == set(Licence.Kind.values)
    assert set(STATES) == set(Licence.State.values)
    assert set(FIELDS.values()) == set(LicenceFacts._fields)
    columns = {field.name for field in Licence._meta.concrete_fields}
    assert set(LicenceFacts._fields) <= columns


@pytest.mark.parametrize("make", [csv_file, xlsx_file])
def test_every_column_is_read(make):
    facts, errors = read(make(AMINA))
    assert errors == []
    assert facts == {
        2: LicenceFacts(
            number="PH-1",
            kind="private_hire",
            full_name="Amina Khan",
            date_of_birth=date(1980, 3, 31),
            state="current",
            email="amina@example.org",
            mobile="07700 900123",
            starts_on=date(2024, 1, 1),
            expires_on=date(2027, 12, 31),
            operator_reference="OP-9",
            language="ur",
        )
    }


@pytest.mark.parametrize("make", [csv_file, xlsx_file])
def test_required_columns_are_enough_in_any_order(make):
    facts, errors = read(make(AMINA, columns=list(reversed(REQUIRED))))
    assert errors == []
    assert facts[2].email == ""
    assert facts[2].starts_on is None


def test_mark_of_utf8_and_spaces_in_the_header_are_looked_through():
    text = csv_file(AMINA).getvalue().decode().replace("licence_kind", " Licence_Kind ")
    assert read(BytesIO(b"\xef\xbb\xbf" + text.encode()))[1] == []


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        (lambda head: [*head, "badge"], [(1, "badge")]),
        (lambda head: [*head, "badge", "colour"], [(1, "badge"), (1, "colour")]),
        (lambda head: [*head, "email"], [(1, "email")]),
        (lambda head: head[1:], [(1, "licence_number")]),
        (lambda head: ["", *head], [(1, "")]),
        (lambda head: head[4:8], [(1, column) for column in REQUIRED]),
    ],
)
def test_header_is_refused_by_the_names_of_its_columns(change, errors):
    head = change(list(COLUMNS))
    assert errors_of(text_file(",".join(head) + "\n")) == errors


def test_unknown_column_is_named_in_the_message():
    _, [error] = read(text_file(",".join([*COLUMNS, "badge"])))
    assert "badge" in error.message


@pytest.mark.parametrize("data", [b"", b"\n", b" , \n", b"\xef\xbb\xbf", b"\n\n\n"])
def test_file_without_a_header_is_refused(data):
    assert errors_of(BytesIO(data))[0][0] == 1


@pytest.mark.parametrize(
    ("column", "text"),
    [
        ("licence_number", ""),
        ("licence_number", " "),
        ("licence_number", "X" * 41),
        ("licence_number", "PH–1"),
        ("licence_number", "PH\x001"),
        ("licence_kind", ""),
        ("licence_kind", "boat"),
        ("full_name", ""),
        ("full_name", "123"),
        ("full_name", "A" * 201),
        ("full_name", "A\u202eB"),
        ("full_name", "A\x00B"),
        ("date_of_birth", ""),
        ("date_of_birth", "31-03-1980"),
        ("date_of_birth", "03/31/1980"),
        ("date_of_birth", "1/2/1980"),
        ("date_of_birth", "1980/03/31"),
        ("date_of_birth", "1981-02-29"),
        ("date_of_birth", "1899-12-31"),
        ("date_of_birth", "2026-11-22"),
        ("date_of_birth", "2126-01-01"),
        ("date_of_birth", "١٩٨٠-٠٣-٣١"),
        ("date_of_birth", "29310"),
        ("email", "nobody"),
        ("email", "a@b"),
        ("email", "a b@example.org"),
        ("email", "a@example.org, b@example.org"),
        ("email", "a" * 250 + "@example.org"),
        ("mobile", "call me"),
        ("mobile", "07700 900123 or 07700 900124"),
        ("licence_start", "soon"),
        ("licence_expiry", "2023-12-31"),
        ("licence_state", ""),
        ("licence_state", "banned"),
        ("operator_reference", "O" * 61),
        ("language", "L" * 21),
        ("language", "\ud7ff\ufffe"),
    ],
)
def test_cell_that_cannot_be_right_is_told_by_row_and_column(column, text):
    assert errors_of(csv_file(PIOTR, AMINA | {column: text})) == [(3, column)]


@pytest.mark.parametrize(
    ("column", "text", "read_as"),
    [
        ("licence_number", " ph 1\u00a02 ", "PH12"),
        ("licence_number", "W/12.3_A#", "W/12.3_A#"),
        ("licence_kind", " Dual", "dual"),
        ("licence_state", "CURRENT ", "current"),
        ("full_name", "  Siân \n O'Brien-Nuñez ", "Siân O'Brien-Nuñez"),
        ("full_name", "'=Cmd", "=Cmd"),
        ("full_name", "'t Hooft", "'t Hooft"),
        ("full_name", "مریم خان", "مریم خان"),
        ("date_of_birth", " 29/02/1980 ", date(1980, 2, 29)),
        ("date_of_birth", "03/04/1980", date(1980, 4, 3)),
        ("email", "", ""),
        ("mobile", "+44 (0)7700 900123", "+44 (0)7700 900123"),
        ("licence_expiry", "", None),
    ],
)
def test_cell_is_taken_as_it_is_meant(column, text, read_as):
    facts, errors = read(csv_file(AMINA | {column: text}))
    assert errors == []
    assert getattr(facts[2], FIELDS[column]) == read_as


def test_rows_of_another_length_are_errors_but_empty_ones_are_skipped():
    lines = csv_file(AMINA, PIOTR).getvalue().decode().splitlines()
    lines[1:1] = ["", ",,,", "one,two", lines[1] + ",more", lines[1] + ",,"]
    facts, errors = read(text_file("\n".join(lines)))
    assert [(error.row, error.field) for error in errors] == [(4, ""), (5, "")]
    assert sorted(facts) == [6, 7, 8]


def test_quotation_marks_hold_commas_and_lines():
    facts, errors = read(csv_file(AMINA | {"full_name": 'Khan, "Amina"\nJo'}, PIOTR))
    assert errors == []
    assert facts[2].full_name == 'Khan, "Amina" Jo'
    assert 3 in facts


@pytest.mark.parametrize(
    "broken",
    [
        b'"open',
        b'"a"b,c',
        b"\xff\xfe",
        "naïve".encode("latin-1"),
        b'"' + b"x" * 200_000,
        b"x" * 2_000_000,
    ],
)
def test_row_from_which_on_the_file_is_no_table_is_told(broken):
    data = csv_file(AMINA).getvalue() + broken + b"\n" + b"x\n" * 50
    facts, errors = read(BytesIO(data))
    assert [(error.row, error.field) for error in errors][-1][1] == ""
    assert errors[-1].row == 3
    assert re.search("UTF-8|quotation|too long", errors[-1].message)
    assert len(facts) <= 1


def test_file_of_another_encoding_says_what_to_do():
    data = csv_file(AMINA).getvalue().decode().encode("utf-16")
    _, [error] = read(BytesIO(data))
    assert "CSV UTF-8" in error.message


@settings(deadline=None, max_examples=300)
@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(data):
    for source in (data, b"PK" + data, csv_file(AMINA).getvalue() + data):
        facts, errors = read(BytesIO(source))
        assert all(isinstance(error, RowError) and error.message for error in errors)
        assert facts or errors or source.strip()


@settings(deadline=None, max_examples=300)
@given(st.dictionaries(st.sampled_from(COLUMNS), st.text(max_size=50), max_size=4))
def test_no_text_breaks_a_row_or_changes_when_read_again(changes):
    row = {column: text.encode("utf-8", "replace").decode() for column, text in changes.items()}
    facts, errors = read(csv_file(AMINA | row))
    for error in errors:
        assert error.field in changes or error.field in {"", "licence_expiry"}
    if facts:
        [read_once] = facts.values()
        again = {column: _text(getattr(read_once, field)) for column, field in FIELDS.items()}
        assert read(csv_file(again))[0] == {2: read_once}


def _text(value):
    return "" if value is None else harmless(str(value))


SPELLINGS = [AMINA, PIOTR, AMINA | {"full_name": "KHAN, Amina"}, AMINA | {"mobile": ""}]


@settings(deadline=None, max_examples=300)
@given(
    st.lists(
        st.builds(
            lambda row, changes: row | changes,
            st.sampled_from(SPELLINGS),
            st.dictionaries(
                st.sampled_from(COLUMNS),
                st.one_of(st.text(max_size=12), st.sampled_from(sorted(AMINA.values()))),
                max_size=2,
            ),
        ),
        max_size=4,
    )
)
def test_blocks_say_what_the_rows_say(rows):
    rows = [
        {key: text.encode("utf-8", "replace").decode() for key, text in row.items()} for row in rows
    ]
    facts, errors = read(csv_file(*rows))
    reading = read_register(csv_file(*rows), today=TODAY)
    blocks = list(reading.blocks())
    assert [error for block in blocks for error in block.errors] == errors
    if not errors:
        found = [list(cells) for block in blocks for cells in zip(*block.columns, strict=True)]
        told = [
            ["" if value is None else str(value) for value in it._asdict().values()]
            for it in facts.values()
        ]
        order = [LicenceFacts._fields.index(FIELDS[column]) for column in reading.columns]
        assert found == [[row[place] for place in order] for row in told]
        assert [row for block in blocks for row in block.rows] == list(facts)


@pytest.mark.parametrize("row", [AMINA, *SPELLINGS, AMINA | {"full_name": "Siân O'Neill-Nuñez"}])
def test_usual_rows_are_read_by_the_block(row):
    reading = read_register(csv_file(row), today=TODAY)
    cells = [cells for _, cells in reading.numbered]
    assert reading.cleaner.clean(cells) is not None


# -- Workbooks ----------------------------------------------------------------------------------


def changed(data, name, change, **options):
    """The workbook with one of its parts put through ``change``."""
    out = BytesIO()
    with ZipFile(BytesIO(data)) as old, ZipFile(out, "w", ZIP_DEFLATED) as new:
        for part in old.namelist():
            content = old.read(part)
            if part.endswith(name):
                new.writestr(part, change(content), **options)
            else:
                new.writestr(part, content)
    out.seek(0)
    return out


def in_sheet(pattern, text):
    data = xlsx_file(AMINA).getvalue()
    return changed(data, "sheet1.xml", lambda xml: re.sub(pattern, text, xml, count=1))


def test_days_and_numbers_of_a_workbook_are_taken():
    row = AMINA | {
        "date_of_birth": datetime(1980, 3, 31),
        "licence_start": date(2024, 1, 1),
        "licence_number": 4711,
        "mobile": 7700900123,
        "operator_reference": 7.0,
        "email": None,
    }
    facts, errors = read(xlsx_file(row))
    assert errors == []
    assert facts[2][:4] == ("4711", "private_hire", "Amina Khan", date(1980, 3, 31))
    assert (facts[2].mobile, facts[2].operator_reference) == ("7700900123", "7")


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("licence_number", date(2026, 1, 2)),
        ("licence_number", "=1+1"),
        ("licence_number", 1.5),
        ("full_name", True),
        ("full_name", "#N/A"),
        ("date_of_birth", datetime(1980, 3, 31, 12, 30)),
        ("date_of_birth", 29310),
    ],
)
def test_cell_that_is_no_text_is_told_by_row_and_column(column, value):
    assert errors_of(xlsx_file(PIOTR, AMINA | {column: value})) == [(3, column)]


def test_empty_rows_of_a_workbook_are_skipped_and_counted():
    def prepare(sheet):
        sheet.insert_rows(2, 3)

    assert sorted(read(xlsx_file(AMINA, prepare=prepare))[0]) == [5]


def test_several_sheets_are_refused():
    def prepare(sheet):
        sheet.parent.create_sheet("More")

    assert errors_of(xlsx_file(AMINA, prepare=prepare)) == [(1, "")]


def bomb(size):
    data = xlsx_file(AMINA).getvalue()
    return changed(data, "sheet1.xml", lambda xml: xml + b" " * size)


def test_workbook_that_would_unpack_to_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(workbook, "MAX_UNPACKED", 1_000_000)
    assert errors_of(bomb(2_000_000)) == [(1, "")]


def test_workbook_with_too_many_marks_is_refused(monkeypatch):
    monkeypatch.setattr(workbook, "MAX_MARKS", 50)
    assert errors_of(xlsx_file(AMINA)) == [(1, "")]


def test_workbook_with_too_many_shared_texts_is_refused(monkeypatch):
    source = xlsx_file(AMINA)
    with ZipFile(source, "a") as book:
        book.writestr("xl/sharedStrings.xml", "x" * 100)
    source.seek(0)
    assert errors_of(source) == []  # No part of the book says that it uses them.
    monkeypatch.setattr(workbook, "MAX_SHARED", 50)
    assert errors_of(source) == [(1, "")]


def test_small_file_with_much_in_it_is_known_before():
    assert has_much_in_it(bomb(8_000_000))
    assert not has_much_in_it(xlsx_file(AMINA))
    assert not has_much_in_it(csv_file(AMINA))
    assert not has_much_in_it(BytesIO(b"PK"))


def test_too_many_rows_and_columns_are_refused(monkeypatch):
    monkeypatch.setattr(workbook, "MAX_ROWS", 2)
    assert (1, "") in errors_of(xlsx_file(AMINA, PIOTR))
    monkeypatch.undo()
    monkeypatch.setattr(workbook, "MAX_COLUMNS", 5)
    assert (1, "") in errors_of(xlsx_file(AMINA))


def test_far_away_cell_is_refused_without_reading_up_to_it():
    assert errors_of(in_sheet(rb'<row r="2"', b'<row r="1048576"')) == [(1, "")]


@pytest.mark.parametrize(
    "source",
    [
        in_sheet(rb"<sheetData>", b"<sheetData><row><c"),
        in_sheet(rb"<\?xml[^>]*\?>|^", b'<!DOCTYPE x [<!ENTITY a "b">]>'),
        in_sheet(rb"</worksheet>", b""),
        changed(xlsx_file(AMINA).getvalue(), "sheet1.xml", lambda xml: b""),
        changed(xlsx_file(AMINA).getvalue(), "workbook.xml", lambda xml: b"<a/>"),
        changed(
            xlsx_file(AMINA).getvalue(), "sheet1.xml", lambda xml: xml, compress_type=ZIP_BZIP2
        ),
        BytesIO(xlsx_file(AMINA).getvalue()[:-40]),
        BytesIO(b"PK\x03\x04"),
    ],
    ids=["torn", "doctype", "open", "empty", "other", "bzip2", "cut", "head"],
)
def test_broken_workbook_is_refused_in_one_sentence(source):
    _, errors = read(source)
    assert errors
    assert all(error.field == "" for error in errors)


WHOLE = xlsx_file(AMINA, PIOTR).getvalue()


@settings(deadline=None, max_examples=150)
@given(st.data())
def test_no_damage_to_a_workbook_breaks_the_reader(data):
    whole = bytearray(WHOLE)
    for _ in range(data.draw(st.integers(1, 6))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    facts, errors = read(BytesIO(bytes(whole)))
    assert all(error.message for error in errors)
    assert len(facts) <= 2
