"""What the database itself refuses, whoever asks."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.db.models import ProtectedError

from assessments import actions
from assessments.models import (
    Answer,
    DrawnQuestion,
    Question,
    ResultChange,
    Sitting,
    TestRuleTopic,
)
from tests.assessments.conftest import answer, draft_rule, rule_of
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def closed(sitting, now):
    answer(sitting, now, right=3)
    return actions.submit(sitting=sitting, now=now)


def refused(by):
    """The database says no, and ``by`` is the trigger or constraint that did."""
    return pytest.raises(DatabaseError, match=by)


@pytest.mark.parametrize(
    "change",
    [
        {"outcome": "passed"},
        {"correct_count": 4},
        {"next_try_at": None},
        {"closed_at": None, "closed_by": "", "outcome": "", "correct_count": None},
    ],
    ids=["outcome", "count", "wait", "open-again"],
)
def test_result_of_a_closed_sitting_is_final(closed, change):
    with refused("sitting_result_final"), transaction.atomic():
        Sitting.objects.filter(pk=closed.pk).update(**change)


@pytest.mark.parametrize(
    "change",
    [
        {"paper": {"questions": []}},
        {"paper_digest": "0" * 64},
        {"seed": "known"},
        {"question_count": 1},
        {"mode": "paper"},
        {"identity_check": "counter"},
    ],
    ids=lambda change: next(iter(change)),
)
def test_paper_of_an_open_sitting_is_fixed(sitting, change):
    with refused("sitting_fixed"), transaction.atomic():
        Sitting.objects.filter(pk=sitting.pk).update(**change)


@pytest.mark.parametrize(
    "moved", [timedelta(seconds=-1), None], ids=["earlier", "no-limit-any-more"]
)
def test_deadline_only_moves_later(timed, moved):
    to = moved and timed.deadline_at + moved
    with refused("sitting_time_only_grows"), transaction.atomic():
        Sitting.objects.filter(pk=timed.pk).update(deadline_at=to)


def test_sitting_without_a_limit_gets_none_later(sitting, now):
    with refused("sitting_time_only_grows"), transaction.atomic():
        Sitting.objects.filter(pk=sitting.pk).update(deadline_at=now)


def change_of(sitting, **fields):
    return ResultChange.objects.create(
        sitting=sitting,
        kind="void",
        outcome_before=sitting.outcome,
        outcome="void",
        reason_class="technical",
        reason="The line was cut.",
        changed_by=UserFactory(),
        changed_at=sitting.closed_at,
        **fields,
    )


def test_result_does_not_change_without_the_fact_that_says_why(closed):
    with refused("sitting_result_final"), transaction.atomic():
        Sitting.objects.filter(pk=closed.pk).update(changed_outcome="void")


def test_result_does_not_change_to_anything_but_what_the_fact_says(closed):
    change_of(closed)
    with refused("sitting_result_final"), transaction.atomic():
        Sitting.objects.filter(pk=closed.pk).update(changed_outcome="passed")


def test_result_changes_once_by_its_fact_and_the_first_one_stays(closed):
    first = closed.outcome
    change_of(closed)
    Sitting.objects.filter(pk=closed.pk).update(changed_outcome="void")
    closed.refresh_from_db()
    assert (closed.outcome, closed.result) == (first, "void")
    with refused("sitting_result_final"), transaction.atomic():
        Sitting.objects.filter(pk=closed.pk).update(changed_outcome="")


@pytest.mark.parametrize("rows", [Answer.objects, DrawnQuestion.objects, Sitting.objects])
def test_fact_is_never_deleted(closed, rows):
    with refused("Cannot .*delete rows"), transaction.atomic():
        rows.all()._raw_delete("default")


def test_answer_is_never_changed(closed):
    with refused("fact_kept"), transaction.atomic():
        Answer.objects.update(chosen="x" * 22)


def insert_answer(sitting, *, position=1, at):
    with transaction.atomic():
        Answer.objects.create(sitting=sitting, position=position, chosen="x" * 22, answered_at=at)


def test_answer_into_a_closed_sitting_is_refused(closed, now):
    with refused("the sitting is over or has no such question"):
        insert_answer(closed, at=now)


def test_answer_after_the_deadline_is_refused(course, learner, now):
    rule_of(course, time_limit_minutes=10)
    sitting = actions.start_sitting(learner=learner, course=course, now=now)
    insert_answer(sitting, at=sitting.deadline_at - timedelta(seconds=1))
    with refused("the sitting is over or has no such question"):
        insert_answer(sitting, at=sitting.deadline_at)


@pytest.mark.parametrize("position", [0, 5])
def test_answer_to_a_question_that_the_paper_has_not_is_refused(sitting, now, position):
    with refused("the sitting is over or has no such question"):
        insert_answer(sitting, position=position, at=now)


def copy_of(sitting, **changes):
    fields = {field.name: getattr(sitting, field.name) for field in Sitting._meta.fields}
    return Sitting(**{**fields, "id": None, **changes})


def test_second_open_sitting_of_a_course_is_refused(sitting):
    with refused("one_open_sitting_per_course"), transaction.atomic():
        copy_of(sitting).save(force_insert=True)


def test_paper_without_questions_is_refused(closed):
    with refused("sitting_has_questions"), transaction.atomic():
        copy_of(closed, question_count=0, correct_count=0).save(force_insert=True)


def test_sitting_that_ends_before_it_starts_is_refused(closed):
    earlier = closed.started_at - timedelta(seconds=1)
    with refused("sitting_closed_after_start"), transaction.atomic():
        copy_of(closed, closed_at=earlier).save(force_insert=True)


def test_question_that_was_drawn_cannot_be_deleted(sitting):
    drawn = Question.objects.get(pk=sitting.questions[0]["question_id"])
    with pytest.raises(ProtectedError):
        drawn.delete()


def test_blueprint_of_an_approved_rule_is_frozen(rule):
    with refused("blueprint of an approved rule is frozen"), transaction.atomic():
        TestRuleTopic.objects.update(questions=1)


def test_minimum_above_what_is_drawn_is_refused(rule, course):
    topic = rule.blueprint.first().topic
    with refused("blueprint_minimum_within_topic"), transaction.atomic():
        draft_rule(course, places=[(topic, 1, 2)])
