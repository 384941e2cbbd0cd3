"""Whole sittings as a browser without JavaScript takes them, and how soon a pass is certified."""

import secrets
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from statistics import median
from urllib.parse import urlencode

import psycopg

from benchmarks.client import Client, rate
from benchmarks.databases import rows, run
from benchmarks.figure import Figure, compared, readable
from benchmarks.options import Options
from benchmarks.serving import YARDSTICK, served, working
from benchmarks.status import NUMBERS, any_of
from tests.databases import connect

COURSE = "safeguarding"
PAPER = "SELECT paper FROM assessments_sitting WHERE id = %s"
ISSUED = "SELECT reference FROM certificates_certificate WHERE sitting_id = %s"
PATIENCE = 60.0  # Seconds for a certificate.
POLL = 0.002  # Seconds between two looks.
SITTINGS_EACH = 3  # By each client in one round.


@dataclass(frozen=True)
class Entrant:
    session: str

    def client(self, port: int) -> Client:
        token = secrets.token_hex(16)
        cookies = f"session={self.session}; csrf={token}"
        return Client(port, {"Cookie": cookies, "X-CSRFToken": token})


def entrants(database: str, count: int) -> Iterator[Entrant]:
    return map(Entrant, run(database, "-m", "benchmarks.entrants", str(count)).split())


def sittings(database: str, options: Options) -> Figure:
    """Against as many requests as a sitting takes, at the yardstick's rate."""
    numbers = [number for (number,) in rows(database, NUMBERS)]
    people = entrants(database, options.threads * SITTINGS_EACH * (options.rounds + 1))
    with (
        served(database, ready="/health/live") as product,
        served(database, ready=f"/{numbers[0]}/", application=YARDSTICK) as bare,
    ):
        select = any_of([f"/{number}/" for number in numbers])

        def measure() -> tuple[float, float]:
            yardstick = rate(select, port=bare, seconds=options.seconds, threads=options.threads)
            entered = [next(people) for _ in range(options.threads * SITTINGS_EACH)]
            began = time.perf_counter()
            with ThreadPoolExecutor(options.threads) as pool:
                asked = list(pool.map(lambda entrant: sit(database, product, entrant), entered))
            value = len(asked) / (time.perf_counter() - began)
            return value, yardstick / median(asked)

        measure()  # Imports and connections; not counted.
        rounds = [measure() for _ in range(options.rounds)]
    return compared("whole sittings of 20 questions", rounds, "/s")


def sit(database: str, port: int, entrant: Entrant) -> int:
    """Start, answer, look over, hand in, see the result; how many requests that took."""
    with entrant.client(port) as client:
        review = answer_all(database, client)
        client.post(review, b"")
        client.get(review.replace("/review/", "/result/"))
        return client.requests


def answer_all(database: str, client: Client) -> str:
    """Every question answered right; the address at which the sitting is handed in."""
    client.get(f"/tests/{COURSE}/")
    place = client.post(f"/tests/{COURSE}/", b"").header("location")
    ((paper,),) = rows(database, PAPER, place.split("/")[3])
    for question in paper["questions"]:
        client.get(place)
        answer = urlencode({"answer": question["key"]}).encode()
        place = client.post(place, answer).header("location")
    client.get(place)
    return place


def certificate_delay(database: str, options: Options) -> list[Figure]:
    """With a real worker: from handing in to the certificate, and to its PDF in hand."""
    people = entrants(database, options.rounds + 1)
    with (
        served(database, ready="/health/live") as port,
        working(database),
        connect(database, autocommit=True) as watch,
    ):
        seconds = [handed_in(database, port, entrant, watch) for entrant in people][1:]
    issued = median(issued for issued, _ in seconds)
    in_hand = median(in_hand for _, in_hand in seconds)
    return [
        Figure("seconds from submit to certificate ready", f"{readable(issued)} s"),
        Figure("seconds from submit to its PDF in hand", f"{readable(in_hand)} s"),
    ]


def handed_in(
    database: str, port: int, entrant: Entrant, watch: psycopg.Connection
) -> tuple[float, float]:
    with entrant.client(port) as client:
        review = answer_all(database, client)
        began = time.perf_counter()
        client.post(review, b"")
        reference = await_certificate(watch, review.split("/")[3], until=began + PATIENCE)
        issued = time.perf_counter() - began
        client.get(f"/certificates/{reference}.pdf")
        return issued, time.perf_counter() - began


def await_certificate(watch: psycopg.Connection, sitting: str, *, until: float) -> str:
    while time.perf_counter() < until:
        row = watch.execute(ISSUED, [sitting]).fetchone()
        if row:
            return str(row[0])
        time.sleep(POLL)
    raise TimeoutError(f"No certificate for sitting {sitting} within {PATIENCE:.0f} seconds.")
