"""Real server and worker processes for one run, ended with it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryFile

from benchmarks.client import HOST, Client
from lms.celery import app
from tests.databases import ROOT, url_of

BIN = Path(sys.executable).parent
PRODUCT = "django.core.wsgi:get_wsgi_application"
YARDSTICK = "benchmarks.yardstick:application"
START_PATIENCE = 60.0  # Seconds until a process must be ready.
STOP_PATIENCE = 20.0  # Seconds from SIGTERM to SIGKILL.


class ProcessError(Exception):
    """A process did not become ready; the message holds its last words."""


@contextmanager
def served(database: str, *, ready: str, application: str = PRODUCT) -> Iterator[int]:
    """The port of a web server like the Procfile's, once it answers the path ``ready``."""
    port = free_port()
    command = ["granian", "--interface", "wsgi", "--factory", "--no-ws", "--log-level", "error"]
    command += ["--host", HOST, "--port", str(port), "--workers-kill-timeout", "8"]
    command += ["--workers", "2", "--blocking-threads", "4", application]
    with process(command, database, lambda: answers(port, ready)):
        yield port


@contextmanager
def working(database: str, *, concurrency: int = 2) -> Iterator[None]:
    """A Celery worker like the Procfile's, once it answers."""
    command = ["celery", "-A", "lms", "worker", "--loglevel", "WARNING"]
    command += ["--concurrency", str(concurrency), "--without-gossip", "--without-mingle"]
    with process(command, database, lambda: bool(app.control.ping(timeout=0.5, limit=1))):
        yield


@contextmanager
def process(command: list[str], database: str, ready: Callable[[], bool]) -> Iterator[None]:
    """One of our programs on ``database``, from when it is ready to the end of the block."""
    own = {**os.environ, "DATABASE_URL": url_of(database), "LOG_LEVEL": "WARNING"}
    with TemporaryFile() as output:
        child = subprocess.Popen(
            [str(BIN / command[0]), *command[1:]],
            cwd=ROOT,
            env=own,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            until = time.monotonic() + START_PATIENCE
            while not ready():
                if child.poll() is not None or time.monotonic() > until:
                    output.seek(0)
                    said = output.read()[-2000:].decode(errors="replace")
                    raise ProcessError(f"{command[0]} did not become ready:\n{said}")
                time.sleep(0.1)
            yield
        finally:
            end(child)


def end(child: "subprocess.Popen[bytes]") -> None:
    child.terminate()
    try:
        child.wait(STOP_PATIENCE)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def answers(port: int, path: str) -> bool:
    try:
        with Client(port) as client:
            client.get(path)
    except OSError:
        return False
    return True


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
