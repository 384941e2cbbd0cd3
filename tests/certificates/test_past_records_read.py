"""Past records as a table: what is read, what is wrong with a row, and which files are refused."""

from datetime import date, datetime
from io import BytesIO

import pytest
from openpyxl import Workbook

from assessments.importers import FileRefused
from certificates.past_records import (
    COLUMNS,
    MAX_ROWS,
    PastRecord,
    RowError,
    day_of,
    read,
    same_name,
)

HEAD = "licence_number,full_name,passed_on,provider,course_name,reference\n"
ROW = "PH-1,Ade Example,2024-04-03,Northbridge CC,Safeguarding,NB-7\n"
FIRST = PastRecord(
    row=2,
    licence_number="PH-1",
    full_name="Ade Example",
    passed_on=date(2024, 4, 3),
    provider="Northbridge CC",
    course_name="Safeguarding",
    reference="NB-7",
)


def csv(*rows: str, head: str = HEAD) -> bytes:
    return (head + "".join(rows)).encode()


def sheet(*rows: list) -> bytes:
    book, file = Workbook(), BytesIO()
    for row in [list(COLUMNS), *rows]:
        book.active.append(row)
    book.save(file)
    return file.getvalue()


def errors(row: str) -> list[tuple[str, str]]:
    (found,) = read(csv(row))
    return [(error.field, error.message) for error in found] if isinstance(found, list) else []


def test_row_is_read():
    assert list(read(csv(ROW))) == [FIRST]


def test_columns_may_stand_in_any_order_and_the_reference_may_be_left_out():
    head = "passed_on,provider,course_name,full_name,licence_number\n"
    (found,) = read(csv("03/04/2024,P,C,Ade Example,PH-1\n", head=head))
    assert (found.passed_on, found.licence_number, found.reference) == (
        date(2024, 4, 3),
        "PH-1",
        "",
    )


def test_mark_at_the_start_and_blank_lines_change_nothing():
    data = b"\xef\xbb\xbf" + csv("\n", ROW, ",,,,,\n")
    assert [found.licence_number for found in read(data)] == ["PH-1"]


def test_rows_are_numbered_as_a_spreadsheet_shows_them():
    bad = "PH-2,Bo,31/02/2024,P,C,\n"
    assert [
        error.row
        for found in read(csv(ROW, ROW, bad))
        if found != FIRST and isinstance(found, list)
        for error in found
    ] == [4]


@pytest.mark.parametrize("day", ["2024-04-03", date(2024, 4, 3), datetime(2024, 4, 3)])
def test_sheet_may_hold_its_days_as_days_or_as_texts(day):
    data = sheet(["PH-1", "Ade Example", day, "Northbridge CC", "Safeguarding", "NB-7"])
    assert list(read(data)) == [FIRST]


@pytest.mark.parametrize("cell", [datetime(2024, 4, 3, 9, 30), "=TODAY()"])
def test_cell_that_is_no_day_is_named(cell):
    (found,) = read(sheet(["PH-1", "Ade Example", cell, "P", "C", ""]))
    assert found == [
        RowError(2, "", "Cell 3 holds a formula, a time or an error; it must be a text.")
    ]


def test_number_as_a_number_is_read():
    (found,) = read(sheet([1001, "Ade Example", "2024-04-03", "P", "C", 7]))
    assert (found.licence_number, found.reference) == ("1001", "7")


@pytest.mark.parametrize(
    ("row", "fields"),
    [
        (",Ade,2024-04-03,P,C,\n", ["licence_number"]),
        ("PH-1,,2024-04-03,P,C,\n", ["full_name"]),
        ("PH-1,Ade,,P,C,\n", ["passed_on"]),
        ("PH-1,Ade,2024-04-03,,C,\n", ["provider"]),
        ("PH-1,Ade,2024-04-03,P,,\n", ["course_name"]),
        ("PH-1,Ade,2024-13-03,P,,\n", ["passed_on", "course_name"]),
        (f"PH-1,Ade,2024-04-03,{'x' * 201},C,\n", ["provider"]),
        ("PH-1,Ade\u202e,2024-04-03,P,C,\n", ["full_name"]),
        ("PH-1,Ade,2024-04-03,P,C,,more\n", [""]),
        ('PH-1,"Ade,2024-04-03,P,C,\n', [""]),
    ],
)
def test_what_is_wrong_is_told_by_its_column(row, fields):
    assert [field for field, _ in errors(row)] == fields


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2024-04-03", date(2024, 4, 3)),
        ("03/04/2024", date(2024, 4, 3)),
        ("3/4/2024", date(2024, 4, 3)),
        ("29/02/2024", date(2024, 2, 29)),
        ("29/02/2023", None),
        ("04/13/2024", None),
        ("2024-4-3", None),
        ("3.4.2024", None),
        ("3/4/24", None),
        ("3 April 2024", None),
        ("45385", None),
        ("", None),
    ],
)
def test_day_is_never_read_with_the_month_first(text, day):
    assert day_of(text) == day


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Ade Example", " ADE   example ", True),
        ("Tomasz Zieliński", "tomasz zielinski", True),
        ("Łukasz Øre", "Lukasz Ore", True),
        ("Zoe\u0308 Groß", "Zoë Gross", True),
        ("Siân O’Neil", "Sian O'Neil", True),
        ("Ade Example", "Example Ade", False),
        ("Ade Example", "Ade Exampel", False),
        ("Ade Example", "Ade", False),
        ("王小明", "王小明", True),
        ("王小明", "王大明", False),
    ],
)
def test_names_agree_but_for_capitals_spaces_and_accents(one, other, same):
    assert same_name(one, other) is same


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (csv(ROW, head=HEAD.replace("reference", "badge")), "not known: badge"),
        (csv(ROW, head=HEAD.replace("provider,", "")), "missing: provider"),
        (csv(ROW, head=HEAD.strip() + ",provider\n"), "twice: provider"),
        (b"", "no rows"),
        (csv(), "no rows"),
        (b"\x00\x01", "not a text"),
        (csv(ROW * (MAX_ROWS + 1)), "20,000 rows"),
        (b"x" * (5 * 1024 * 1024 + 1), "larger than 5 MB"),
        (b"PK\x03\x04junk", "cannot be read"),
    ],
)
def test_file_is_refused_as_a_whole(data, sentence):
    with pytest.raises(FileRefused, match=sentence):
        list(read(data))
