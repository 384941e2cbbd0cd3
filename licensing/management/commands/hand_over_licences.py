import json
from argparse import ArgumentParser
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from licensing.actions import HandOverReport, hand_over_licences
from people.models import Authority


class Command(BaseCommand):
    help = (
        "Make the licences of one authority another's from today on, when councils are merged or "
        "split: all or none. Ends with 1 if there are errors. Drivers whose training the new "
        "authority does not count are named on standard error."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--from", required=True, metavar="CODE")
        parser.add_argument("--to", required=True, metavar="CODE")
        parser.add_argument(
            "--numbers",
            type=Path,
            metavar="FILE",
            help="one licence number in each line; every live licence if not given",
        )
        parser.add_argument(
            "--prefix", default="", metavar="TEXT", help="put before each number, to tell it apart"
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would happen")
        parser.add_argument("--json", action="store_true", help="print one object")

    def handle(self, *args: Any, **options: Any) -> None:
        sides = {
            "from_authority": self._authority(options["from"]),
            "to_authority": self._authority(options["to"]),
        }
        file: Path | None = options["numbers"]
        if file is not None and not file.is_file():
            raise CommandError(f"There is no file {file}.", returncode=2)
        now = timezone.now()
        try:
            with ExitStack() as opened:
                lines = opened.enter_context(file.open(encoding="utf-8-sig")) if file else None
                report = hand_over_licences(
                    **sides,
                    numbers=lines,
                    prefix=options["prefix"],
                    by=None,
                    now=now,
                    today=timezone.localdate(now),
                    dry_run=options["dry_run"],
                )
        except ValueError as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        self._tell(report, **options)
        if report.errors:
            raise CommandError("There are errors. Nothing was handed over.")

    def _authority(self, code: str) -> Authority:
        authority = Authority.objects.filter(code=code).first()
        if authority is None:
            raise CommandError(f"There is no authority {code}.", returncode=2)
        return authority

    def _tell(self, report: HandOverReport, **options: Any) -> None:
        if options["json"]:
            self.stdout.write(_as_json(report))
        else:
            for error in report.errors:
                place = f"Row {error.row}, {error.field}: " if error.row else ""
                self.stdout.write(f"{place}{error.message}")
            would = "Would be: " if options["dry_run"] else ""
            self.stdout.write(
                f"{would}{0 if report.errors else report.rows} licences handed over, "
                f"{report.people} people train for {options['to']} from now on. Training met: "
                f"{report.met_before} with {options['from']}, {report.met_after} with "
                f"{options['to']}."
            )
        for number in report.lost_numbers:
            self.stderr.write(f"{number}: the training is met with {options['from']} alone.")
        if report.lost > len(report.lost_numbers):
            self.stderr.write(f"{report.lost} are met with {options['from']} alone in all.")


def _as_json(report: HandOverReport) -> str:
    answer = {
        "rows": report.rows,
        "handed_over": 0 if report.errors else report.rows,
        "people": report.people,
        "met_before": report.met_before,
        "met_after": report.met_after,
        "lost": report.lost,
        "errors": [error._asdict() for error in report.errors],
    }
    return json.dumps(answer, indent=2, ensure_ascii=False)
