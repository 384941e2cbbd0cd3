"""Sittings: when they may start, how many there may be, and that paper and result stand."""

import json
from datetime import datetime

from assessments.marking import Standard, mark
from assessments.models import Sitting
from assessments.paper import digest
from lms.records.invariant import Counts, Invariant, stated
from lms.records.stream import rows

PAPERS_DRAWN = """
SELECT count(*), count(*) FILTER (
    WHERE (jsonb_array_length(s.paper->'questions') = s.question_count
        AND jsonb_path_query_array(s.paper, '$.questions[*].question_id') = (
            SELECT jsonb_agg(d.question_id ORDER BY d.position)
            FROM assessments_drawnquestion d WHERE d.sitting_id = s.id)) IS NOT TRUE)
FROM assessments_sitting s
"""

# Whatever was open before must be over when the next one starts, in all of history.
ONE_OPEN = """
SELECT count(*), count(*) FILTER (WHERE started_at + %(skew)s < open_until)
FROM (
    SELECT started_at, max(coalesce(closed_at, 'infinity')) OVER (
        PARTITION BY learner_id, course_id ORDER BY started_at, closed_at, id
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS open_until
    FROM assessments_sitting
) AS s
"""

# Voided sittings use no try; two people may add some to a round.
TRIES_WITHIN_RULE = """
SELECT count(*), count(*) FILTER (WHERE s.nth > r.tries + coalesce(x.tries, 0))
FROM (
    SELECT rule_id, enrolment_id,
        row_number() OVER (PARTITION BY enrolment_id ORDER BY started_at, id) AS nth
    FROM assessments_sitting WHERE result <> 'void'
) AS s
JOIN assessments_testrule r ON r.id = s.rule_id
LEFT JOIN (
    SELECT enrolment_id, sum(tries) AS tries
    FROM assessments_extratries WHERE confirmed_at IS NOT NULL GROUP BY enrolment_id
) AS x ON x.enrolment_id = s.enrolment_id
"""

# Of each failed sitting the wait is one of its rule's, by the calendar of the database; of each
# start every earlier wait is over, unless it was lifted afterwards by voiding or scoring again.
WAITED = """
SELECT count(*), count(*) FILTER (
    WHERE started_at < wait_until
        OR (outcome = 'failed') IS DISTINCT FROM (next_try_at IS NOT NULL)
        OR NOT (next_try_at = ANY (waits_over)))
FROM (
    SELECT s.*, CASE WHEN r.waits = '{}' THEN ARRAY[s.closed_at] ELSE (
            SELECT array_agg(CASE WHEN wait LIKE 'PT%%'
                THEN s.closed_at + wait::interval
                ELSE (s.closed_at AT TIME ZONE 'Europe/London' + wait::interval)
                    AT TIME ZONE 'Europe/London' END)
            FROM unnest(r.waits) AS wait) END AS waits_over,
        max(s.next_try_at) FILTER (WHERE s.result = 'failed') OVER (
        PARTITION BY s.learner_id, s.course_id ORDER BY s.started_at, s.closed_at, s.id
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS wait_until
    FROM assessments_sitting s JOIN assessments_testrule r ON r.id = s.rule_id
) AS s
"""

ANSWERED_IN_TIME = """
SELECT count(*), count(*) FILTER (
    WHERE (a.answered_at + %(skew)s >= s.started_at
        AND (s.deadline_at IS NULL OR a.answered_at < s.deadline_at)
        AND (s.closed_at IS NULL OR a.answered_at <= s.closed_at + %(skew)s)) IS NOT TRUE)
FROM assessments_answer a JOIN assessments_sitting s ON s.id = a.sitting_id
"""

ANSWERS_ON_PAPER = """
SELECT count(*), count(*) FILTER (
    WHERE (jsonb_path_query_array(s.paper, '$.questions[$place].options[*].token',
            jsonb_build_object('place', a.position - 1)) @> to_jsonb(string_to_array(a.chosen, ' '))
        AND a.chosen <> '' AND a.position BETWEEN 1 AND s.question_count) IS NOT TRUE)
FROM assessments_answer a JOIN assessments_sitting s ON s.id = a.sitting_id
"""

LESSONS_FIRST = """
SELECT count(*), count(*) FILTER (
    WHERE (e.learner_id = s.learner_id AND e.course_id = s.course_id
        AND e.authority_id IS NOT DISTINCT FROM s.authority_id
        AND e.completed_at <= s.started_at + %(skew)s) IS NOT TRUE)
FROM assessments_sitting s JOIN courses_enrolment e ON e.id = s.enrolment_id
"""

# Scoring again may let a fail pass in whose round a later sitting was passed: both stand.
ROUNDS_CLOSED = """
SELECT count(*), count(*) FILTER (WHERE (first <= 1 AND (closed_at IS NOT NULL OR passes = 0)
    AND (closed_at IS NULL OR completed_at IS NOT NULL)) IS NOT TRUE)
FROM (
    SELECT e.completed_at, e.closed_at, count(s.id) AS passes,
        count(s.id) FILTER (WHERE s.outcome = 'passed') AS first
    FROM courses_enrolment e
    LEFT JOIN assessments_sitting s ON s.enrolment_id = e.id AND s.result = 'passed'
    GROUP BY e.id
) AS e
"""

PAPERS = "SELECT paper, paper_digest FROM assessments_sitting"

# The first result counts what was withdrawn by the end of the sitting (``withdrawn_at``); what it
# stands at now counts the withdrawals, too, for which it was scored again.
MARKED = """
SELECT s.paper, r.pass_mark, r.critical_must_be_right, {stored}, (
    SELECT jsonb_object_agg(a.position, a.chosen ORDER BY a.id)
    FROM assessments_answer a WHERE a.sitting_id = s.id), (
    SELECT jsonb_agg(jsonb_build_array(w.question_id, w.revision_id))
    FROM assessments_drawnquestion d
    JOIN assessments_withdrawal w ON w.question_id = d.question_id
    WHERE d.sitting_id = s.id AND (w.confirmed_at <= s.closed_at OR {also}))
FROM assessments_sitting s JOIN assessments_testrule r ON r.id = s.rule_id {last}
WHERE s.closed_at IS NOT NULL AND s.outcome <> 'void'
"""
RESULTS = MARKED.format(stored="s.outcome, s.correct_count", also="false", last="")
SCORED_AGAIN = MARKED.format(
    stored="c.outcome, c.correct_count",
    also="""w.id IN (
        SELECT withdrawal_id FROM assessments_resultchange WHERE sitting_id = s.id)""",
    last="""JOIN LATERAL (
        SELECT outcome, correct_count FROM assessments_resultchange
        WHERE sitting_id = s.id AND kind = 'rescored' ORDER BY id DESC LIMIT 1) AS c ON true""",
)

# What a sitting stands at is what its last change says.
CHANGES = """
SELECT count(*), count(*) FILTER (WHERE (
    s.changed_outcome = coalesce((
        SELECT c.outcome FROM assessments_resultchange c
        WHERE c.sitting_id = s.id AND c.outcome <> s.outcome ORDER BY c.id DESC LIMIT 1), '')
    ) IS NOT TRUE)
FROM assessments_sitting s WHERE s.closed_at IS NOT NULL
"""

# The clock of a sitting: its limit as adjusted, and what was given on top of it.
TIME_GIVEN = """
SELECT count(*), count(*) FILTER (WHERE s.deadline_at IS DISTINCT FROM
    CASE WHEN s.mode <> 'online' OR r.time_limit_minutes IS NULL OR coalesce(a.no_limit, false)
        THEN NULL
    ELSE s.started_at + make_interval(mins =>
        ceil(r.time_limit_minutes * (100 + coalesce(a.extra_time, 0)) / 100.0)::int
            + coalesce(a.break_minutes, 0),
        secs => coalesce((
            SELECT sum(t.seconds) FROM assessments_timegiven t WHERE t.sitting_id = s.id), 0))
    END)
FROM assessments_sitting s
JOIN assessments_testrule r ON r.id = s.rule_id
LEFT JOIN assessments_adjustment a ON a.id = s.adjustment_id
"""

# Whoever takes the test is neither of the two, and both signed before there was a result.
HELD = """
SELECT count(*), count(*) FILTER (
    WHERE (a.confirmed_at <= s.closed_at
        AND a.confirmed_by_id <> a.proposed_by_id
        AND l.user_id NOT IN (a.proposed_by_id, a.confirmed_by_id)) IS NOT TRUE)
FROM assessments_sitting s
JOIN people_learner l ON l.id = s.learner_id
LEFT JOIN assessments_answersheet a ON a.sitting_id = s.id
WHERE s.mode <> 'online' AND s.closed_at IS NOT NULL AND s.closed_by <> 'void'
"""

STARTED_BY_CODE = """
SELECT count(*), count(*) FILTER (
    WHERE (c.learner_id = s.learner_id AND c.course_id = s.course_id
        AND c.issued_by_id <> l.user_id
        AND s.started_at + %(skew)s >= c.issued_at
        AND s.started_at < c.expires_at) IS NOT TRUE)
FROM assessments_sitting s
JOIN assessments_testrule r ON r.id = s.rule_id
JOIN people_learner l ON l.id = s.learner_id
LEFT JOIN assessments_startcode c ON c.sitting_id = s.id
WHERE s.mode = 'online' AND r.start_code_required
"""


def papers(now: datetime) -> Counts:
    """Canonical JSON is Python's, so each paper is read here and its digest worked out again."""
    checked = broken = 0
    for paper, paper_digest in rows(PAPERS):
        checked += 1
        broken += digest(json.loads(paper)) != paper_digest
    return Counts(checked, broken)


def results(now: datetime) -> Counts:
    return _marked_again(RESULTS)


def scored_again(now: datetime) -> Counts:
    return _marked_again(SCORED_AGAIN)


def _marked_again(statement: str) -> Counts:
    """Marks every closed paper again; of several answers to a question the last one counts."""
    checked = broken = 0
    for paper, pass_mark, critical, outcome, correct_count, answers, versions in rows(statement):
        given = {int(place): chosen for place, chosen in json.loads(answers or "{}").items()}
        withdrawn = {(question, revision) for question, revision in json.loads(versions or "[]")}
        standard = Standard(pass_mark, critical)
        marking = mark(json.loads(paper), given, standard, withdrawn=withdrawn)
        stored = (outcome == Sitting.Outcome.PASSED, correct_count)
        checked += 1
        broken += (marking.passed, marking.correct_count) != stored
    return Counts(checked, broken)


INVARIANTS = (
    Invariant("I01", "A paper is as it was at the start: its digest is the one stored.", papers),
    stated("I01-drawn", "The questions noted as drawn are those on the paper.", PAPERS_DRAWN),
    stated("I02", "Of one person and course, one sitting is over before the next.", ONE_OPEN),
    stated("I03", "No round holds more tries than its rule allows.", TRIES_WITHIN_RULE),
    stated("I04", "A fail waits as long as its rule says, and nobody starts sooner.", WAITED),
    stated("I06", "Every answer was given between start, deadline and end.", ANSWERED_IN_TIME),
    Invariant("I07", "Marking every closed paper again gives the stored result.", results),
    Invariant("I07-again", "So does marking those that were scored again.", scored_again),
    stated("I08", "A result differs from the first one only by a fact that says why.", CHANGES),
    stated("I06-time", "A deadline is the limit as adjusted and the time given.", TIME_GIVEN),
    stated("I09", "Every answer names an option of its question on the paper.", ANSWERS_ON_PAPER),
    stated("R14", "Every sitting followed the completed lessons of its round.", LESSONS_FIRST),
    stated(
        "R14-round", "A pass closes its round; no round has two at first marking.", ROUNDS_CLOSED
    ),
    stated("R25", "Where the rule asks for a start code, a test began with one.", STARTED_BY_CODE),
    stated("R29", "A spoken or paper test closed once a second person confirmed it.", HELD),
)
