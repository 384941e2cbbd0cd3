"""Who drives under a licence without training that counts today, and who never had any (R45).

A licence that is current or suspended and in its term is *licensed*. It is *lapsed* where a
requirement has ended or its certificate was revoked, and *never trained* where one has no
certificate and none is lapsed. Which it is, ``licensing.compliance.judged`` says; here it is only
counted, put in order and shown with what was done about it.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db import connection, transaction

from licensing.compliance import IS_LICENSED, judged
from licensing.eligibility import Status
from licensing.models import NextAction
from licensing.on_record import in_force

NOBODY = 0  # As the key of an owner: nothing is planned, so nobody has it to do.
AT_ONCE = 500  # Rows that a download holds in memory.
# Nobody is judged who has, for every course that a rule ever asked for here, a certificate that
# covers the day and to which nothing happened: they are on neither list, and most people are these.
COVERED = """
    SELECT c.learner_id, c.authority_id FROM certificates_certificate c
    WHERE c.authority_id = ANY(%(authorities)s) AND c.issued_at <= %(known_at)s
        AND c.passed_on <= %(as_at)s AND c.valid_until >= %(as_at)s
        AND c.counts_for_id = ANY (ARRAY(SELECT course_id FROM asked_for))
        AND NOT EXISTS (SELECT FROM certificates_certificateevent e
            WHERE e.certificate_id = c.id AND e.kind <> 'issued')
    GROUP BY c.learner_id, c.authority_id
    HAVING count(DISTINCT c.counts_for_id) = (SELECT count(*) FROM asked_for)
""".replace(
    "asked_for",
    """(SELECT DISTINCT r.course_id FROM licensing_requirement r WHERE r.approved_at IS NOT NULL
        AND (r.authority_id = ANY(%(authorities)s) OR r.authority_id IS NULL)) asked_for""",
)
# Whoever knows the holder, or somebody who had the number before, does not see the licence (R47).
NARROWING = f"""l.authority_id = ANY(%(authorities)s) AND {IS_LICENSED.format("l")}
    AND l.holder_id = ANY(%(known)s) IS NOT TRUE
    AND l.id <> ALL (ARRAY(
        SELECT t.licence_id FROM people_tenure t WHERE t.holder_id = ANY(%(known)s)))
    AND (l.holder_id IS NULL OR l.held_from > %(known_at)s
        OR EXISTS (SELECT FROM people_tenure t WHERE t.licence_id = l.id
            AND (t.ended_on >= %(as_at)s OR t.recorded_at > %(known_at)s))
        OR (l.holder_id, l.authority_id) NOT IN ({COVERED}))
"""  # noqa: S608  (Put together from constants, like those below.)
# The last day on which the training counted: that of the certificate, or the one before it was
# revoked. Of several requirements the one that lapsed first counts.
GROUPED = f"""{judged(in_force()).replace("{narrowing}", NARROWING)}, lapsed AS (
    SELECT DISTINCT ON (j.licence_id) j.licence_id, j.status, j.certificate_id,
        least(j.valid_until, revoked.since - 1) AS last_day
    FROM judged j
    LEFT JOIN LATERAL (
        SELECT e.effective_on AS since FROM certificates_certificateevent e
        WHERE j.status = 'revoked' AND e.certificate_id = j.certificate_id
            AND e.kind <> 'issued' AND e.recorded_at <= %(known_at)s
            AND e.effective_on <= %(as_at)s
        ORDER BY e.recorded_at DESC, e.id DESC LIMIT 1
    ) revoked ON true
    WHERE j.status IN ('expired', 'revoked')
    ORDER BY j.licence_id, last_day, j.code
), never AS (
    SELECT licence_id, 'never_passed' AS status, NULL::bigint AS certificate_id,
        NULL::date AS last_day
    FROM judged GROUP BY licence_id
    HAVING bool_or(status = 'never_passed') AND NOT bool_or(status IN ('expired', 'revoked'))
)
"""  # noqa: S608
NEXT = """LEFT JOIN LATERAL (
        SELECT n.id, n.state, n.what, n.note, n.due_on, n.owner_id FROM licensing_nextaction n
        WHERE n.licence_id = f.licence_id AND NOT EXISTS (SELECT FROM people_tenure t
            WHERE t.licence_id = n.licence_id AND t.recorded_at >= n.written_at)
        ORDER BY n.id DESC LIMIT 1
    ) next ON next.state = 'planned'
"""
CHOSEN = f"""
    SELECT count(*) OVER () AS total, f.*, l.number, l.full_name, l.state, l.starts_on,
        next.id AS next_id, next.what, next.note, next.due_on, next.owner_id
    FROM {{group}} f
    JOIN people_licence l ON l.id = f.licence_id
    {NEXT}
    WHERE (%(owner)s::bigint IS NULL OR coalesce(next.owner_id, 0) = %(owner)s)
        AND (%(status)s = '' OR f.status = %(status)s)
    ORDER BY {{inner}} LIMIT %(limit)s OFFSET %(offset)s
"""  # noqa: S608
# A notice counts once, by its own message or by one that stood in for it; what went out for a
# certificate that was corrected since was about this one. What another authority sent about a
# certificate that is accepted from there is its own affair.
SHOWN = """
SELECT f.*, owner.first_name, owner.last_name, owner.email, reminders.sent, reminders.last_at
FROM ({chosen}) f
LEFT JOIN people_user owner ON owner.id = f.owner_id
LEFT JOIN LATERAL (
    WITH RECURSIVE same AS (
        SELECT c.id FROM certificates_certificate c
        JOIN people_licence l ON l.id = f.licence_id AND l.authority_id = c.authority_id
        WHERE c.id = f.certificate_id
        UNION ALL
        SELECT c.replaces_id FROM same JOIN certificates_certificate c ON c.id = same.id
        WHERE c.replaces_id IS NOT NULL
    )
    SELECT count(went.at) AS sent, max(went.at) AS last_at
    FROM same
    JOIN certificates_reminder r ON r.certificate_id = same.id
    LEFT JOIN outbox_message first ON first.id = r.message_id
    LEFT JOIN outbox_message second ON second.instead_of_id = first.id
    LEFT JOIN outbox_message third ON third.instead_of_id = second.id
    CROSS JOIN LATERAL (
        SELECT greatest(first.sent_at, second.sent_at, third.sent_at) AS at
    ) went
) reminders ON true
ORDER BY {outer}
"""
# In the list itself, and once it is joined with the register.
ORDERS = {
    "lapsed": ("f.last_day, f.licence_id", "f.last_day, f.licence_id"),
    "never": ("l.starts_on, f.licence_id", "f.starts_on, f.licence_id"),
}


class Row(NamedTuple):
    """One driver of a list. ``last_day`` is None for whoever was never trained."""

    total: int
    licence_id: int
    status: Status
    certificate_id: int | None
    last_day: date | None
    number: str
    full_name: str
    state: str
    starts_on: date | None
    next_id: int | None
    what: str | None
    note: str | None
    due_on: date | None
    owner_id: int | None
    first_name: str | None
    last_name: str | None
    email: str | None
    sent: int
    last_sent_at: datetime | None

    @property
    def what_in_words(self) -> str:
        return str(NextAction.What(self.what).label) if self.what else ""

    @property
    def owner(self) -> str:
        return f"{self.first_name or ''} {self.last_name or ''}".strip() or self.email or ""


# The same two orders for rows that have been read.
PLACES: dict[str, Callable[[Row], Any]] = {
    "lapsed": lambda row: (row.last_day, row.licence_id),
    "never": lambda row: (row.starts_on is None, row.starts_on or date.min, row.licence_id),
}


@dataclass(frozen=True)
class Asked:
    """Whose list, on which day, and which of it. ``known``: the people whom the reader knows."""

    authorities: Collection[int]
    known: Collection[int]
    as_at: date
    known_at: datetime
    owner: int | None = None
    status: str = ""

    def parameters(self) -> dict[str, Any]:
        return {
            "authorities": list(self.authorities),
            "known": list(self.known),
            "as_at": self.as_at,
            "known_at": self.known_at,
            "owner": self.owner,
            "status": self.status,
        }


@dataclass
class Part:
    """Some rows of a list, and of how many they are."""

    total: int = 0
    rows: list[Row] = field(default_factory=list)


def first_of_each(asked: Asked, *, limit: int) -> dict[str, Part]:
    """The first rows of both lists, and how many are in each. One statement."""
    parts = {group: Part() for group in ORDERS}
    both = " UNION ALL ".join(
        f"SELECT '{group}' AS which, g.* FROM ({_shown(group)}) g"  # noqa: S608
        for group in ORDERS
    )
    with connection.cursor() as cursor:
        cursor.execute(GROUPED + both, {**asked.parameters(), "limit": limit, "offset": 0})
        for group, *columns in cursor.fetchall():
            row = Row._make(columns)
            parts[group].total = row.total
            parts[group].rows.append(row)
    for group, part in parts.items():
        part.rows.sort(key=PLACES[group])
    return parts


def page_of(group: str, asked: Asked, *, limit: int, offset: int) -> Part:
    """Some rows of one list. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            GROUPED + _shown(group), {**asked.parameters(), "limit": limit, "offset": offset}
        )
        rows = [Row._make(columns) for columns in cursor.fetchall()]
    return Part(rows[0].total if rows else 0, rows)


def every_row(group: str, asked: Asked) -> Iterator[Row]:
    """The whole list, in the memory that a few hundred rows need."""
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        cursor.execute(GROUPED + _shown(group), {**asked.parameters(), "limit": None, "offset": 0})
        while rows := cursor.fetchmany(AT_ONCE):
            yield from map(Row._make, rows)


def _shown(group: str) -> str:
    inner, outer = ORDERS[group]
    return SHOWN.format(chosen=CHOSEN.format(group=group, inner=inner), outer=outer)
