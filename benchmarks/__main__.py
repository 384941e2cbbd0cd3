"""`python -m benchmarks`: the figures the product is held to, each beside its yardstick.

Needs DATABASE_URL and REDIS_URL of running servers; `make bench` starts them. Everything is loaded
into databases of the run's own.
"""

import os
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

from benchmarks.alone import arrivals, issues, register, reminders
from benchmarks.databases import BusyError, alone, filled
from benchmarks.figure import Figure, table
from benchmarks.many import many_at_once
from benchmarks.options import Options, parse
from benchmarks.sitting import certificate_delay, sittings
from benchmarks.status import status_calls

SMALL = 1_000
REGISTER_ROWS = 100_000
OWN_REDIS_DATABASE = 7  # A queue that no developer's worker listens to.


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    server = urlsplit(os.environ["REDIS_URL"])
    os.environ["REDIS_URL"] = server._replace(path=f"/{OWN_REDIS_DATABASE}").geturl()
    figures = []
    try:
        with alone():
            for figure in measured(options):
                figures.append(figure)
                print(f"{figure.name}: {figure.value}", file=sys.stderr, flush=True)
    except BusyError as error:
        print(error, file=sys.stderr)
        return 1
    print(table(figures))
    print("\nA ratio of rates is better the larger it is, one of seconds the smaller.")
    return 0


def measured(options: Options) -> Iterator[Figure]:
    with filled(SMALL) as small:
        yield status_calls(small, SMALL, options)
        yield from register(small, options, REGISTER_ROWS)
    with filled(options.learners) as large:
        yield status_calls(large, options.learners, options)
        yield from many_at_once(large, options)
        yield sittings(large, options)
        yield from issues(large, options)
        yield from arrivals(large)
        yield from certificate_delay(large, options)
        yield from reminders(large, options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
