"""Steps in the life of a question beside writing it, each the same from every door."""

from datetime import date, datetime

from django.db import transaction
from django.utils import timezone
from wagtail.actions.unpublish import UnpublishAction
from wagtail.log_actions import log
from wagtail.models import WorkflowState

from assessments import perms
from assessments.models import Question
from assessments.refusals import QuestionRefused
from people.models import User
from people.perms import possible_keepers


@transaction.atomic
def submit_for_review(*, question: Question, by: User, now: datetime) -> WorkflowState:
    """Put the newest draft before the reviewers. A repeat is refused, as it is in review already.

    Raises QuestionRefused.
    """
    question = _found(question, by, "submit")
    _refuse_while_held(question, by)
    if question.live and not question.has_unpublished_changes:
        raise QuestionRefused("nothing_new")
    if question.latest_revision is None:
        question.save_revision(user=by)
    draft = question.get_latest_revision_as_object()
    faults = draft.publication_faults(on=timezone.localdate(now))
    if faults:
        raise QuestionRefused("faulty", tuple(fault.message for fault in faults))
    returned: WorkflowState | None = question.current_workflow_state
    if returned is not None:  # A reviewer asked for changes: it goes back to the same review.
        returned.resume(by)
        return returned
    begun: WorkflowState = question.get_workflow().start(question, by)
    return begun


@transaction.atomic
def take_out(*, question: Question, by: User, now: datetime) -> Question:
    """Draw the question in no new test from now on; it can come back through a review. A repeat is
    refused: it is out. Raises QuestionRefused."""
    question = _found(question, by, "unpublish")
    if not question.live:
        raise QuestionRefused("not_live")
    UnpublishAction(question, user=by).execute(skip_permission_checks=True)
    return question


@transaction.atomic
def retire(*, question: Question, reason: str, by: User, now: datetime) -> Question:
    """Take the question out for good; its versions and the papers that hold it stay. A review in
    progress is cancelled. A repeat returns it as the first left it. Raises QuestionRefused."""
    question = _found(question, by, "retire")
    if question.retired_at is not None:
        return question
    reason = " ".join(reason.split())
    if not reason:
        raise QuestionRefused("no_reason")
    review = question.current_workflow_state
    if review is not None:
        review.cancel(user=by)
    if question.live:
        UnpublishAction(question, user=by).execute(skip_permission_checks=True)
    question.retired_at, question.retired_by, question.retired_reason = now, by, reason
    question.save(update_fields=["retired_at", "retired_by", "retired_reason"])
    log(question, "assessments.question_retired", user=by, data={"reason": reason})
    return question


@transaction.atomic
def set_upkeep(
    *, question: Question, keeper: User | None, review_due_on: date | None, by: User, now: datetime
) -> Question:
    """Say who answers for the question and when it is looked at next; what is None stays as it is.

    It takes effect at once and needs no review, as no word of the question changes: the newest
    version and the live one take it along, and the log keeps what was there before. A repeat
    changes nothing. Raises QuestionRefused.
    """
    question = _found(question, by, "change")
    _refuse_while_held(question, by)
    if keeper is not None and not possible_keepers(by).filter(pk=keeper.pk).exists():
        raise QuestionRefused("not_a_trainer")
    if review_due_on is not None and review_due_on < timezone.localdate(now):
        raise QuestionRefused("day_is_over")
    before = {"keeper": question.keeper_id, "review_due_on": _iso(question.review_due_on)}
    question.keeper = keeper or question.keeper
    question.review_due_on = review_due_on or question.review_due_on
    after = {"keeper": question.keeper_id, "review_due_on": _iso(question.review_due_on)}
    question.save(update_fields=["keeper", "review_due_on"])
    changed = {"keeper": keeper and keeper.pk, "review_due_on": _iso(review_due_on)}
    _carry_over(question, {name: value for name, value in changed.items() if value})
    if after != before:
        log(question, "assessments.upkeep_set", user=by, data={"before": before, "after": after})
    return question


def _found(question: Question, by: User, action: str) -> Question:
    """The question, locked. Raises QuestionRefused for whoever may not do that with it."""
    if not perms.may_with_question(by, action, question):
        raise QuestionRefused("not_allowed")
    found: Question = Question.objects.select_for_update(of=("self",)).get(pk=question.pk)
    return found


def _refuse_while_held(question: Question, by: User) -> None:
    """What was approved is what goes live, and what somebody locked stays as it is."""
    if question.retired_at is not None:
        raise QuestionRefused("retired")
    if question.workflow_in_progress:
        raise QuestionRefused("in_review")
    lock = question.get_lock()
    if lock is not None and lock.for_user(by):
        raise QuestionRefused("locked")


def _carry_over(question: Question, changed: dict[str, int | str | None]) -> None:
    versions = {question.latest_revision_id, question.live_revision_id} - {None}
    for version in question.revisions.filter(pk__in=versions):
        version.content = {**version.content, **changed}
        question.revisions.filter(pk=version.pk).update(content=version.content)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
