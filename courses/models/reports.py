"""How the people of a cohort, or of authorities, get on with a course: figures for trainers.

Each figure is one statement, whatever the number of people. A person counts once, with one round:
in a cohort the one that was open when they were added, for a course as a whole their latest. Only
people who train for the authority in question are ever counted.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db import connection, models
from django.utils.translation import gettext_lazy as _

from courses.models.cohorts import Cohort
from courses.models.pages import CoursePage, LessonPage

IDLE = timedelta(days=14)
SMALL = 5  # People; a share or a middle of fewer would point at a person.
PAGE = 500  # Rows that an export holds in memory at a time.

OF_COHORTS = """
    SELECT place.id AS place_id, place.cohort_id, place.learner_id,
        round.id AS enrolment_id, round.closed_at
    FROM courses_cohortplace place
    JOIN courses_cohort cohort ON cohort.id = place.cohort_id
    JOIN people_learner learner
        ON learner.id = place.learner_id AND learner.authority_id = cohort.authority_id
    LEFT JOIN LATERAL (
        SELECT id, closed_at FROM courses_enrolment
        WHERE learner_id = place.learner_id AND course_id = cohort.course_id
            AND (closed_at IS NULL OR closed_at > place.added_at)
        ORDER BY started_at LIMIT 1
    ) AS round ON true
    WHERE place.cohort_id = ANY(%(cohorts)s) AND place.left_at IS NULL
"""
OF_COURSE = """
    SELECT DISTINCT ON (round.learner_id) NULL::bigint AS place_id, round.learner_id,
        round.id AS enrolment_id, round.closed_at
    FROM courses_enrolment round
    JOIN people_learner learner ON learner.id = round.learner_id
    WHERE round.course_id = %(course)s AND learner.authority_id = ANY(%(authorities)s)
    ORDER BY round.learner_id, round.closed_at DESC NULLS FIRST
"""

# What was done before the last material change to a lesson, or before it was last asked for again,
# counts in a closed round alone. The time a lesson takes is that of its first reading.
PROGRESS = """
WITH lesson AS (
    SELECT page.id AS lesson_id, coalesce(max(approval.revision_id), 0) AS floor
    FROM wagtailcore_page page
    LEFT JOIN courses_approval approval ON approval.lesson_id = page.id AND approval.material
        AND approval.revision_id <= page.live_revision_id
    WHERE page.id = ANY(%(lessons)s)
    GROUP BY page.id
), round AS ({rounds}
), asked AS (
    SELECT enrolment_id, lesson_id, max(number) AS times
    FROM round JOIN courses_lessonagain USING (enrolment_id)
    GROUP BY enrolment_id, lesson_id
), finished AS (
    SELECT DISTINCT enrolment_id, lesson_id
    FROM round
    JOIN courses_lessoncompletion done USING (enrolment_id)
    JOIN lesson USING (lesson_id)
    LEFT JOIN asked USING (enrolment_id, lesson_id)
    WHERE round.closed_at IS NOT NULL
        OR (done.revision_id >= lesson.floor AND done.repeat >= coalesce(asked.times, 0))
), person AS (
    SELECT round.*, coalesce(own.lessons, 0) AS lessons_done, CASE
        WHEN round.closed_at IS NOT NULL THEN 'finished'
        WHEN own.lessons = cardinality(%(lessons)s::int[]) THEN 'lessons_done'
        WHEN own.lessons > 0
            OR EXISTS (SELECT FROM courses_screenvisit WHERE enrolment_id = round.enrolment_id)
            OR EXISTS (SELECT FROM courses_checkanswer WHERE enrolment_id = round.enrolment_id)
            THEN 'learning'
        ELSE 'not_started' END AS state
    FROM round
    LEFT JOIN (SELECT enrolment_id, count(*) AS lessons FROM finished GROUP BY enrolment_id) AS own
        USING (enrolment_id)
), activity AS (
    SELECT enrolment_id, lesson_id, repeat, visited_at AS at, seconds, seconds IS NOT NULL AS timed
    FROM round JOIN courses_screenvisit USING (enrolment_id)
    UNION ALL
    SELECT enrolment_id, lesson_id, repeat, answered_at, NULL, NULL
    FROM round JOIN courses_checkanswer USING (enrolment_id)
    UNION ALL
    SELECT enrolment_id, lesson_id, repeat, completed_at, NULL, NULL
    FROM round JOIN courses_lessoncompletion USING (enrolment_id)
), reached AS (
    SELECT enrolment_id, lesson_id, max(at) AS at, max(repeat) AS repeat,
        CASE WHEN bool_and(timed) FILTER (WHERE repeat = 0)
            THEN sum(seconds) FILTER (WHERE repeat = 0) END AS seconds
    FROM activity GROUP BY enrolment_id, lesson_id
), latest AS (
    SELECT enrolment_id, max(at) AS at FROM reached GROUP BY enrolment_id
)
"""
STATES = """
SELECT state, count(*) FROM person GROUP BY state
"""
LESSONS = """
SELECT lesson_id, count(*), count(finished.enrolment_id),
    count(*) FILTER (
        WHERE finished.enrolment_id IS NULL AND round.closed_at IS NULL
            AND latest.at < %(idle_since)s AND reached.repeat >= coalesce(asked.times, 0)
    ),
    count(reached.seconds) FILTER (WHERE finished.enrolment_id IS NOT NULL),
    percentile_cont(0.5) WITHIN GROUP (ORDER BY reached.seconds)
        FILTER (WHERE finished.enrolment_id IS NOT NULL)
FROM lesson
JOIN reached USING (lesson_id)
JOIN round USING (enrolment_id)
JOIN latest USING (enrolment_id)
LEFT JOIN finished USING (enrolment_id, lesson_id)
LEFT JOIN asked USING (enrolment_id, lesson_id)
GROUP BY lesson_id
"""
CHECKS = """
SELECT lesson_id, check_id, count(*), count(*) FILTER (WHERE NOT correct)
FROM (
    SELECT DISTINCT ON (enrolment_id, lesson_id, check_id) lesson_id, check_id, correct
    FROM round
    JOIN courses_checkanswer try USING (enrolment_id)
    JOIN lesson USING (lesson_id)
    WHERE coalesce(try.revision_id, 0) >= lesson.floor
    ORDER BY enrolment_id, lesson_id, check_id, answered_at, try.id
) AS first_try
GROUP BY lesson_id, check_id
"""
PEOPLE = """
SELECT person.place_id, learner.full_name, person.state, person.lessons_done, latest.at,
    person.closed_at
FROM person
JOIN people_learner learner ON learner.id = person.learner_id
LEFT JOIN latest USING (enrolment_id)
WHERE person.learner_id <> ALL(%(hidden)s)
ORDER BY learner.full_name, person.place_id
LIMIT %(limit)s OFFSET %(offset)s
"""
LISTED = "SELECT count(*) FROM person WHERE learner_id <> ALL(%(hidden)s)"
TALLIES = "SELECT cohort_id, count(*), count(closed_at) FROM ({rounds}) AS round GROUP BY cohort_id"


class State(models.TextChoices):
    NOT_STARTED = "not_started", _("Not started")
    LEARNING = "learning", _("Learning")
    LESSONS_DONE = "lessons_done", _("Lessons done")
    FINISHED = "finished", _("Finished")


@dataclass(frozen=True)
class LessonFigures:
    """How many came to a lesson and what became of them. ``minutes`` is the middle of the times of
    ``timed`` people; None where these are few."""

    number: int
    title: str
    people: int
    reached: int = 0
    finished: int = 0
    gave_up: int = 0
    timed: int = 0
    minutes: float | None = None


@dataclass(frozen=True)
class CheckFigures:
    """First tries at one understanding check, as it has stood since its last material change."""

    lesson_number: int
    lesson_title: str
    question: str
    tried: int
    wrong: int


@dataclass(frozen=True)
class Person:
    """One person of a cohort."""

    place_id: int
    name: str
    state: State
    lessons_done: int
    lessons_total: int
    last_active_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True)
class Tally:
    people: int = 0
    finished: int = 0


def percent(part: int, whole: int) -> int | None:
    """Rounded down, so that 100 means all of them; None of few people."""
    return 100 * part // whole if whole >= SMALL else None


def tallies(cohorts: Collection[Cohort]) -> dict[int, Tally]:
    """How many are in each cohort, and how many of them have finished. One query for all."""
    with connection.cursor() as cursor:
        cursor.execute(
            TALLIES.format(rounds=OF_COHORTS), {"cohorts": [cohort.pk for cohort in cohorts]}
        )
        counted = {cohort_id: Tally(*counts) for cohort_id, *counts in cursor.fetchall()}
    return {cohort.pk: counted.get(cohort.pk, Tally()) for cohort in cohorts}


class Report:
    """The figures on the rounds that ``rounds`` selects with ``which``, as they stand ``now``. The
    people with the keys ``hidden`` are counted and never listed."""

    def __init__(
        self,
        course: CoursePage,
        rounds: str,
        which: dict[str, Any],
        *,
        now: datetime,
        hidden: Collection[int] = (),
    ) -> None:
        live = LessonPage.objects.live().descendant_of(course).order_by("path")
        self.pages = list(live.only("title", "path", "screens"))
        self.rounds, self.hidden = rounds, list(hidden)
        self.parameters = {
            **which,
            "lessons": [page.pk for page in self.pages],
            "idle_since": now - IDLE,
            "hidden": self.hidden,
        }

    @classmethod
    def of_cohort(cls, cohort: Cohort, *, now: datetime, hidden: Collection[int] = ()) -> "Report":
        which = {"cohorts": [cohort.pk]}
        return cls(cohort.course, OF_COHORTS, which, now=now, hidden=hidden)

    @classmethod
    def of_course(
        cls, course: CoursePage, *, authorities: Collection[int], now: datetime
    ) -> "Report":
        """Of the people of these authorities who have ever started the course."""
        which = {"course": course.pk, "authorities": list(authorities)}
        return cls(course, OF_COURSE, which, now=now)

    @cached_property
    def states(self) -> dict[State, int]:
        """How many people there are in each state, in the order in which people go through them."""
        counted = dict(self._rows(STATES))
        return {state: counted.get(state.value, 0) for state in State}

    @cached_property
    def total(self) -> int:
        return sum(self.states.values())

    @cached_property
    def listed(self) -> int:
        """How many of them are listed."""
        if not self.hidden:
            return self.total
        ((listed,),) = self._rows(LISTED)
        return int(listed)

    def lessons(self) -> list[LessonFigures]:
        """Every live lesson, in the order in which they are taken."""
        counted: dict[int, Any] = {key: counts for key, *counts in self._rows(LESSONS)}
        figures = []
        for number, page in enumerate(self.pages, start=1):
            reached, finished, gave_up, timed, seconds = counted.get(page.pk, (0, 0, 0, 0, None))
            minutes = round(seconds / 60, 1) if timed >= SMALL else None
            figures.append(
                LessonFigures(
                    number, page.title, self.total, reached, finished, gave_up, timed, minutes
                )
            )
        return figures

    def checks(self) -> list[CheckFigures]:
        """Every understanding check of the live lessons."""
        counted = {(lesson, check): counts for lesson, check, *counts in self._rows(CHECKS)}
        return [
            CheckFigures(
                number, page.title, question, *counted.get((page.pk, UUID(check_id)), (0, 0))
            )
            for number, page in enumerate(self.pages, start=1)
            for check_id, question in _questions(page)
        ]

    @property
    def people(self) -> "People":
        return People(self)

    def _rows(self, select: str) -> list[tuple[Any, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(PROGRESS.format(rounds=self.rounds) + select, dict(self.parameters))
            rows: list[tuple[Any, ...]] = cursor.fetchall()
            return rows

    def read_people(self, *, limit: int | None = None, offset: int = 0) -> Iterator[Person]:
        """By name, through a server-side cursor: the memory needed is that of one page."""
        bounds = {"limit": limit, "offset": offset}
        with connection.chunked_cursor() as cursor:
            statement = PROGRESS.format(rounds=self.rounds) + PEOPLE
            cursor.execute(statement, {**self.parameters, **bounds})
            while page := cursor.fetchmany(PAGE):
                for place_id, name, state, done, *moments in page:
                    yield Person(place_id, name, State(state), done, len(self.pages), *moments)


class People:
    """The people of a report, as a paginator and an export ask for them."""

    def __init__(self, report: Report) -> None:
        self.report = report

    def __len__(self) -> int:
        return self.report.listed

    def __getitem__(self, page: slice) -> list[Person]:
        start, stop, _step = page.indices(len(self))
        return list(self.report.read_people(limit=stop - start, offset=start))

    def __iter__(self) -> Iterator[Person]:
        return self.report.read_people()


def _questions(page: LessonPage) -> Iterator[tuple[str, str]]:
    """Identifier and question of each check, from the stored text: building the blocks would look
    up every contact that a lesson shows."""
    for screen in page.screens.raw_data:
        for block in screen["value"]["content"]:
            if block["type"] == "check":
                yield block["id"], block["value"]["question"]
