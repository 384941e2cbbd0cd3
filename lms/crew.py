"""The processes of one run: started together, watched together, stopped together.

Honcho prints the lines. Its Manager is not used: it waits for ever when no process obeys SIGTERM,
sends that signal to whole process groups (where it kills a Celery worker's children at their
task), and does not see a process end whose own children live on.
"""
# ruff: noqa: S602 - the commands are the Procfile's, and a shell reads those by definition.

import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from types import FrameType

from honcho.colour import get_colours
from honcho.printer import Message, Printer

from lms.embedded import CHECKOUT
from lms.embedded.guardian import Guardian

GRACE = 10.0  # Seconds every process has to end before SIGKILL.
SAME_REQUEST = 1.0  # Seconds; make passes on a SIGTERM that its process group gets as well.


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
    stopping: bool = False

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
        threading.Thread(target=self._listen, args=(name, process), daemon=True).start()
        self.watch(name, process)

    def watch(self, name: str, process: subprocess.Popen[bytes]) -> None:
        """Its end becomes an event; a server's too, though others start and stop the servers."""
        threading.Thread(target=self._await_end, args=(name, process), daemon=True).start()

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
        self.stopping = True
        for process in self.members.values():
            process.terminate()
        began = time.monotonic()
        while self.running() and time.monotonic() < began + GRACE:
            event = self.next_event(timeout=began + GRACE - time.monotonic())
            if isinstance(event, Asked) and time.monotonic() > began + SAME_REQUEST:
                break
        for name in self.running():
            self.show("system", f"{name} did not stop in time; killed")
        for name, process in list(self.members.items()):
            kill_group(process.pid)
            self.collect(Ended(name, process.wait()))
        while isinstance(self.next_event(timeout=0.05), Event):
            pass  # The last words of each.

    def running(self) -> list[str]:
        return [name for name, process in self.members.items() if process.poll() is None]

    def collect(self, ended: Ended) -> None:
        """Its orphans end with it: a killed web server's workers would keep the port."""
        if process := self.members.pop(ended.name, None):
            kill_group(process.pid)
            self.guardian.forget(process.pid)

    def _listen(self, name: str, process: subprocess.Popen[bytes]) -> None:
        if process.stdout:
            with process.stdout as output:
                for text in output:
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
    """A request to stop interrupts nothing: it waits in the queue for a moment that is safe.

    An ignored SIGHUP stays ignored, for nohup.
    """

    def note(signum: int, _frame: FrameType | None) -> None:
        events.put(Asked(signum))

    caught = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
        caught.append(signal.SIGHUP)
    before = {signum: signal.signal(signum, note) for signum in caught}
    try:
        yield
    finally:
        for signum, handler in before.items():
            signal.signal(signum, handler)
