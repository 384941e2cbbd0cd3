import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from people.models import Authority
from people.register import Reconciliation, reconcile

COUNTS = ("in_file", "in_register", "only_in_file", "only_in_register", "differing")


class Command(BaseCommand):
    help = (
        "Hold a register file against the register, both ways, and change nothing. Ends with 1 "
        "where they differ."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--authority", required=True, metavar="CODE")
        parser.add_argument("--limit", type=int, default=100, help="how many differences to tell")
        parser.add_argument("--json", action="store_true", help="print one object")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        authority = Authority.objects.filter(code=options["authority"]).first()
        if authority is None:
            raise CommandError(f"There is no authority {options['authority']}.", returncode=2)
        if not file.is_file():
            raise CommandError(f"There is no file {file}.", returncode=2)
        with file.open("rb") as source:
            found = reconcile(
                authority=authority,
                source=source,
                today=timezone.localdate(),
                limit=options["limit"],
            )
        self._tell(found, as_json=options["json"])
        if found.errors:
            raise CommandError("The file has errors. Nothing was compared.")
        if not found.is_clean:
            raise CommandError("File and register differ.")

    def _tell(self, found: Reconciliation, *, as_json: bool) -> None:
        counts = {name: getattr(found, name) for name in COUNTS}
        if as_json:
            differences = [difference._asdict() for difference in found.differences]
            errors = [error._asdict() for error in found.errors]
            answer = {**counts, "differences": differences, "errors": errors}
            self.stdout.write(json.dumps(answer, indent=2, ensure_ascii=False))
            return
        for error in found.errors:
            self.stdout.write(f"Row {error.row}, {error.field or 'file'}: {error.message}")
        for it in found.differences:
            where = it.column or "number"
            self.stdout.write(
                f"{it.number}, {where}: file “{it.in_file}”, register “{it.in_register}”"
            )
        self.stdout.write(", ".join(f"{name} {count}" for name, count in counts.items()))
