"""What recent sittings left behind that a rule of ``oddities`` may find odd: each question is one
statement, which narrows and never decides."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from assessments import oddities
from assessments.item_analysis import Flag
from assessments.oddities import Placed

BATCH = 500  # Rows.

# ``fresh`` are the sittings in question, the others those that they are compared with.
RECENT = """
WITH recent AS MATERIALIZED (
    SELECT id, learner_id, authority_id, started_at, closed_at,
        identity_check <> 'none' AS checked, closed_at >= %(since)s AS fresh
    FROM assessments_sitting
    WHERE mode = 'online' AND result <> 'void' AND closed_at >= %(back_to)s AND closed_at <= %(now)s
)
"""
PACE = """
{recent}
SELECT recent.id, pace.seconds, extract(epoch FROM pace.last_at - recent.started_at)::float,
    pace.words
FROM recent
JOIN assessments_sitting sitting ON sitting.id = recent.id
CROSS JOIN LATERAL (
    SELECT array_agg(given.seconds) AS seconds, max(given.last_at) AS last_at,
        sum((
            SELECT sum(cardinality(regexp_split_to_array(btrim(text), '\\s+')))
            FROM (
                SELECT asked.question->>'text' AS text
                UNION ALL
                SELECT option->>'text' FROM jsonb_array_elements(asked.question->'options') option
            ) texts
        ))::int AS words
    FROM (
        SELECT position, (array_agg(seconds ORDER BY id))[1] AS seconds, max(answered_at) AS last_at
        FROM (
            SELECT id, position, answered_at, extract(epoch FROM
                answered_at - lag(answered_at, 1, recent.started_at) OVER (ORDER BY id)
            )::float AS seconds
            FROM assessments_answer WHERE sitting_id = recent.id
        ) timed
        GROUP BY position
    ) given
    CROSS JOIN LATERAL (
        SELECT sitting.paper->'questions'->(given.position - 1) AS question
    ) asked
) pace
WHERE recent.fresh AND pace.seconds IS NOT NULL
""".replace("{recent}", RECENT)
DEVICES = """
{recent}, used AS MATERIALIZED (
    SELECT recent.id, recent.learner_id, recent.checked, recent.fresh, answer.device,
        min(answer.answered_at) AS at
    FROM recent
    JOIN assessments_answer answer ON answer.sitting_id = recent.id AND answer.device <> ''
    GROUP BY recent.id, recent.learner_id, recent.checked, recent.fresh, answer.device
)
SELECT used.id, used.checked, count(DISTINCT other.learner_id) AS people
FROM used
JOIN used other ON other.device = used.device AND NOT other.checked
    AND other.at BETWEEN used.at - %(device_window)s AND used.at + %(device_window)s
WHERE used.fresh
GROUP BY used.id, used.checked, used.device
HAVING count(DISTINCT other.learner_id) > 1
""".replace("{recent}", RECENT)
# A wrong option that is known to draw people more than the right one says nothing about two.
MISTAKES = """
{recent}, wrong AS MATERIALIZED (
    SELECT recent.*, mistake.question_id, mistake.revision_id, mistake.picked
    FROM recent
    JOIN assessments_sitting sitting ON sitting.id = recent.id
    CROSS JOIN LATERAL (
        SELECT (asked.question->>'question_id')::bigint AS question_id,
            (asked.question->>'revision_id')::bigint AS revision_id,
            ARRAY(
                SELECT option->>'text' FROM jsonb_array_elements(asked.question->'options') option
                WHERE option->>'token' = ANY(string_to_array(given.chosen, ' ')) ORDER BY 1
            ) AS picked
        FROM (
            SELECT DISTINCT ON (position) position, chosen
            FROM assessments_answer WHERE sitting_id = recent.id ORDER BY position, id DESC
        ) given
        CROSS JOIN LATERAL (
            SELECT sitting.paper->'questions'->(given.position - 1) AS question
        ) asked
        WHERE given.chosen <> asked.question->>'key'
    ) mistake
    WHERE NOT EXISTS (
        SELECT FROM assessments_itemstatistic known
        WHERE known.question_id = mistake.question_id
            AND known.revision_id IS NOT DISTINCT FROM mistake.revision_id
            AND %(popular)s = ANY(known.flags)
    )
)
SELECT one.id, other.id, count(*), count(*) FILTER (WHERE one.picked = other.picked)
FROM wrong one
JOIN wrong other ON other.question_id = one.question_id
    AND other.revision_id IS NOT DISTINCT FROM one.revision_id
    AND other.authority_id = one.authority_id AND other.learner_id <> one.learner_id
    AND other.closed_at BETWEEN one.closed_at - %(mistakes_window)s
        AND one.closed_at + %(mistakes_window)s
WHERE one.fresh
GROUP BY one.id, other.id
HAVING count(*) FILTER (WHERE one.picked = other.picked) > 1
""".replace("{recent}", RECENT)
PLACES = """
{recent}
SELECT recent.id, array_agg(answer.answered_at ORDER BY answer.id),
    array_agg(answer.device ORDER BY answer.id), array_agg(answer.network ORDER BY answer.id)
FROM recent
JOIN assessments_sitting other ON other.learner_id = recent.learner_id
    AND other.started_at <= recent.closed_at
    AND (other.closed_at IS NULL OR other.closed_at >= recent.started_at)
JOIN assessments_answer answer ON answer.sitting_id = other.id
    AND answer.answered_at BETWEEN recent.started_at AND recent.closed_at
WHERE recent.fresh
GROUP BY recent.id
HAVING count(DISTINCT answer.device) FILTER (WHERE answer.device <> '') > 1
    AND count(DISTINCT answer.network) FILTER (WHERE answer.network <> '') > 1
""".replace("{recent}", RECENT)


@dataclass(frozen=True)
class Pace:
    sitting_id: UUID
    seconds: list[float]
    whole: float
    words: int


@dataclass(frozen=True)
class DeviceUse:
    sitting_id: UUID
    checked: bool
    people: int


@dataclass(frozen=True)
class CommonMistakes:
    sitting_id: UUID
    other_id: UUID
    both_wrong: int
    same: int


def paces(*, since: datetime, now: datetime) -> Iterator[Pace]:
    for row in _rows(PACE, {"since": since, "back_to": since, "now": now}):
        yield Pace(*row)


def device_uses(*, since: datetime, now: datetime) -> Iterator[DeviceUse]:
    window = oddities.DEVICE_WINDOW
    parameters = {
        "since": since,
        "back_to": since - window,
        "now": now,
        "device_window": window,
    }
    for row in _rows(DEVICES, parameters):
        yield DeviceUse(*row)


def common_mistakes(*, since: datetime, now: datetime) -> Iterator[CommonMistakes]:
    """Of people of the same authority; a pair stands twice where both sittings are in question."""
    window = oddities.MISTAKES_WINDOW
    parameters = {
        "since": since,
        "back_to": since - window,
        "now": now,
        "mistakes_window": window,
        "popular": Flag.WRONG_OPTION_POPULAR.value,
    }
    for row in _rows(MISTAKES, parameters):
        yield CommonMistakes(*row)


def places(*, since: datetime, now: datetime) -> Iterator[tuple[UUID, list[Placed]]]:
    """All that the person of a sitting answered during it, also in another test."""
    for sitting_id, *columns in _rows(PLACES, {"since": since, "back_to": since, "now": now}):
        yield sitting_id, [Placed(*place) for place in zip(*columns, strict=True)]


def _rows(statement: str, parameters: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        while rows := cursor.fetchmany(BATCH):
            yield from rows
