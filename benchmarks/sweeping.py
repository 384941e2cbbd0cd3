"""`python -m benchmarks.sweeping DAYS`: the reminder sweep on so many days, one after another.

Prints, for each day, how many certificates one statement finds due and its seconds, how many
reminders the sweep queued and its seconds, and the most memory used before and by the end of it in
MB; on the first day the sweep catches up with whatever was missed before.
"""

import resource
import sys
import time
from datetime import datetime, timedelta

import django

django.setup()

from django.db import connection  # noqa: E402  (Django must be set up first)
from django.utils import timezone  # noqa: E402

from certificates.actions import queue_due_reminders  # noqa: E402
from certificates.renewal import DAYS_AFTER_EXPIRY, london_day  # noqa: E402

# In a seeded data set nothing revoked is ever reinstated.
DUE = """
SELECT c.id, due.notice
FROM certificates_certificate c
JOIN certificates_validityrule r ON r.id = c.rule_id
CROSS JOIN LATERAL (
    SELECT min(notice) AS notice FROM unnest(r.reminder_days) AS notice
    WHERE c.valid_until - notice <= %(today)s AND (notice < 0) = (c.valid_until < %(today)s)
) AS due
WHERE c.valid_until BETWEEN %(today)s - %(after)s AND %(today)s + (
        SELECT max(notice)::int FROM certificates_validityrule, unnest(reminder_days) AS notice)
    AND due.notice IS NOT NULL
    AND NOT EXISTS (
        SELECT FROM certificates_reminder n
        WHERE n.certificate_id = c.id AND n.notice <= due.notice)
    AND NOT EXISTS (
        SELECT FROM certificates_certificateevent e
        WHERE e.certificate_id = c.id AND e.kind = 'revoked')
    AND NOT EXISTS (
        SELECT FROM certificates_certificate later
        WHERE later.learner_id = c.learner_id AND later.counts_for_id = c.counts_for_id
            AND later.authority_id = c.authority_id AND later.valid_until > c.valid_until
            AND NOT EXISTS (
                SELECT FROM certificates_certificateevent e
                WHERE e.certificate_id = later.id AND e.kind = 'revoked'))
"""


def main(days: int) -> None:
    now = timezone.now()
    for ahead in range(days):
        moment = now + timedelta(days=ahead)
        before = peak()
        due, statement = select_due(moment)
        began = time.perf_counter()
        queued = queue_due_reminders(now=moment)
        swept = time.perf_counter() - began
        print(due, statement, queued, swept, before, peak())


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def select_due(moment: datetime) -> tuple[int, float]:
    began = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute(DUE, {"today": london_day(moment), "after": DAYS_AFTER_EXPIRY})
        due = cursor.rowcount
    return due, time.perf_counter() - began


main(int(sys.argv[1]))
