"""A large invented data set, made in the database itself: people, rounds, passes, certificates.

Rows are written in the order in which life would have written them, so that every constraint and
trigger judges them: a sitting is opened, answered and closed, and only then certified. Papers hold
one question and lessons leave no trace; in all else a seeded pass is like any other.
"""

import json
import secrets
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from assessments import paper
from assessments.models import Question, QuestionOption, TestRule
from certificates import reference
from certificates.models import ValidityRule
from courses.models import CoursePage
from lms.scale import statements
from people.models import Authority, User

BATCH = 50_000  # Learners in one transaction: the memory needed is that of one batch.
ROUNDS = 4  # So many passes has a learner at most.
BOROUGHS = 20
SHORT_MONTHS = 24  # In the boroughs a certificate lasts less, so that terms differ.
SHARES = {"DEMO-NB": 8, "DEMO-WV": 4}  # Of 32 learners; each borough has one.


class ScaleError(Exception):
    """The data set cannot be made; the message says what is missing."""


def seed(*, learners: int, now: datetime) -> Iterator[int]:
    """Add so many learners, after those of an earlier call; gives the number done after each batch.

    A call that is cut short leaves whole batches. Raises ScaleError where the demo is missing.
    """
    today = timezone.localdate(now)
    facts = _facts(today)
    terms = _terms(today)
    papers = _papers()
    first = User.objects.filter(email__endswith=f"@{statements.DOMAIN}").count() + 1
    last = first + learners - 1
    for start in range(first, last + 1, BATCH):
        stop = min(start + BATCH - 1, last)
        with transaction.atomic(), connection.cursor() as cursor:
            _seed_batch(cursor, {**facts, "first": start, "last": stop}, terms, papers)
        yield stop - first + 1
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _facts(today: date) -> dict[str, Any]:
    """What all passes share. The people who sign are those who signed the demo's rules."""
    course = CoursePage.objects.original().filter(slug="safeguarding").first()
    if course is None:
        raise ScaleError("There is no course to pass yet: run load_demo first.")
    rules: Any = TestRule.objects.in_force(authority=None, on=today)
    rule = rules.filter(course=course).first()
    if rule is None or not Question.objects.drawable().exists():
        raise ScaleError("There is no test to sit yet: run load_demo first.")
    return {
        "today": today,
        "course": course.pk,
        "title": course.title,
        "edition": course.edition,
        "test_rule": rule.pk,
        "minutes": rule.time_limit_minutes,
        "by": rule.proposed_by_id,
        "seconded_by": rule.approved_by_id,
        "domain": statements.DOMAIN,
        "first_names": statements.FIRST_NAMES,
        "last_names": statements.LAST_NAMES,
    }


def _terms(today: date) -> list[tuple[Any, ...]]:
    """For each of 32 learners: authority, its name, its rule and from when the rule holds."""
    national = ValidityRule.objects.in_force(authority=None, on=today).first()
    demo = Authority.objects.in_bulk(list(SHARES), field_name="code")
    if national is None or len(demo) < len(SHARES):
        raise ScaleError("The demo's councils and rules are missing: run load_demo first.")
    places = [demo[code] for code, share in SHARES.items() for _ in range(share)]
    places += [_borough(number, national) for number in range(1, BOROUGHS + 1)]
    terms = []
    for number, authority in enumerate(places):
        rule = ValidityRule.objects.in_force(authority=authority, on=today).first() or national
        days, months = rule.renewal_window_days, rule.months
        holds = (rule.pk, months, days, rule.effective_from)
        terms.append((number, authority.pk, authority.name, *holds))
    return terms


def _borough(number: int, national: ValidityRule) -> Authority:
    """An invented authority with a rule of its own, as old as the national one."""
    authority, _ = Authority.objects.get_or_create(
        code=f"SCALE-{number:02}", defaults={"name": f"Scale Borough {number:02}"}
    )
    if not ValidityRule.objects.filter(authority=authority).exists():
        rule = ValidityRule.objects.create(
            authority=authority,
            months=SHORT_MONTHS,
            effective_from=national.effective_from,
            reason="The Scale boroughs renew every two years.",
            proposed_by=national.proposed_by,
            proposed_at=national.proposed_at,
        )
        assert national.approved_at is not None
        rule.approve(by=national.approved_by, now=national.approved_at)
    return authority


def _papers() -> list[tuple[Any, ...]]:
    """A frozen paper of one question for each question of the bank."""
    papers = []
    ids = list(Question.objects.drawable().values_list("pk", flat=True))
    for number, question in enumerate(QuestionOption.objects.bank_questions(ids)):
        token = secrets.token_hex(32)
        topic: paper.FrozenTopic = {"slug": question.topic, "title": question.topic, "minimum": 0}
        frozen = paper.freeze(questions=[question], topics=[topic], seed=token)
        key, text = frozen["questions"][0]["key"], json.dumps(frozen)
        papers.append((number, token, text, paper.digest(frozen), question.question_id, key))
    return papers


def _seed_batch(
    cursor: CursorWrapper,
    facts: dict[str, Any],
    terms: list[tuple[Any, ...]],
    papers: list[tuple[Any, ...]],
) -> None:
    """Foreign keys are judged after each statement: waiting for the commit would fill memory."""
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    _copy(cursor, "scale_terms", statements.TERMS, terms)
    _copy(cursor, "scale_paper", statements.PAPERS, papers)
    for statement in statements.ONCE:
        cursor.execute(statement, facts)
    for number in range(1, ROUNDS + 1):
        if number > 1:
            cursor.execute(statements.NEXT_PASSES, {**facts, "round": number})
        cursor.execute(statements.DATES, {"round": number})
    cursor.execute(statements.ROUNDS)
    _copy(cursor, "scale_reference", statements.REFERENCES, _references(cursor.rowcount))
    cursor.execute(statements.ENROLMENTS, facts)
    for number in range(1, ROUNDS + 1):
        for statement in statements.OF_EACH_SITTING:
            cursor.execute(statement, {**facts, "round": number})
    for statement in statements.AT_LAST:
        cursor.execute(statement, facts)


def _references(count: int) -> Iterator[tuple[int, str]]:
    length = reference.RANDOM_LENGTH
    randoms = secrets.token_bytes(count * length)
    for number in range(count):
        at = number * length
        yield number + 1, reference.make(randoms[at : at + length])


def _copy(cursor: CursorWrapper, table: str, columns: str, rows: Any) -> None:
    cursor.execute(f"CREATE TEMPORARY TABLE {table} ({columns}) ON COMMIT DROP")
    with cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    cursor.execute(f"ANALYZE {table}")
