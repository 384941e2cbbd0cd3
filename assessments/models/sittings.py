"""Sittings: a frozen paper, the answers given, and one result. Facts, kept by the database."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Self
from uuid import uuid4

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Case, F, Q, When
from django.utils.translation import gettext_lazy as _
from wagtail.models import Revision

from assessments.marking import Marking, Standard, mark, required_count
from assessments.models.bank import Question
from assessments.models.rules import IdentityCheck, TestRule
from courses.models import CoursePage, Enrolment
from courses.models.facts import Fact, at_insert
from people.models import Authority, Learner

CHANGED_BY_FACT = """
IF OLD.closed_at IS NULL THEN RETURN NEW; END IF;
IF ROW(NEW.deadline_at, NEW.closed_at, NEW.closed_by, NEW.outcome, NEW.correct_count,
        NEW.next_try_at)
    IS DISTINCT FROM ROW(OLD.deadline_at, OLD.closed_at, OLD.closed_by, OLD.outcome,
        OLD.correct_count, OLD.next_try_at) THEN
    RAISE EXCEPTION 'the result of a closed sitting is kept';
END IF;
IF NEW.changed_outcome <> OLD.changed_outcome AND (OLD.changed_outcome <> '' OR NOT EXISTS (
        SELECT 1 FROM assessments_resultchange c
        WHERE c.sitting_id = NEW.id AND c.outcome = NEW.changed_outcome)) THEN
    RAISE EXCEPTION 'a result changes once, and by a fact that says why';
END IF;
RETURN NEW;
"""


class SittingQuerySet(models.QuerySet["Sitting"]):
    def open(self) -> Self:
        return self.filter(closed_at=None)

    def of(self, learner: Learner) -> Self:
        return self.filter(learner=learner)

    def passed(self) -> Self:
        return self.filter(result=Sitting.Outcome.PASSED)

    def counting(self) -> Self:
        """Those that use a try: open ones, and closed ones that were not voided (I03)."""
        return self.exclude(result=Sitting.Outcome.VOID)

    def expired(self, *, now: datetime) -> Self:
        """Still open although their time is over."""
        return self.open().filter(deadline_at__lte=now)

    def locked(self) -> Self:
        """For a change of one sitting: nobody else changes it until the transaction ends."""
        return self.select_for_update(of=("self",)).select_related("rule", "enrolment")


class Sitting(models.Model):
    """One try at a test. ``paper`` holds questions, options, order and key as drawn at the start,
    under ``paper_digest`` (SHA-256 of its canonical JSON), so that it can be shown and marked again
    years later. The key never leaves the server."""

    class Outcome(models.TextChoices):
        PASSED = "passed", _("passed")
        FAILED = "failed", _("not passed")
        VOID = "void", _("does not count")

    class ClosedBy(models.TextChoices):
        SUBMIT = "submit", _("handed in")
        DEADLINE = "deadline", _("time was up")
        VOID = "void", _("stopped by staff")

    class Mode(models.TextChoices):
        ONLINE = "online", _("on a screen")
        SPOKEN = "spoken", _("spoken")
        PAPER = "paper", _("on paper")

    id = models.UUIDField(primary_key=True, default=uuid4, editable=False)
    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="sittings")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="sittings")
    course = models.ForeignKey(CoursePage, on_delete=models.PROTECT, related_name="sittings")
    authority = models.ForeignKey(
        Authority, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    rule = models.ForeignKey(TestRule, on_delete=models.PROTECT, related_name="+")
    seed = models.CharField(max_length=64)
    paper = models.JSONField()
    paper_digest = models.CharField(max_length=64)
    question_count = models.PositiveSmallIntegerField()
    mode = models.CharField(
        max_length=10, choices=Mode.choices, default=Mode.ONLINE, db_default=Mode.ONLINE.value
    )
    adjustment = models.ForeignKey(
        "assessments.Adjustment",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="sittings",
    )
    identity_check = models.CharField(
        max_length=10,
        choices=IdentityCheck.choices,
        default=IdentityCheck.NONE,
        db_default=IdentityCheck.NONE.value,
    )
    identity_checked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    identity_checked_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Staff who hold a spoken or paper test. Empty: the person did."),
    )
    deadline_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.CharField(max_length=10, choices=ClosedBy.choices, blank=True)
    outcome = models.CharField(max_length=10, choices=Outcome.choices, blank=True)
    correct_count = models.PositiveSmallIntegerField(null=True, blank=True)
    next_try_at = models.DateTimeField(null=True, blank=True)
    changed_outcome = models.CharField(
        max_length=10,
        choices=Outcome.choices,
        blank=True,
        db_default="",
        help_text=_("Set once, by the ResultChange that says why."),
    )
    result = models.GeneratedField(
        expression=Case(When(changed_outcome="", then=F("outcome")), default=F("changed_outcome")),
        output_field=models.CharField(max_length=10),
        db_persist=True,
    )

    objects = SittingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "course"],
                condition=Q(closed_at=None),
                name="one_open_sitting_per_course",
                violation_error_message=_("You have a test open already."),
            ),
            models.CheckConstraint(
                name="sitting_closed_with_result",
                condition=Q(closed_at=None, closed_by="", outcome="", correct_count=None)
                | (
                    Q(closed_at__isnull=False, correct_count__isnull=False)
                    & ~Q(closed_by="")
                    & ~Q(outcome="")
                ),
                violation_error_message=_("A closed sitting has a result, an open one has none."),
            ),
            models.CheckConstraint(
                name="sitting_count_within_paper",
                condition=Q(correct_count=None) | Q(correct_count__lte=F("question_count")),
                violation_error_message=_("No more right answers than questions."),
            ),
            models.CheckConstraint(
                name="sitting_has_questions",
                condition=Q(question_count__gte=1),
                violation_error_message=_("A paper has at least one question."),
            ),
            models.CheckConstraint(
                name="sitting_closed_after_start",
                condition=Q(closed_at=None) | Q(closed_at__gte=F("started_at")),
                violation_error_message=_("A sitting ends after it starts."),
            ),
            models.CheckConstraint(
                name="sitting_identity_checked_with_by",
                condition=Q(
                    identity_check="none", identity_checked_by=None, identity_checked_at=None
                )
                | (
                    ~Q(identity_check="none")
                    & Q(identity_checked_by__isnull=False, identity_checked_at__isnull=False)
                ),
                violation_error_message=_("Say who checked the identity, when and how."),
            ),
            models.CheckConstraint(
                name="sitting_held_by_staff",
                condition=Q(mode="online", started_by=None)
                | (~Q(mode="online") & Q(started_by__isnull=False, deadline_at=None)),
                violation_error_message=_("Staff hold a spoken or paper test, and no clock runs."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["deadline_at"], name="sitting_expiring", condition=Q(closed_at=None)
            ),
            models.Index(fields=["learner", "course", "started_at"], name="sittings_of_learner"),
            models.Index(fields=["closed_at"], name="sittings_closed"),
            models.Index(
                fields=["closed_at", "id"],
                name="sittings_passed",
                condition=Q(result="passed"),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="sitting_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="sitting_fixed",
                exclude=[
                    "deadline_at",
                    "closed_at",
                    "closed_by",
                    "outcome",
                    "correct_count",
                    "next_try_at",
                    "changed_outcome",
                    "result",
                ],
            ),
            pgtrigger.Protect(
                name="sitting_time_only_grows",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__deadline_at__gt=pgtrigger.F("new__deadline_at"))
                | pgtrigger.Q(old__deadline_at__isnull=True, new__deadline_at__isnull=False)
                | pgtrigger.Q(old__deadline_at__isnull=False, new__deadline_at__isnull=True),
            ),
            pgtrigger.Trigger(
                name="sitting_result_final",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=CHANGED_BY_FACT,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.learner}: {self.course}"

    @property
    def questions(self) -> list[Any]:
        """The questions of the frozen paper in the order they are shown."""
        return list(self.paper["questions"])

    @property
    def required_count(self) -> int:
        """How many answers must be right to pass."""
        return required_count(self.rule.pass_mark, self.question_count)

    def time_is_up(self, now: datetime) -> bool:
        return self.deadline_at is not None and now >= self.deadline_at

    def given_answers(self) -> dict[int, str]:
        """What is chosen now at each answered place of the paper, as in ``Answer.chosen``."""
        return dict(self.answers.counting().values_list("position", "chosen"))

    @property
    def standard(self) -> Standard:
        """What the rule asks of the paper."""
        return Standard(self.rule.pass_mark, self.rule.critical_must_be_right)

    def mark(self, *, withdrawn: Collection[tuple[int, int | None]] = ()) -> Marking:
        """What the paper earned by its own rule; marking again years later gives the same.

        ``withdrawn``: versions of questions (question and revision) that count as right.
        """
        return mark(self.paper, self.given_answers(), self.standard, withdrawn=withdrawn)


class DrawnQuestion(Fact):
    """A question of the bank that stands on a paper: who has seen it, and how often it is used."""

    sitting = models.ForeignKey(
        Sitting, on_delete=models.PROTECT, related_name="drawn_questions", db_index=False
    )
    position = models.PositiveSmallIntegerField()
    question = models.ForeignKey(
        Question, on_delete=models.PROTECT, related_name="draws", db_index=False
    )
    revision = models.ForeignKey(
        Revision,
        on_delete=models.PROTECT,
        null=True,  # A question may be live without ever having had a version.
        blank=True,
        related_name="+",
    )

    class Meta(Fact.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["sitting", "question"],
                name="question_once_per_paper",
                violation_error_message=_("This question is on the paper already."),
            )
        ]
        indexes = [
            models.Index(fields=["question", "revision", "sitting"], name="draws_of_version")
        ]

    def __str__(self) -> str:
        return f"{self.sitting_id}: {self.position}"


class AnswerQuerySet(models.QuerySet["Answer"]):
    def counting(self) -> Self:
        """The answer that counts for each question: the one given last."""
        return self.order_by("sitting_id", "position", "-pk").distinct("sitting_id", "position")


class Answer(Fact):
    """One answer as it was given. Changing one's mind adds a row; the last one counts.

    ``chosen`` holds the tokens of the chosen options in the order of the paper, with spaces between
    them. ``device`` and ``network`` are keyed hashes that say only whether two are the same (R26).
    """

    sitting = models.ForeignKey(Sitting, on_delete=models.PROTECT, related_name="answers")
    position = models.PositiveSmallIntegerField()
    chosen = models.CharField(max_length=200)
    answered_at = models.DateTimeField()
    device = models.CharField(max_length=22, blank=True, db_default="")
    network = models.CharField(max_length=22, blank=True, db_default="")

    objects = AnswerQuerySet.as_manager()

    class Meta(Fact.Meta):
        indexes = [models.Index(fields=["sitting", "position", "-id"], name="answers_of_sitting")]
        triggers = [
            *Fact.Meta.triggers,
            at_insert(
                "answer_in_open_sitting",
                (
                    "IF EXISTS (SELECT 1 FROM assessments_sitting s WHERE s.id = NEW.sitting_id"
                    " AND (s.closed_at IS NOT NULL OR NEW.answered_at >= s.deadline_at"
                    " OR NEW.position < 1 OR NEW.position > s.question_count)) THEN"
                    " RAISE EXCEPTION 'the sitting is over or has no such question'; END IF;"
                    " RETURN NEW;"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sitting_id}: {self.position}"
