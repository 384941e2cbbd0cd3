"""The figures of an authority for a financial year, as they may be published (R52).

The words are those of the published document, which is in English whoever makes it.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from licensing.compliance import JUDGED, LICENSED, SEVERITY
from licensing.document import Document, Section, Table
from licensing.eligibility import Status, plain
from licensing.financial_year import FinancialYear
from licensing.hiding import Hidden, hide, per_cent
from licensing.rule_texts import rules_in_force
from people.models import Authority, Licence

LONDON = ZoneInfo("Europe/London")
DRIVERS = f"""{JUDGED}, of_licences AS (
    SELECT licence_id, max(array_position(%(severity)s::text[], status)) AS worst
    FROM judged GROUP BY licence_id
)
SELECT w.kind, (%(severity)s::text[])[o.worst], count(*), NULL::bigint
FROM of_licences o JOIN wanted w ON w.id = o.licence_id
GROUP BY 1, 2
UNION ALL
SELECT DISTINCT NULL, NULL, NULL::bigint, rule_id FROM judged WHERE rule_id IS NOT NULL
"""  # noqa: S608  (Put together from constants.)
FIRST_TRIES = """
SELECT s.mode = 'online', s.result = 'passed', count(*)
FROM assessments_sitting s
JOIN courses_coursepage c ON c.page_ptr_id = s.course_id AND c.audience = 'driver'
WHERE s.authority_id = %(authority)s AND s.result <> 'void'
    AND s.closed_at >= %(since)s AND s.closed_at < %(until)s
    AND NOT EXISTS (
        SELECT FROM assessments_sitting before
        WHERE before.enrolment_id = s.enrolment_id AND before.result <> 'void'
            AND (before.started_at, before.id) < (s.started_at, s.id))
GROUP BY 1, 2
"""
RECOGNISED = """
SELECT count(*) FROM certificates_certificate
WHERE authority_id = %(authority)s AND evidence_id IS NOT NULL
    AND issued_at >= %(since)s AND issued_at < %(until)s
"""
KINDS = {
    Licence.Kind.HACKNEY_CARRIAGE: "Taxi (hackney carriage)",
    Licence.Kind.PRIVATE_HIRE: "Private hire",
    Licence.Kind.DUAL: "Taxi and private hire",
}
STATES = {
    "Trained": (Status.VALID, Status.EXPIRING),
    "In the time allowed": (Status.IN_GRACE,),
    "Training expired": (Status.EXPIRED,),
    "Certificate revoked": (Status.REVOKED,),
    "Never trained": (Status.NEVER_PASSED,),
    "Training not required": (Status.NOT_REQUIRED,),
}
HELD = {True: "On a screen", False: "Spoken or on paper, face to face with staff"}
RESULTS = {True: "Passed", False: "Not passed"}
SIGNS = {Hidden.FEW: "fewer than 5", Hidden.MORE: "hidden"}
DEFINITIONS = {
    "Licensed drivers": (
        "Licences that the register had as current or suspended on the day and that were in their"
        " term. A person with two licences counts twice."
    ),
    "Trained": (
        "Each licence counts once, by the least good state of any training that was required of"
        " it. Trained: a certificate was valid on the day."
    ),
    "In the time allowed": (
        "No certificate was valid on the day, and the time that the rule or a decision about the"
        " driver gives was still running, such as days of grace."
    ),
    "Training expired": "The last certificate had ended, and the time allowed too.",
    "Certificate revoked": "The last certificate had been revoked by the day.",
    "Never trained": "No certificate of the required course was on record for the day.",
    "First try": (
        "The first test in a round of a drivers' course, if it ended in the year. Tests that were"
        " declared not to count are left out."
    ),
    "On a screen, or face to face": (
        "How the test was held. Lessons are taken on a screen. How training elsewhere was taught"
        " is not recorded."
    ),
    "Hidden numbers": (
        "Numbers below 5 are hidden. So are others from which one of these could be worked out."
        " Rows in which there is nobody are left out."
    ),
    "Days": "London days. Training counts to the end of its last day.",
}
NOTICE = "These figures are about training only. They say nothing about any licensing decision."


@dataclass(frozen=True)
class Cost:
    """What the training cost in the year, as an officer told it, and where the figure is from."""

    amount: str
    source: str


def foi_document(
    *, authority: Authority, year: FinancialYear, cost: Cost | None, today: date, now: datetime
) -> Document:
    """No person is in it, and no small number. Six questions to the database."""
    as_at = year.as_at(today)
    span = {"since": _midnight(year.first_day), "until": _midnight(as_at + timedelta(days=1))}
    facts = (
        ("Authority", authority.name),
        ("Financial year", f"{year.label}: {plain(year.first_day)} to {plain(year.last_day)}"),
        ("Figures as at", plain(as_at)),
        ("Worked out", now.astimezone(LONDON).strftime("%Y-%m-%d %H:%M, London time")),
        ("Cost of training in the year", f"£{cost.amount}" if cost else "not recorded"),
        *((("Source of the cost", cost.source),) if cost else ()),
    )
    drivers, requirements = _drivers(authority, as_at, now)
    return Document(
        title=f"Safeguarding training of licensed drivers, {year.label}",
        facts=facts,
        notice=NOTICE,
        sections=(
            drivers,
            _first_tries(authority, span),
            _recognised(authority, span),
            Section("Definitions", tables=(_definitions(),)),
            _rules(authority, as_at, now, requirements),
        ),
    )


def training_table(counted: dict[str, Counter[str]], caption: str) -> Table | None:
    """Who is trained, by the key of ``counted``, with small numbers hidden; None for nobody."""
    counts = {
        row: [sum(found[status] for status in statuses) for statuses in STATES.values()]
        for row, found in counted.items()
    }
    return publish(caption, counts, tuple(STATES))


def publish(caption: str, counts: dict[str, list[int]], columns: Sequence[str]) -> Table | None:
    """The table without rows that nobody is in, and with small numbers hidden; None for nobody.
    Every column stays: that one is left out would tell that there is somebody in the others."""
    rows = {row: numbers for row, numbers in counts.items() if any(numbers)}
    if not rows:
        return None
    shown = hide(list(rows.values()))
    labels = [*rows, "All"]
    return Table(
        caption,
        ("", *columns, "All"),
        tuple(
            (label, *(SIGNS[cell] if isinstance(cell, Hidden) else cell for cell in cells))
            for label, cells in zip(labels, shown, strict=False)
        ),
    )


def share_of(table: Table | None, column: str) -> int | None:
    """The per cent of all that the column holds; None where a number of it is hidden."""
    if table is None:
        return None
    last, where = table.rows[-1], table.columns.index(column)
    part, whole = last[where], last[-1]
    if isinstance(part, str) or isinstance(whole, str):
        return None
    return per_cent(part, whole)


def _drivers(authority: Authority, as_at: date, now: datetime) -> tuple[Section, list[int]]:
    """The figures, and the keys of the requirements that judged."""
    requirements = []
    counted: dict[str, Counter[str]] = {str(words): Counter() for words in KINDS.values()}
    asked = {"authority": authority.pk, "as_at": as_at, "known_at": now}
    ranked = {**asked, "severity": [status.value for status in SEVERITY]}
    for kind, status, count, rule_id in _asked(DRIVERS.format(narrowing=LICENSED), ranked):
        if rule_id is None:
            counted[KINDS[kind]][status] += count
        else:
            requirements.append(rule_id)
    heading = "Licensed drivers and their training"
    table = training_table(counted, f"Licensed drivers on {plain(as_at)}, by kind of licence")
    share = share_of(table, "Trained")
    return _section(heading, table, "Trained, of all licensed drivers", share), requirements


def _first_tries(authority: Authority, span: dict[str, datetime]) -> Section:
    counts = {held: [0, 0] for held in HELD.values()}
    for online, passed, count in _asked(FIRST_TRIES, {**span, "authority": authority.pk}):
        counts[HELD[online]][0 if passed else 1] += count
    table = publish("First tries at the test in the year", counts, tuple(RESULTS.values()))
    share = share_of(table, RESULTS[True])
    return _section("Tests at the first try", table, "Passed at the first try", share)


def _recognised(authority: Authority, span: dict[str, datetime]) -> Section:
    ((count,),) = _asked(RECOGNISED, {**span, "authority": authority.pk})
    shown = hide([[count]])[0][0]
    words = SIGNS[shown] if isinstance(shown, Hidden) else str(shown)
    said = f"Certificates given in the year for training elsewhere: {words}."
    return Section("Training elsewhere that was recognised", (said,))


def _section(heading: str, table: Table | None, what: str, share: int | None) -> Section:
    if table is None:
        return Section(heading, ("There was nobody.",))
    words = f"{share} per cent" if share is not None else "hidden, as it would give numbers away"
    return Section(heading, (f"{what}: {words}.",), (table,))


def _rules(authority: Authority, as_at: date, now: datetime, requirements: list[int]) -> Section:
    """Without the names of staff: no person is in a published document."""
    texts = rules_in_force(authority=authority, on=as_at, known_at=now, requirements=requirements)
    rows = tuple((text.kind, text.number, text.first_day, text.whose, text.words) for text in texts)
    columns = ("Kind of rule", "Number", "In force since", "Whose", "What it says")
    return Section("Rules in force on the day", tables=(Table("Rules", columns, rows),))


def _definitions() -> Table:
    return Table("Definitions", ("Term", "Meaning"), tuple(DEFINITIONS.items()))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=LONDON)


def _asked(statement: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found
