"""What happened in each week, month or quarter of one authority, counted in one statement each.

A figure has two counts: passes and fails, certificates issued and revoked, licences met and not.
Facts that were recorded after ``known_at`` are left out. Nobody is named: where a figure is split,
what could point at one person is for ``licensing.small_numbers`` to hide.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from licensing.compliance import JUDGED, LICENSED
from licensing.eligibility import MEETING
from licensing.periods import Grain, Period

LONDON = ZoneInfo("Europe/London")


class Measure(models.TextChoices):
    """What is counted."""

    RESULTS = "results", _("Test results")
    FIRST_TRIES = "first_tries", _("First tries")
    CERTIFICATES = "certificates", _("Certificates")
    MET = "met", _("Training met")
    CASES = "cases", _("Cases proven")


class Split(models.TextChoices):
    """By what a figure is split; ``item`` has figures of its own."""

    PROVIDER = "provider", _("Training provider")
    SITE = "site", _("Where the test was taken")
    COHORT = "cohort", _("Group")
    OPERATOR = "operator", _("Operator")


# Where one value may stand for a handful of people.
OF_FEW = frozenset({Split.SITE, Split.COHORT, Split.OPERATOR})


@dataclass(frozen=True)
class Asked:
    """Which authority, which days, and what was on record when."""

    authority_id: int
    first: date
    last: date
    known_at: datetime

    def parameters(self) -> dict[str, Any]:
        after = self.last + timedelta(days=1)
        return {
            "authority": self.authority_id,
            "since": datetime.combine(self.first, datetime.min.time(), LONDON),
            "until": datetime.combine(after, datetime.min.time(), LONDON),
            "known_at": self.known_at,
        }


class Counts(NamedTuple):
    """The two counts of one measure; see ``Measure``."""

    good: int = 0
    other: int = 0

    @property
    def whole(self) -> int:
        return self.good + self.other


Figures = dict[tuple[date, str], Counts]  # By the first day of the period and the split's value.

IN_SPAN = "{0} >= %(since)s AND {0} < %(until)s AND {0} <= %(known_at)s"
OF_SITTING = "s.learner_id, s.course_id, s.mode, s.identity_check"
RESULTS = f"""
    SELECT {OF_SITTING}, s.closed_at AS at, s.result = 'passed' AS good, '' AS provider,
        s.adjustment_id IS NOT NULL AS helped
    FROM assessments_sitting s
    WHERE s.authority_id = %(authority)s AND s.result IN ('passed', 'failed')
        AND {IN_SPAN.format("s.closed_at")}
"""  # noqa: S608  (Put together from constants, like those below.)
FIRST_TRIES = f"""{RESULTS}
        AND NOT EXISTS (
            SELECT FROM assessments_sitting b
            WHERE b.enrolment_id = s.enrolment_id AND b.started_at < s.started_at
                AND b.result <> 'void'
        )
"""
OF_CERTIFICATE = "c.learner_id, c.course_id, s.mode, s.identity_check"
# A replacement is the same training again: it is not issued a second time, and what it took over
# from the one before, in the moment of its issue, was counted there.
CERTIFICATES = f"""
    SELECT {OF_CERTIFICATE}, c.issued_at AS at, true AS good, c.provider_name AS provider
    FROM certificates_certificate c
    LEFT JOIN assessments_sitting s ON s.id = c.sitting_id
    WHERE c.authority_id = %(authority)s AND c.replaces_id IS NULL
        AND {IN_SPAN.format("c.issued_at")}
    UNION ALL
    SELECT {OF_CERTIFICATE}, e.recorded_at, false, c.provider_name
    FROM certificates_certificateevent e
    JOIN certificates_certificate c ON c.id = e.certificate_id
    LEFT JOIN assessments_sitting s ON s.id = c.sitting_id
    WHERE c.authority_id = %(authority)s AND e.kind = 'revoked'
        AND (c.replaces_id IS NULL OR e.recorded_at <> c.issued_at)
        AND {IN_SPAN.format("e.recorded_at")}
"""  # noqa: S608
CASES = f"""
    SELECT {OF_SITTING}, k.decided_at AS at, true AS good, '' AS provider
    FROM assessments_case k JOIN assessments_sitting s ON s.id = k.sitting_id
    WHERE s.authority_id = %(authority)s AND k.decision = 'proven'
        AND NOT (k.appeal_decision = 'overturned' AND k.appeal_decided_at <= %(known_at)s)
        AND {IN_SPAN.format("k.decided_at")}
"""  # noqa: S608
EVENTS = {
    Measure.RESULTS: RESULTS,
    Measure.FIRST_TRIES: FIRST_TRIES,
    Measure.CERTIFICATES: CERTIFICATES,
    Measure.CASES: CASES,
}

# No address of a test is on record: who saw the photo ID, and who held the test, tell where it was.
SITES = {
    "online": _("On the person's own device"),
    "counter": _("At a counter"),
    "trainer": _("With a trainer"),
    "held": _("Held by staff elsewhere"),
    "elsewhere": _("Not tested here"),
}
SITE = """CASE WHEN found.identity_check IN ('counter', 'trainer') THEN found.identity_check
    WHEN found.mode = 'online' THEN 'online' WHEN found.mode IS NULL THEN 'elsewhere'
    ELSE 'held' END"""
# The group that the person joined last, of those for this course that they were in on the day.
COHORT = """
LEFT JOIN LATERAL (
    SELECT c.name FROM courses_cohortplace p JOIN courses_cohort c ON c.id = p.cohort_id
    WHERE p.learner_id = found.learner_id AND c.authority_id = %(authority)s
        AND (c.course_id = found.course_id OR found.course_id IS NULL)
        AND p.added_at <= found.at AND (p.left_at IS NULL OR p.left_at > found.at)
    ORDER BY p.added_at DESC, p.id DESC LIMIT 1
) AS cohort ON true
"""
# The operator of the register as it is today; of several licences, that of the oldest.
OPERATOR = """
LEFT JOIN (
    SELECT DISTINCT ON (holder_id) holder_id, operator_reference AS reference
    FROM people_licence WHERE authority_id = %(authority)s AND holder_id IS NOT NULL
    ORDER BY holder_id, id
) AS operator ON operator.holder_id = found.learner_id
"""
VALUES = {
    None: ("''", ""),
    Split.PROVIDER: ("found.provider", ""),
    Split.SITE: (SITE, ""),
    Split.COHORT: ("coalesce(cohort.name, '')", COHORT),
    Split.OPERATOR: ("coalesce(operator.reference, '')", OPERATOR),
}
OVER_TIME = """
WITH found AS ({events})
SELECT date_trunc(%(grain)s, found.at AT TIME ZONE 'Europe/London')::date, {value},
    count(*) FILTER (WHERE good), count(*) FILTER (WHERE NOT good)
FROM found {joined} GROUP BY 1, 2
"""

# The state of the licences at the end of one day.
ON_A_DAY = f"""{JUDGED}, found AS (
    SELECT l.holder_id AS learner_id, NULL::int AS course_id, %(until)s AS at,
        l.operator_reference AS reference, good
    FROM (
        SELECT licence_id, bool_and(status = ANY (%(meeting)s)) AS good
        FROM judged GROUP BY licence_id
    ) AS o
    JOIN people_licence l ON l.id = o.licence_id
)
"""  # noqa: S608
COUNTED = """
SELECT {value}, count(*) FILTER (WHERE good), count(*) FILTER (WHERE NOT good)
FROM found {joined} GROUP BY 1
"""
VALUES_ON_A_DAY = {
    Split.COHORT: VALUES[Split.COHORT],
    Split.OPERATOR: ("found.reference", ""),
}


def over_time(
    measure: Measure, asked: Asked, *, grain: Grain, split: Split | None = None
) -> Figures:
    """The counts of every period in which anything happened, in one statement."""
    value, joined = VALUES[split]
    statement = OVER_TIME.format(events=EVENTS[measure], value=value, joined=joined)
    rows = _rows(statement, {**asked.parameters(), "grain": grain.value})
    return {(first, text): Counts(good, other) for first, text, good, other in rows}


def met_on(period: Period, *, authority_id: int, known_at: datetime, split: Split) -> Figures:
    """How many licences were met at the end of the period's last day, in one statement."""
    asked = Asked(authority_id, period.first, period.last, known_at)
    value, joined = VALUES_ON_A_DAY[split]
    statement = (ON_A_DAY + COUNTED).format(narrowing=LICENSED, value=value, joined=joined)
    parameters = {"as_at": period.last, "meeting": [status.value for status in MEETING]}
    rows = _rows(statement, {**asked.parameters(), **parameters})
    return {(period.first, text): Counts(good, other) for text, good, other in rows}


# A paper that is all right holds no miss, so that only the others are opened.
MISSED = f"""
WITH sat AS (
    SELECT s.id, s.correct_count < s.question_count AS missed
    FROM assessments_sitting s
    WHERE s.authority_id = %(authority)s AND s.result IN ('passed', 'failed')
        AND {IN_SPAN.format("s.closed_at")}
), asked AS (
    SELECT d.question_id, count(*) AS times
    FROM sat JOIN assessments_drawnquestion d ON d.sitting_id = sat.id GROUP BY d.question_id
), missed AS (
    SELECT (part.question->>'question_id')::bigint AS question_id, count(*) AS times
    FROM sat JOIN assessments_sitting s ON s.id = sat.id
    CROSS JOIN LATERAL jsonb_array_elements(s.paper->'questions')
        WITH ORDINALITY part (question, position)
    LEFT JOIN LATERAL (
        SELECT chosen FROM assessments_answer a
        WHERE a.sitting_id = s.id AND a.position = part.position ORDER BY a.id DESC LIMIT 1
    ) given ON true
    WHERE sat.missed AND given.chosen IS DISTINCT FROM part.question->>'key'
    GROUP BY 1
)
SELECT t.title, CASE WHEN asked.question_id = ANY (%(questions)s) THEN asked.question_id END,
    sum(coalesce(missed.times, 0))::int, sum(asked.times)::int
FROM asked
JOIN assessments_question q ON q.id = asked.question_id
JOIN assessments_topic t ON t.id = q.topic_id
LEFT JOIN missed ON missed.question_id = asked.question_id
GROUP BY t.id, t.title, 2
ORDER BY sum(coalesce(missed.times, 0)) / sum(asked.times) DESC, t.title, 2
"""  # noqa: S608


class Missed(NamedTuple):
    """How often a question, or the questions of a topic, were answered wrong or not at all."""

    topic: str
    question_id: int | None
    missed: int
    asked: int


def missed(asked: Asked, *, questions: Collection[int]) -> list[Missed]:
    """Most often missed first: ``questions`` one by one, the others by topic alone."""
    rows = _rows(MISSED, {**asked.parameters(), "questions": list(questions)})
    return [Missed(*row) for row in rows]


LANGUAGE = """
LEFT JOIN people_learner person ON person.id = found.learner_id
LEFT JOIN people_user account ON account.id = person.user_id
LEFT JOIN (
    SELECT DISTINCT ON (holder_id) holder_id, language
    FROM people_licence WHERE authority_id = %(authority)s AND holder_id IS NOT NULL
    ORDER BY holder_id, id
) AS register ON register.holder_id = found.learner_id
"""
GAPS = {
    "language": (
        "lower(coalesce(nullif(account.language, ''), nullif(register.language, ''), ''))",
        LANGUAGE,
    ),
    "adjustment": ("CASE WHEN found.helped THEN 'yes' ELSE 'no' END", ""),
}


def gaps(measure: Measure, asked: Asked, *, by: str) -> dict[str, Counts]:
    """Passes and fails by language, or by whether help was granted, in one statement."""
    value, joined = GAPS[by]
    counted = COUNTED.format(value=value, joined=joined)
    statement = f"WITH found AS ({EVENTS[measure]}){counted}"
    return {text: Counts(good, other) for text, good, other in _rows(statement, asked.parameters())}


def _rows(statement: str, parameters: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        rows: list[tuple[Any, ...]] = cursor.fetchall()
    return rows
