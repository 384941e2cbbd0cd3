"""The pack of a quarter as a file."""

import csv
import json
from datetime import datetime
from io import BytesIO, StringIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from assessments.typesetting import typeset
from licensing.models import QuarterlyPack
from licensing.quarterly_tables import facts, lines, tables
from people.cells import harmless

TEMPLATE = Path(__file__).parent / "typst" / "quarterly.typ"


def render_pack(pack: QuarterlyPack) -> bytes:
    """The PDF of a finished pack; the same bytes whenever it is asked for."""
    assert pack.content is not None
    return typeset(TEMPLATE, facts(pack.content, digest=pack.digest), at=_finished(pack))


def zip_pack(pack: QuarterlyPack) -> bytes:
    """Every table as CSV, and the figures as JSON; the same bytes whenever it is asked for."""
    assert pack.content is not None
    at = _finished(pack).timetuple()[:6]
    output = BytesIO()
    with ZipFile(output, "w", ZIP_DEFLATED) as files:
        for table in tables(pack.content):
            text = StringIO()
            rows = ([harmless(cell) for cell in line] for line in lines(table))
            csv.writer(text).writerows(rows)
            files.writestr(ZipInfo(f"{table.name}.csv", at), text.getvalue().encode("utf-8-sig"))
        content = json.dumps(pack.content, indent=2, sort_keys=True, ensure_ascii=False)
        files.writestr(ZipInfo("figures.json", at), content)
    return output.getvalue()


def _finished(pack: QuarterlyPack) -> datetime:
    assert pack.finished_at is not None
    return pack.finished_at
