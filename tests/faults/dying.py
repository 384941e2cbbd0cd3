"""`python -m tests.faults.dying HOW`: issues certificates in children that die at the n-th moment.

``HOW`` says what the moments are and what happens at one:

* ``lines``: the child is killed before the n-th line of ``certificates/actions`` that it runs
  (every seventh, or it would take minutes);
* ``statements``: it is killed before its n-th SQL statement;
* ``cuts``: the database server ends its connection before its n-th statement;
* ``commits``: it is killed right before, and then right after, the first commits.

n grows until a child gets through. Children are forks of a process that has read everything but
touched nothing, as Celery's are. Needs an empty database of its own in DATABASE_URL.
"""

import os
import signal
import sys
import traceback
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from multiprocessing import Pipe
from pathlib import Path
from typing import Any, NoReturn

import django
from django.conf import settings

django.setup()
settings.DATABASES["default"]["OPTIONS"].pop("pool")  # Its threads would not live through a fork.
settings.FONTS_DIR = Path("/nowhere")  # Typst's own fonts do; each child would read all of ours.

from django.db import DatabaseError, connection  # noqa: E402
from django.db.backends.postgresql.base import DatabaseWrapper  # noqa: E402

from certificates import actions  # noqa: E402
from certificates.actions.sealing import facts_of  # noqa: E402
from certificates.credential import build  # noqa: E402
from certificates.keys import signing_keys  # noqa: E402
from certificates.lint import lint  # noqa: E402
from certificates.models import Certificate  # noqa: E402
from certificates.pdf import PLAIN, render_certificate  # noqa: E402
from certificates.signing import sign  # noqa: E402
from tests.certificates.factories import make_sitting  # noqa: E402
from tests.databases import admin_connection  # noqa: E402
from tests.factories import make_validity_rule  # noqa: E402

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ACTIONS = str(Path(actions.__file__).parent)
CUT_OFF = 3  # How a child ends whose connection was taken away.
MOST = 400  # More moments than there can be.


class Countdown:
    """Calls ``end`` when it has been counted down to nothing."""

    def __init__(self, moments: int, end: Callable[[], None]) -> None:
        self.left, self.end = moments, end

    def one(self) -> None:
        self.left -= 1
        if self.left == 0:
            self.end()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def cut() -> None:
    """As a server that is restarted does it to every connection."""
    pid = connection.connection.info.backend_pid
    with admin_connection() as other:
        assert other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid]).fetchone() == (True,)


def at_lines(countdown: Countdown) -> None:
    def lines(frame: Any, event: str, _: Any) -> Any:
        if event == "line":
            countdown.one()
        return lines

    def calls(frame: Any, *_: Any) -> Any:
        return lines if frame.f_code.co_filename.startswith(ACTIONS) else None

    sys.settrace(calls)


def at_statements(countdown: Countdown) -> None:
    def counted(execute: Any, *arguments: Any) -> Any:
        countdown.one()
        return execute(*arguments)

    connection.execute_wrappers.append(counted)


def at_commits(countdown: Countdown) -> None:
    commit = DatabaseWrapper._commit

    def counted(self: Any) -> None:
        countdown.one()
        commit(self)
        countdown.one()

    DatabaseWrapper._commit = counted


HOW = {
    "lines": (at_lines, die, 7),
    "statements": (at_statements, die, 1),
    "cuts": (at_statements, cut, 2),
    "commits": (at_commits, die, 1),
}


def survives(how: str, moment: int, sitting_id: Any) -> bool:
    """Whether a child got through, though it was to end at that moment."""
    connection.close()
    child = os.fork()
    if child == 0:
        live_until(how, moment, sitting_id)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code in (0, CUT_OFF, -signal.SIGKILL), code
    return code == 0


def live_until(how: str, moment: int, sitting_id: Any) -> NoReturn:
    """What the child does; it never comes back to what its parent was doing."""
    arm, end, _ = HOW[how]
    try:
        arm(Countdown(moment, end))
        actions.issue_certificate(sitting_id=sitting_id, now=NOW)
    except DatabaseError:
        os._exit(CUT_OFF)
    except BaseException:  # noqa: BLE001 - a child must not go on as if it were its parent.
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def warm_up() -> None:
    """Load what Python would load at the first certificate; no thread may be left over by it."""
    certificate = Certificate(
        pk=1,
        course_id=1,
        reference="0000-0000-0000",
        holder_name="Ade",
        course_title="A",
        course_edition="1",
        provider_name="",
        identity_method="None",
        authority_name="",
        passed_at=NOW,
        passed_on=NOW.date(),
        valid_until=NOW.date(),
        issued_at=NOW,
    )
    receiver, sender = Pipe(duplex=False)
    if os.fork() == 0:
        sender.send_bytes(render_certificate(certificate))
        os._exit(0)
    linted = lint(facts_of(certificate, PLAIN), receiver.recv_bytes(), build(certificate))
    sign(linted, signing_keys(), now=NOW)


def main(how: str) -> None:
    warm_up()
    make_validity_rule()
    sitting = make_sitting(at=NOW)
    died = 0
    for moment in range(1, MOST, HOW[how][2]):
        if Certificate.objects.filter(sitting=sitting).exists():
            sitting = make_sitting(at=NOW)  # Its end came too late to matter.
        if survives(how, moment, sitting.pk):
            break
        died += 1
    make_sitting(at=NOW)
    for _ in range(2):  # What the sweep finds; the second time, nothing.
        sys.stdout.write(f"{actions.issue_missing(now=NOW + timedelta(hours=1))}\n")
    sys.stdout.write(f"{died}\n")


main(sys.argv[1])
