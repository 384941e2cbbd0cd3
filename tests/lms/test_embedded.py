"""The embedded servers, for real: started, stopped, killed, found again."""

import contextlib
import os
import shutil
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis
from environ import Env

from lms.embedded import CHECKOUT, InUseError, ServicesError, addresses, home, services, valkey
from lms.embedded.claim import being_cleared
from lms.embedded.home import known_directory
from lms.embedded.postgres import is_server_of, stop_leftover
from lms.embedded.processes import command_line

pytestmark = pytest.mark.processes


@pytest.fixture
def data_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A directory of its own and no servers given; none is left running, pass or fail."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)
    yield tmp_path / "data"
    stop_leftover(known_directory(tmp_path / "data") / "postgres")
    valkey.stop_leftover(tmp_path / "data" / "redis")
    if (elsewhere := known_directory(tmp_path / "data")) != tmp_path / "data":
        shutil.rmtree(elsewhere, ignore_errors=True)


def ask(sql: str, *, url: str = "") -> str:
    """One value, asked the way Django would: with the address as django-environ reads it."""
    db = Env.db_url_config(url or os.environ["DATABASE_URL"])
    assert db["ENGINE"] == "django.db.backends.postgresql"
    with psycopg.connect(
        host=db["HOST"], port=db["PORT"], user=db["USER"], dbname=db["NAME"], autocommit=True
    ) as connection:
        cursor = connection.execute(sql)
        return str(cursor.fetchone()[0]) if cursor.description else ""


def wait_until(condition: Callable[[], object], *, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


@contextlib.contextmanager
def run_of_its_own(data_dir: Path) -> Iterator[subprocess.Popen]:
    """`python -m lms.embedded`, as make starts it, with a command that waits."""
    with services(data_dir, durable=False):
        pass  # To set a cluster up durably takes longer than all the rest.
    process = subprocess.Popen(
        [sys.executable, "-m", "lms.embedded", "--data", data_dir, "--", "sleep", "60"],
        cwd=CHECKOUT,
    )
    try:
        wait_until(lambda: "REDIS_URL" in addresses(data_dir))
        yield process
    finally:
        process.kill()
        process.wait()
        wait_until(lambda: not being_cleared(data_dir))


def children(pid: int) -> dict[str, int]:
    listed = subprocess.run(
        ["ps", "-ww", "-o", "pid=,args=", "--ppid", str(pid)],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    names = ("guardian", "postgres -D", "valkey-server", "sleep")
    return {
        name: int(line.split()[0]) for line in listed.splitlines() for name in names if name in line
    }


def test_both_servers_run_for_as_long_as_the_block(data_dir: Path) -> None:
    with services(data_dir) as running:
        redis_url = os.environ["REDIS_URL"]
        assert ask("SELECT current_database()") == "lms"
        assert [ask(f"SHOW {name}") for name in ("fsync", "synchronous_commit")] == ["on", "on"]
        assert ask("SHOW listen_addresses") == ""
        assert int(ask("SHOW max_connections")) == 200
        with redis.Redis.from_url(redis_url) as client:
            assert client.config_get("appendonly") == {"appendonly": "yes"}
            assert client.config_get("bind") == {"bind": "127.0.0.1"}
        assert addresses(data_dir)["REDIS_URL"] == redis_url
        sockets = Path(Env.db_url_config(os.environ["DATABASE_URL"])["HOST"])
        assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
        assert len(str(sockets)) < 80

    assert [server.process.poll() for server in running.servers.values()] == [0, 0]
    assert not sockets.exists()
    assert addresses(data_dir) == {}
    assert "DATABASE_URL" not in os.environ


def test_data_is_kept_for_the_next_run(data_dir: Path) -> None:
    with services(data_dir):
        ask("CREATE TABLE kept AS SELECT 7 AS number")
        with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
            client.set("kept", "7")

    with services(data_dir):
        assert ask("SELECT number FROM kept") == "7"
        with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
            assert client.get("kept") == b"7"


def test_fresh_starts_empty_and_leaves_nothing(data_dir: Path) -> None:
    with services(data_dir, fresh=True):
        assert ask("SHOW fsync") == "off"
        cluster = known_directory(data_dir) / "postgres"
        assert cluster.exists()

    assert not cluster.exists()
    assert not (data_dir / "elsewhere").exists()


def test_servers_that_are_given_are_used_and_none_is_started(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://given")
    monkeypatch.setenv("REDIS_URL", "redis://given")

    with services(data_dir) as running:
        assert running.servers == {}
        assert os.environ["DATABASE_URL"] == "postgres://given"

    assert not data_dir.exists()


def test_one_server_may_be_given_and_the_other_started(
    data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://given")

    with services(data_dir) as running:
        assert list(running.servers) == ["redis"]
        assert os.environ["DATABASE_URL"] == "postgres://given"


def test_a_command_gets_the_services_and_its_code_is_ours(data_dir: Path) -> None:
    code = "import os; print(os.environ['DATABASE_URL']); raise SystemExit(7)"
    command = [sys.executable, "-m", "lms.embedded", "--fresh", "--data", data_dir, "--"]
    done = subprocess.run(
        [*command, sys.executable, "-c", code],
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 7
    assert done.stdout.startswith("postgres://postgres@:5432//tmp/lms-pg-")


def test_a_second_run_is_refused_and_a_command_joins(data_dir: Path) -> None:
    with run_of_its_own(data_dir) as first:
        with pytest.raises(InUseError, match=f"in use by process {first.pid}"), services(data_dir):
            pass
        joined = subprocess.run(
            [sys.executable, "-m", "lms.embedded", "--data", data_dir, "--", "env"],
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            check=True,
        )
        assert f"REDIS_URL={addresses(data_dir)['REDIS_URL']}\n" in joined.stdout


def test_two_directories_do_not_disturb_one_another(data_dir: Path) -> None:
    other = data_dir.with_name("other")
    with run_of_its_own(data_dir), services(other, fresh=True):
        assert set(addresses(data_dir).values()).isdisjoint(addresses(other).values())
        ask("CREATE TABLE mine AS SELECT 1")
        there = addresses(data_dir)["DATABASE_URL"]
        assert ask("SELECT count(*) FROM pg_class WHERE relname = 'mine'", url=there) == "0"


def test_sigterm_stops_the_command_and_both_servers(data_dir: Path) -> None:
    with run_of_its_own(data_dir) as process:
        started = children(process.pid)
        process.terminate()

        assert process.wait(timeout=30) == 128 + signal.SIGINT
    assert [command_line(pid) for pid in started.values()] == ["", "", "", ""]


def test_a_killed_run_is_cleared_away_by_its_guardian(data_dir: Path) -> None:
    with run_of_its_own(data_dir) as process:
        started = children(process.pid)
        process.kill()
        process.wait()

        wait_until(lambda: not any(map(command_line, started.values())))
    assert addresses(data_dir) == {}


def test_what_a_killed_run_and_guardian_left_is_recovered_from(data_dir: Path) -> None:
    with run_of_its_own(data_dir) as process:
        ask("CREATE TABLE kept AS SELECT 7 AS number", url=addresses(data_dir)["DATABASE_URL"])
        left = children(process.pid)
        os.kill(left["guardian"], signal.SIGKILL)
        process.kill()
        process.wait()
        os.kill(left["sleep"], signal.SIGKILL)
        assert command_line(left["postgres -D"])

        with services(data_dir):
            assert ask("SELECT number FROM kept") == "7"
            assert not command_line(left["postgres -D"])
            assert not command_line(left["valkey-server"])


def test_a_stale_pid_file_never_harms_a_stranger(data_dir: Path) -> None:
    with services(data_dir, durable=False):
        pass
    cluster = known_directory(data_dir) / "postgres"
    (cluster / "postmaster.pid").write_text(f"{os.getpid()}\n{cluster}\n1\n5432\n/tmp/gone\n")

    with services(data_dir):
        assert ask("SELECT 1") == "1"

    assert not is_server_of(os.getpid(), cluster)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root needs a place elsewhere")
def test_below_a_closed_directory_root_keeps_the_cluster_elsewhere(data_dir: Path) -> None:
    closed = data_dir.parent
    closed.chmod(0o700)

    with services(data_dir, fresh=True):
        place = Path(ask("SHOW data_directory"))

    assert place.is_relative_to(home.ELSEWHERE)
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@pytest.mark.skipif(os.geteuid() != 0, reason="only root keeps a cluster elsewhere")
def test_a_cluster_elsewhere_of_a_deleted_checkout_is_not_reused(data_dir: Path) -> None:
    with services(data_dir, durable=False):
        ask("CREATE TABLE old AS SELECT 1")
    (data_dir / "elsewhere").unlink()

    with services(data_dir, durable=False):
        assert ask("SELECT count(*) FROM pg_class WHERE relname = 'old'") == "0"


@pytest.mark.parametrize(("module", "variable"), [(home, "DATABASE_URL"), (valkey, "REDIS_URL")])
def test_a_missing_wheel_says_what_to_set(
    module, variable: str, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "find_spec", lambda name: None)

    set_up = services(data_dir, fresh=True)
    with pytest.raises(ServicesError, match=f"set {variable} to a running"), set_up:
        pass
