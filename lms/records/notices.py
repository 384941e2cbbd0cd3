"""Notices: each once, in turn, on its day, and none about what no longer counts."""

from lms.records.invariant import stated

REMINDED_ONCE = """
SELECT count(*), count(*) FILTER (
    WHERE (repeats = 1 AND notice = ANY (reminder_days) AND due_on = valid_until - notice
        AND (message_id IS NULL OR key = 'reminder:' || reference || ':' || notice)) IS NOT TRUE)
FROM (
    SELECT n.notice, n.due_on, n.message_id, c.reference, c.valid_until, r.reminder_days, m.key,
        count(*) OVER (PARTITION BY n.certificate_id, n.notice) AS repeats
    FROM certificates_reminder n
    JOIN certificates_certificate c ON c.id = n.certificate_id
    JOIN certificates_validityrule r ON r.id = c.rule_id
    LEFT JOIN outbox_message m ON m.id = n.message_id
) AS n
"""

# What stands in for a message says the same by another channel, because that did not arrive.
STOOD_IN = """
SELECT count(*), count(*) FILTER (WHERE (
    key = 'reminder:' || split_part(failed_key, ':', 2) || ':' || split_part(failed_key, ':', 3)
        || ':' || channel
    AND channel <> ALL (tried)
    AND created_at + %(skew)s >= failed_at) IS NOT TRUE)
FROM (
    SELECT m.key, m.channel, m.created_at, failed.key AS failed_key,
        ARRAY[failed.channel, coalesce(before.channel, '')] AS tried,
        (SELECT min(e.at) FROM outbox_messageevent e
            WHERE e.message_id = failed.id AND e.kind IN ('bounced', 'given_up')) AS failed_at
    FROM outbox_message m
    LEFT JOIN outbox_message failed ON failed.id = m.instead_of_id
    LEFT JOIN outbox_message before ON before.id = failed.instead_of_id
    WHERE m.key LIKE 'reminder:%%'
        AND NOT EXISTS (SELECT FROM certificates_reminder n WHERE n.message_id = m.id)
) AS m
"""

# A letter is judged when it is printed, and posted within its batch's days.
NONE_WENT_IN_VAIN = """
SELECT count(*), count(*) FILTER (
    WHERE EXISTS (
            SELECT FROM certificates_certificateevent e
            WHERE e.certificate_id = c.id AND e.kind IN ('revoked', 'replaced')
                AND e.recorded_at + m.patience < m.sent_at
                AND NOT EXISTS (
                    SELECT FROM certificates_certificateevent later
                    WHERE later.certificate_id = c.id AND later.kind = 'reinstated'
                        AND later.id > e.id))
        OR EXISTS (
            SELECT FROM certificates_certificate later
            WHERE later.learner_id = c.learner_id AND later.counts_for_id = c.counts_for_id
                AND (c.authority_id IS NULL OR later.authority_id = c.authority_id)
                AND later.valid_until >= c.valid_until AND later.id > c.id
                AND later.issued_at + m.patience < m.sent_at
                AND NOT EXISTS (
                    SELECT FROM certificates_certificateevent e
                    WHERE e.certificate_id = later.id AND e.kind IN ('revoked', 'replaced'))))
FROM (
    SELECT sent_at, split_part(key, ':', 2) AS reference,
        CASE channel WHEN 'letter' THEN interval '8 days' ELSE %(skew)s END AS patience
    FROM outbox_message WHERE key LIKE 'reminder:%%' AND sent_at IS NOT NULL
) AS m
JOIN certificates_certificate c USING (reference)
"""

IN_TURN = """
SELECT count(*), count(*) FILTER (WHERE notice >= before)
FROM (
    SELECT notice, lag(notice) OVER (PARTITION BY certificate_id ORDER BY id) AS before
    FROM certificates_reminder
) AS n
"""

# Sent if and only if the provider accepted, once and at that moment.
SENT_IS_ACCEPTED = """
SELECT count(*), count(*) FILTER (
    WHERE CASE WHEN sent_at IS NULL THEN accepted = 0 ELSE
        (accepted = 1 AND accepted_at = sent_at AND failed_at IS NULL AND attempted_at IS NULL
        AND tries >= 1 AND sent_at + %(skew)s >= created_at) IS TRUE END IS NOT TRUE)
FROM (
    SELECT m.*, count(e.id) AS accepted, max(e.at) AS accepted_at
    FROM outbox_message m
    LEFT JOIN outbox_messageevent e ON e.message_id = m.id AND e.kind = 'accepted'
    GROUP BY m.id
) AS m
"""

# The row says what the last event that ended or resumed it says.
GIVEN_UP_OR_WAITING = """
SELECT count(*), count(*) FILTER (
    WHERE ((failed_at IS NOT NULL) = (coalesce(last, 'retried') <> 'retried')) IS NOT TRUE)
FROM (
    SELECT m.failed_at, (
        SELECT e.kind FROM outbox_messageevent e
        WHERE e.message_id = m.id AND e.kind IN ('given_up', 'withdrawn', 'retried')
        ORDER BY e.id DESC LIMIT 1) AS last
    FROM outbox_message m
    WHERE m.sent_at IS NULL
) AS m
"""

# Delivered, bounced and emptied are only what was sent, or for the last also what was given up.
AFTERWARDS = """
SELECT count(*), count(*) FILTER (
    WHERE (CASE WHEN e.kind = 'emptied' THEN m.emptied_at = e.at
        ELSE m.sent_at <= e.at END) IS NOT TRUE)
FROM outbox_messageevent e JOIN outbox_message m ON m.id = e.message_id
WHERE e.kind IN ('delivered', 'bounced', 'emptied')
"""

INVARIANTS = (
    stated("I24", "A reminder is queued once, on its day, under its own key.", REMINDED_ONCE),
    stated("I24-instead", "What stands in for a reminder is its like, once it failed.", STOOD_IN),
    stated("I25", "No reminder went out for what was revoked or replaced.", NONE_WENT_IN_VAIN),
    stated("I26", "No reminder follows a later one of the same certificate.", IN_TURN),
    stated("I27", "A message is sent if and only if it was accepted, once.", SENT_IS_ACCEPTED),
    stated("I27-over", "What was given up or withdrawn has an event of it.", GIVEN_UP_OR_WAITING),
    stated("I27-after", "Receipts and emptying come after the end they tell of.", AFTERWARDS),
)
