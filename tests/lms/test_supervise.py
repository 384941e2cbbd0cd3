"""`make run`'s supervisor: its refusals, its crew, and once the whole of it."""

import contextlib
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import pytest

from lms import crew as crew_module
from lms.crew import Asked, Crew, Ended
from lms.embedded import CHECKOUT
from lms.embedded.guardian import Guardian
from lms.embedded.processes import command_line
from lms.supervise import SIGN_INS
from tests.databases import clone, drop, ensure_template, url_of
from tests.site import free_port, own_redis, wait_for


def supervise(**variables: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "lms.supervise"],
        cwd=CHECKOUT,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


@pytest.fixture
def crew() -> Iterator[Crew]:
    guardian = Guardian()
    crew = Crew(guardian, os.environ.copy())
    yield crew
    crew.stop()
    guardian.release()


def test_port_in_use_is_one_sentence_and_nothing_is_started() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = supervise(PORT=str(port))

    advice = f"stop the program using it or run: make run PORT={port + 1}"
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"Port {port} is in use; {advice}\n"


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"PORT": "http"}, "PORT must be a number from 1 to 65535, not http.\n"),
        ({"PORT": "65536"}, "PORT must be a number from 1 to 65535, not 65536.\n"),
        (
            {"LMS_ENV": "production"},
            "make run is for development: unset LMS_ENV, or run the Procfile yourself.\n",
        ),
    ],
)
def test_wrong_environment_is_one_sentence(variables: dict[str, str], sentence: str) -> None:
    done = supervise(**variables)

    assert (done.returncode, done.stdout, done.stderr) == (1, "", sentence)


def test_lines_carry_the_name_of_their_process(
    crew: Crew, capsys: pytest.CaptureFixture[str]
) -> None:
    crew.printer.output = sys.stdout
    crew.start("web", "echo served")

    assert crew.next_event(timeout=15) == Ended("web", 0)
    crew.stop()
    assert capsys.readouterr().out.endswith(" web     | served\n")


def test_the_end_of_a_process_is_seen_while_its_children_live_on(crew: Crew) -> None:
    crew.start("web", "sh -c 'sleep 60 & exit 3'")
    group = crew.members["web"].pid

    event = crew.next_event(timeout=15)
    assert event == Ended("web", 3)
    crew.collect(event)

    with pytest.raises(ProcessLookupError):
        wait_for(lambda: os.killpg(group, 0), what="the orphan's end", seconds=15)


def test_stop_ends_what_obeys_and_then_what_does_not(
    crew: Crew, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew_module, "GRACE", 0.5)
    crew.start("worker", "sleep 60")
    crew.start("stubborn", "sh -c 'trap \"\" TERM; echo deaf; while :; do sleep 1; done'")
    pids = [process.pid for process in crew.members.values()]
    time.sleep(0.3)  # The trap is set by now.

    crew.stop()

    assert crew.members == {}
    assert [command_line(pid) for pid in pids] == ["", ""]


def test_a_second_request_does_not_wait(crew: Crew, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew_module, "SAME_REQUEST", 0.0)
    monkeypatch.setattr(crew_module, "GRACE", 3600.0)  # The test would not end in its time.
    crew.start("stubborn", "sh -c 'trap \"\" TERM; while :; do sleep 1; done'")
    time.sleep(0.3)  # The trap is set by now.
    crew.events.put(Asked(signal.SIGINT))

    crew.stop()

    assert crew.members == {}


def test_a_reader_that_went_away_is_a_request_to_stop(
    crew: Crew, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crew_module, "lose_output", lambda: None)
    reading, writing = os.pipe()
    os.close(reading)
    with contextlib.suppress(BrokenPipeError), os.fdopen(writing, "w") as gone:
        crew.printer.output = gone
        crew.show("web", "hello")

        assert crew.events.get(timeout=1) == Asked(signal.SIGPIPE)


@pytest.mark.processes
def test_the_whole_runs_and_leaves_nothing(
    tmp_path: Path, django_db_modify_db_settings: None
) -> None:
    port, database, output = free_port(), f"run_{secrets.token_hex(4)}", tmp_path / "output"
    clone(ensure_template(demo=True), database)
    with output.open("w") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "lms.supervise"],
            cwd=CHECKOUT,
            env={
                **os.environ,
                "PORT": str(port),
                "DATABASE_URL": url_of(database),
                "REDIS_URL": own_redis(),
            },
            stdout=stream,
            stderr=stream,
        )
    try:
        wait_for(lambda: "Ctrl-C stops" in output.read_text(), what="Ready", seconds=90)
        assert f"\nReady at http://127.0.0.1:{port}\n" in output.read_text()
        assert all(address in output.read_text() for address, _ in SIGN_INS)
        assert urlopen(f"http://127.0.0.1:{port}/health/ready", timeout=5).status == 200
        started = sessions_of_children(process.pid)
        assert len(started) == 5  # The guardian, web, worker, beat, the stand-in of Notify.
    finally:
        process.terminate()
        code = process.wait(timeout=30)
        drop(database)
    assert code == 0, output.read_text()
    assert not any(map(session_lives, started))


def sessions_of_children(pid: int) -> list[str]:
    """Each child leads a session of its own, so a session names it and all its descendants."""
    listed = subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=True
    )
    return listed.stdout.split()


def session_lives(session: str) -> bool:
    listed = subprocess.run(
        ["ps", "-o", "stat=", "--sid", session], capture_output=True, text=True, check=False
    )
    return any(not state.startswith("Z") for state in listed.stdout.split())
