"""What a self-audit is made of: a sentence that must hold, and how to count where it does not."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

MOMENTS: dict[str, Any] = {
    # The clocks of two web servers may differ by so much; no rule is judged by it.
    "skew": timedelta(minutes=1),
    # From a pass to its certificate; the sweep runs far more often.
    "grace": timedelta(minutes=5),
}


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
    """An invariant that one statement judges: it gives (checked, broken)."""

    def measure(now: datetime) -> Counts:
        with connection.cursor() as cursor:
            cursor.execute(statement, {**MOMENTS, "now": now})
            checked, broken = cursor.fetchone()
        return Counts(checked, broken)

    return Invariant(code, sentence, measure)
