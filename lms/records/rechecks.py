"""Unannounced checks: each list is that of its seed and came about after the start, and officers
wrote down what came of it."""

from lms.records.invariant import stated

DRAWN_AT_START = """
SELECT count(*), count(*) FILTER (WHERE (
    r.commitment = encode(sha256(convert_to(l.seed, 'UTF8')), 'hex')
    AND l.drawn_at >= r.starts_at AND l.known_at <= r.starts_at
    AND NOT EXISTS (SELECT FROM licensing_recheckcalloff c WHERE c.recheck_id = r.id)
    AND (SELECT count(*) FROM licensing_drawndriver d
        WHERE d.drawn_id = l.id AND d.place <= least(r.how_many, l.population)
    ) = least(r.how_many, l.population)
    AND NOT EXISTS (SELECT FROM licensing_drawndriver d JOIN people_licence p ON p.id = d.licence_id
        WHERE d.drawn_id = l.id AND p.authority_id <> r.authority_id)) IS NOT TRUE)
FROM licensing_rechecklist l
JOIN licensing_recheck r ON r.id = l.recheck_id
"""

# By an officer of the authority who was one then; a correction is of the same driver.
BY_AN_OFFICER = """
SELECT count(*), count(*) FILTER (WHERE in_its_time IS NOT TRUE OR NOT EXISTS (
    SELECT FROM people_membership m
    WHERE m.user_id = entry.by AND m.authority_id = entry.authority_id
        AND m.role = 'officer' AND m.granted_at <= entry.at + %(skew)s
        AND (m.ended_at IS NULL OR m.ended_at + %(skew)s >= entry.at)))
FROM (
    SELECT authority_id, planned_by_id AS by, planned_at AS at, true AS in_its_time
    FROM licensing_recheck
    UNION ALL
    SELECT r.authority_id, c.called_off_by_id, c.called_off_at, c.called_off_at < r.starts_at
    FROM licensing_recheckcalloff c JOIN licensing_recheck r ON r.id = c.recheck_id
    UNION ALL
    SELECT r.authority_id, o.written_by_id, o.written_at,
        o.written_at + %(skew)s >= l.drawn_at
            AND coalesce(first.driver_id = o.driver_id, o.corrects_id IS NULL)
    FROM licensing_recheckoutcome o
    JOIN licensing_drawndriver d ON d.id = o.driver_id
    JOIN licensing_rechecklist l ON l.id = d.drawn_id
    JOIN licensing_recheck r ON r.id = l.recheck_id
    LEFT JOIN licensing_recheckoutcome first ON first.id = o.corrects_id
) AS entry
"""

INVARIANTS = (
    stated(
        "R55",
        "The list of every unannounced check is whole, of its seed, and came about at the start.",
        DRAWN_AT_START,
    ),
    stated(
        "R55-recorded",
        "Unannounced checks were planned, called off and recorded by officers, each in its time.",
        BY_AN_OFFICER,
    ),
)
