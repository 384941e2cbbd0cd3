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

# What is asked for again was done since the time before, and what is done again was asked for.
ASKED_AND_DONE_BY_TURNS = """
SELECT count(*), count(*) FILTER (WHERE NOT follows)
FROM (
    SELECT EXISTS (
        SELECT FROM courses_lessoncompletion done
        WHERE done.enrolment_id = again.enrolment_id AND done.lesson_id = again.lesson_id
            AND done.repeat = again.number - 1
            AND done.completed_at <= again.asked_at + %(skew)s) AS follows
    FROM courses_lessonagain again
    UNION ALL
    SELECT EXISTS (
        SELECT FROM courses_lessonagain again
        WHERE again.enrolment_id = done.enrolment_id AND again.lesson_id = done.lesson_id
            AND again.number = done.repeat AND again.asked_at <= done.at + %(skew)s)
    FROM (
        SELECT enrolment_id, lesson_id, repeat, completed_at AS at FROM courses_lessoncompletion
        UNION ALL
        SELECT enrolment_id, lesson_id, repeat, visited_at FROM courses_screenvisit
        UNION ALL
        SELECT enrolment_id, lesson_id, repeat, answered_at FROM courses_checkanswer
    ) AS done
    WHERE done.repeat > 0
) AS turn
"""

INVARIANTS = (
    stated("R20", "What was approved was signed by somebody else.", SIGNED_BY_ANOTHER),
    stated("R19", "What somebody learnt names a revision of that lesson.", READ_WHAT_WAS_THERE),
    stated(
        "R07-again",
        "Lessons are asked for again once they are done, and done again once they are asked for.",
        ASKED_AND_DONE_BY_TURNS,
    ),
)
