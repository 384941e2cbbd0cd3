import json
import sys
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from lms.records import Finding, audit


class Command(BaseCommand):
    help = (
        "Check that the records keep every promise that can be seen in the database. Reads only. "
        "Ends with 0 if all are whole and with 1 if any is broken."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print one list of objects")

    def handle(self, *args: Any, **options: Any) -> None:
        findings = []
        for finding in audit(now=timezone.now()):
            findings.append(finding)
            if not options["json"]:
                self._print(finding)
        if options["json"]:
            self.stdout.write(json.dumps([asdict(finding) for finding in findings], indent=2))
        broken = [finding.invariant for finding in findings if finding.broken]
        if broken:
            self.stderr.write(f"Broken: {', '.join(broken)}.")
            sys.exit(1)

    def _print(self, finding: Finding) -> None:
        self.stdout.write(
            f"{finding.invariant:<12} {finding.checked:>10} checked {finding.broken:>8} broken"
            f"  {finding.sentence}"
        )
