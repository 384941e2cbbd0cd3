import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assessments.actions import ImportRefused, ImportReport, import_questions
from assessments.importers import READERS, FileRefused, read_file
from courses.models import CoursePage


class Command(BaseCommand):
    help = (
        "Add the questions of a file to the bank of a course, as drafts. What cannot be a question "
        "is skipped with the reason. Ends with 1 if the file or the course is refused."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--course", required=True, metavar="SLUG")
        parser.add_argument("--format", required=True, choices=READERS)
        parser.add_argument("--dry-run", action="store_true", help="say what would happen")
        parser.add_argument("--json", action="store_true", help="print one object")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        if not file.is_file():
            raise CommandError(f"There is no file {file}.", returncode=2)
        course = CoursePage.objects.original().filter(slug=options["course"]).first()
        if course is None:
            raise CommandError(f"There is no course {options['course']}.")
        try:
            with file.open("rb") as source:
                reading = read_file(source, options["format"])
            report = import_questions(
                course=course, reading=reading, by=None, dry_run=options["dry_run"]
            )
        except FileRefused as refusal:
            raise CommandError(str(refusal)) from refusal
        except ImportRefused as refusal:
            raise CommandError("The course has no lesson for questions to be about.") from refusal
        if options["json"]:
            self.stdout.write(_as_json(report))
        else:
            self._print(report, dry_run=options["dry_run"])

    def _print(self, report: ImportReport, *, dry_run: bool) -> None:
        for skipped in report.skipped:
            self.stdout.write(f"{skipped.position}. {skipped.name}: {skipped.reason}")
        done = "would be imported as drafts" if dry_run else "imported as drafts"
        self.stdout.write(
            f"{report.read} read, {report.imported} {done}, {len(report.skipped)} skipped."
        )
        if report.unsorted:
            self.stdout.write(f"{report.unsorted} of them have no topic that is known: sort them.")


def _as_json(report: ImportReport) -> str:
    skipped = [
        {"position": one.position, "name": one.name, "reason": one.reason} for one in report.skipped
    ]
    answer = {"read": report.read, "imported": report.imported, "skipped": skipped}
    return json.dumps(answer, indent=2, ensure_ascii=False)
