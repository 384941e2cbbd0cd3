"""What the papers and answers say about each version of a question, in one statement.

Memory stays the same however many sittings there are: PostgreSQL reads each paper once and sorts
on disk; what comes back is one row for each version.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from assessments.item_analysis import Choice, RestOfPaper

BATCH = 500  # Versions.

# Of the sittings that count: closed, on a screen, not voided. The key is that of the paper, so this
# is the first result, whatever was withdrawn or scored anew since. The last answer counts; a
# question without one is wrong. A question takes from the answer saved before it to its own first.
VERSIONS = """
WITH given AS MATERIALIZED (
    SELECT asked.*
    FROM assessments_sitting sitting
    CROSS JOIN LATERAL (
        SELECT (part.question->>'question_id')::bigint AS question_id,
            (part.question->>'revision_id')::bigint AS revision_id,
            marked.is_right,
            (sum(marked.is_right::int) OVER () - marked.is_right::int)::float
                / nullif(count(*) OVER () - 1, 0) AS rest,
            answer.seconds,
            ARRAY(
                SELECT option->>'text' FROM jsonb_array_elements(part.question->'options') option
                WHERE option->>'token' = ANY(string_to_array(answer.chosen, ' '))
            ) AS picked
        FROM jsonb_array_elements(sitting.paper->'questions')
            WITH ORDINALITY part (question, position)
        LEFT JOIN (
            SELECT position, (array_agg(chosen ORDER BY id DESC))[1] AS chosen,
                (array_agg(seconds ORDER BY id))[1] AS seconds
            FROM (
                SELECT id, position, chosen, extract(epoch FROM
                    answered_at - lag(answered_at, 1, sitting.started_at) OVER (ORDER BY id)
                ) AS seconds
                FROM assessments_answer WHERE sitting_id = sitting.id
            ) timed
            GROUP BY position
        ) answer ON answer.position = part.position
        CROSS JOIN LATERAL (
            SELECT coalesce(answer.chosen = part.question->>'key', false) AS is_right
        ) marked
    ) asked
    WHERE sitting.mode = 'online' AND sitting.closed_at IS NOT NULL AND sitting.result <> 'void'
), figure AS (
    SELECT question_id, revision_id, count(*) AS answers,
        count(*) FILTER (WHERE is_right) AS rights,
        count(rest) AS compared, count(rest) FILTER (WHERE is_right) AS compared_rights,
        avg(rest) FILTER (WHERE is_right) AS mean_of_right,
        avg(rest) FILTER (WHERE NOT is_right) AS mean_of_wrong,
        stddev_pop(rest) AS spread,
        percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS median_seconds
    FROM given GROUP BY question_id, revision_id
), pick AS (
    SELECT question_id, revision_id, jsonb_object_agg(text, times) AS times
    FROM (
        SELECT question_id, revision_id, text, count(*) AS times
        FROM given, unnest(picked) AS text GROUP BY question_id, revision_id, text
    ) each
    GROUP BY question_id, revision_id
), shown AS (
    SELECT question_id, revision_id, count(*) AS exposure, max(id) AS latest
    FROM assessments_drawnquestion GROUP BY question_id, revision_id
)
SELECT shown.question_id, shown.revision_id, shown.exposure,
    coalesce(figure.answers, 0), coalesce(figure.rights, 0), figure.median_seconds,
    coalesce(figure.compared, 0), coalesce(figure.compared_rights, 0),
    figure.mean_of_right, figure.mean_of_wrong, figure.spread,
    paper.question->>'key', ARRAY(
        SELECT ARRAY[option->>'token', option->>'text']
        FROM jsonb_array_elements(paper.question->'options') option
    ), coalesce(pick.times, '{}')
FROM shown
JOIN assessments_drawnquestion drawn ON drawn.id = shown.latest
JOIN assessments_sitting sitting ON sitting.id = drawn.sitting_id
CROSS JOIN LATERAL (
    SELECT sitting.paper->'questions'->(drawn.position - 1) AS question
) paper
LEFT JOIN figure ON figure.question_id = shown.question_id
    AND figure.revision_id IS NOT DISTINCT FROM shown.revision_id
LEFT JOIN pick ON pick.question_id = shown.question_id
    AND pick.revision_id IS NOT DISTINCT FROM shown.revision_id
ORDER BY shown.question_id, shown.revision_id
"""


@dataclass(frozen=True)
class VersionFigures:
    """``exposure``: on how many papers it stood; ``answers``: how many of these count."""

    question_id: int
    revision_id: int | None
    exposure: int
    answers: int
    right: int
    median_seconds: float | None
    rest: RestOfPaper
    choices: tuple[Choice, ...]


def of_all_versions() -> Iterator[list[VersionFigures]]:
    """Every version that ever stood on a paper, in batches."""
    with connection.cursor() as cursor:
        cursor.execute(VERSIONS)
        while rows := cursor.fetchmany(BATCH):
            yield [_figures(row) for row in rows]


def _figures(row: Sequence[Any]) -> VersionFigures:
    question_id, revision_id, exposure, answers, right, median_seconds = row[:6]
    return VersionFigures(
        question_id=question_id,
        revision_id=revision_id,
        exposure=exposure,
        answers=answers,
        right=right,
        median_seconds=median_seconds,
        rest=RestOfPaper(*row[6:11]),
        choices=_choices(*row[11:]),
    )


def _choices(key: str, options: Sequence[tuple[str, str]], picked: str) -> tuple[Choice, ...]:
    """The options of the latest paper; those chosen most stand first."""
    right, times = set(key.split()), json.loads(picked)
    choices = [Choice(text, token in right, times.get(text, 0)) for token, text in options]
    return tuple(sorted(choices, key=lambda choice: (-choice.times, choice.text)))
