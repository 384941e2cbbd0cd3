"""Which licences an authority's register had as current at a moment, from the history of licences.

The same moment, asked about later, gives the same licences (I22): what was written down since is
left out, and what an undone import took away since is still there.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection

from licensing.compliance import EVER

# Moments before the register came to us go by the first description that came after.
CURRENT = f"""
SELECT l.id, seen.number, seen.full_name, seen.kind, EXISTS (
    SELECT FROM people_licence still WHERE still.id = l.id)
FROM {EVER} l
JOIN LATERAL (
    SELECT number, full_name, kind, state, starts_on, expires_on FROM people_licenceevent
    WHERE pgh_obj_id = l.id
    ORDER BY pgh_created_at <= %(known_at)s DESC,
        CASE WHEN pgh_created_at <= %(known_at)s THEN -pgh_id ELSE pgh_id END
    LIMIT 1
) seen ON true
WHERE l.authority_id = %(authority)s AND l.created_at <= %(known_at)s
    AND seen.state = 'current' AND seen.kind = ANY (%(kinds)s)
    AND coalesce(seen.starts_on <= %(day)s, true) AND coalesce(seen.expires_on >= %(day)s, true)
"""  # noqa: S608  (Put together from constants.)


class Licensed(NamedTuple):
    """A driver as the register described them then. ``kept``: the register still has the licence;
    otherwise an undone import took it away since."""

    licence_id: int
    number: str
    full_name: str
    kind: str
    kept: bool


def current_licences(
    *, authority_id: int, kinds: Sequence[str], day: date, known_at: datetime
) -> dict[str, Licensed]:
    """By their numbers: those that were current and in their term on ``day``, by what was on record
    at ``known_at``. As many as one authority has, and no more of each than is shown."""
    asked: dict[str, Any] = {
        "authority": authority_id,
        "kinds": list(kinds),
        "day": day,
        "known_at": known_at,
    }
    with connection.cursor() as cursor:
        cursor.execute(CURRENT, asked)
        found = [Licensed(*row) for row in cursor.fetchall()]
    return {one.number: one for one in found}
