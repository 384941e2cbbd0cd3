"""Which processes are ours, and how they are ended."""
# ruff: noqa: S603, S607 - the one program run here is `ps`.

import os
import subprocess
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

Step = tuple[int, float]  # A signal, and how many seconds it is given.


@dataclass(frozen=True)
class Server:
    """A server of ours: its address and its process."""

    url: str
    process: subprocess.Popen[bytes]


def command_line(pid: int) -> str:
    """What a live process runs, or nothing when there is no such process.

    A pid alone proves nothing: after a reboot the same number may belong to a stranger.
    """
    if Path("/proc/self/cmdline").exists():
        with suppress(OSError):
            words = Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").split(b"\0")
            return b" ".join(words).decode(errors="replace")
        return ""
    shown = subprocess.run(
        ["ps", "-o", "command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    return shown.stdout.strip()


def end(pid: int, *steps: Step, ended: Callable[[], bool]) -> bool:
    """Send each signal in turn until the process has ended; say whether it has."""
    for signum, patience in steps:
        if ended():
            return True
        with suppress(ProcessLookupError):
            os.kill(pid, signum)
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if ended():
                return True
            time.sleep(0.02)
    return ended()


def end_child(process: subprocess.Popen[bytes], *steps: Step) -> bool:
    """The same for a child of ours, which has ended once we have collected it."""
    return end(process.pid, *steps, ended=lambda: process.poll() is not None)
