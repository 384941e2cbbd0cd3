import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from licensing.api.api import api


class Command(BaseCommand):
    help = "Write the API's description to docs/openapi.json, or check that it is up to date."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--check", action="store_true", help="Write nothing; exit 1 if stale.")
        parser.add_argument("--file", type=Path, default=settings.BASE_DIR / "docs/openapi.json")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        text = json.dumps(api.get_openapi_schema(), indent=2, sort_keys=True) + "\n"
        if not options["check"]:
            file.write_text(text, encoding="utf-8")
            self.stdout.write(f"Wrote {file}.")
        elif not file.exists() or file.read_text(encoding="utf-8") != text:
            raise CommandError(f"{file} is out of date: run manage.py export_openapi.")
