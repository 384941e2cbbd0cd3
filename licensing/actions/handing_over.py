"""Handing licences over with what the training behind them is worth on the other side (R13, R58).

The certificates stay those of the authority where they were earned. With the later one they count
by its own rule about them, which two of its officers have approved; where nobody has decided,
nothing is handed over.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.apps import apps
from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from certificates.models import Certificate
from courses.models import CoursePage
from licensing.compliance import JUDGED
from licensing.eligibility import MEETING
from licensing.models import Acceptance
from people import register
from people.importers import RowError
from people.models import Authority, HandOver, User

TOLD = 100  # Licences that a report names; the number says how many there are.
HANDED_OVER = """l.id IN (SELECT pgh_obj_id FROM people_licenceevent
    WHERE pgh_context_id = %(context)s)"""
# Each licence as both authorities answer about it now: the earlier one by what it had.
ON_BOTH_SIDES = f"""{JUDGED}, answer AS (
    SELECT authority_id = %(from)s AS earlier, bool_and(status = ANY (%(meeting)s)) AS met,
        CASE authority_id WHEN %(from)s THEN %(prefix)s ELSE '' END || number AS number
    FROM judged GROUP BY licence_id, number, authority_id
), pair AS (
    SELECT number, bool_or(met) FILTER (WHERE earlier) AS before,
        bool_or(met) FILTER (WHERE NOT earlier) AS after
    FROM answer GROUP BY number
)
SELECT count(*) FILTER (WHERE before), count(*) FILTER (WHERE after),
    count(*) FILTER (WHERE before AND NOT after),
    (array_agg(number ORDER BY number COLLATE "C")
        FILTER (WHERE before AND NOT after))[:{TOLD}]
FROM pair
"""  # noqa: S608  (Put together from constants.)
UNDECIDED = (
    "{to} has not decided whether {from} certificates of the course “{course}” count. Two of its"
    " officers have to approve a rule about them under “Accepted from elsewhere”."
)


@dataclass(frozen=True)
class HandOverReport:
    """What a hand-over did, or would do. With errors it does nothing.

    ``met_before`` and ``met_after`` tell of how many licences the training is met, as the earlier
    and the later authority answer on the day. ``lost`` are met with the earlier one alone; some of
    them are named by their new number.
    """

    rows: int
    people: int = 0
    met_before: int = 0
    met_after: int = 0
    lost: int = 0
    lost_numbers: tuple[str, ...] = ()
    errors: tuple[RowError, ...] = ()


@transaction.atomic
def hand_over_licences(
    *,
    from_authority: Authority,
    to_authority: Authority,
    numbers: Iterable[str] | None = None,
    prefix: str = "",
    by: User | None,
    now: datetime,
    today: date,
    dry_run: bool = False,
) -> HandOverReport:
    """Make the licences of one authority another's from ``today`` on, as ``people.register`` does.

    All or none: with one error nothing is done; nor as long as the later authority has not decided
    about a course by which the training of any of the drivers is valid. A decision not to accept it
    is one. ``dry_run`` does the same and takes it back. A repeat does what it does there. Raises
    ValueError as it is raised there.
    """
    done = register.hand_over_licences(
        from_authority=from_authority,
        to_authority=to_authority,
        numbers=numbers,
        prefix=prefix,
        by=by,
        now=now,
        today=today,
    )
    if done.hand_over is None:
        return HandOverReport(done.rows, errors=done.errors)
    if errors := _undecided(done.hand_over, today):
        transaction.set_rollback(True)
        return HandOverReport(done.rows, errors=errors)
    before, after, lost, named = _on_both_sides(done.hand_over, now, today)
    if dry_run:
        transaction.set_rollback(True)
    return HandOverReport(done.rows, done.people, before, after, lost, tuple(named or ()))


def _undecided(hand_over: HandOver, today: date) -> tuple[RowError, ...]:
    """The courses of the earlier authority about which the later one has no rule on the day."""
    history: Any = apps.get_model("people", "LicenceEvent").objects
    holders = history.filter(pgh_context=hand_over.context, holder__isnull=False)
    valid = Certificate.objects.counting().filter(
        course=OuterRef("pk"),
        learner__in=holders.values("holder"),
        authority=hand_over.from_authority,
        provider_name="",
        valid_until__gte=today,
    )
    decided = Acceptance.objects.approved().filter(
        course=OuterRef("pk"),
        authority=hand_over.to_authority,
        from_authority=hand_over.from_authority,
        effective_from__lte=today,
    )
    sides = {"from": hand_over.from_authority.code, "to": hand_over.to_authority.code}
    courses = CoursePage.objects.filter(Exists(valid), ~Exists(decided)).order_by("pk")
    return tuple(RowError(0, "", UNDECIDED.format(course=it.title, **sides)) for it in courses)


def _on_both_sides(
    hand_over: HandOver, now: datetime, today: date
) -> tuple[int, int, int, list[str] | None]:
    with connection.cursor() as cursor:
        cursor.execute(
            ON_BOTH_SIDES.format(narrowing=HANDED_OVER),
            {
                "context": hand_over.context,
                "from": hand_over.from_authority_id,
                "to": hand_over.to_authority_id,
                "prefix": hand_over.prefix,
                "meeting": [status.value for status in MEETING],
                "as_at": today,
                "known_at": now,
            },
        )
        found: tuple[int, int, int, list[str] | None] = cursor.fetchone()
    return found
