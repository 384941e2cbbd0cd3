"""Many licences at once: a search by the API, and the figures of a whole authority."""

import json
import time
from datetime import UTC, datetime
from statistics import median

from psycopg import RawCursor

from benchmarks.client import Client
from benchmarks.databases import rows, run
from benchmarks.figure import Figure, compared, readable
from benchmarks.options import Options
from benchmarks.serving import served
from benchmarks.status import token
from tests.databases import connect

THOUSAND = """
SELECT l.number FROM people_licence l JOIN people_authority a ON a.id = l.authority_id
WHERE a.code = 'DEMO-NB' ORDER BY random() LIMIT 1000
"""
AUTHORITY = "SELECT id FROM people_authority WHERE code = 'DEMO-NB'"


def many_at_once(database: str, options: Options) -> list[Figure]:
    statement, *figures = run(
        database, "-m", "benchmarks.asking", str(options.rounds + 1)
    ).splitlines()
    return [search(database, *json.loads(statement), options), *compliance(figures)]


def search(database: str, statement: str, names: list[str], options: Options) -> Figure:
    numbers = [number for (number,) in rows(database, THOUSAND)]
    now = datetime.now(tz=UTC)
    asked = {"numbers": numbers, "as_at": now.date(), "known_at": now}
    ((asked["authority"],),) = rows(database, AUTHORITY)
    values = [asked[name] for name in names]
    body = json.dumps({"licences": numbers}).encode()
    with served(database, ready="/health/live") as product, connect(database) as connection:
        headers = {"Authorization": f"Bearer {token(product)}"}

        def measure() -> tuple[float, float]:
            began = time.perf_counter()
            with Client(product, headers) as client:
                client.post("/api/v1/training-status/search", body, expect=200)
            called = time.perf_counter()
            RawCursor(connection).execute(statement, values).fetchall()
            return called - began, time.perf_counter() - called

        measure()  # Imports, connections and plans; not counted.
        rounds = [measure() for _ in range(max(5, options.rounds))]
    return compared(f"search call with {len(numbers):,} licences", rounds, "s")


def compliance(figures: list[str]) -> list[Figure]:
    """One statement each; the first round warms the cache and is not counted."""
    counted = [line.split() for line in figures]
    most = max(int(licences) for licences, *_ in counted)
    rounds = [(float(alone), float(proved)) for _, alone, proved in counted[1:]]
    name = f"compliance of {most:,} licences as at a day"
    seconds = median(alone for alone, _ in rounds)
    return [
        Figure(name, f"{readable(seconds)} s"),
        compared(f"{name}, with its digest", [(proved, alone) for alone, proved in rounds], "s"),
    ]
