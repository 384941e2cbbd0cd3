"""Every change to sittings and test rules."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from assessments import paper, perms
from assessments.eligibility import Code, Reason
from assessments.models import (
    Answer,
    DrawnQuestion,
    Question,
    QuestionOption,
    Sitting,
    TestRule,
    TestRuleTopic,
    Topic,
)
from assessments.signals import attempt_passed
from courses.actions import close_enrolment, complete_round
from courses.models import CoursePage
from people.models import Learner, User

SEED_BYTES = 32
SWEEP_BATCH = 100
# An answer that came in time may still be on its way to the database when the time is over: the
# sweep leaves it this long.
SETTLE = timedelta(seconds=5)


class Refused(Exception):
    """The step is not possible. ``code`` is stable and is what callers decide by."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class StartRefused(Refused):
    """No sitting may start. ``reasons`` are all that stand against it, ``code`` is the first."""

    def __init__(self, reasons: tuple[Reason, ...]) -> None:
        super().__init__(reasons[0].code)
        self.reasons = reasons


class AnswerRefused(Refused):
    """``code``: ``sitting_closed``, ``too_late``, ``no_such_question`` or ``no_such_option``."""


class RuleRefused(Refused):
    """``code``: ``empty_blueprint``, ``own_proposal``, ``approved_already`` or ``not_allowed``."""


@transaction.atomic
def start_sitting(*, learner: Learner, course: CoursePage, now: datetime) -> Sitting:
    """Draw a paper and open a sitting under the rule in force today.

    A repeat, even at the same moment, returns the sitting that is open, also one whose time is over
    and which nobody has marked yet. Raises StartRefused with the reasons against a start.
    """
    learner = Learner.objects.select_for_update(of=("self",), no_key=True).get(pk=learner.pk)
    place = perms.standing(learner=learner, course=course, now=now, locked=True)
    if place.open_sitting is not None:
        return place.open_sitting
    if place.reasons:
        raise StartRefused(place.reasons)
    assert place.enrolment is not None
    assert place.rule is not None
    if place.enrolment.completed_at is None:
        complete_round(enrolment=place.enrolment, now=now)
    seed = secrets.token_hex(SEED_BYTES)
    frozen = _draw_paper(place.rule, place.blueprint, learner=learner, course=course, seed=seed)
    limit = place.rule.time_limit_minutes
    sitting = Sitting.objects.create(
        learner=learner,
        enrolment=place.enrolment,
        course=course,
        authority=place.enrolment.authority,
        rule=place.rule,
        seed=seed,
        paper=frozen,
        paper_digest=paper.digest(frozen),
        question_count=len(frozen["questions"]),
        started_at=now,
        deadline_at=now + timedelta(minutes=limit) if limit else None,
    )
    DrawnQuestion.objects.bulk_create(
        DrawnQuestion(sitting=sitting, position=position, question_id=question["question_id"])
        for position, question in enumerate(frozen["questions"], start=1)
    )
    return sitting


def _draw_paper(
    rule: TestRule,
    blueprint: Sequence[TestRuleTopic],
    *,
    learner: Learner,
    course: CoursePage,
    seed: str,
) -> paper.Paper:
    drawn = paper.draw(
        blueprint={place.topic.slug: place.questions for place in blueprint},
        candidates=Question.objects.candidates(
            rule_id=rule.pk, course_id=course.pk, learner_id=learner.pk
        ),
        seed=seed,
    )
    if isinstance(drawn, paper.BankTooSmall):
        raise StartRefused((Reason(Code.BANK_TOO_SMALL),))
    return paper.freeze(
        questions=QuestionOption.objects.bank_questions(drawn),
        topics=[
            {"slug": place.topic.slug, "title": place.topic.title, "minimum": place.minimum}
            for place in blueprint
        ],
        seed=seed,
    )


@transaction.atomic
def give_answer(*, sitting: Sitting, position: int, option_token: str, now: datetime) -> Answer:
    """Save the answer to the question at ``position`` (from 1); the last one given counts.

    The same answer again writes nothing and returns the one there is. Raises AnswerRefused.
    """
    sitting = Sitting.objects.locked().get(pk=sitting.pk)
    _check_answer(sitting, position, option_token, now)
    last = sitting.answers.filter(position=position).order_by("-pk").first()
    if last is not None and last.option_token == option_token:
        return last
    return Answer.objects.create(
        sitting=sitting, position=position, option_token=option_token, answered_at=now
    )


def _check_answer(sitting: Sitting, position: int, option_token: str, now: datetime) -> None:
    if sitting.closed_at is not None:
        raise AnswerRefused("sitting_closed")
    if sitting.time_is_up(now):
        raise AnswerRefused("too_late")
    if not 1 <= position <= sitting.question_count:
        raise AnswerRefused("no_such_question")
    options = sitting.questions[position - 1]["options"]
    if option_token not in [option["token"] for option in options]:
        raise AnswerRefused("no_such_option")


@transaction.atomic
def submit(*, sitting: Sitting, now: datetime) -> Sitting:
    """Hand the sitting in and mark it; questions without an answer count as wrong.

    A repeat returns the first result. After the deadline it closes as if the sweep had done it.
    """
    sitting = Sitting.objects.locked().get(pk=sitting.pk)
    if sitting.closed_at is None:
        _close(sitting, now)
    return sitting


def close_expired(*, now: datetime) -> int:
    """Mark every sitting whose time is over; returns how many. A repeat finds nothing left.

    Batches are claimed row by row, so that any number of workers share the work.
    """
    closed = 0
    while batch := _close_batch(now):
        closed += batch
    return closed


@transaction.atomic
def _close_batch(now: datetime) -> int:
    expired = Sitting.objects.expired(now=now - SETTLE).select_related("rule", "enrolment")
    claimed = expired.select_for_update(skip_locked=True, of=("self",)).order_by("deadline_at")
    batch = list(claimed[:SWEEP_BATCH])
    for sitting in batch:
        _close(sitting, now)
    return len(batch)


def _close(sitting: Sitting, now: datetime) -> None:
    """The one place where a result comes about. The row is locked by the caller.

    A sitting ends at its deadline however late it is marked, and never before it started, wherever
    the clock has gone since.
    """
    late = sitting.time_is_up(now)
    marking = sitting.mark()
    sitting.closed_by = Sitting.ClosedBy.DEADLINE if late else Sitting.ClosedBy.SUBMIT
    ended_at = sitting.deadline_at if late and sitting.deadline_at else now
    sitting.closed_at = max(ended_at, sitting.started_at)
    sitting.outcome = Sitting.Outcome.PASSED if marking.passed else Sitting.Outcome.FAILED
    sitting.correct_count = marking.correct_count
    if not marking.passed:
        sitting.next_try_at = sitting.closed_at + timedelta(hours=sitting.rule.wait_hours)
    sitting.save(
        update_fields=["closed_at", "closed_by", "outcome", "correct_count", "next_try_at"]
    )
    if marking.passed:
        close_enrolment(enrolment=sitting.enrolment, now=sitting.closed_at)
        tell = partial(attempt_passed.send_robust, sender=Sitting, sitting_id=sitting.pk)
        transaction.on_commit(tell, robust=True)


@transaction.atomic
def propose_rule(
    *,
    rule: TestRule,
    blueprint: Mapping[Topic, tuple[int, int]],
    by: User,
    now: datetime,
) -> TestRule:
    """Save a rule with its blueprint (topic to how many questions, and how many must be right).

    It judges nobody until somebody else approves it. A repeat proposes a second rule. Raises
    RuleRefused.
    """
    if not perms.may_decide_rules(by, authority=rule.authority):
        raise RuleRefused("not_allowed")
    if not blueprint:
        raise RuleRefused("empty_blueprint")
    rule.proposed_by, rule.proposed_at = by, now
    rule.save(force_insert=True)
    TestRuleTopic.objects.bulk_create(
        TestRuleTopic(rule=rule, topic=topic, questions=questions, minimum=minimum)
        for topic, (questions, minimum) in blueprint.items()
    )
    return rule


@transaction.atomic
def approve_rule(*, rule: TestRule, by: User, now: datetime) -> TestRule:
    """Put the second signature under a rule; from then on the database keeps it as it is.

    A repeat is refused, so that the first signature stands. Raises RuleRefused.
    """
    rule = TestRule.objects.select_for_update(of=("self",)).get(pk=rule.pk)
    if not perms.may_decide_rules(by, authority=rule.authority):
        raise RuleRefused("not_allowed")
    if rule.approved_at is not None:
        raise RuleRefused("approved_already")
    if rule.proposed_by_id == by.pk:
        raise RuleRefused("own_proposal")
    if not rule.blueprint.exists():
        raise RuleRefused("empty_blueprint")
    rule.approve(by=by, now=now)
    return rule
