from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from licensing.actions import differences
from licensing.models import Recheck

DIFFERENT = {
    "seed": "the seed is not the one that was fixed when the check was planned",
    "population": "the licences that were current then are not those that it was drawn from",
    "order": "the drivers drawn are not those on the list, or not in this order",
}


class Command(BaseCommand):
    help = (
        "Draw the list of an unannounced check again, from its seed and from the register as it "
        "was on record at its start, and compare. Ends with 0 if everything is the same; with 1 if "
        "anything is different, or the check has no list; with 2 if it is called wrongly. Names "
        "nobody and changes nothing."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--draw", required=True, type=int, metavar="N", help="the number of the check"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        number = options["draw"]
        recheck = Recheck.objects.select_related("drawn__recheck").filter(pk=number).first()
        if recheck is None:
            raise CommandError(f"There is no check {number}.", returncode=2)
        drawn = getattr(recheck, "drawn", None)
        if drawn is None:
            raise CommandError(f"Check {number} has no list.")
        found = differences(drawn)
        if found:
            raise CommandError(f"Different: {'; '.join(DIFFERENT[name] for name in found)}.")
        listed = min(recheck.how_many, drawn.population)
        self.stdout.write(f"Same: {listed} drivers, drawn from {drawn.population} licences.")
