"""Register files for tests, and the people in them."""

import csv
from datetime import date
from io import BytesIO, StringIO

from openpyxl import Workbook

from people.importers import COLUMNS
from people.register import export_register, import_register

TODAY = date(2026, 11, 22)
AMINA = {
    "licence_number": "PH-1",
    "licence_kind": "private_hire",
    "full_name": "Amina Khan",
    "date_of_birth": "1980-03-31",
    "email": "amina@example.org",
    "mobile": "07700 900123",
    "licence_start": "2024-01-01",
    "licence_expiry": "31/12/2027",
    "licence_state": "current",
    "operator_reference": "OP-9",
    "language": "ur",
}
PIOTR = AMINA | {
    "licence_number": "HC-2",
    "licence_kind": "hackney_carriage",
    "full_name": "Piotr Nowak",
    "date_of_birth": "02/05/1975",
    "email": "",
    "mobile": "",
}


def csv_file(*rows, columns=COLUMNS):
    text = StringIO()
    writer = csv.DictWriter(text, columns, extrasaction="ignore")
    writer.writeheader()
    writer.writerows(rows)
    return BytesIO(text.getvalue().encode())


def xlsx_file(*rows, columns=COLUMNS, prepare=lambda sheet: None):
    book = Workbook()
    book.active.append(list(columns))
    for row in rows:
        book.active.append([row.get(column) for column in columns])
    prepare(book.active)
    data = BytesIO()
    book.save(data)
    data.seek(0)
    return data


def taken(authority, now, *rows, columns=COLUMNS, by=None, **options):
    """Import these rows of a CSV file."""
    source = csv_file(*rows, columns=columns)
    return import_register(
        authority=authority,
        source=source,
        file_name="register.csv",
        by=by,
        now=now,
        today=TODAY,
        **options,
    )


def exported(authority):
    return "".join(export_register(authority))
