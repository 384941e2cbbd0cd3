import csv
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from pydantic_core import PydanticCustomError

from licensing.actions import difference, run_compliance
from licensing.api.schemas import ComplianceFigures, read_day, read_instant, write_instant
from licensing.compliance import Compliance
from licensing.measuring import figures_of
from people.models import Authority

COLUMNS = (
    "authority",
    "as_at",
    "known_at",
    "requirement",
    "rule",
    "effective_from",
    "grace_days",
    "figure",
    "licences",
)


class Command(BaseCommand):
    help = (
        "Print how many licensed drivers of an authority had met the training requirement on a "
        "day: the API's answer to /compliance as JSON or, with --csv, the same figures as a table "
        "with one figure in each row. The answer is kept with its proof, like one that was asked "
        "for on the page. Ends with 0; with 1, and prints no figures, if the same question had "
        "another answer before or its time has not come; with 2 if it is called wrongly."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--authority", required=True, metavar="CODE")
        parser.add_argument(
            "--as-at", required=True, type=_day, metavar="DATE", help="a London day, YYYY-MM-DD"
        )
        parser.add_argument(
            "--known-at",
            type=_instant,
            metavar="INSTANT",
            help="leave out what was recorded later; YYYY-MM-DDTHH:MM:SSZ, now if not given",
        )
        parser.add_argument("--csv", action="store_true", help="print a table")

    def handle(self, *args: Any, **options: Any) -> None:
        authority = Authority.objects.filter(code=options["authority"]).first()
        if authority is None:
            raise CommandError(f"There is no authority {options['authority']}.", returncode=2)
        now, known_at = timezone.now(), options["known_at"]
        if known_at is not None and known_at > now:
            raise CommandError("What will be on record at an instant to come is not known.")
        run = run_compliance(
            authority=authority, as_at=options["as_at"], known_at=known_at, by=None, now=now
        )
        found = difference(run)
        if found is not None:
            before = write_instant(found.before.run_at)
            raise CommandError(
                f"The answer is not the one given at {before}: {found.lines} lines of what was "
                "counted differ. Both are kept; see Reports, Compliance."
            )
        figures = figures_of(run)
        if options["csv"]:
            writer = csv.writer(self.stdout, lineterminator="\n")
            writer.writerow(COLUMNS)
            writer.writerows(rows(figures, authority=authority.code))
        else:
            answer = ComplianceFigures.of(figures, authority=authority.code)
            self.stdout.write(answer.model_dump_json(indent=2))


def rows(figures: Compliance, *, authority: str) -> Iterator[tuple[object, ...]]:
    """One figure in each; those of a requirement name its rule."""
    asked = (authority, figures.as_at.isoformat(), write_instant(figures.known_at))
    no_rule = ("", "", "", "")
    yield (*asked, *no_rule, "numerator", figures.numerator)
    yield (*asked, *no_rule, "denominator", figures.denominator)
    for status, count in figures.counts.items():
        yield (*asked, *no_rule, status.value, count)
    for rule in figures.requirements:
        terms = (rule.code, rule.rule_id, rule.effective_from.isoformat(), rule.grace_days)
        for status, count in rule.counts.items():
            yield (*asked, *terms, status, count)


def _day(text: str) -> date:
    try:
        return read_day(text)
    except PydanticCustomError as wrong:
        raise ArgumentTypeError(wrong.message()) from wrong


def _instant(text: str) -> datetime:
    try:
        return read_instant(text)
    except PydanticCustomError as wrong:
        raise ArgumentTypeError(wrong.message()) from wrong
