"""The self-audit: what must hold of the records at any moment, counted by reading alone.

Codes are those of the product's list of invariants (I) and requirements (R). Not judged here, as
no table can show it: what left the server (I10), and whether a completed round had every lesson,
because courses grow and shrink after it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction

from lms.records import (
    certificates,
    checks,
    compliance,
    desk,
    feed,
    keeping,
    learning,
    merged,
    notices,
    packs,
    rechecks,
    recognised,
    register,
    sittings,
)
from lms.records.invariant import Counts, Invariant

__all__ = ["INVARIANTS", "Counts", "Finding", "Invariant", "audit", "findings"]

INVARIANTS = (
    *register.INVARIANTS,
    *learning.INVARIANTS,
    *sittings.INVARIANTS,
    *certificates.INVARIANTS,
    *recognised.INVARIANTS,
    *merged.INVARIANTS,
    *feed.INVARIANTS,
    *checks.INVARIANTS,
    *compliance.INVARIANTS,
    *desk.INVARIANTS,
    *notices.INVARIANTS,
    *packs.INVARIANTS,
    *rechecks.INVARIANTS,
    *keeping.INVARIANTS,
)


@dataclass(frozen=True)
class Finding:
    invariant: str
    sentence: str
    checked: int
    broken: int


def audit(*, now: datetime) -> Iterator[Finding]:
    """Every invariant, judged on one moment's state of the database, which cannot be written to."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        yield from findings(now=now)


def findings(*, now: datetime) -> Iterator[Finding]:
    """The same in the caller's transaction, as that sees the records."""
    for invariant in INVARIANTS:
        counts = invariant.measure(now)
        yield Finding(invariant.code, invariant.sentence, counts.checked, counts.broken)
