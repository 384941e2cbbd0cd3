"""PostgreSQL and Redis for development and tests: real ones, started and stopped with the work.

    with services(Path(".local/run")):
        ...  # DATABASE_URL and REDIS_URL are set

A server is only started where its variable is not set already. What was started is stopped at the
end of the block, and by a guardian if the process is killed. While the block runs, the file `env`
in the data directory holds both addresses, for other commands of the same checkout.
"""

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from lms.embedded.claim import claim
from lms.embedded.errors import InUseError, ServicesError
from lms.embedded.guardian import Guardian
from lms.embedded.home import CHECKOUT
from lms.embedded.postgres import running_postgres
from lms.embedded.processes import Server
from lms.embedded.valkey import running_valkey

__all__ = ["CHECKOUT", "InUseError", "Services", "ServicesError", "addresses", "services"]


@dataclass(frozen=True)
class Services:
    """The servers started here, by name, and the guardian for whatever else the run starts."""

    guardian: Guardian
    servers: dict[str, Server] = field(default_factory=dict)


@contextmanager
def services(data_dir: Path, *, durable: bool = True, fresh: bool = False) -> Iterator[Services]:
    """Both servers, for as long as the block runs.

    `durable=False` gives up what a power cut would cost, for speed; the data is kept for the next
    run unless this one ends badly. `fresh=True` starts from nothing and leaves nothing.
    """
    with ExitStack() as stack:
        try:
            running = enter(stack, data_dir.resolve(), durable=durable and not fresh, fresh=fresh)
        except PermissionError as error:
            raise ServicesError(
                f"{error.filename} cannot be used: it may belong to another user. "
                "Remove it, or run as that user."
            ) from error
        yield running


def enter(stack: ExitStack, data_dir: Path, *, durable: bool, fresh: bool) -> Services:
    """Start what is missing; the stack stops it, in the opposite order."""
    database_url, redis_url = os.environ.get("DATABASE_URL"), os.environ.get("REDIS_URL")
    if database_url and redis_url:
        running = Services(Guardian())
        stack.callback(running.guardian.release)
        return running
    running = Services(Guardian(keep_open=(stack.enter_context(claim(data_dir)),)))
    stack.callback(running.guardian.release)
    if not database_url:
        postgres = running_postgres(data_dir, running.guardian, durable=durable, fresh=fresh)
        running.servers["postgres"] = stack.enter_context(postgres)
        database_url = running.servers["postgres"].url
    if not redis_url:
        valkey = running_valkey(data_dir, running.guardian, durable=durable)
        running.servers["redis"] = stack.enter_context(valkey)
        redis_url = running.servers["redis"].url
    running.guardian.sweep(data_dir / "env")
    stack.enter_context(note(data_dir / "env", database_url, redis_url))
    stack.enter_context(environment(DATABASE_URL=database_url, REDIS_URL=redis_url))
    return running


def addresses(data_dir: Path) -> dict[str, str]:
    """The addresses of a run that holds this data directory; empty when none does."""
    try:
        lines = (data_dir / "env").read_text().splitlines()
    except OSError:
        return {}
    return dict(line.split("=", 1) for line in lines)


@contextmanager
def note(path: Path, database_url: str, redis_url: str) -> Iterator[None]:
    path.touch(mode=0o600)
    path.write_text(f"DATABASE_URL={database_url}\nREDIS_URL={redis_url}\n")
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


@contextmanager
def environment(**values: str) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
