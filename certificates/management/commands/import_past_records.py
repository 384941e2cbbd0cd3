import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from assessments.importers import FileRefused
from assessments.importers.encoding import MAX_BYTES
from certificates.actions import RecognitionRefused, enter_past_records
from certificates.actions.past_records import Report
from courses.models import CoursePage
from people.models import Authority, User

REFUSALS = {
    "not_allowed": "Only a licensing officer of the authority enters its records.",
    "same_file": "This file has been entered already. Nothing was changed.",
    "no_rule": "The authority has no rule that says how long a pass counts.",
    "entered_already": "Somebody has just entered one of these. Nothing was changed; try again.",
}


class Command(BaseCommand):
    help = (
        "Enter the past records of an authority from a file, for another officer to decide. All "
        "rows or none. Ends with 1 if a row is wrong or the file is refused."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--authority", required=True, metavar="CODE")
        parser.add_argument("--course", required=True, metavar="SLUG")
        parser.add_argument(
            "--by", required=True, metavar="EMAIL", help="the officer who answers for the file"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would happen")
        parser.add_argument("--json", action="store_true", help="print one object")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        if not file.is_file():
            raise CommandError(f"There is no file {file}.", returncode=2)
        with file.open("rb") as source:
            content = source.read(MAX_BYTES + 1)
        try:
            report = enter_past_records(
                authority=_one(Authority, "authority", code=options["authority"]),
                course=_one(CoursePage, "course", slug=options["course"], refreshes=None),
                name=file.name,
                content=content,
                by=_one(User, "account", email=options["by"].lower()),
                now=timezone.now(),
                dry_run=options["dry_run"],
            )
        except FileRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        except RecognitionRefused as refusal:
            raise CommandError(REFUSALS[refusal.code]) from refusal
        self._say(report, as_json=options["json"], dry_run=options["dry_run"])
        if report.errors:
            raise CommandError("Nothing was entered.")

    def _say(self, report: Report, *, as_json: bool, dry_run: bool) -> None:
        if as_json:
            answer = {
                "rows": report.rows,
                "without_account": report.without_account,
                "entered": report.batch.rows if report.batch else 0,
                "errors": [asdict(error) for error in report.errors],
            }
            self.stdout.write(json.dumps(answer, indent=2, ensure_ascii=False))
            return
        for error in report.errors:
            self.stdout.write(f"{error.row} {error.field}: {error.message}")
        if not report.errors:
            done = "would be entered" if dry_run else "are entered and wait for another officer"
            self.stdout.write(f"{report.rows} rows {done}.")


def _one(model: Any, what: str, **named: Any) -> Any:
    found = model.objects.filter(**named).first()
    if found is None:
        raise CommandError(f"There is no {what} {next(iter(named.values()))}.")
    return found
