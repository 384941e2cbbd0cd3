"""`python -m lms.embedded [--fresh | --quick] [--data DIRECTORY] -- COMMAND …`

Runs the command with PostgreSQL and Redis up, and ends with its exit code. If `make run` holds the
same data directory, the command joins its servers instead of starting any.
"""
# ruff: noqa: S603 - the command is the caller's.

import argparse
import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from types import FrameType

from lms.embedded import CHECKOUT, InUseError, ServicesError, addresses, services
from lms.embedded.claim import claim
from lms.embedded.guardian import Guardian
from lms.embedded.home import known_directory
from lms.embedded.postgres import stop_leftover as stop_leftover_postgres
from lms.embedded.processes import end_child
from lms.embedded.valkey import stop_leftover as stop_leftover_valkey

IN_USE = 3  # The exit code of --stop-leftovers when a live run must be stopped first.
INSIST = ((signal.SIGINT, 5.0), (signal.SIGTERM, 5.0), (signal.SIGKILL, 5.0))


def main(arguments: list[str]) -> int:
    options = parse(arguments)
    if options.stop_leftovers:
        return stop_leftovers()
    try:
        with services(options.data, durable=not options.quick, fresh=options.fresh) as running:
            return run(options.command, running.guardian)
    except InUseError as error:
        joined = addresses(options.data)
        if joined and not (options.fresh or options.quick):
            os.environ.update(joined)
            return run(options.command, None)
        return complain(error)
    except ServicesError as error:
        return complain(error)
    except KeyboardInterrupt:
        return 128 + signal.SIGINT


def parse(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m lms.embedded", description=__doc__)
    parser.add_argument("--fresh", action="store_true", help="start empty, leave nothing")
    parser.add_argument("--quick", action="store_true", help="no fsync; data kept between runs")
    parser.add_argument("--data", type=Path, default=CHECKOUT / ".local" / "run")
    parser.add_argument("--stop-leftovers", action="store_true", help="servers of killed runs")
    parser.add_argument("command", nargs="*")
    options = parser.parse_args(arguments)
    if not options.command and not options.stop_leftovers:
        parser.error("name a command after --")
    return options


def complain(error: ServicesError) -> int:
    sys.stderr.write(f"{error}\n")
    return 1


def run(command: list[str], guardian: Guardian | None) -> int:
    """The command's exit code. Ctrl-C reaches the command without us, from the terminal."""
    asked: list[int] = []

    def note(signum: int, _frame: FrameType | None) -> None:
        if signum != signal.SIGINT:
            asked.append(signum)

    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(signum) is not signal.SIG_IGN:
            signal.signal(signum, note)
    try:
        process = subprocess.Popen(command)
    except OSError as error:
        sys.stderr.write(f"{command[0]}: {error.strerror}\n")
        return 127
    if guardian:
        guardian.watch(process.pid)
    code = wait(process, asked)
    return code if code >= 0 else 128 - code


def wait(process: subprocess.Popen[bytes], asked: list[int]) -> int:
    """Without limit, until we are told to stop. Then the command gets Ctrl-C's signal first:
    Python programs, pytest among them, tidy up on that one and on no other."""
    while not asked:
        with suppress(subprocess.TimeoutExpired):
            return process.wait(timeout=0.1)
    end_child(process, *INSIST)
    return process.wait()


def stop_leftovers() -> int:
    """What `make clean` calls: no server may run in a directory that is about to go."""
    for lock in (CHECKOUT / ".local").glob("*/lock"):
        try:
            with claim(lock.parent):
                stop_leftover_postgres(known_directory(lock.parent) / "postgres")
                stop_leftover_valkey(lock.parent / "redis")
        except InUseError as error:
            complain(error)
            return IN_USE
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
