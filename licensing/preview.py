"""Before a rule is approved: whom it would leave without the training they need, and when (R11).

The authority's drivers of today are judged on the days on which the rule bites, with it beside the
approved ones and without it. Who would not have met the requirement anyway is not counted.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from django.db import connection
from django.db.models import Max

from certificates.renewal import london_day
from licensing.compliance import IS_LICENSED, judged
from licensing.eligibility import MEETING
from licensing.models import Requirement, TrainingException
from licensing.on_record import APPROVED, in_force

WITH_IT = judged(in_force(approved=f"({APPROVED} OR r.id = %(rule)s)"))
WITHOUT = judged(in_force())
# Licensed on the day of the question: nobody knows yet who will have renewed a licence by then.
DRIVERS = f"""(%(authority)s::bigint IS NULL OR l.authority_id = %(authority)s)
    AND {IS_LICENSED.format("l").replace("%(as_at)s", "%(today)s")}"""
LICENSED_TODAY = f"SELECT count(*) FROM people_licence l WHERE {DRIVERS}"  # noqa: S608
# What ends last on a certificate, the deadline and an exception is the day before theirs. Whoever
# would still have had time on that day loses it, even if it would be over on the day tested too.
ON_A_DAY = f"""
SELECT j.licence_id, j.number, j.day
FROM ({WITH_IT} SELECT *, greatest(%(first)s, CASE WHEN status <> 'revoked' THEN
        greatest(valid_until + grace_days, due_by, excepted_until) + 1 END) AS day
    FROM judged WHERE rule_id = %(rule)s AND status <> ALL (%(meeting)s)) j
LEFT JOIN ({WITHOUT} SELECT * FROM judged WHERE code = %(code)s) b ON b.licence_id = j.licence_id
WHERE b.status IS NULL OR b.status = ANY (%(meeting)s) OR b.status <> 'revoked'
    AND greatest(b.valid_until + b.grace_days, b.due_by, b.excepted_until) >= j.day
"""  # noqa: S608  (Put together from constants.)
FIRST_DAYS = """
SELECT licence_id, min(day) FROM ({found}) found
GROUP BY licence_id, number ORDER BY 2, number, licence_id
"""


@dataclass(frozen=True)
class Preview:
    """``people`` are the keys of licences, each with the first day on which it would lack the
    training; by that day, then by number."""

    known_at: datetime
    licensed: int
    people: Sequence[tuple[int, date]]

    @cached_property
    def days(self) -> list[tuple[date, int]]:
        """How many on which day."""
        return sorted(Counter(day for _, day in self.people).items())

    @property
    def as_kept(self) -> list[list[Any]]:
        return [[day.isoformat(), drivers] for day, drivers in self.days]

    @property
    def digest(self) -> str:
        """The same for the same numbers, whenever they were worked out."""
        return hashlib.sha256(json.dumps([self.licensed, self.as_kept]).encode()).hexdigest()


def preview(rule: Requirement, *, now: datetime) -> Preview:
    """What the rule would change if it were approved now; two statements."""
    given: dict[str, Any] = {
        "authority": rule.authority_id,
        "rule": rule.pk,
        "code": rule.code,
        "first": rule.effective_from,
        "meeting": [status.value for status in MEETING],
        "known_at": now,
        "today": london_day(now),
    }
    days = _days(rule, now)
    given |= {f"day_{number}": day for number, day in enumerate(days)}
    on_a_day = ON_A_DAY.format(narrowing=DRIVERS)
    asked = [on_a_day.replace("%(as_at)s", f"%(day_{number})s") for number in range(len(days))]
    found = " UNION ALL ".join(f"({one})" for one in asked)
    with connection.cursor() as cursor:
        cursor.execute(LICENSED_TODAY, given)
        (licensed,) = cursor.fetchone()
        cursor.execute(FIRST_DAYS.replace("{found}", found), given)
        return Preview(now, licensed, cursor.fetchall())


def _days(rule: Requirement, now: datetime) -> list[date]:
    """The first day, the day after the deadline, the day after the last grace that has begun by
    either of these, and the day after the last exception."""
    first = rule.effective_from
    turns = {first, *([rule.due_by + timedelta(1)] if rule.due_by else [])}
    turns |= {day + timedelta(rule.grace_days) for day in turns}
    running = TrainingException.objects.running(on=first).filter(
        requirement=rule.code, decided_at__lte=now
    )
    if rule.authority_id:
        running = running.filter(licence__authority=rule.authority_id)
    last = running.aggregate(last=Max("ends_on"))["last"]
    if last is not None:
        turns.add(last + timedelta(1))
    return sorted(turns)
