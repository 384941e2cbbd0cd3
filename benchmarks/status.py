"""Status calls: one licence of the client's authority, on a small and on a large register."""

import json
import random
from collections.abc import Callable
from functools import partial
from urllib.parse import urlencode

from benchmarks.client import Client, rate
from benchmarks.databases import rows
from benchmarks.figure import Figure, compared
from benchmarks.options import Options
from benchmarks.serving import YARDSTICK, served

NUMBERS = """
SELECT l.number FROM people_licence l JOIN people_authority a ON a.id = l.authority_id
WHERE a.code = 'DEMO-NB' AND starts_with(l.number, 'SC-') ORDER BY random() LIMIT 2000
"""
CREDENTIALS = {
    "grant_type": "client_credentials",
    "client_id": "demo-licensing",
    "client_secret": "demo-licensing-secret",
    "scope": "status:read",
}


def status_calls(database: str, learners: int, options: Options) -> Figure:
    numbers = [number for (number,) in rows(database, NUMBERS)]
    with (
        served(database, ready="/health/live") as product,
        served(database, ready=f"/{numbers[0]}/", application=YARDSTICK) as bare,
    ):
        headers = {"Authorization": f"Bearer {token(product)}"}
        call = any_of([f"/api/v1/licences/{number}/training-status" for number in numbers])
        select = any_of([f"/{number}/" for number in numbers])

        def measure(seconds: float) -> tuple[float, float]:
            load = partial(rate, seconds=seconds, threads=options.threads)
            return load(call, port=product, headers=headers), load(select, port=bare)

        measure(1.0)  # Imports and connections; not counted.
        rounds = [measure(options.seconds) for _ in range(options.rounds)]
    return compared(f"status calls, {learners:,} learners", rounds, "/s")


def any_of(paths: list[str]) -> Callable[[Client], None]:
    def ask(client: Client) -> None:
        client.get(random.choice(paths))

    return ask


def token(port: int) -> str:
    with Client(port) as client:
        reply = client.post("/identity/o/api/token", urlencode(CREDENTIALS).encode(), expect=200)
    return str(json.loads(reply.body)["access_token"])
