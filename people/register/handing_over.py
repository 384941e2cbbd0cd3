"""Licences of one authority made another's when councils are merged or split (R13).

Nothing that is on record about the earlier authority is rewritten. Its licence ends with the day
before, through the ordinary history, and whoever asks about an earlier day or an earlier instant is
answered as before. The later authority gets a licence of its own, with the same details, held by
the same person from now on.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import pghistory
from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper

from people.importers import LicenceFacts, RowError
from people.importers.facts import NUMBER
from people.models import Authority, HandOver, Licence, User
from people.models.register import normalise_number
from people.register.importing import FORGET
from people.register.licences import lock_register
from people.register.staging import MAX_ERRORS, PLANS

LIVE = (Licence.State.CURRENT, Licence.State.SUSPENDED, Licence.State.APPLICANT)
LONGEST = Licence.number.field.max_length or 0
FIELDS = [field for field in LicenceFacts._fields if field != "number"]

# Whatever asks about the licences in the same transaction looks them up one by one.
USUALLY = "SET LOCAL enable_nestloop = on; SET CONSTRAINTS ALL DEFERRED"
# Foreign keys are checked with each statement; a heap of them to be checked in the end slows down
# what is written row by row.
AT_ONCE = "SET CONSTRAINTS ALL IMMEDIATE"
TABLE = """
DROP TABLE IF EXISTS handed_row;
CREATE TEMPORARY TABLE handed_row (row int, number text, new_number text, licence_id bigint,
    target_id bigint) ON COMMIT DROP
"""
# Whoever links a licence to a person locks the licence alone.
LOCK = """
SELECT count(*) FROM (SELECT FROM people_licence
    WHERE authority_id IN (%(from)s, %(to)s) ORDER BY id FOR NO KEY UPDATE) locked
"""
EVERY = """
INSERT INTO handed_row (row, number)
SELECT row_number() OVER (ORDER BY number COLLATE "C"), number FROM people_licence
WHERE authority_id = %(from)s AND state = ANY(%(live)s)
"""
FIND = """
UPDATE handed_row s SET new_number = %(prefix)s || s.number, licence_id = (
    SELECT id FROM people_licence WHERE authority_id = %(from)s AND number = s.number
), target_id = (
    SELECT id FROM people_licence WHERE authority_id = %(to)s AND number = %(prefix)s || s.number
)
"""
OF_ROWS = """handed_row s JOIN people_licence l ON l.id = s.licence_id"""
# A licence that was handed over may come back: there its number ended, and was the same person's.
COMES_BACK = """t.state <> ALL(%(live)s)
    AND t.full_name = l.full_name AND t.date_of_birth = l.date_of_birth
    AND coalesce(t.holder_id = l.holder_id, t.holder_id IS NULL)
"""
TWICE = """
SELECT s.row, s.number, f.first FROM handed_row s JOIN (
    SELECT number, min(row) AS first FROM handed_row GROUP BY number
) f USING (number)
WHERE s.row > f.first
"""
UNKNOWN = "SELECT row, number, NULL FROM handed_row WHERE licence_id IS NULL"
ENDED = f"SELECT s.row, s.number, l.state FROM {OF_ROWS} WHERE l.state <> ALL(%(live)s)"  # noqa: S608
TOO_LONG = f"SELECT row, number, {LONGEST} FROM handed_row WHERE length(new_number) > {LONGEST}"  # noqa: S608
TAKEN = f"""
SELECT s.row, s.number, t.number FROM {OF_ROWS} JOIN people_licence t ON t.id = s.target_id
WHERE NOT ({COMES_BACK})
"""  # noqa: S608
DOUBTFUL = """
SELECT DISTINCT s.row, s.number, a.code FROM handed_row s
JOIN people_registerdoubt d ON d.decided_at IS NULL
    AND (d.authority_id = %(from)s AND (d.licence_id = s.licence_id OR d.number = s.number)
        OR d.authority_id = %(to)s AND (d.licence_id = s.target_id OR d.number = s.new_number))
JOIN people_authority a ON a.id = d.authority_id
"""
CLAIMED = f"""
SELECT DISTINCT s.row, s.number, a.code FROM {OF_ROWS}
JOIN people_licenceclaim c ON c.authority_id = %(from)s AND c.decided_at IS NULL
    AND (c.number = s.number OR c.date_of_birth = l.date_of_birth)
JOIN people_authority a ON a.id = c.authority_id
"""  # noqa: S608
WRONG = (
    ("The number is in row {} already.", TWICE),
    ("The register has no licence with this number.", UNKNOWN),
    ("The licence is {}. Only those that are current, suspended or applied for go over.", ENDED),
    ("With the prefix the number is longer than {} signs.", TOO_LONG),
    ("The new authority has a licence {} already. A prefix tells them apart.", TAKEN),
    ("A match in doubt waits at {} for an officer to decide.", DOUBTFUL),
    ("Somebody with this number or date of birth waits at {} to be linked.", CLAIMED),
)

# The first day of the licence, as rules for new drivers have it: ``licensing.on_record.BEGAN``.
FIRST_DAY = """(
    SELECT coalesce((SELECT min(e.starts_on) FROM people_licenceevent e
        WHERE e.pgh_obj_id = l.id AND e.pgh_created_at >= coalesce(since, '-infinity')),
        (coalesce(since, l.created_at) AT TIME ZONE 'Europe/London')::date)
    FROM (SELECT max(recorded_at) AS since FROM people_tenure WHERE licence_id = l.id) t
)"""
# Days before a licence came into a register go by its first description. Until today this authority
# has licensed nobody by it, so that this one says: applied for; and since when the driver drives.
FIRST = {"state": "'applicant'", "starts_on": FIRST_DAY}
ENTER = f"""
INSERT INTO people_licence (authority_id, created_at, number, {", ".join(FIELDS)})
SELECT %(to)s, %(now)s, s.new_number, {", ".join(FIRST.get(it, f"l.{it}") for it in FIELDS)}
FROM {OF_ROWS} WHERE s.target_id IS NULL ORDER BY s.row
"""  # noqa: S608
DESCRIBE = f"""
UPDATE people_licence t SET {", ".join(f"{field} = l.{field}" for field in FIELDS)},
    holder_id = l.holder_id, held_from = CASE WHEN t.holder_id = l.holder_id THEN t.held_from
        WHEN l.holder_id IS NOT NULL THEN %(now)s END
FROM {OF_ROWS} WHERE t.authority_id = %(to)s AND t.number = s.new_number
"""  # noqa: S608
# The last day is yesterday, unless the licence ended before or has not begun.
END = """
UPDATE people_licence l SET state = 'expired', expires_on = CASE
    WHEN l.state = 'applicant' OR l.starts_on >= %(today)s THEN l.expires_on
    ELSE least(l.expires_on, %(today)s - 1) END
FROM handed_row s WHERE l.id = s.licence_id
"""
# Whoever has another licence at the earlier authority trains for that one until it is handed over.
TRAIN_THERE = f"""
UPDATE people_learner p SET authority_id = %(to)s
WHERE p.authority_id = %(from)s AND p.id IN (SELECT l.holder_id FROM {OF_ROWS})
    AND NOT EXISTS (SELECT FROM people_licence o WHERE o.holder_id = p.id
        AND o.authority_id = %(from)s AND o.state = ANY(%(live)s))
"""  # noqa: S608


@dataclass(frozen=True)
class HandedOver:
    """What was done. With errors nothing was, and without a licence there is no hand-over.

    ``people`` are those in training who train for the later authority from now on.
    """

    rows: int
    people: int = 0
    errors: tuple[RowError, ...] = ()
    hand_over: HandOver | None = None


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
) -> HandedOver:
    """Make every licence that is current, suspended or applied for the other authority's from
    ``today`` on; with ``numbers``, one in each line, those alone.

    All or none: with one error nothing is done. Where ``numbers`` are given, a repeat is an error
    for each, since they ended; else it finds nothing left to do. Handed over back, a licence that
    kept its number is the one that it was. Raises ValueError for one authority twice, and for a
    prefix that no number could begin with.
    """
    if from_authority == to_authority:
        raise ValueError("An authority hands nothing over to itself.")
    fact = HandOver(
        from_authority=from_authority,
        to_authority=to_authority,
        prefix=_clean(prefix),
        handed_over_at=now,
        handed_over_by=by,
    )
    named = _named(fact, today)
    for authority in sorted((from_authority, to_authority), key=lambda one: one.pk):
        lock_register(authority)
    with connection.cursor() as cursor:
        fact.licences = _stage(cursor, numbers, named)
        errors = _errors(cursor, named)
        if errors or not fact.licences:
            return HandedOver(fact.licences, errors=errors)
        people = _hand_over(cursor, fact, named)
    return HandedOver(fact.licences, people=people, hand_over=fact)


def _clean(prefix: str) -> str:
    clean = normalise_number(prefix)
    if clean and not NUMBER.fullmatch(clean):
        raise ValueError("Use plain letters, digits and signs for a prefix.")
    return clean


def _named(fact: HandOver, today: date) -> dict[str, Any]:
    return {
        "from": fact.from_authority_id,
        "to": fact.to_authority_id,
        "prefix": fact.prefix,
        "live": [state.value for state in LIVE],
        "now": fact.handed_over_at,
        "today": today,
    }


def _stage(cursor: CursorWrapper, numbers: Iterable[str] | None, named: dict[str, Any]) -> int:
    """Fill ``handed_row`` and keep the licences as they are; how many rows there are."""
    cursor.execute(PLANS)
    cursor.execute(TABLE)
    cursor.execute(LOCK, named)
    if numbers is None:
        cursor.execute(EVERY, named)
    else:
        with cursor.copy("COPY handed_row (row, number) FROM STDIN") as copy:
            for row, line in enumerate(numbers, start=1):
                if number := normalise_number(line):
                    copy.write_row((row, number if number.isprintable() else ascii(number)))
    cursor.execute(FIND, named)
    rows: int = cursor.rowcount
    cursor.execute("ANALYZE handed_row")
    return rows


def _errors(cursor: CursorWrapper, named: dict[str, Any]) -> tuple[RowError, ...]:
    """What is wrong, by row; no more than anybody would read."""
    found = []
    for message, statement in WRONG:
        cursor.execute(f"{statement} ORDER BY 1 LIMIT {MAX_ERRORS}", named)
        found += [
            RowError(row, "licence_number", f"{number}: {message.format(about)}")
            for row, number, about in cursor.fetchall()
        ]
    return tuple(sorted(found)[:MAX_ERRORS])


def _hand_over(cursor: CursorWrapper, fact: HandOver, named: dict[str, Any]) -> int:
    cursor.execute(AT_ONCE)
    about: dict[str, Any] = {
        "handed_over": f"{fact.from_authority.code} > {fact.to_authority.code}"
    }
    if fact.handed_over_by is not None:
        about["user"] = fact.handed_over_by.pk
    with pghistory.context(**about) as context:
        fact.context = context.id
        for statement in (ENTER, DESCRIBE, END):
            cursor.execute(statement, named)
        fact.save()
        cursor.execute(FORGET)
    # People's history is written one by one, which would write the context anew with each.
    cursor.execute(TRAIN_THERE, named)
    people: int = cursor.rowcount
    cursor.execute(USUALLY)
    return people
