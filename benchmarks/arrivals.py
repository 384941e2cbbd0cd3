"""`python -m benchmarks.arrivals RATE SECONDS`: passes arrive evenly, while workers issue.

Prints, for each pass, the seconds from its commit until its certificate could be read. Needs a
seeded database and running workers.
"""

import sys
import threading
import time
from uuid import UUID

import django

django.setup()

from django.db import connection  # noqa: E402  (Django must be set up before its models load)
from django.utils import timezone  # noqa: E402

from assessments.models import Sitting  # noqa: E402
from assessments.signals import attempt_passed  # noqa: E402
from courses.models import CoursePage  # noqa: E402
from people.models import Learner  # noqa: E402
from tests.certificates.factories import make_sitting  # noqa: E402

POLL = 0.02
PATIENCE = 120.0  # Seconds for the last ones after the last pass.


def main(rate: float, seconds: float) -> None:
    course = CoursePage.objects.original().get(slug="safeguarding")
    count = int(rate * seconds)
    holders = Learner.objects.filter(user__email__endswith="@scale.example").order_by("pk")[:count]
    passed: dict[UUID, float] = {}
    ready: dict[UUID, float] = {}
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(max(id), 0) FROM certificates_certificate")
        ((last,),) = cursor.fetchall()
    over = threading.Event()
    watcher = threading.Thread(target=watch, args=(last, ready, over), daemon=True)
    watcher.start()
    began = time.perf_counter()
    for number, learner in enumerate(holders):
        time.sleep(max(0.0, began + number / rate - time.perf_counter()))
        sitting = make_sitting(at=timezone.now(), learner=learner, course=course)
        passed[sitting.pk] = time.perf_counter()
        attempt_passed.send_robust(sender=Sitting, sitting_id=sitting.pk)
    sent = time.perf_counter() - began
    until = time.perf_counter() + PATIENCE
    while len(ready) < len(passed) and time.perf_counter() < until:
        time.sleep(POLL)
    over.set()
    watcher.join()
    print(len(passed) / sent)
    for sitting_id, moment in passed.items():
        print(ready[sitting_id] - moment if sitting_id in ready else "inf")


def watch(last: int, ready: dict[UUID, float], over: threading.Event) -> None:
    """Notes when each certificate can be read; the numbers grow in the order of the inserts, not
    of the commits, so those of the last seconds are asked for again."""
    newest: list[int] = [last]
    while not over.is_set():
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, sitting_id FROM certificates_certificate WHERE id > %s",
                [newest[-100] if len(newest) > 100 else last],
            )
            found = cursor.fetchall()
        now = time.perf_counter()
        for number, sitting_id in found:
            if sitting_id not in ready:
                ready[sitting_id] = now
                newest.append(number)
        time.sleep(POLL)
    connection.close()


main(float(sys.argv[1]), float(sys.argv[2]))
