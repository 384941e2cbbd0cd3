"""Content and learning: who signed what went live, and which words somebody has gone through."""

from lms.records.invariant import stated

SIGNED_BY_ANOTHER = """
SELECT count(*), count(*) FILTER (WHERE (r.user_id IS DISTINCT FROM a.approved_by_id
    AND (NOT a.material OR (a.lesson_id IS NOT NULL AND a.change_note <> ''))) IS NOT TRUE)
FROM courses_approval a JOIN wagtailcore_revision r ON r.id = a.revision_id
"""

# A revision says what it is a revision of by kind and number, not by a foreign key.
READ_WHAT_WAS_THERE = """
SELECT count(*), count(*) FILTER (WHERE (r.object_id = done.lesson_id::text) IS NOT TRUE)
FROM (
    SELECT lesson_id, revision_id FROM courses_lessoncompletion
    UNION ALL
    SELECT lesson_id, revision_id FROM courses_screenvisit WHERE revision_id IS NOT NULL
    UNION ALL
    SELECT lesson_id, revision_id FROM courses_checkanswer WHERE revision_id IS NOT NULL
) AS done
JOIN wagtailcore_revision r ON r.id = done.revision_id
"""

INVARIANTS = (
    stated("R20", "What was approved was signed by somebody else.", SIGNED_BY_ANOTHER),
    stated("R19", "What somebody learnt names a revision of that lesson.", READ_WHAT_WAS_THERE),
)
