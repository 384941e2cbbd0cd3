"""The change feed: every event of a certificate in it once, at places without gaps."""

from lms.records.invariant import stated

WITHOUT_GAPS = """
SELECT count(*), count(*) FILTER (
    WHERE (first = 1 AND last = events AND last = h.position) IS NOT TRUE)
FROM (
    SELECT authority_id, min(position) AS first, max(position) AS last, count(*) AS events
    FROM licensing_feedevent GROUP BY authority_id
) AS f LEFT JOIN licensing_feedhead h ON h.authority_id = f.authority_id
"""

TOLD = """
SELECT count(*), count(*) FILTER (
    WHERE f.type IS DISTINCT FROM 'certificate.' || e.kind AND w.certificate_event_id IS NULL)
FROM certificates_certificateevent e
JOIN certificates_certificate c ON c.id = e.certificate_id
LEFT JOIN licensing_feedevent f
    ON f.certificate_event_id = e.id AND f.authority_id = c.authority_id
LEFT JOIN licensing_waitingevent w ON w.certificate_event_id = e.id
WHERE c.authority_id IS NOT NULL AND e.kind IN ('issued', 'revoked', 'reinstated')
"""

# Where the certificate is another authority's that is accepted here.
ELSEWHERE = """
SELECT count(*), count(*) FILTER (
    WHERE (c.authority_id <> f.authority_id) IS DISTINCT FROM (f.valid_until IS NOT NULL)
        OR f.valid_until > c.valid_until)
FROM licensing_feedevent f JOIN certificates_certificate c ON c.id = f.certificate_id
"""

INVARIANTS = (
    stated("I34", "The feed of each authority counts from one, without gaps.", WITHOUT_GAPS),
    stated(
        "I34-elsewhere", "A feed tells of others' certificates with terms of its own.", ELSEWHERE
    ),
    stated("I34-told", "Every event of a certificate is in the feed, or waits for it.", TOLD),
)
