"""Real server and worker processes on a database of their own, for journeys and fault tests."""

import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

import redis

from tests.databases import clone, connect, drop, ensure_template, url_of

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 40  # Seconds; a process that needs longer has failed.


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(condition, *, what: str, seconds: float = PATIENCE):
    """Ask again until the answer is true; the answer. Fails with ``what`` when time is over."""
    deadline = time.monotonic() + seconds
    while not (answer := condition()):
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds} s for {what}")
        time.sleep(0.05)
    return answer


def own_redis() -> str:
    """A numbered Redis database of this test worker's own, emptied; one site at a time uses it."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    url = os.environ["REDIS_URL"].rpartition("/")[0] + f"/{8 + int(worker) % 8}"
    with redis.Redis.from_url(url) as server:
        server.flushdb()
    return url


class Site:
    """One running site. Processes are started and ended by name: ``web``, ``worker``,
    ``another worker``, ``third worker``, ``beat``."""

    def __init__(self, *, demo: bool = True) -> None:
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database = f"site_{secrets.token_hex(4)}"
        clone(ensure_template(demo=demo), self.database)
        self.redis_url = own_redis()
        self.processes: dict[str, subprocess.Popen] = {}
        self.env = {
            **os.environ,
            "DATABASE_URL": url_of(self.database),
            "SITE_URL": self.url,
            "EMAIL_URL": "dummymail://",
            "REDIS_URL": self.redis_url,
            "LOG_LEVEL": "WARNING",
        }

    def start(self, name: str) -> None:
        log = (ROOT / ".local" / f"{self.database}-{name}.log").open("ab")
        self.processes[name] = subprocess.Popen(
            self._command(name),
            cwd=ROOT,
            env=self.env,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        log.close()
        if name == "web":
            wait_for(self.is_live, what="the web server")

    def _command(self, name: str) -> list[str]:
        python = [sys.executable, "-m"]
        worker = [*python, "celery", "-A", "lms", "worker", "--loglevel", "WARNING"]
        return {
            "web": [
                *python,
                "granian",
                "--interface",
                "wsgi",
                "lms.wsgi:application",
                "--host",
                "127.0.0.1",
                "--port",
                str(self.port),
                "--workers",
                "1",
                "--blocking-threads",
                "4",
                "--no-ws",
            ],
            "worker": [*worker, "--concurrency", "1"],
            "another worker": [*worker, "--concurrency", "1", "--hostname", "another@%h"],
            "third worker": [*worker, "--concurrency", "1", "--hostname", "third@%h"],
            "beat": [*python, "celery", "-A", "lms", "beat", "--loglevel", "WARNING"],
        }[name]

    def is_live(self) -> bool:
        try:
            return urlopen(f"{self.url}/health/live", timeout=1).status == 200
        except (URLError, OSError):
            return False

    def end(self, name: str, how: int = signal.SIGTERM) -> None:
        """End one process and everything it started."""
        process = self.processes.pop(name)
        os.killpg(process.pid, how)
        try:
            process.wait(timeout=15)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()

    def manage(self, *arguments: str) -> str:
        """Run a management command against this site's database; what it printed."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.env,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout

    def query(self, statement: str, parameters: Any = ()) -> list[tuple]:
        """Rows of this site's own database, read past the running processes."""
        with connect(self.database) as connection:
            return connection.execute(statement, parameters).fetchall()


@contextmanager
def running_site(*names: str, demo: bool = True) -> Iterator[Site]:
    """A site with these processes running; all of them are ended afterwards."""
    (ROOT / ".local").mkdir(exist_ok=True)
    site = Site(demo=demo)
    try:
        for name in names:
            site.start(name)
        yield site
    finally:
        for name in list(site.processes):
            site.end(name, signal.SIGKILL)
        drop(site.database)
