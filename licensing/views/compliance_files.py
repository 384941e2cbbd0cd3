"""An answer as a file. Rows come from the database as they are written out; none is kept."""

import codecs
import csv
from collections.abc import Callable, Iterable, Iterator
from tempfile import TemporaryFile
from typing import Any

from django.http import FileResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from openpyxl import Workbook

from courses.views.spreadsheets import XLSX, cell
from licensing import measuring
from licensing.eligibility import Status
from licensing.measuring import Person
from licensing.models import ComplianceRun
from licensing.views.compliance_words import STATUSES, about
from people.models import Licence
from people.register import Echo


def as_csv(run: ComplianceRun) -> HttpResponseBase:
    """First what the file is, then an empty row, then the people. Marked as UTF-8, by which alone
    Excel knows it."""
    writer = csv.writer(Echo())
    rows = (writer.writerow(row).encode() for row in _csv_rows(run))
    response = StreamingHttpResponse(_marked(rows), content_type="text/csv; charset=utf-8")
    return _named(response, run, "csv")


def as_xlsx(run: ComplianceRun) -> HttpResponseBase:
    """The people on the first sheet; what the file is on the second."""
    book = Workbook(write_only=True)
    people, words = book.create_sheet(_("People")), book.create_sheet(_("About"))
    people.append(_heads())
    for row in _people(run):
        people.append(row)
    for row in _about(run):
        words.append(row)
    output = TemporaryFile()  # noqa: SIM115  (the response closes it)
    book.save(output)
    output.seek(0)
    return _named(FileResponse(output, content_type=XLSX), run, "xlsx")


def as_lines(run: ComplianceRun) -> HttpResponseBase:
    """To the letter: any mark or escape would make another digest of it."""
    lines = (line.encode() for line in measuring.written_lines(**run.question))
    response = StreamingHttpResponse(lines, content_type="text/plain; charset=utf-8")
    return _named(response, run, "txt")


FORMATS: dict[str, Callable[..., HttpResponseBase]] = {"csv": as_csv, "xlsx": as_xlsx}


def _csv_rows(run: ComplianceRun) -> Iterator[list[Any]]:
    yield from _about(run)
    yield []
    yield _heads()
    yield from _people(run)


def _about(run: ComplianceRun) -> Iterator[list[str]]:
    for label, value in about(run):
        yield [cell(label), cell(value)]


def _heads() -> list[str]:
    return [
        _("Licence number"),
        _("Name in the register then"),
        _("Kind of licence"),
        _("Status"),
        _("Certificate"),
        _("Valid until"),
        _("Days since it ended"),
    ]


def _people(run: ComplianceRun) -> Iterator[list[Any]]:
    kinds = dict(Licence.Kind.choices)
    for person in measuring.people(**run.question):
        yield _cells(person, kinds)


def _cells(person: Person, kinds: dict[Any, Any]) -> list[Any]:
    return [
        cell(person.number),
        cell(person.full_name),
        str(kinds[person.kind]),
        str(STATUSES[Status(person.status)]),
        person.certificate or "",
        person.valid_until or "",
        "" if person.days_lapsed is None else person.days_lapsed,
    ]


def _marked(rows: Iterable[bytes]) -> Iterator[bytes]:
    yield codecs.BOM_UTF8
    yield from rows


def _named(response: Any, run: ComplianceRun, extension: str) -> HttpResponseBase:
    name = f"compliance-{run.authority.code}-{run.as_at.isoformat()}.{extension}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response  # type: ignore[no-any-return]
