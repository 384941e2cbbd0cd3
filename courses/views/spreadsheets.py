"""Tables as files, in the memory of a few rows. What a cell holds is text, never a formula."""

import codecs
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from tempfile import TemporaryFile
from typing import Any

from django.http import FileResponse
from wagtail.admin.views.mixins import SpreadsheetExportMixin

from people.cells import harmless

FORMATS = SpreadsheetExportMixin.FORMATS
UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")  # XML has no way to write them.
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Columns = Sequence[tuple[Any, Callable[[Any], Any]]]


def cell(text: str) -> str:
    """The text without what cannot be written, and without what would run."""
    return harmless(UNPRINTABLE.sub("", text))


class Spreadsheet(SpreadsheetExportMixin):
    """Wagtail's export, of any rows: ``columns`` are headings, each with what it shows of a row."""

    custom_value_preprocess: Mapping[Any, Any] = {str: dict.fromkeys(FORMATS, cell)}

    def __init__(self, columns: Columns, *, filename: str) -> None:
        self.columns = {str(heading): value for heading, value in columns}
        self.list_export = list(self.columns)
        self.export_filename = filename

    def get_heading(self, queryset: Any, field: str) -> str:
        return field

    def to_row_dict(self, item: Any) -> dict[str, Any]:
        return {heading: value(item) for heading, value in self.columns.items()}

    def stream_csv(self, queryset: Iterable[Any]) -> Iterator[bytes]:
        """Marked as UTF-8: without the mark Excel shows "Zieliński" as "ZieliÅ„ski"."""
        yield codecs.BOM_UTF8
        yield from super().stream_csv(queryset)

    def write_xlsx_response(self, queryset: Iterable[Any]) -> FileResponse:
        output = TemporaryFile()  # noqa: SIM115  (the response closes it)
        self.write_xlsx(queryset, output)
        output.seek(0)
        name = f"{self.get_filename()}.xlsx"
        return FileResponse(output, as_attachment=True, content_type=XLSX, filename=name)
