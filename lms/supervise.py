"""`make run`: the whole product on one machine, under one supervisor.

Starts the embedded services, brings the database up to date, loads the demo, runs the processes of
the Procfile and says when the site answers. Ctrl-C, SIGTERM or SIGHUP stop everything, a second one
at once; so does the end of any of the processes.

Honcho reads the Procfile and prints the lines. Its Manager is not used: it waits for ever when no
process obeys SIGTERM, sends that signal to whole process groups (where it kills a Celery worker's
children at their task), and does not see a process end whose own children live on.
"""
# ruff: noqa: S602 - the commands are the Procfile's, and a shell reads those by definition.

import http.client
import os
import queue
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import FrameType

import django
from django.core.management import call_command
from honcho.colour import get_colours
from honcho.environ import parse_procfile
from honcho.printer import Message, Printer

from lms.embedded import CHECKOUT, ServicesError, services
from lms.embedded.claim import being_cleared
from lms.embedded.guardian import Guardian

HOST = "127.0.0.1"
DATA = CHECKOUT / ".local" / "run"
GRACE = 10.0  # Seconds every process has to end before SIGKILL.
SAME_REQUEST = 1.0  # Seconds; make passes on a SIGTERM that its process group gets as well.
ANSWER_PATIENCE = 120.0  # Seconds until the site must answer.
WORKER_PATIENCE = 15.0  # Seconds more that we wait for the worker before saying "Ready".
PASSWORD = "safeguarding-demo-1"  # noqa: S105 - the demo's, printed on purpose.
SIGN_INS = (
    ("new.driver@demo.example", "Northbridge driver, nothing started"),
    ("passed.driver@demo.example", "Northbridge driver, certificate valid"),
    ("due.driver@demo.example", "Northbridge driver, certificate expires in 45 days"),
    ("lapsed.driver@demo.example", "Northbridge driver, certificate expired 20 days ago"),
    ("trainer@demo.example", "author, Northbridge"),
    ("reviewer@demo.example", "second approver, Northbridge"),
    ("officer@demo.example", "licensing officer, Northbridge"),
    ("officer@westvale.demo.example", "licensing officer, Westvale"),
    ("auditor@demo.example", "read-only, Northbridge"),
    ("admin@demo.example", "platform administrator"),
)


class RunError(Exception):
    """The run cannot start or go on; the message is one sentence saying why."""


@dataclass(frozen=True)
class Line:
    """Something a process said."""

    name: str
    text: bytes


@dataclass(frozen=True)
class Ended:
    """A process has ended, though its children may still hold its output open."""

    name: str
    code: int


@dataclass(frozen=True)
class Asked:
    """A signal asks us to stop."""

    signum: int


@dataclass(frozen=True)
class Answered:
    """The site answers."""


Event = Line | Ended | Asked | Answered


@dataclass
class Crew:
    """The processes of one run. Everything that happens to them is an event in one queue.

    SimpleQueue, because a signal handler may put into it while the main thread takes from it.
    """

    guardian: Guardian
    environment: Mapping[str, str]
    events: "queue.SimpleQueue[Event]" = field(default_factory=queue.SimpleQueue)
    members: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    printer: Printer = field(default_factory=lambda: Printer(sys.stdout, width=len("prepare")))
    colours: Iterator[str] = field(default_factory=get_colours)
    colour_of: dict[str, str] = field(default_factory=dict)

    def start(self, name: str, command: str) -> None:
        """`exec` makes the program itself our child, not a shell that would hide its end."""
        process = subprocess.Popen(
            f"exec {command}",
            shell=True,
            cwd=CHECKOUT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.guardian.watch(process.pid)
        self.members[name] = process
        self.colour_of[name] = next(self.colours)
        for work in (self._listen, self._await_end):
            threading.Thread(target=work, args=(name, process), daemon=True).start()

    def next_event(self, timeout: float | None = None) -> Event | None:
        """The next event other than a line, which is printed; None when the time is up."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            left = None if deadline is None else max(0.0, deadline - time.monotonic())
            try:
                event = self.events.get(timeout=left)
            except queue.Empty:
                return None
            if not isinstance(event, Line):
                return event
            self.show(event.name, event.text)

    def show(self, name: str, text: bytes | str) -> None:
        """One prefixed line. If nobody can read it any more, that is a request to stop."""
        colour = self.colour_of.get(name)
        try:
            self.printer.write(Message("line", text, datetime.now().astimezone(), name, colour))
        except OSError:
            lose_output()
            self.printer.output = sys.stdout
            self.events.put(Asked(signal.SIGPIPE))

    def stop(self) -> None:
        """SIGTERM to each; SIGKILL to whatever is left after the grace, or at a second signal."""
        for process in self.members.values():
            process.terminate()
        began = time.monotonic()
        while self.members and time.monotonic() < began + GRACE:
            event = self.next_event(timeout=began + GRACE - time.monotonic())
            if isinstance(event, Ended):
                self.collect(event)
            elif isinstance(event, Asked) and time.monotonic() > began + SAME_REQUEST:
                break
        for name, process in list(self.members.items()):
            self.show("system", f"{name} did not stop in time; killed")
            kill_group(process.pid)
            self.collect(Ended(name, process.wait()))
        while isinstance(self.next_event(timeout=0.05), Event):
            pass  # The last words of each.

    def collect(self, ended: Ended) -> None:
        """Its orphans end with it: a killed web server's workers would keep the port."""
        process = self.members.pop(ended.name)
        kill_group(process.pid)
        self.guardian.forget(process.pid)

    def _listen(self, name: str, process: subprocess.Popen[bytes]) -> None:
        if process.stdout:
            for text in process.stdout:
                self.events.put(Line(name, text))

    def _await_end(self, name: str, process: subprocess.Popen[bytes]) -> None:
        self.events.put(Ended(name, process.wait()))


def kill_group(leader: int) -> None:
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def lose_output() -> None:
    """The terminal or the pipe is gone; what is still printed goes nowhere, without an error."""
    sys.stdout = sys.stderr = open(os.devnull, "w")  # noqa: SIM115, PTH123


@contextmanager
def signals_as_events(events: "queue.SimpleQueue[Event]") -> Iterator[None]:
    """A request to stop interrupts nothing: it waits in the queue for a moment that is safe."""

    def note(signum: int, _frame: FrameType | None) -> None:
        events.put(Asked(signum))

    caught = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]
    caught = [signum for signum in caught if signal.getsignal(signum) is not signal.SIG_IGN]
    before = {signum: signal.signal(signum, note) for signum in caught}
    try:
        yield
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)


def watch_parent(events: "queue.SimpleQueue[Event]") -> None:
    """A killed make passes nothing on; its end is noticed instead."""
    parent = os.getppid()
    while os.getppid() == parent:
        time.sleep(0.5)
    events.put(Asked(signal.SIGTERM))


def main(arguments: list[str]) -> int:
    if "--prepare" in arguments:
        return prepare()
    events: queue.SimpleQueue[Event] = queue.SimpleQueue()
    if "--with-parent" in arguments:
        threading.Thread(target=watch_parent, args=(events,), daemon=True).start()
    try:
        port = chosen_port()
        refuse_production()
        with signals_as_events(events):
            wait_for_port(port, events)
            with services(DATA) as running:
                crew = Crew(running.guardian, child_environment(port), events)
                try:
                    return serve(crew, port)
                finally:
                    crew.stop()
    except (RunError, ServicesError) as error:
        sys.stderr.write(f"{error}\n")
        return 1


def chosen_port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not (text.isascii() and text.isdigit() and 0 < int(text) < 2**16):
        raise RunError(f"PORT must be a number from 1 to 65535, not {text}.")
    return int(text)


def refuse_production() -> None:
    if os.environ.get("LMS_ENV", "development") != "development":
        raise RunError("make run is for development: unset LMS_ENV, or run the Procfile yourself.")


def wait_for_port(port: int, events: "queue.SimpleQueue[Event]") -> None:
    """Free now, or soon because a killed run is being cleared away."""
    while (problem := port_problem(port)) and being_cleared(DATA) and events.empty():
        time.sleep(0.2)
    if problem:
        raise RunError(problem)


def port_problem(port: int) -> str:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except PermissionError:
            return f"Port {port} is for root only; run: make run PORT=8000"
        except OSError:
            other = port + 1 if port < 2**16 - 1 else 8000
            return f"Port {port} is in use; stop the program using it or run: make run PORT={other}"
    return ""


def child_environment(port: int) -> dict[str, str]:
    """Ours, with our programs first on the path. HOST is set: some shells export another."""
    own = str(Path(sys.executable).parent)
    site_url = os.environ.get("SITE_URL") or f"http://{HOST}:{port}"
    return os.environ | {
        "PATH": os.pathsep.join([own, os.environ.get("PATH", os.defpath)]),
        "HOST": HOST,
        "PORT": str(port),
        "SITE_URL": site_url,
        "PYTHONUNBUFFERED": "1",
    }


def serve(crew: Crew, port: int) -> int:
    """Prepare, start, announce, and watch until something ends or asks us to."""
    crew.start("prepare", "python -m lms.supervise --prepare")
    event = crew.next_event()
    if isinstance(event, Asked):
        return stopped_by(event)
    if isinstance(event, Ended):
        crew.collect(event)
    if not isinstance(event, Ended) or event.code != 0:
        raise RunError("The database could not be prepared; the lines above say why.")
    procfile = parse_procfile((CHECKOUT / "Procfile").read_text())
    for name, command in procfile.processes.items():
        crew.start(name, command)
    threading.Thread(target=await_answer, args=(port, crew.events), daemon=True).start()
    event = crew.next_event(timeout=ANSWER_PATIENCE)
    if isinstance(event, Answered):
        announce(crew, port)
        event = crew.next_event()
    if isinstance(event, Asked):
        return stopped_by(event)
    if isinstance(event, Ended):
        crew.collect(event)
        raise RunError(f"{event.name} ended with code {event.code}; everything else was stopped.")
    raise RunError(f"The site did not answer within {ANSWER_PATIENCE:.0f} seconds.")


def stopped_by(asked: Asked) -> int:
    """Ctrl-C and SIGTERM are how a run ends, so a run that obeys them has not failed."""
    return 0 if asked.signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP) else 1


def await_answer(port: int, events: "queue.SimpleQueue[Event]") -> None:
    while status(port, "/health/live") != http.client.OK:
        time.sleep(0.1)
    deadline = time.monotonic() + WORKER_PATIENCE
    while status(port, "/health/ready") != http.client.OK and time.monotonic() < deadline:
        time.sleep(0.1)
    events.put(Answered())


def status(port: int, path: str) -> int:
    """The site's answer, or 0 for none."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0
    finally:
        connection.close()


def announce(crew: Crew, port: int) -> None:
    width = max(len(address) for address, _ in SIGN_INS)
    lines = [f"Ready at http://{HOST}:{port}", ""]
    lines += [f"Demo sign-ins, each with the password {PASSWORD}:"]
    lines += [f"  {address:<{width}}  {who}" for address, who in SIGN_INS]
    try:
        sys.stdout.write("\n".join([*lines, "", "Ctrl-C stops everything.", ""]))
        sys.stdout.flush()
    except OSError:
        lose_output()
        crew.events.put(Asked(signal.SIGPIPE))


def prepare() -> int:
    """Migrations and the demo, in one process: to start Django twice would take twice as long."""
    django.setup()
    sys.stdout.write("Bringing the database up to date\n")
    call_command("migrate", interactive=False, verbosity=0)
    sys.stdout.write("Loading the demo\n")
    call_command("load_demo")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
