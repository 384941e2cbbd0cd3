"""The retention rule: what a notice said is emptied when its time is over, the proof stays."""

from datetime import datetime

from django.db import connection

BATCH = 5000  # Rows in one transaction.
# Rows have few different times to be kept; each is found by a hop along the index, and its old
# rows lie together.
TIMES = """
WITH RECURSIVE kept AS (
    (SELECT keep_days FROM outbox_message WHERE emptied_at IS NULL ORDER BY keep_days LIMIT 1)
    UNION ALL
    SELECT longer.keep_days FROM kept CROSS JOIN LATERAL (
        SELECT keep_days FROM outbox_message
        WHERE emptied_at IS NULL AND keep_days > kept.keep_days ORDER BY keep_days LIMIT 1
    ) AS longer
)
SELECT keep_days FROM kept
"""
EMPTY = """
WITH old AS (
    SELECT id FROM outbox_message
    WHERE emptied_at IS NULL AND keep_days = %(keep_days)s
        AND created_at <= %(now)s - make_interval(days => %(keep_days)s)
        AND (sent_at IS NOT NULL OR failed_at IS NOT NULL)
    ORDER BY created_at LIMIT %(batch)s
    FOR UPDATE SKIP LOCKED
), emptied AS (
    UPDATE outbox_message m
    SET "to" = '', subject = '', body = '', html_body = '', destination = '', last_error = '',
        emptied_at = %(now)s
    FROM old WHERE m.id = old.id
    RETURNING m.id
)
INSERT INTO outbox_messageevent (message_id, kind, at, detail)
SELECT id, 'emptied', %(now)s, '' FROM emptied
"""


def empty_old_messages(*, now: datetime) -> int:
    """Take address, subject and text out of messages that are over and older than they are kept.

    In batches, each a transaction of its own. A repeat empties nothing twice. Returns how many.
    """
    emptied = 0
    with connection.cursor() as cursor:
        cursor.execute(TIMES)
        for (keep_days,) in cursor.fetchall():
            values = {"keep_days": keep_days, "now": now, "batch": BATCH}
            cursor.execute(EMPTY, values)
            while cursor.rowcount:
                emptied += cursor.rowcount
                cursor.execute(EMPTY, values)
    return emptied
