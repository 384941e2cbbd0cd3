"""What a self-audit is made of: a sentence that must hold, and how to count where it does not."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

# Two web servers' clocks may differ by so much; only where no rule is judged to the second.
SKEW = "interval '1 minute'"


@dataclass(frozen=True)
class Counts:
    checked: int
    broken: int


@dataclass(frozen=True)
class Invariant:
    """``measure`` only reads, and needs the same memory for ten rows and for ten million."""

    code: str
    sentence: str
    measure: Callable[[datetime], Counts]


def stated(code: str, sentence: str, statement: str) -> Invariant:
    """An invariant that one statement judges: it gives (checked, broken) and may use %(now)s."""

    def measure(now: datetime) -> Counts:
        with connection.cursor() as cursor:
            cursor.execute(statement, {"now": now})
            checked, broken = cursor.fetchone()
        return Counts(checked, broken)

    return Invariant(code, sentence, measure)
