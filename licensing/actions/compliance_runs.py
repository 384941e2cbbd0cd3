"""Answering how many had met the requirement, and keeping the answer with its proof (R51)."""

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta

from django.db import connection, transaction

from licensing.measuring import (
    answer_digest,
    as_stored,
    definitions_version,
    differing,
    measure,
)
from licensing.models import ComplianceRun
from people.models import Authority, User

# Whatever is still being written shows only later, with the moment at which it was begun.
STILL_OPEN = """
SELECT min(xact_start) FROM pg_stat_activity
WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
TO_BEGIN = timedelta(seconds=1)  # At most, from a request to its first statement.


@dataclass(frozen=True)
class Difference:
    """The same question had another answer before. ``reworded`` tells that what is counted, or how
    it is written down, was defined otherwise then."""

    before: ComplianceRun
    lines: int
    reworded: bool


@transaction.atomic
def run_compliance(
    *,
    authority: Authority,
    as_at: date,
    by: User | None,
    now: datetime,
    known_at: datetime | None = None,
    purpose: str = "",
) -> ComplianceRun:
    """Work out the figures for ``as_at`` from what was on record at ``known_at``, and keep them.

    ``known_at`` is now if left out, and is brought back to before anything that is still being
    written, so that the answer can be given again. A repeat is kept beside the first.
    """
    known_at = settled(min(known_at or now, now))
    return _keep(authority, as_at=as_at, known_at=known_at, by=by, now=now, purpose=purpose)


@transaction.atomic
def run_again(*, run: ComplianceRun, by: User | None, now: datetime) -> ComplianceRun:
    """Ask what ``run`` asked, with the same two times. Each repeat is kept."""
    return _keep(
        run.authority,
        as_at=run.as_at,
        known_at=run.known_at,
        by=by,
        now=now,
        purpose=run.purpose,
    )


def difference(run: ComplianceRun) -> Difference | None:
    """How the answer differs from the first one to the same question; None if it does not."""
    earlier = ComplianceRun.objects.asked_alike(run).filter(pk__lt=run.pk)
    first = earlier.defer("marks").last()
    if first is None or first.digest == run.digest:
        return None
    return Difference(
        before=first,
        lines=differing(bytes(first.marks), bytes(run.marks)),
        reworded=first.definitions_version != run.definitions_version,
    )


def _keep(
    authority: Authority,
    *,
    as_at: date,
    known_at: datetime,
    by: User | None,
    now: datetime,
    purpose: str,
) -> ComplianceRun:
    measured = measure(authority_id=authority.pk, as_at=as_at, known_at=known_at)
    figures = measured.figures
    return ComplianceRun.objects.create(
        authority=authority,
        as_at=as_at,
        known_at=known_at,
        run_at=now,
        run_by=by,
        purpose=purpose.strip(),
        numerator=figures.numerator,
        denominator=figures.denominator,
        counts=figures.counts,
        kinds={kind: asdict(of_kind) for kind, of_kind in measured.kinds.items()},
        requirements=as_stored(figures.requirements),
        definitions_version=definitions_version(),
        digest=measured.digest,
        answer_digest=answer_digest(figures),
        marks=measured.marks,
    )


def settled(moment: datetime) -> datetime:
    """``moment``, or one before anything that is still being written was begun."""
    with connection.cursor() as cursor:
        cursor.execute(STILL_OPEN)
        (begun,) = cursor.fetchone()
    return moment if begun is None else min(moment, begun - TO_BEGIN)
