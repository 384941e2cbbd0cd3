"""Stops what a killed run would leave behind.

Whoever starts servers also starts a guardian and keeps a pipe to it. A run that ends well says so
through the pipe. A run that is killed closes the pipe without a word, and the guardian then ends
everything it was told of, newest first. It holds the data directory's lock until that is done, so
the next run waits for it. The guardian is this file, run as a script of its own: it imports nothing
of ours, starts in a few milliseconds and lives in its own session, out of reach of Ctrl-C.
"""
# ruff: noqa: S603 - the one program run here is this file.

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

PATIENCE = 8.0  # Seconds a process has to end after its signal, before SIGKILL.


class Guardian:
    """The parent's end of the pipe. A guardian that died itself costs the run nothing."""

    def __init__(self, *, keep_open: tuple[int, ...] = ()) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=keep_open,
            cwd="/",
        )

    def watch(self, pid: int, signum: int = signal.SIGTERM) -> None:
        """End this process, with this signal first, should the run be killed."""
        self._say("watch", pid, int(signum))

    def forget(self, pid: int) -> None:
        """This process has ended; its number may soon be somebody else's."""
        self._say("forget", pid)

    def sweep(self, path: Path) -> None:
        """Remove this file or directory should the run be killed."""
        self._say("sweep", str(path))

    def release(self) -> None:
        """The run ended well: nothing is left to do."""
        self._say("release")
        if self._process.stdin:
            with suppress(OSError):
                self._process.stdin.close()
        self._process.wait()

    def _say(self, *words: str | int) -> None:
        if self._process.stdin:
            with suppress(OSError):
                self._process.stdin.write(json.dumps(words).encode() + b"\n")
                self._process.stdin.flush()


def alive(pid: int) -> bool:
    """A process that has ended but that its new parent has not collected yet counts as dead."""
    try:
        os.kill(pid, 0)
    except OSError:
        return False
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:  # Only Linux has the file.
        return True
    return state not in ("Z", "X")


def end_process(pid: int, signum: int) -> None:
    """The process by its signal, then whatever is left of its group by SIGKILL."""
    leads_group = False
    with suppress(OSError):
        leads_group = os.getpgid(pid) == pid
        os.kill(pid, signum)
    deadline = time.monotonic() + PATIENCE
    while alive(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    with suppress(OSError):
        if leads_group:
            os.killpg(pid, signal.SIGKILL)
        else:
            os.kill(pid, signal.SIGKILL)


def main() -> None:
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    watched: dict[int, int] = {}
    swept: list[str] = []
    for line in sys.stdin:
        match json.loads(line):
            case ["watch", int(pid), int(signum)]:
                watched[pid] = signum
            case ["forget", int(pid)]:
                watched.pop(pid, None)
            case ["sweep", str(path)]:
                swept.append(path)
            case ["release"]:
                return
    for pid, signum in reversed(watched.items()):
        end_process(pid, signum)
    for path in swept:
        with suppress(OSError):
            Path(path).unlink() if Path(path).is_file() else shutil.rmtree(path)


if __name__ == "__main__":
    main()
