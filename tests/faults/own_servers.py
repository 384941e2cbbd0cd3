"""A site on servers that nothing else uses, so that they can be killed."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import redis
from environ import Env

from lms.embedded.guardian import Guardian
from lms.embedded.home import find_home
from lms.embedded.postgres import running_postgres
from lms.embedded.valkey import find_program
from tests.databases import ensure_template, url_of
from tests.site import ROOT, Site, free_port, wait_for


class OwnSite(Site):
    def __init__(self, directory: Path, database_url: str) -> None:
        self.port, self.database, self.processes = free_port(), "own", {}
        self.url = f"http://127.0.0.1:{self.port}"
        self._redis_port, self._redis = free_port(), None
        self._directory = directory
        self.redis_url = f"redis://127.0.0.1:{self._redis_port}/0"
        self.env = {
            **os.environ,
            "DATABASE_URL": database_url,
            "SITE_URL": self.url,
            "EMAIL_URL": "dummymail://",
            "REDIS_URL": self.redis_url,
            "LOG_LEVEL": "WARNING",
        }
        self.start_redis()

    def start_redis(self) -> None:
        """Always empty: nothing is written to disk."""
        command = [str(find_program()), "--port", str(self._redis_port), "--bind", "127.0.0.1"]
        self._redis = subprocess.Popen(
            [*command, "--save", "", "--appendonly", "no"],
            cwd=self._directory,
            stdout=subprocess.DEVNULL,
        )
        wait_for(self._redis_answers, what="Redis")

    def _redis_answers(self) -> bool:
        try:
            with redis.Redis(port=self._redis_port) as server:
                return bool(server.ping())
        except redis.RedisError:
            return False

    def kill_redis(self) -> None:
        self._redis.send_signal(signal.SIGKILL)
        self._redis.wait()

    def crash_postgres(self) -> None:
        """Kill one of its processes: PostgreSQL ends all others and recovers from its log."""
        with self._connect() as connection:
            os.kill(connection.info.backend_pid, signal.SIGKILL)
        wait_for(self._postgres_answers, what="PostgreSQL after its recovery")

    def _postgres_answers(self) -> bool:
        try:
            return bool(self.query("SELECT 1"))
        except psycopg.OperationalError:
            return False

    def query(self, statement: str, parameters: Any = ()) -> list[tuple]:
        with self._connect() as connection:
            return connection.execute(statement, parameters).fetchall()

    def _connect(self) -> psycopg.Connection:
        return connection_to(self.env["DATABASE_URL"])


def connection_to(url: str) -> psycopg.Connection:
    db = Env.db_url_config(url)
    return psycopg.connect(host=db["HOST"], port=db["PORT"], user=db["USER"], dbname=db["NAME"])


@contextmanager
def site_on_own_servers(directory: Path) -> Iterator[OwnSite]:
    """An empty site, with the schema of the template."""
    data, guardian = directory / "servers", Guardian()
    data.mkdir()
    try:
        with running_postgres(data, guardian, durable=False, fresh=False) as server:
            copy_schema(server.url, data)
        # Durable from here on, as in production: a crash takes nothing back that was committed.
        with running_postgres(data, guardian, durable=True, fresh=False) as server:
            site = OwnSite(data, server.url)
            try:
                yield site
            finally:
                for name in list(site.processes):
                    site.end(name, signal.SIGKILL)
                site.kill_redis()
    finally:
        guardian.release()


def copy_schema(url: str, data: Path) -> None:
    """From the template, which is on the server of the other tests."""
    programs, dump = find_home(data).programs, data / "template.sql"
    source = Env.db_url_config(url_of(ensure_template()))
    target = Env.db_url_config(url)
    for program, db, file in (("pg_dump", source, "-f"), ("psql", target, "-f")):
        quiet = ["-q", "-v", "ON_ERROR_STOP=1"] if program == "psql" else ["--no-owner"]
        subprocess.run(
            [
                *(str(programs / program), *quiet, "-h", str(db["HOST"]), "-U", str(db["USER"])),
                *("-p", str(db["PORT"] or 5432), "-d", str(db["NAME"]), file, str(dump)),
            ],
            cwd=ROOT,
            check=True,
            capture_output=True,
        )
