"""Makes `.venv` from requirements-dev.txt, once; `make` calls it before everything else.

A second call only compares the requirements with those installed. It holds a lock, so that two
makes started together build one environment. It runs on the system's Python, whatever its age, to
say so when that is too old; hence nothing but the standard library and no new syntax.
"""
# ruff: noqa: INP001, S603 - a script; it runs Python and pip.

import fcntl
import subprocess
import sys
from pathlib import Path
from subprocess import DEVNULL

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
REQUIREMENTS = ROOT / "requirements-dev.txt"
STAMP = VENV / "installed-requirements.txt"
OLDEST = (3, 11)
OTHERS = ("python3.14", "python3.13", "python3.12", "python3.11")
SUITS = "import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))"


def main() -> None:
    local = ROOT / ".local"
    local.mkdir(exist_ok=True)
    with (local / "set-up.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not up_to_date():
            make_environment(find_python())


def wanted() -> str:
    """The place counts too: the programs of an environment that was copied start the old one."""
    return f"{ROOT}\n{REQUIREMENTS.read_text()}"


def up_to_date() -> bool:
    return STAMP.exists() and STAMP.read_text() == wanted() and works(str(PYTHON), "")


def works(python: str, code: str) -> bool:
    try:
        return subprocess.call([python, "-c", code], stdout=DEVNULL, stderr=DEVNULL) == 0
    except OSError:
        return False


def find_python() -> str:
    """This Python if it is new enough and complete, else the newest on the path that is."""
    for python in (sys.executable, *OTHERS):
        if works(python, SUITS):
            return python
    if sys.version_info < OLDEST:
        sys.exit(
            "Python 3.11 or newer is needed, and this is {}.{}: install a newer one, "
            "or name it: make PYTHON=/path/to/python3.12".format(*sys.version_info)
        )
    sys.exit(
        "Python's venv module is missing: install it "
        "(on Debian and Ubuntu: apt-get install python3-venv) and run make again."
    )


def make_environment(python: str) -> None:
    """Kept when it only needs other packages; made anew when it is broken or was moved."""
    pip = [str(PYTHON), "-m", "pip", "--disable-pip-version-check"]
    moved = not STAMP.exists() or STAMP.read_text().split("\n", 1)[0] != str(ROOT)
    if moved or not works(str(PYTHON), "import pip"):
        say(f"Making .venv with {python}")
        run([python, "-m", "venv", "--clear", str(VENV)])
    if STAMP.exists():
        STAMP.unlink()
    say("Installing the pinned requirements (a minute or two the first time)")
    run([*pip, "install", "-qq", "--require-hashes", "-r", str(REQUIREMENTS)])
    STAMP.write_text(wanted())


def run(command: "list[str]") -> None:
    if subprocess.run(command, check=False).returncode != 0:
        sys.exit("The set-up stopped at: " + " ".join(command))


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
