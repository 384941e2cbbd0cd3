"""Databases of the run's own, cloned from the demo and filled; never the developer's."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.databases import ROOT, admin_connection, clone, connect, drop, ensure_template, url_of

LOCK = 8_205_914  # An arbitrary number: one run at a time on a server.


class BusyError(Exception):
    """Another run is using the server."""


@contextmanager
def alone() -> Iterator[None]:
    """Refuses a second run at the same time: both would measure the other one."""
    with admin_connection() as admin:
        held = admin.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone()
        if held != (True,):
            raise BusyError("Another benchmark is running on this database server.")
        yield


@contextmanager
def filled(learners: int) -> Iterator[str]:
    """The name of a database with the demo and so many learners, dropped at the end."""
    name = f"{os.environ['DATABASE_URL'].rpartition('/')[2]}_bench_{learners}"
    clone(ensure_template(demo=True), name)
    try:
        run(name, "manage.py", "seed_scale", "--learners", str(learners))
        with connect(name, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")
        yield name
    finally:
        drop(name)


def run(database: str, *command: str) -> str:
    """What one of our Python programs prints on ``database``."""
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url_of(database), "LOG_LEVEL": "ERROR"},
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    return done.stdout


def rows(database: str, statement: str, *values: Any) -> list[tuple[Any, ...]]:
    with connect(database) as connection:
        return connection.execute(statement, values).fetchall()
