"""The eligibility rule for many licences at once, in one statement.

``JUDGED`` says in SQL what ``licensing.eligibility`` says in Python; a test holds the two together
over random histories. Reports, the change feed and the figures of an authority are built on it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db import connection

from licensing.eligibility import MEETING, Status
from licensing.on_record import COUNTING, EXCEPTIONS, LONDON_DAY, in_force

# The term of certificate c with the authority that is asked, as ``licensing.acceptance`` has it.
TERM = """LATERAL (
    SELECT u.valid_until,
        greatest(c.passed_on, u.valid_until - (c.valid_until - c.renew_from)) AS renew_from
    FROM (SELECT least(c.valid_until, (c.passed_on + make_interval(months => c.months))::date)
        AS valid_until) u
) t"""
# Undoing an import takes licences away that were in the register until then. They are in the
# answers about that time all the same, so that these stay what they were.
EVER = """(
    SELECT id, authority_id, number, kind, state, starts_on, expires_on, full_name, holder_id,
        held_from, created_at
    FROM people_licence
    UNION ALL
    SELECT id, authority_id, number, kind, state, starts_on, expires_on, full_name, holder_id,
        held_from, created_at
    FROM people_licenceevent WHERE pgh_label = 'delete' AND pgh_created_at > %(known_at)s
)"""
IN_FORCE = in_force(licences=EVER)
# Of the certificates known by then, the decisive one is one that covers the day before any other,
# then the one that lasts longest.
DECISIVE = f"""
known AS (
    SELECT w.licence_id, w.rule_id, c.id AS certificate_id, c.passed_on,
        t.valid_until, t.renew_from, c.issued_at, c.reference, c.acceptance_id,
        coalesce(changes.last = 'revoked', false) AS revoked
    FROM needs w
    JOIN {COUNTING} ON true
    CROSS JOIN {TERM}
    LEFT JOIN LATERAL (
        SELECT bool_or(e.kind = 'replaced') AS replaced,
            (array_agg(e.kind ORDER BY e.recorded_at DESC, e.id DESC)
                FILTER (WHERE e.effective_on <= %(as_at)s))[1] AS last
        FROM certificates_certificateevent e
        WHERE e.certificate_id = c.id AND e.kind <> 'issued' AND e.recorded_at <= %(known_at)s
    ) AS changes ON true
    WHERE changes.replaced IS NOT TRUE
), decisive AS (
    SELECT DISTINCT ON (licence_id, rule_id) *, NOT revoked AND valid_until >= %(as_at)s AS covers
    FROM known
    ORDER BY licence_id, rule_id, NOT revoked AND valid_until >= %(as_at)s DESC,
        valid_until DESC, revoked, passed_on DESC, issued_at DESC, reference COLLATE "C" DESC
)
"""  # noqa: S608  (Put together from constants, like those below.)


def judged(needs: str = IN_FORCE) -> str:
    """The statement's head, which ends in the table ``judged``: a row for each licence wanted and
    requirement in force for it, or one row without a rule."""
    return f"""{needs}, {DECISIVE}, judged AS (
    SELECT w.licence_id, w.number, w.authority_id, w.rule_id, w.code,
        w.effective_from, w.grace_days, w.due_by, x.until AS excepted_until,
        d.certificate_id, d.valid_until, d.renew_from, d.acceptance_id,
        CASE
            WHEN w.rule_id IS NULL OR w.kind <> ALL (w.licence_kinds) THEN 'not_required'
            WHEN d.covers AND %(as_at)s >= d.renew_from THEN 'expiring'
            WHEN d.covers THEN 'valid'
            WHEN d.revoked THEN 'revoked'
            WHEN %(as_at)s - d.valid_until <= w.grace_days THEN 'in_grace'
            WHEN %(as_at)s <= w.due_by OR %(as_at)s <= x.until THEN 'in_grace'
            WHEN d.certificate_id IS NULL THEN 'never_passed'
            ELSE 'expired'
        END AS status
    FROM needs w
    LEFT JOIN decisive d ON d.licence_id = w.licence_id AND d.rule_id = w.rule_id
    LEFT JOIN LATERAL (
        SELECT max(CASE WHEN x.ended_at <= %(known_at)s
            THEN least(x.ends_on, {LONDON_DAY.format("x.ended_at")} - 1)
            ELSE x.ends_on END) AS until
        FROM licensing_trainingexception x WHERE {EXCEPTIONS}
    ) x ON true
)
"""  # noqa: S608


JUDGED = judged()
IS_LICENSED = """{0}.state IN ('current', 'suspended')
    AND coalesce({0}.starts_on <= %(as_at)s, true) AND coalesce({0}.expires_on >= %(as_at)s, true)
"""
LICENSED = f"""
l.authority_id = %(authority)s AND l.created_at <= %(known_at)s AND {IS_LICENSED.format("seen")}
"""
FIGURES = f"""{JUDGED}, of_licences AS (
    SELECT bool_and(status = ANY (%(meeting)s)) AS met,
        max(array_position(%(severity)s::text[], status)) AS worst
    FROM judged GROUP BY licence_id
)
SELECT NULL::bigint, NULL, NULL::date, NULL::int, (%(severity)s::text[])[worst], met, count(*)
FROM of_licences GROUP BY worst, met
UNION ALL
SELECT rule_id, code, effective_from, grace_days, status, NULL, count(*)
FROM judged WHERE rule_id IS NOT NULL
GROUP BY rule_id, code, effective_from, grace_days, status
ORDER BY 2, 1, 5
"""  # noqa: S608
OF_AUTHORITY = "l.authority_id = %(authority)s"
STATUSES = f"""{JUDGED}
SELECT number, code, status, certificate_id FROM judged ORDER BY number, code
"""  # noqa: S608
SEVERITY = (
    Status.NOT_REQUIRED,
    Status.VALID,
    Status.EXPIRING,
    Status.IN_GRACE,
    Status.EXPIRED,
    Status.REVOKED,
    Status.NEVER_PASSED,
)


DEFINITIONS = {
    "denominator": (
        "Licences that the register had as current or suspended on the day and that were in their"
        " term. A person with two licences counts twice. Days before a licence was first entered"
        " go by its first entry."
    ),
    "numerator": (
        "Those of the denominator whose training was met on the day: every requirement in force"
        " was valid, expiring, in grace or not required."
    ),
    "counts": (
        "Each licence once, under the worst status that any of its requirements has: never_passed"
        " is the worst, then revoked, expired, in_grace, expiring, valid, not_required."
    ),
    "day": "Days are London days. Training counts to the end of its last day.",
    "known_at": "What was recorded after this instant is left out of account.",
}


def no_counts() -> dict[Status, int]:
    return dict.fromkeys(SEVERITY, 0)


@dataclass
class OfRule:
    """What became of one rule; ``counts`` come to the licences that it was in force for."""

    rule_id: int
    code: str
    effective_from: date
    grace_days: int
    counts: dict[Status, int] = field(default_factory=no_counts)


@dataclass
class Compliance:
    """The figures of one authority for the London day ``as_at``, as it was known at ``known_at``.

    Each licence counts once: in ``denominator``, in ``numerator`` if all it needed was met, and in
    ``counts`` under the worst status that any of its requirements has.
    """

    as_at: date
    known_at: datetime
    numerator: int = 0
    denominator: int = 0
    counts: dict[Status, int] = field(default_factory=no_counts)
    requirements: list[OfRule] = field(default_factory=list)


def compliance(*, authority_id: int, as_at: date, known_at: datetime) -> Compliance:
    """How many licensed drivers of the authority had met the requirement, in one statement."""
    found = Compliance(as_at, known_at)
    rules: dict[int, OfRule] = {}
    for rule_id, code, since, grace, status, met, count in _figures(authority_id, as_at, known_at):
        if rule_id is None:
            found.denominator += count
            found.numerator += count if met else 0
            found.counts[Status(status)] += count
        else:
            rule = rules.setdefault(rule_id, OfRule(rule_id, code, since, grace))
            rule.counts[Status(status)] += count
    found.requirements = list(rules.values())
    return found


def _figures(authority_id: int, as_at: date, known_at: datetime) -> Iterable[tuple[Any, ...]]:
    parameters: dict[str, Any] = {
        "authority": authority_id,
        "as_at": as_at,
        "known_at": known_at,
        "meeting": [status.value for status in MEETING],
        "severity": [status.value for status in SEVERITY],
    }
    with connection.cursor() as cursor:
        cursor.execute(FIGURES.format(narrowing=LICENSED), parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def statuses(
    *, authority_id: int, as_at: date, known_at: datetime
) -> Iterable[tuple[str, str | None, Status, int | None]]:
    """Of every licence in the register: its number, the requirement, the status and the key of the
    certificate that decided."""
    parameters: dict[str, Any] = {"authority": authority_id, "as_at": as_at, "known_at": known_at}
    with connection.cursor() as cursor:
        cursor.execute(STATUSES.format(narrowing=OF_AUTHORITY), parameters)
        for number, code, status, certificate_id in cursor.fetchall():
            yield number, code, Status(status), certificate_id
