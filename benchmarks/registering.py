"""`python -m benchmarks.registering ROWS ROUNDS`: a file of so many rows, in several ways.

Prints, for each round, the seconds of COPY into a bare table, of the first import into an empty
register, and of the same file again; then the most memory used before and at the end in MB.
"""

import csv
import os
import resource
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import django

django.setup()

from django.db import connection  # noqa: E402  (Django must be set up first)
from django.utils import timezone  # noqa: E402

from lms.scale.statements import FIRST_NAMES, LAST_NAMES  # noqa: E402
from people.importers import COLUMNS  # noqa: E402
from people.models import Authority  # noqa: E402
from people.register import import_register  # noqa: E402

BLOCK = 1 << 16
FIRST_BIRTH, FIRST_START = date(1950, 1, 1), date(2020, 1, 1)


def main(rows: int, rounds: int) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "register.csv"
        write(file, rows)
        before = peak()
        for number in range(rounds):
            authority = Authority.objects.create(
                code=f"BENCH-{os.getpid()}-{number}"[:20], name="Bench Council"
            )
            bare = timed(lambda: copy(file))
            first = timed(lambda: put(file, authority, created=rows))  # noqa: B023
            again = timed(lambda: put(file, authority, created=0))  # noqa: B023
            print(bare, first, again)
        print(before, peak())


def write(file: Path, rows: int) -> None:
    """Invented drivers; the same file in every run."""
    random = Random(1)
    with file.open("w", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        for number in range(rows):
            born = FIRST_BIRTH + timedelta(random.randrange(18_000))
            starts = FIRST_START + timedelta(random.randrange(2_000))
            name = f"{random.choice(FIRST_NAMES)} {random.choice(LAST_NAMES)}"
            contact = (f"driver{number}@example.org", f"07700 9{number % 100_000:05}")
            period = (starts, starts + timedelta(1_095), "current")
            operator = f"OP-{number % 900}"
            licence = (f"PH-{number:07}", "private_hire", name, born)
            writer.writerow([*licence, *contact, *period, operator, "en"])


def copy(file: Path) -> None:
    columns = ", ".join(f"{column} text" for column in COLUMNS)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS bare; CREATE TABLE bare ({columns})")
        with (
            file.open("rb") as source,
            cursor.copy("COPY bare FROM STDIN (FORMAT csv, HEADER)") as into,
        ):
            while block := source.read(BLOCK):
                into.write(block)


def put(file: Path, authority: Authority, *, created: int) -> None:
    now = timezone.now()
    with file.open("rb") as source:
        report = import_register(
            authority=authority,
            source=source,
            file_name=file.name,
            by=None,
            now=now,
            today=timezone.localdate(now),
        )
    assert report.created == created, report


def timed(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
