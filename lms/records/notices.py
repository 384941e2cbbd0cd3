"""Notices: each once, in turn, on its day, and none about what no longer counts."""

from lms.records.invariant import stated

REMINDED_ONCE = """
SELECT count(*), count(*) FILTER (
    WHERE (repeats = 1 AND notice = ANY (reminder_days) AND due_on = valid_until - notice
        AND key IS NOT DISTINCT FROM 'reminder:' || reference || ':' || notice) IS NOT TRUE)
FROM (
    SELECT n.notice, n.due_on, c.reference, c.valid_until, r.reminder_days, m.key,
        count(*) OVER (PARTITION BY n.certificate_id, n.notice) AS repeats
    FROM certificates_reminder n
    JOIN certificates_certificate c ON c.id = n.certificate_id
    JOIN certificates_validityrule r ON r.id = c.rule_id
    LEFT JOIN outbox_message m ON m.id = n.message_id
) AS n
"""

NONE_WENT_IN_VAIN = """
SELECT count(*), count(*) FILTER (
    WHERE EXISTS (
            SELECT FROM certificates_certificateevent e
            WHERE e.certificate_id = c.id AND e.kind = 'revoked'
                AND e.recorded_at + %(skew)s < m.sent_at
                AND NOT EXISTS (
                    SELECT FROM certificates_certificateevent later
                    WHERE later.certificate_id = c.id AND later.kind = 'reinstated'
                        AND later.id > e.id))
        OR EXISTS (
            SELECT FROM certificates_certificate later
            WHERE later.learner_id = c.learner_id AND later.counts_for_id = c.counts_for_id
                AND (c.authority_id IS NULL OR later.authority_id = c.authority_id)
                AND later.valid_until >= c.valid_until AND later.id > c.id
                AND later.issued_at + %(skew)s < m.sent_at
                AND NOT EXISTS (
                    SELECT FROM certificates_certificateevent e
                    WHERE e.certificate_id = later.id AND e.kind = 'revoked')))
FROM certificates_reminder n
JOIN certificates_certificate c ON c.id = n.certificate_id
JOIN outbox_message m ON m.id = n.message_id
WHERE m.sent_at IS NOT NULL
"""

IN_TURN = """
SELECT count(*), count(*) FILTER (WHERE notice >= before)
FROM (
    SELECT notice, lag(notice) OVER (PARTITION BY certificate_id ORDER BY id) AS before
    FROM certificates_reminder
) AS n
"""

SENT_OR_GIVEN_UP = """
SELECT count(*), count(*) FILTER (
    WHERE ((failed_at IS NULL OR sent_at IS NULL)
        AND (sent_at IS NULL OR (tries >= 1 AND sent_at + %(skew)s >= created_at))) IS NOT TRUE)
FROM outbox_message
"""

INVARIANTS = (
    stated("I24", "A reminder is queued once, on its day, under its own key.", REMINDED_ONCE),
    stated("I25", "No reminder went out for what was revoked or replaced.", NONE_WENT_IN_VAIN),
    stated("I26", "No reminder follows a later one of the same certificate.", IN_TURN),
    stated("I27", "A message is sent after a try, or given up, never both.", SENT_OR_GIVEN_UP),
)
