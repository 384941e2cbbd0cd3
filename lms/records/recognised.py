"""Training elsewhere: decided by two, certified once, and handed over to who holds it now."""

from lms.records.invariant import stated

# A file of many rows is signed row by row. While it goes on, the others may wait for a day.
ACCEPTED = """
FROM certificates_evidence e
LEFT JOIN certificates_certificate c ON c.evidence_id = e.id
CROSS JOIN LATERAL (SELECT CASE WHEN e.batch_id IN (
    SELECT other.batch_id FROM certificates_evidence other
    JOIN certificates_certificate made ON made.evidence_id = other.id
    WHERE other.batch_id IS NOT NULL AND made.issued_at > %(now)s - %(grace)s)
    THEN interval '1 day' ELSE %(grace)s END AS time) AS patience
WHERE e.decision = 'accepted'
"""
CERTIFIED = f"""
SELECT count(*), count(*) FILTER (WHERE c.id IS NULL) {ACCEPTED}
AND (c.id IS NOT NULL OR e.decided_at <= %(now)s - patience.time)
"""
WAITING = f"""
SELECT count(*), 0 {ACCEPTED} AND c.id IS NULL AND e.decided_at > %(now)s - patience.time
"""

# The certificate says what was accepted, and a day without an hour stands for its noon or, on the
# day of entry, for the moment of it.
RECOGNISED = """
SELECT count(*), count(*) FILTER (
    WHERE (e.decision = 'accepted' AND e.decided_at <= c.issued_at + %(skew)s
        AND e.learner_id = c.learner_id AND e.course_id = c.course_id
        AND e.course_id = c.counts_for_id AND e.authority_id = c.authority_id
        AND e.passed_on = c.passed_on AND e.provider_name = c.provider_name
        AND e.holder_name = c.holder_name AND e.licence_number = c.licence_number
        AND c.passed_at = least(
            (e.passed_on + time '12:00') AT TIME ZONE 'Europe/London', e.entered_at)) IS NOT TRUE)
FROM certificates_certificate c JOIN certificates_evidence e ON e.id = c.evidence_id
"""

DECIDED_BY_ANOTHER = """
SELECT count(*), count(*) FILTER (
    WHERE (decided_by_id <> entered_by_id AND decided_at + %(skew)s >= entered_at
        AND (decision = 'accepted' OR decision_reason <> '')) IS NOT TRUE)
FROM (
    SELECT entered_by_id, entered_at, decided_by_id, decided_at, decision, decision_reason
    FROM certificates_evidence
    UNION ALL
    SELECT entered_by_id, entered_at, decided_by_id, decided_at, decision, decision_reason
    FROM certificates_evidencebatch
) AS decided
WHERE decision <> ''
"""

DECIDED_TOGETHER = """
SELECT count(*), count(*) FILTER (
    WHERE (b.rows = e.rows AND e.other = 0) IS NOT TRUE)
FROM certificates_evidencebatch b
LEFT JOIN LATERAL (
    SELECT count(*) AS rows, count(*) FILTER (
        WHERE e.decision <> b.decision OR e.authority_id <> b.authority_id
            OR e.decided_at IS DISTINCT FROM b.decided_at
            OR e.decided_by_id IS DISTINCT FROM b.decided_by_id) AS other
    FROM certificates_evidence e WHERE e.batch_id = b.id
) AS e ON true
"""

# What was revoked as well: its replacement is revoked, and says so of whoever holds it now.
HANDED_OVER = """
SELECT count(*), count(*) FILTER (WHERE later.id IS NULL)
FROM people_learner l
JOIN certificates_certificate c ON c.learner_id = l.id
JOIN LATERAL (
    SELECT e.recorded_at FROM certificates_certificateevent e
    WHERE e.certificate_id = c.id ORDER BY e.id DESC LIMIT 1
) AS last ON true
LEFT JOIN certificates_certificate later ON later.replaces_id = c.id
WHERE l.succeeded_by_id IS NOT NULL
    AND greatest(l.succeeded_at, last.recorded_at) <= %(now)s - %(grace)s
"""

INVARIANTS = (
    stated("I11-accepted", "Accepted evidence has its certificate.", CERTIFIED),
    stated("I11-accepted-waiting", "Evidence accepted just now may wait for it.", WAITING),
    stated("I11-recognised", "Every certificate of evidence says what was accepted.", RECOGNISED),
    stated("R37", "Somebody else decided about evidence than who entered it.", DECIDED_BY_ANOTHER),
    stated("R37-batch", "The rows of a file are all there and decided alike.", DECIDED_TOGETHER),
    stated(
        "I11-handed-over",
        "Certificates of a record that was taken over are its successor's.",
        HANDED_OVER,
    ),
)
