"""What was given out is as it was made, and nobody signed for themself alone."""

from lms.records.invariant import stated

KEPT = """
SELECT count(*), count(*) FILTER (
    WHERE (digest = encode(sha256(convert_to(content, 'UTF8')), 'hex')) IS NOT TRUE)
FROM (
    SELECT content, digest FROM licensing_foipack
    UNION ALL
    SELECT content, digest FROM licensing_committeepack
) AS pack
"""

# The member signed, and an officer of the authority who is somebody else decided afterwards.
COUNTERSIGNED = """
SELECT count(*), count(*) FILTER (
    WHERE (m.user_id = s.signed_by_id AND m.authority_id = s.authority_id
        AND (s.decision = '' OR (s.decided_by_id <> s.signed_by_id
            AND s.decided_at + %(skew)s >= s.signed_at
            AND (u.is_superuser OR EXISTS (
                SELECT FROM people_membership o
                WHERE o.user_id = s.decided_by_id AND o.authority_id = s.authority_id
                    AND o.role = 'officer' AND o.granted_at <= s.decided_at + %(skew)s
                    AND coalesce(o.ended_at + %(skew)s >= s.decided_at, true)))))) IS NOT TRUE)
FROM licensing_signedtraining s
JOIN people_membership m ON m.id = s.member_id
LEFT JOIN people_user u ON u.id = s.decided_by_id
"""

INVARIANTS = (
    stated("R52", "Every pack is as it was when it was given out.", KEPT),
    stated(
        "R48",
        "Members signed for their own training, and another officer decided about it.",
        COUNTERSIGNED,
    ),
)
