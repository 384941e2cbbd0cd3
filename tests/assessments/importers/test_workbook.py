"""XLSX files as spreadsheet programs write them, and as somebody would who means harm."""

import re
from contextlib import suppress
from datetime import date
from io import BytesIO
from zipfile import ZIP_BZIP2, ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.worksheet.datavalidation import DataValidation

from assessments.importers import sheet, workbook
from assessments.importers.item import FileRefused
from tests.assessments.importers.items import read_back, reasons

HEAD = ["text", "option_1", "option_2", "right"]


def book(*rows, prepare=lambda sheet: None):
    table = Workbook()
    for row in rows:
        table.active.append(row)
    prepare(table.active)
    data = BytesIO()
    table.save(data)
    return data.getvalue()


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
    return out.getvalue()


def in_sheet(pattern, text, data=None):
    data = data or book(HEAD, ["Q", "a", "b", 1])
    return changed(data, "sheet1.xml", lambda xml: re.sub(pattern, text, xml, count=1))


@pytest.mark.parametrize("right", [1, 1.0, "1", "'1"[1:]])
def test_rows_of_a_workbook_are_read_like_those_of_a_csv(right):
    [item] = read_back(sheet.read(book(HEAD, ["Q", "a", 999, right])))
    assert (item.text, [choice.text for choice in item.choices]) == ("Q", ["a", "999"])


def test_escaped_cell_of_a_workbook_means_what_it_said():
    [item] = read_back(sheet.read(book(HEAD, ["'=1+1", "a", "b", 1])))
    assert item.text == "=1+1"


def test_truths_of_a_spreadsheet_are_words():
    kinds = [*HEAD, "kind", "critical"]
    [item] = read_back(sheet.read(book(kinds, ["Q", True, False, True, "true_false", True])))
    assert (item.critical, item.choices[0].text, item.choices[0].correct) == (True, "True", True)


def test_formatting_is_left_out_and_warns_nobody():
    rich = CellRichText("Ring ", TextBlock(InlineFont(b=True), "999"))

    def prepare(table):
        table.add_data_validation(DataValidation(type="list", formula1='"1,2"'))
        table.column_dimensions["A"].width = 60
        table["A2"].hyperlink = "https://example.org"

    [item] = read_back(sheet.read(book(HEAD, ["Q", rich, "b", 1], prepare=prepare)))
    assert item.choices[0].text == "Ring 999"


@pytest.mark.parametrize("cell", ["=1+1", '=HYPERLINK("x")', date(2026, 1, 2), "#N/A"])
def test_cell_that_is_no_text_skips_its_row_alone(cell):
    reading = sheet.read(book(HEAD, ["Q", "a", cell, 1], ["Q2", "a", "b", 1]))
    assert [item.text for item in read_back(reading)] == ["Q2"]
    assert reasons(reading) == [
        "row 2: Cell 3 holds a formula, a date or an error; it must be a text."
    ]


def test_formula_in_the_header_refuses_the_file():
    with pytest.raises(FileRefused, match="names of the columns"):
        sheet.read(book(["=1", *HEAD]))


def test_second_sheet_refuses_the_file():
    with pytest.raises(FileRefused, match="several sheets"):
        sheet.read(book(HEAD, prepare=lambda table: table.parent.create_sheet("More")))


def test_size_that_the_file_gives_itself_is_not_believed():
    data = in_sheet(rb'<dimension ref="[^"]*"', b'<dimension ref="A1:A1"')
    assert [item.text for item in read_back(sheet.read(data))] == ["Q"]


@pytest.mark.parametrize("reference", [b"XFD1048576", b"XFD3"])
def test_cell_in_the_furthest_corner_is_refused(reference):
    """Readers that make room for all between it and the first cell need 500 gigabytes."""
    row = b'<row r="%s"><c r="%s"><v>1</v></c></row></sheetData>'
    data = in_sheet(b"</sheetData>", row % (reference[3:], reference))
    with pytest.raises(FileRefused, match=r"more than (60 columns|20,000 rows)"):
        sheet.read(data)


def test_more_rows_than_any_bank_are_refused():
    rows = b"".join(b'<row r="%d"/>' % number for number in range(3, 20_010))
    with pytest.raises(FileRefused, match="20,000 rows"):
        sheet.read(in_sheet(b"</sheetData>", rows + b"</sheetData>"))


@pytest.mark.parametrize("filling", [b" " * 1000, b"<a/>" * 250], ids=["text", "elements"])
def test_workbook_that_unpacks_to_much_more_is_refused_unread(filling):
    data = in_sheet(b"</sheetData>", filling * 32_000 + b"</sheetData>")
    assert len(data) < 300_000
    with pytest.raises(FileRefused, match="unpack"):
        sheet.read(data)


def test_packing_that_no_spreadsheet_uses_is_refused():
    data = book(HEAD, ["Q", "a", "b", 1])
    data = changed(data, "sheet1.xml", lambda xml: xml, compress_type=ZIP_BZIP2)
    with pytest.raises(FileRefused, match="packed"):
        sheet.read(data)


@pytest.mark.parametrize("name", ["sheet1.xml", "workbook.xml", "[Content_Types].xml"])
def test_entities_in_a_workbook_are_refused(name):
    bomb = b'<!DOCTYPE a [<!ENTITY b "%s">]>' % (b"x" * 1000)
    data = changed(
        book(HEAD, ["Q", "a", "b", 1]),
        name,
        lambda xml: re.sub(rb"(<\w)", bomb + rb"\1", xml, count=1),
    )
    with pytest.raises(FileRefused, match="cannot be read"):
        sheet.read(data)


@pytest.mark.parametrize("name", ["sheet1.xml", "workbook.xml", "styles.xml", ".rels"])
@pytest.mark.parametrize("content", [b"", b"<a/>", b"junk", b"<?xml version='1.0'?><a><b></a>"])
def test_broken_part_never_raises_anything_else(name, content):
    data = changed(book(HEAD, ["Q", "a", "b", 1]), name, lambda _xml: content)
    with suppress(FileRefused):
        sheet.read(data)


@pytest.mark.parametrize("cut", [2, 4, 30, 500, -500, -30, -1])
def test_workbook_cut_short_is_refused(cut):
    with pytest.raises(FileRefused):
        sheet.read(book(HEAD, ["Q", "a", "b", 1])[:cut])


def test_pictures_are_not_even_unpacked():
    data = BytesIO(book(HEAD, ["Q", "a", "b", 1]))
    with ZipFile(data, "a", ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/image1.png", b"\0" * (workbook.MAX_UNPACKED + 1))
    assert [item.text for item in read_back(sheet.read(data.getvalue()))] == ["Q"]
