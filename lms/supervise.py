"""`make run`: the whole product on one machine, under one supervisor.

Starts the embedded services, brings the database up to date, loads the demo, runs the processes of
the Procfile and says when the site answers. Ctrl-C, SIGTERM or SIGHUP stop everything, a second one
at once; so does the end of any of the processes.
"""

import http.client
import os
import queue
import shlex
import signal
import socket
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

import django
from django.core.management import call_command
from honcho.environ import parse_procfile

from lms.celery import app as celery_app
from lms.crew import Answered, Asked, Crew, Ended, Event, lose_output, signals_as_events
from lms.embedded import CHECKOUT, ServicesError, services
from lms.embedded.claim import being_cleared
from lms.embedded.notify import KEY, SMS_TEMPLATE

HOST = "127.0.0.1"
DATA = CHECKOUT / ".local" / "run"
STORE = DATA / "notify.jsonl"  # What the stand-in of GOV.UK Notify has accepted.
ANSWER_PATIENCE = 120.0  # Seconds until the site must answer.
WORKER_PATIENCE = 15.0  # Seconds more that we wait for the worker before saying "Ready".
LAST = ("beat",)  # Nobody waits for it, so it does not compete with the site for the processor.
PASSWORD = "safeguarding-demo-1"  # noqa: S105 - the demo's, printed on purpose.
SIGN_INS = (
    ("new.driver@demo.example", "Northbridge driver, nothing started"),
    ("passed.driver@demo.example", "Northbridge driver, certificate valid"),
    ("due.driver@demo.example", "Northbridge driver, certificate expires in 45 days"),
    ("lapsed.driver@demo.example", "Northbridge driver, certificate expired 20 days ago"),
    ("trainer@demo.example", "author, Northbridge"),
    ("reviewer@demo.example", "second approver, Northbridge"),
    ("second.reviewer@demo.example", "another approver, Northbridge"),
    ("officer@demo.example", "licensing officer, Northbridge"),
    ("second.officer@demo.example", "another licensing officer, Northbridge"),
    ("officer@westvale.demo.example", "licensing officer, Westvale"),
    ("auditor@demo.example", "read-only, Northbridge"),
    ("home@demo.example", "children's home that checks drivers, Northbridge"),
    ("operator@demo.example", "operator that sees its drivers, Northbridge"),
    ("admin@demo.example", "platform administrator"),
)


class RunError(Exception):
    """The run cannot start or go on; the message is one sentence saying why."""


def watch_parent(events: "queue.SimpleQueue[Event]") -> None:
    """A make that is killed passes nothing on, nor does one that gets a SIGINT meant for it alone.

    The first is gone; the second waits for us, and no longer catches the signal it got.
    """
    parent, caught = os.getppid(), caught_signals(os.getppid())
    while os.getppid() == parent and caught_signals(parent) == caught:
        time.sleep(0.3)
    events.put(Asked(signal.SIGTERM))


def caught_signals(pid: int) -> str:
    """The signals a process has handlers for, where the system tells (Linux)."""
    with suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("SigCgt:"):
                return line
    return ""


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
                crew = Crew(running.guardian, child_environment(port) | stand_in(), events)
                for name, server in running.servers.items():
                    crew.watch(name, server.process)
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


def stand_in() -> dict[str, str]:
    """What sends text messages to the stand-in of GOV.UK Notify, unless a real key is set."""
    if os.environ.get("NOTIFY_API_KEY"):
        return {}
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        free = probe.getsockname()[1]
    store = shlex.quote(str(STORE))
    return {
        "NOTIFY_API_KEY": KEY,
        "NOTIFY_URL": f"http://{HOST}:{free}",
        "NOTIFY_SMS_TEMPLATE": SMS_TEMPLATE,
        "NOTIFY_STAND_IN": f"python -m lms.embedded.notify --port {free} --store {store}",
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
    commands = parse_procfile((CHECKOUT / "Procfile").read_text()).processes
    if command := crew.environment.get("NOTIFY_STAND_IN"):
        commands["notify"] = command
    last = {name: commands.pop(name) for name in LAST}
    for name, command in commands.items():
        crew.start(name, command)
    threading.Thread(target=await_answer, args=(port, crew), daemon=True).start()
    event = crew.next_event(timeout=ANSWER_PATIENCE)
    if isinstance(event, Answered):
        for name, command in last.items():
            crew.start(name, command)
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


def await_answer(port: int, crew: Crew) -> None:
    """The site, then the worker: asked itself, as the site would log each "not yet" as an error."""
    while not crew.stopping and status(port) != http.client.OK:
        time.sleep(0.1)
    deadline = time.monotonic() + WORKER_PATIENCE
    while not crew.stopping and time.monotonic() < deadline:
        if celery_app.control.ping(timeout=0.5, limit=1):
            break
    crew.events.put(Answered())


def status(port: int) -> int:
    """The site's answer to "are you alive?", or 0 for none."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", "/health/live")
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
