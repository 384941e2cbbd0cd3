"""Figures without a web server: issuing, the reminder sweep, the import of the register."""

from statistics import median
from typing import NamedTuple

from benchmarks.databases import rows, run
from benchmarks.figure import Figure, compared, readable
from benchmarks.options import Options
from benchmarks.serving import working

ISSUES = 200
RATE, MINUTE = 10, 60


class Day(NamedTuple):
    """A line of ``benchmarks.sweeping``."""

    due: float
    statement: float
    queued: float
    sweep: float
    before: float
    after: float


def issues(database: str, options: Options) -> list[Figure]:
    """One certificate from the lock on its sitting to the commit, and what its parts cost."""
    lines = run(database, "-m", "benchmarks.issuing", str(ISSUES)).splitlines()
    cost = {name: float(number) for name, _, number in (line.partition("\t") for line in lines)}
    whole = cost.pop("whole")
    return [
        Figure("certificate PDFs on one core", f"{readable(1000 / cost['page'])} /s"),
        Figure("certificates issued on one core, all told", f"{readable(1000 / whole)} /s"),
        Figure("one certificate, all told", f"{readable(whole)} ms"),
        *(Figure(f"  of it {name}", f"{readable(part)} ms") for name, part in cost.items()),
    ]


def arrivals(database: str) -> list[Figure]:
    """From a pass to its certificate, with a worker, while passes arrive at a steady rate."""
    with working(database):
        run(database, "-m", "benchmarks.arrivals", "2", "2")  # Reads fonts; not counted.
        rate, *seconds = run(
            database, "-m", "benchmarks.arrivals", str(RATE), str(MINUTE)
        ).splitlines()
    waits = sorted(map(float, seconds))
    name = f"pass to certificate, {float(rate):.1f} passes a second"
    return [
        Figure(f"{name}, median", f"{readable(median(waits))} s"),
        Figure(f"{name}, 95th percentile", f"{readable(waits[int(len(waits) * 0.95)])} s"),
    ]


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


def register(database: str, options: Options, rows: int) -> list[Figure]:
    """A file into an empty register, the same file again, and one with a few changes; each against
    COPY of the file into a bare table."""
    command = ("-m", "benchmarks.registering", str(rows), str(options.rounds))
    *rounds, (before, after) = [
        [float(number) for number in line.split()] for line in run(database, *command).splitlines()
    ]
    bare, *ours = zip(*rounds, strict=True)
    names = (
        f"register import of {rows:,} rows",
        "the same file again",
        "with one row in a hundred changed",
        "  of each, reading and checking the file",
    )
    return [
        *(
            compared(name, list(zip(took, bare, strict=True)), "s")
            for name, took in zip(names, ours, strict=True)
        ),
        Figure("its peak memory, and before it", megabytes(after), megabytes(before)),
    ]


def megabytes(number: float) -> str:
    return f"{number:,.0f} MB"
