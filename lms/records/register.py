"""The register: imports, matches in doubt, hand-overs, and who held a number before."""

from lms.records.invariant import stated

# Whatever else happened in the transaction of an import came after the first row of each licence.
DONE_AS_SAID = """
SELECT count(*), count(*) FILTER (
    WHERE (done.created = i.created AND done.updated = i.updated) IS NOT TRUE)
FROM people_registerimport i
LEFT JOIN LATERAL (
    SELECT count(*) FILTER (WHERE pgh_label = 'insert') AS created,
        count(*) FILTER (WHERE pgh_label = 'update') AS updated
    FROM (
        SELECT DISTINCT ON (pgh_obj_id) pgh_label FROM people_licenceevent
        WHERE pgh_context_id = i.context ORDER BY pgh_obj_id, pgh_id
    ) AS first
) AS done ON true
"""

BY_AN_OFFICERS_WORD = """
SELECT count(*), count(*) FILTER (
    WHERE (d.decided_at IS NULL AND d.kind = 'other_number' AND EXISTS (
            SELECT FROM people_licence l
            WHERE l.authority_id = d.authority_id AND l.number = d.number))
        OR (d.decision = 'another_person' AND d.kind = 'other_person' AND NOT EXISTS (
            SELECT FROM people_tenure t
            WHERE t.doubt_id = d.id AND t.licence_id = d.licence_id)))
FROM people_registerdoubt d
"""

ONE_AFTER_THE_OTHER = """
SELECT count(*), count(*) FILTER (WHERE ended_on < before)
FROM (
    SELECT ended_on, lag(ended_on) OVER (PARTITION BY licence_id ORDER BY id) AS before
    FROM people_tenure
) AS tenure
"""

# Where a licence went back later, that is another hand-over, with rows of history of its own.
HANDED_OVER = """
SELECT count(*), count(*) FILTER (
    WHERE (done.ended = h.licences AND done.came = h.licences) IS NOT TRUE)
FROM people_handover h
LEFT JOIN LATERAL (
    SELECT count(DISTINCT pgh_obj_id) FILTER (
            WHERE authority_id = h.from_authority_id AND state = 'expired') AS ended,
        count(DISTINCT pgh_obj_id) FILTER (
            WHERE authority_id = h.to_authority_id AND state <> 'expired') AS came
    FROM people_licenceevent WHERE pgh_context_id = h.context
) AS done ON true
"""

INVARIANTS = (
    stated("I37", "History shows what each import says it created and updated.", DONE_AS_SAID),
    stated("R13", "What was handed over ended on one side and is on the other.", HANDED_OVER),
    stated("R01", "Those who had a number before had it one after the other.", ONE_AFTER_THE_OTHER),
    stated(
        "R04",
        "What was in doubt is in the register by an officer's word alone, and is kept.",
        BY_AN_OFFICERS_WORD,
    ),
)
