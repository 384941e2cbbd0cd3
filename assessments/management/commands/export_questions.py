from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from assessments.actions import export_questions
from assessments.importers import WRITERS
from courses.models import CoursePage


class Command(BaseCommand):
    help = (
        "Print the questions of a course, drafts and live ones. What no format can hold is named "
        "on standard error."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--course", required=True, metavar="SLUG")
        parser.add_argument("--format", required=True, choices=WRITERS)

    def handle(self, *args: Any, **options: Any) -> None:
        course = CoursePage.objects.original().filter(slug=options["course"]).first()
        if course is None:
            raise CommandError(f"There is no course {options['course']}.")
        export = export_questions(course=course)
        self.stdout.write(WRITERS[options["format"]](export.items), ending="")
        for name, reason in export.left_out:
            self.stderr.write(f"Left out: {name}: {reason}")
