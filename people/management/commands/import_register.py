import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from people.models import Authority
from people.register import ImportReport, import_register


class Command(BaseCommand):
    help = (
        "Put a CSV or XLSX file into the register of an authority: all rows or none. Ends with 1 "
        "if there are errors. What waits for an officer is named on standard error."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--authority", required=True, metavar="CODE")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen")
        parser.add_argument("--json", action="store_true", help="print one object")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        authority = Authority.objects.filter(code=options["authority"]).first()
        if authority is None:
            raise CommandError(f"There is no authority {options['authority']}.", returncode=2)
        if not file.is_file():
            raise CommandError(f"There is no file {file}.", returncode=2)
        now = timezone.now()
        with file.open("rb") as source:
            report = import_register(
                authority=authority,
                source=source,
                file_name=file.name,
                by=None,
                now=now,
                today=timezone.localdate(now),
                dry_run=options["dry_run"],
            )
        self._tell(report, **options)
        if report.errors:
            raise CommandError("The file has errors. Nothing was imported.")

    def _tell(self, report: ImportReport, **options: Any) -> None:
        if options["json"]:
            self.stdout.write(_as_json(report))
        else:
            for error in report.errors:
                self.stdout.write(f"Row {error.row}, {error.field or 'file'}: {error.message}")
            would = "Would be: " if options["dry_run"] else ""
            self.stdout.write(
                f"{would}{report.rows} rows, {report.created} created, {report.updated} updated, "
                f"{report.unchanged} unchanged, {report.doubtful} waiting for an officer."
            )
        for doubt in report.doubts:
            self.stderr.write(f"Row {doubt.row}, {doubt.number}: waits for an officer.")
        if report.doubtful > len(report.doubts):
            self.stderr.write(f"{report.doubtful} rows wait for an officer in all.")


def _as_json(report: ImportReport) -> str:
    """Rows that wait for an officer are those that none of the three counts has."""
    answer = {
        "rows": report.rows,
        "created": report.created,
        "updated": report.updated,
        "unchanged": report.unchanged,
        "errors": [error._asdict() for error in report.errors],
    }
    return json.dumps(answer, indent=2, ensure_ascii=False)
