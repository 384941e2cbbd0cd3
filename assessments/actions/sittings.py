"""A sitting from its start to its result."""

import secrets
from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction

from assessments import paper, perms, waiting
from assessments.actions.drawing import draw_paper
from assessments.actions.outages import beat
from assessments.marking import Marking
from assessments.models import (
    Adjustment,
    Answer,
    DrawnQuestion,
    IdentityCheck,
    Sitting,
    StartCode,
    TestRule,
    TimeGiven,
    Withdrawal,
)
from assessments.perms import Standing
from assessments.refusals import AnswerRefused, CodeRefused, ExtensionRefused, StartRefused
from assessments.signals import attempt_passed
from courses.actions import ask_again, close_enrolment, complete_round
from courses.models import CoursePage
from people.models import Learner

SEED_BYTES = 32
SWEEP_BATCH = 100
# An answer that came in time may still be on its way to the database when the time is over: the
# sweep leaves it this long.
SETTLE = timedelta(seconds=5)
WHOLE = 100  # Per cent.


def start_sitting(
    *, learner: Learner, course: CoursePage, now: datetime, code: str = ""
) -> Sitting:
    """Draw a paper and open a sitting under the rule in force today.

    A repeat, even at the same moment, returns the sitting that is open, also one whose time is over
    and which nobody has marked yet. Where the rule asks for a start code, ``code`` is what was
    typed. Raises StartRefused with the reasons against a start, or CodeRefused.
    """
    sitting = _start(learner, course, now, code)
    if sitting is None:  # Only now, when the wrong try is on record.
        raise CodeRefused("no_such_code")
    return sitting


@transaction.atomic
def _start(learner: Learner, course: CoursePage, now: datetime, typed: str) -> Sitting | None:
    """None: the code is not right."""
    learner, place = stand(learner, course, now)
    if place.open_sitting is not None:
        return place.open_sitting
    sitting = Sitting(learner=learner, course=course, started_at=now)
    if place.reasons or place.rule is None or not place.rule.start_code_required:
        return open_sitting(place, sitting)
    code = _right_code(learner, course, typed, now)
    if code is None:
        return None
    if code.identity_check != IdentityCheck.NONE:
        sitting.identity_check = code.identity_check
        sitting.identity_checked_by, sitting.identity_checked_at = code.issued_by, code.issued_at
    code.sitting = open_sitting(place, sitting)
    code.save(update_fields=["sitting"])
    return code.sitting


def _right_code(
    learner: Learner, course: CoursePage, typed: str, now: datetime
) -> StartCode | None:
    """The code if it may open a test and was typed rightly. A wrong try is counted; nothing typed
    is no try. The learner is locked, so nobody else tries meanwhile."""
    code = StartCode.objects.made_last(learner, course)
    if code is None or not code.is_usable(now) or not typed.strip():
        return None
    if code.opens_with(typed):
        return code
    code.wrong_tries += 1
    code.save(update_fields=["wrong_tries"])
    return None


def stand(learner: Learner, course: CoursePage, now: datetime) -> tuple[Learner, Standing]:
    """The learner, locked so that nobody else starts for them, and where they stand."""
    learner = Learner.objects.select_for_update(of=("self",), no_key=True).get(pk=learner.pk)
    return learner, perms.standing(learner=learner, course=course, now=now, locked=True)


def open_sitting(place: Standing, sitting: Sitting) -> Sitting:
    """Draw the paper of the new ``sitting``, seal it and start its clock, if any runs.

    For a learner whom the caller has locked. Raises StartRefused.
    """
    if place.reasons:
        raise StartRefused(place.reasons)
    assert place.enrolment is not None
    assert place.rule is not None
    if place.enrolment.completed_at is None:
        complete_round(enrolment=place.enrolment, now=sitting.started_at)
    sitting.seed = secrets.token_hex(SEED_BYTES)
    sitting.paper = draw_paper(
        place,
        learner=sitting.learner,
        course=sitting.course,
        seed=sitting.seed,
        now=sitting.started_at,
    )
    sitting.paper_digest = paper.digest(sitting.paper)
    sitting.question_count = len(sitting.paper["questions"])
    sitting.enrolment, sitting.rule = place.enrolment, place.rule
    sitting.authority = place.enrolment.authority
    sitting.adjustment = place.adjustment
    if sitting.mode == Sitting.Mode.ONLINE:
        minutes = minutes_allowed(place.rule, place.adjustment)
        sitting.deadline_at = sitting.started_at + timedelta(minutes=minutes) if minutes else None
    sitting.save(force_insert=True)
    DrawnQuestion.objects.bulk_create(
        DrawnQuestion(
            sitting=sitting,
            position=position,
            question_id=question["question_id"],
            revision_id=question["revision_id"],
        )
        for position, question in enumerate(sitting.questions, start=1)
    )
    return sitting


def minutes_allowed(rule: TestRule, adjustment: Adjustment | None) -> int | None:
    """The time limit with what was granted on top, rounded up; None: no limit."""
    limit = rule.time_limit_minutes
    if limit is None or adjustment is None:
        return limit
    if adjustment.no_limit:
        return None
    return -(-limit * (WHOLE + adjustment.extra_time) // WHOLE) + adjustment.break_minutes


@transaction.atomic
def give_answer(
    *,
    sitting: Sitting,
    position: int,
    option_tokens: Collection[str],
    now: datetime,
    device: str = "",
    network: str = "",
) -> Answer:
    """Save the answer to the question at ``position`` (from 1); the last one given counts.

    The same answer again writes nothing and returns the one there is. ``device`` and ``network``
    are keyed hashes. Raises AnswerRefused.
    """
    sitting = Sitting.objects.locked().get(pk=sitting.pk)
    chosen = _chosen(sitting, position, option_tokens, now)
    last = sitting.answers.filter(position=position).order_by("-pk").first()
    if last is not None and last.chosen == chosen:
        return last
    return Answer.objects.create(
        sitting=sitting,
        position=position,
        chosen=chosen,
        answered_at=now,
        device=device,
        network=network,
    )


def _chosen(sitting: Sitting, position: int, option_tokens: Collection[str], now: datetime) -> str:
    if sitting.closed_at is not None:
        raise AnswerRefused("sitting_closed")
    if sitting.time_is_up(now):
        raise AnswerRefused("too_late")
    if not 1 <= position <= sitting.question_count:
        raise AnswerRefused("no_such_question")
    question = sitting.questions[position - 1]
    known = {option["token"] for option in question["options"]}
    several = question.get("kind") == paper.SEVERAL
    if not option_tokens or not known.issuperset(option_tokens):
        raise AnswerRefused("no_such_option")
    if len(option_tokens) > 1 and not several:
        raise AnswerRefused("no_such_option")
    return paper.chosen_in_order(question, option_tokens)


@transaction.atomic
def extend(*, sitting: Sitting, deadline_at: datetime, now: datetime) -> Sitting:
    """Add the time that the rule lets a driver add, up to ten times.

    ``deadline_at`` is the end that the driver saw: once it has moved, a repeat adds nothing. Raises
    ExtensionRefused.
    """
    sitting = Sitting.objects.locked().get(pk=sitting.pk)
    if sitting.closed_at is not None:
        raise ExtensionRefused("sitting_closed")
    if sitting.time_is_up(now):
        raise ExtensionRefused("too_late")
    minutes = sitting.rule.extension_minutes
    if minutes is None or sitting.deadline_at is None:
        raise ExtensionRefused("no_extension")
    if sitting.deadline_at != deadline_at:
        return sitting
    asked = sitting.time_given.asked().count()
    if asked >= TimeGiven.MOST_ASKED:
        raise ExtensionRefused("all_used")
    added = timedelta(minutes=minutes)
    TimeGiven.objects.create(
        sitting=sitting,
        seconds=int(added.total_seconds()),
        why=TimeGiven.Why.ASKED,
        given_at=now,
    )
    sitting.deadline_at += added
    sitting.save(update_fields=["deadline_at"])
    return sitting


def submit(*, sitting: Sitting, now: datetime) -> Sitting:
    """Hand the sitting in and mark it; questions without an answer count as wrong.

    A repeat returns the first result. After the deadline it closes as if the sweep had done it,
    once what our own fault took is given back. Raises AnswerRefused for a test that staff hold: it
    closes by its answer sheet alone (R29).
    """
    if sitting.mode != Sitting.Mode.ONLINE:
        raise AnswerRefused("held_by_staff")
    if sitting.time_is_up(now):
        beat(now=now)
    with transaction.atomic():
        sitting = Sitting.objects.locked().get(pk=sitting.pk)
        if sitting.closed_at is None:
            close(sitting, now)
    return sitting


def close_late(*, sitting: Sitting, now: datetime) -> Sitting:
    """Mark the sitting if its time is over, as the sweep would; one that has time, or was just
    given some back, stays open. A repeat returns the first result."""
    beat(now=now)
    with transaction.atomic():
        sitting = Sitting.objects.locked().get(pk=sitting.pk)
        if sitting.closed_at is None and sitting.time_is_up(now):
            close(sitting, now)
    return sitting


def close_expired(*, now: datetime) -> int:
    """Mark every sitting whose time is over; returns how many. A repeat finds nothing left.

    What an outage took is given back first. Batches are claimed row by row, so that any number of
    workers share the work.
    """
    beat(now=now)
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
        close(sitting, now)
    return len(batch)


def close(sitting: Sitting, now: datetime) -> None:
    """The one place where a result comes about. The row is locked by the caller.

    A sitting ends at its deadline however late it is marked, and never before it started, wherever
    the clock has gone since.
    """
    late = sitting.time_is_up(now)
    sitting.closed_by = Sitting.ClosedBy.DEADLINE if late else Sitting.ClosedBy.SUBMIT
    ended_at = sitting.deadline_at if late and sitting.deadline_at else now
    sitting.closed_at = max(ended_at, sitting.started_at)
    # Held, so that a withdrawal is confirmed before this result or after it: what this marking does
    # not count, scoring again finds.
    Withdrawal.objects.hold(sitting)
    withdrawn = Withdrawal.objects.on(sitting).withdrawn_at(sitting.closed_at).versions()
    marking = sitting.mark(withdrawn=withdrawn)
    sitting.outcome = Sitting.Outcome.PASSED if marking.passed else Sitting.Outcome.FAILED
    sitting.correct_count = marking.correct_count
    fails = 0 if marking.passed else _fails(sitting)
    if fails:
        wait = waiting.wait_after(sitting.rule.waits, fails)
        sitting.next_try_at = waiting.over_at(sitting.closed_at, wait)
    sitting.save(
        update_fields=["closed_at", "closed_by", "outcome", "correct_count", "next_try_at"]
    )
    if marking.passed:
        passed(sitting, now=sitting.closed_at)
    else:
        _after_fail(sitting, marking, fails)


def passed(sitting: Sitting, *, now: datetime) -> None:
    """What follows a pass, also one that came about by scoring again: the round has served, and
    whoever issues certificates is woken after the commit."""
    close_enrolment(enrolment=sitting.enrolment, now=now)
    tell = partial(attempt_passed.send_robust, sender=Sitting, sitting_id=sitting.pk)
    transaction.on_commit(tell, robust=True)


def _fails(sitting: Sitting) -> int:
    """Which fail of the round this one is, from 1; voided ones do not count."""
    failed = Sitting.objects.filter(enrolment=sitting.enrolment_id, result=Sitting.Outcome.FAILED)
    return failed.count() + 1


def _after_fail(sitting: Sitting, marking: Marking, fails: int) -> None:
    """What the rule asks for before the next try: lessons again, or a new round of them."""
    rule, enrolment, ended_at = sitting.rule, sitting.enrolment, sitting.closed_at
    assert ended_at is not None
    spent = rule.tries is not None and fails >= rule.tries
    if spent and rule.when_spent == TestRule.WhenSpent.RELEARN:
        close_enrolment(enrolment=enrolment, now=ended_at)
    elif rule.lessons_again_after and fails % rule.lessons_again_after == 0:
        ask_again(enrolment=enrolment, lessons=enrolment.course.lessons(), now=ended_at)
    elif rule.restudy_topics:
        lesson_ids = {pk for topic in marking.revisit for pk in topic.lesson_ids}
        ask_again(enrolment=enrolment, lessons=lesson_ids, now=ended_at)
