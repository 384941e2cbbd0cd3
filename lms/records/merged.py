"""Two records of one person that were made one, and those that were parted again."""

from lms.records.invariant import stated

TWO_PEOPLE = """
SELECT count(*), count(*) FILTER (
    WHERE (decided_by_id <> proposed_by_id AND decided_at >= proposed_at
        AND (undoes_id IS NOT NULL OR cardinality(grounds) > 0)) IS NOT TRUE)
FROM people_recordmerge WHERE decision IN ('confirmed', 'declined')
"""

# Whoever was taken over holds nothing that somebody could ask about, and cannot sign in.
EMPTY_HANDED = """
SELECT count(*), count(*) FILTER (
    WHERE EXISTS (SELECT FROM people_licence WHERE holder_id = l.id)
        OR EXISTS (SELECT FROM people_user u WHERE u.id = l.user_id AND u.is_active))
FROM people_learner l WHERE l.succeeded_by_id IS NOT NULL
"""

# What came with a merge that is undone is back where it came from, revoked or not.
GONE_BACK = """
SELECT count(*), count(*) FILTER (WHERE later.id IS NULL)
FROM people_recordmerge u
JOIN people_recordmerge m ON m.id = u.undoes_id
JOIN certificates_certificate c ON c.learner_id = u.stays_id AND c.issued_at >= m.decided_at
JOIN certificates_certificate old ON old.id = c.replaces_id AND old.learner_id = u.gone_id
JOIN people_learner gone ON gone.id = u.gone_id AND gone.succeeded_by_id IS NULL
LEFT JOIN certificates_certificate later ON later.replaces_id = c.id
WHERE u.decision = 'confirmed'
    AND u.decided_at <= %(now)s - %(grace)s
"""

INVARIANTS = (
    stated("R04-two-people", "Two people said that records are one person's.", TWO_PEOPLE),
    stated(
        "R04-taken-over", "A record that was taken over holds nothing and is closed.", EMPTY_HANDED
    ),
    stated("R04-parted", "What came with a merge that is undone went back.", GONE_BACK),
)
