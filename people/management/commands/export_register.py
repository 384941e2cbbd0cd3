from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from people.models import Authority
from people.register import export_register


class Command(BaseCommand):
    help = "Print the register of an authority as CSV with the published columns."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--authority", required=True, metavar="CODE")

    def handle(self, *args: Any, **options: Any) -> None:
        authority = Authority.objects.filter(code=options["authority"]).first()
        if authority is None:
            raise CommandError(f"There is no authority {options['authority']}.", returncode=2)
        for line in export_register(authority):
            self.stdout.write(line, ending="")
