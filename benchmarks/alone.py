"""Figures of one process by itself: PDFs, and the sweep that queues reminders."""

from statistics import median

from benchmarks.databases import rows, run
from benchmarks.figure import Figure, compared, readable
from benchmarks.options import Options


def pdfs(database: str, options: Options) -> Figure:
    arguments = [str(options.seconds), str(options.rounds)]
    rates = run(database, "-m", "benchmarks.rendering", *arguments).split()
    return Figure("certificate PDFs on one core", f"{readable(median(map(float, rates)))} /s")


def reminders(database: str, options: Options) -> list[Figure]:
    """The first day catches up; the later ones are days as they come."""
    ((count,),) = rows(database, "SELECT count(*) FROM certificates_certificate")
    printed = run(database, "-m", "benchmarks.sweeping", str(options.rounds + 1)).splitlines()
    days = [tuple(map(float, line.split())) for line in printed]
    for due, _, queued, _, _ in days:
        if due != queued:
            raise ValueError(f"The sweep queued {queued:.0f} reminders of {due:.0f} due.")
    name = f"reminder sweep, {count:,} certificates"
    first = [(swept, statement) for _, statement, _, swept, _ in days[:1]]
    later = [(swept, statement) for _, statement, _, swept, _ in days[1:]]
    usual = median(queued for _, _, queued, _, _ in days[1:])
    return [
        compared(f"{name}, catching up {days[0][2]:,.0f}", first, "s"),
        compared(f"{name}, a day of {usual:,.0f}", later, "s"),
        Figure("  its peak memory", f"{days[-1][4]:,.0f} MB"),
    ]
