"""What a paper may draw, in the database's own words."""

# Exposure is counted over the questions drawn last, about a hundred papers: those are the ones that
# people talk about, and the cost stays the same however many sittings there have been.
EXPOSURE_WINDOW = 2000

# Right and wrong options of a question, as many as its kind asks for: only then can it be marked.
SOUND = """
    CASE question.kind WHEN 'multiple' THEN options.rights >= 1 AND options.wrongs >= 1
        ELSE options.rights = 1 END
"""
CANDIDATES = """
WITH shown AS (
    SELECT drawn.question_id, count(*) AS times
    FROM assessments_sitting sitting
    JOIN assessments_drawnquestion drawn ON drawn.sitting_id = sitting.id
    WHERE sitting.learner_id = %(learner)s
    GROUP BY drawn.question_id
), last_paper AS (
    SELECT question_id FROM assessments_drawnquestion
    WHERE sitting_id = (
        SELECT id FROM assessments_sitting
        WHERE learner_id = %(learner)s AND course_id = %(course)s
        ORDER BY started_at DESC LIMIT 1
    )
), recent AS (
    SELECT question_id, count(*) AS times
    FROM (
        SELECT question_id FROM assessments_drawnquestion ORDER BY id DESC LIMIT %(window)s
    ) latest
    GROUP BY question_id
)
SELECT question.id, topic.slug, coalesce(shown.times, 0),
       last_paper.question_id IS NOT NULL, coalesce(recent.times, 0), statistic.facility
FROM assessments_testruletopic place
JOIN assessments_testrule rule ON rule.id = place.rule_id
JOIN assessments_topic topic ON topic.id = place.topic_id
JOIN assessments_question question ON question.topic_id = topic.id
    AND question.live AND question.language = rule.language
CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE correct) AS rights, count(*) FILTER (WHERE NOT correct) AS wrongs
    FROM assessments_questionoption WHERE question_id = question.id
) options
LEFT JOIN assessments_itemstatistic statistic ON statistic.question_id = question.id
    AND statistic.revision_id IS NOT DISTINCT FROM question.live_revision_id
LEFT JOIN shown ON shown.question_id = question.id
LEFT JOIN last_paper ON last_paper.question_id = question.id
LEFT JOIN recent ON recent.question_id = question.id
WHERE place.rule_id = %(rule)s AND {sound}
    AND (rule.pass_mark < 100 OR statistic.held_back IS NOT TRUE)
""".replace("{sound}", SOUND)

# At the end of the transaction, when all its options are there: a live question has exactly one
# right option or, where several may be right, at least one right and one wrong.
CAN_BE_MARKED = """
IF EXISTS (
    SELECT 1 FROM assessments_question question, LATERAL (
        SELECT count(*) FILTER (WHERE correct) AS rights,
            count(*) FILTER (WHERE NOT correct) AS wrongs
        FROM assessments_questionoption WHERE question_id = question.id
    ) options
    WHERE question.id = COALESCE(NEW.question_id, OLD.question_id) AND question.live
        AND NOT ({sound})
) THEN RAISE EXCEPTION 'a live question has the right options of its kind'; END IF;
RETURN NULL;
""".replace("{sound}", SOUND)
