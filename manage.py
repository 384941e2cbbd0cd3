#!/usr/bin/env python
"""Django's commands. Beside a running ``make run`` they use the servers that it started."""

import os
import sys
from pathlib import Path

from django.core.management import execute_from_command_line

RUNNING = Path(__file__).resolve().parent / ".local" / "run" / "env"


def use_running_servers() -> None:
    """Take over the addresses that ``make run`` wrote down; what is set already goes first."""
    if RUNNING.is_file():
        for line in RUNNING.read_text(encoding="utf-8").splitlines():
            name, _, value = line.partition("=")
            os.environ.setdefault(name, value)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lms.settings")
    use_running_servers()
    execute_from_command_line(sys.argv)
