"""One run at a time for each data directory."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from lms.embedded.errors import InUseError
from lms.embedded.processes import command_line

PATIENCE = 40.0  # Seconds for the guardian of a killed run to finish.


def holder(data_dir: Path) -> int | None:
    """The process that wrote its number into the lock last, if any."""
    try:
        return int((data_dir / "lock").read_text())
    except (OSError, ValueError):
        return None


def being_cleared(data_dir: Path) -> bool:
    """Whether a killed run's guardian is still at work here: held, by nobody alive."""
    pid = holder(data_dir)
    if pid is None or command_line(pid):
        return False
    with (data_dir / "lock").open("a") as handle:
        return not _locked(handle)


@contextmanager
def claim(data_dir: Path) -> Iterator[int]:
    """Hold the directory until the end of the block; the lock's descriptor is the value.

    The lock is the kernel's and goes with the last process that holds it, so a killed run never
    leaves one behind. The number in the file only serves the message.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    with (data_dir / "lock").open("a") as handle:
        _wait(handle, data_dir)
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        try:
            yield handle.fileno()
        finally:
            handle.truncate(0)


def _wait(handle: IO[str], data_dir: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    while not _locked(handle):
        pid = holder(data_dir)
        if pid is not None and command_line(pid):
            raise InUseError(f"{data_dir} is in use by process {pid}; stop that run first.")
        if time.monotonic() > deadline:
            raise InUseError(f"{data_dir} is still held by a run that is ending; try again.")
        time.sleep(0.1)


def _locked(handle: IO[str]) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
