"""The officer's desk: what ends or corrects an entry is about the same driver, and by an officer."""

from lms.records.invariant import stated

ABOUT_THE_SAME = """
SELECT count(*), count(*) FILTER (WHERE (later.licence_id = first.licence_id
    AND later.written_at + %(skew)s >= first.written_at) IS NOT TRUE)
FROM (
    SELECT licence_id, written_at, ends_id AS about, 'action' AS kind FROM licensing_nextaction
    WHERE ends_id IS NOT NULL
    UNION ALL
    SELECT licence_id, written_at, corrects_id, 'contact' FROM licensing_drivercontact
    WHERE corrects_id IS NOT NULL
) AS later
LEFT JOIN (
    SELECT id, licence_id, written_at, 'action' AS kind FROM licensing_nextaction
    WHERE state = 'planned'
    UNION ALL
    SELECT id, licence_id, written_at, 'contact' FROM licensing_drivercontact
) AS first ON first.id = later.about AND first.kind = later.kind
"""

BY_AN_OFFICER = """
SELECT count(*), count(*) FILTER (WHERE NOT EXISTS (
    SELECT FROM people_membership m
    WHERE m.user_id = entry.written_by_id AND m.authority_id = l.authority_id
        AND m.role = 'officer' AND m.granted_at <= entry.written_at + %(skew)s
        AND (m.ended_at IS NULL OR m.ended_at + %(skew)s >= entry.written_at)))
FROM (
    SELECT licence_id, written_by_id, written_at FROM licensing_nextaction
    UNION ALL
    SELECT licence_id, written_by_id, written_at FROM licensing_drivercontact
) AS entry
JOIN people_licence l ON l.id = entry.licence_id
"""

INVARIANTS = (
    stated(
        "R46",
        "What ends a next action or corrects a contact is about the same driver, and later.",
        ABOUT_THE_SAME,
    ),
    stated(
        "R49",
        "Contacts about drivers and next actions were written by officers of the authority.",
        BY_AN_OFFICER,
    ),
)
