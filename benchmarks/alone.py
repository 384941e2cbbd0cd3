"""Figures of one process by itself: PDFs, and the sweep that queues reminders."""

from statistics import median
from typing import NamedTuple

from benchmarks.databases import rows, run
from benchmarks.figure import Figure, compared, readable
from benchmarks.options import Options


class Day(NamedTuple):
    """A line of ``benchmarks.sweeping``."""

    due: float
    statement: float
    queued: float
    sweep: float
    before: float
    after: float


def pdfs(database: str, options: Options) -> Figure:
    arguments = [str(options.seconds), str(options.rounds)]
    rates = run(database, "-m", "benchmarks.rendering", *arguments).split()
    return Figure("certificate PDFs on one core", f"{readable(median(map(float, rates)))} /s")


def reminders(database: str, options: Options) -> list[Figure]:
    """The first day catches up; the later ones are days as they come."""
    ((count,),) = rows(database, "SELECT count(*) FROM certificates_certificate")
    printed = run(database, "-m", "benchmarks.sweeping", str(options.rounds + 1)).splitlines()
    days = [Day(*map(float, line.split())) for line in printed]
    for day in days:
        if day.due != day.queued:
            raise ValueError(f"The sweep queued {day.queued:.0f} reminders of {day.due:.0f} due.")
    name = f"reminder sweep, {count:,} certificates"
    first, *later = [(day.sweep, day.statement) for day in days]
    usual = median(day.queued for day in days[1:])
    return [
        compared(f"{name}, catching up {days[0].queued:,.0f}", [first], "s"),
        compared(f"{name}, a day of {usual:,.0f}", later, "s"),
        Figure(
            "its peak memory, and before it", megabytes(days[-1].after), megabytes(days[0].before)
        ),
    ]


def megabytes(number: float) -> str:
    return f"{number:,.0f} MB"
