"""What may follow a result: a challenge, a question withdrawn, a sitting voided or scored anew."""

from datetime import datetime
from typing import Any, ClassVar, Self

import pgtrigger
from django.conf import settings
from django.db import connection, models
from django.db.models import F, Func, OuterRef, Q, QuerySet, Subquery, TextField, Value
from django.db.models.functions import Cast, Coalesce
from django.utils.translation import gettext_lazy as _
from wagtail.models import Revision

from assessments.models.bank import Question
from assessments.models.signatures import Countersigned, CountersignedQuerySet
from assessments.models.sittings import Answer, DrawnQuestion, Sitting
from courses.models.facts import Fact

HELD = "SELECT 1 FROM assessments_withdrawal WHERE question_id = ANY(%s) FOR SHARE"


class WithdrawalQuerySet(CountersignedQuerySet):
    def on(self, sitting: Sitting) -> Self:
        """Of the questions on the paper; which version, ``versions`` tells."""
        return self.filter(question__in=[part["question_id"] for part in sitting.questions])

    def withdrawn_at(self, moment: datetime) -> Self:
        """What counts in a first result: all that was confirmed when the sitting ended. What is
        confirmed later changes the result by a fact of its own, so marking again agrees (I07)."""
        return self.filter(confirmed_at__lte=moment)

    def counted_in(self, sitting: Sitting) -> Self:
        """What the result of a closed sitting stands on now: that, and what it was scored again
        for since."""
        later = Q(pk__in=sitting.changes.values("withdrawal"))
        return self.on(sitting).filter(Q(confirmed_at__lte=sitting.closed_at) | later)

    def versions(self) -> frozenset[tuple[int, int | None]]:
        """Question and revision, as marking knows them."""
        return frozenset(self.values_list("question_id", "revision_id"))

    def hold(self, sitting: Sitting) -> None:
        """Keep those of the paper as they are until the transaction ends; whoever wants to confirm
        one waits so long. Others may hold them too."""
        question_ids = [part["question_id"] for part in sitting.questions]
        with connection.cursor() as cursor:
            cursor.execute(HELD, [question_ids])


class Withdrawal(Countersigned):
    """One version of a question is taken out for good because it was wrong (R31). From then on
    every paper that held it is scored as if it had been answered rightly."""

    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="withdrawals")
    revision = models.ForeignKey(
        Revision, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.TextField()

    objects: ClassVar[Any] = WithdrawalQuerySet.as_manager()

    class Meta(Countersigned.Meta):
        constraints = [
            *Countersigned.Meta.constraints,
            models.UniqueConstraint(
                fields=["question", "revision"],
                name="version_withdrawn_once",
                nulls_distinct=False,
                violation_error_message=_("This version is withdrawn already."),
            ),
            models.CheckConstraint(
                name="withdrawal_has_a_reason",
                condition=~Q(reason=""),
                violation_error_message=_("Give the reason."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question_id}"

    def draws(self) -> QuerySet[DrawnQuestion]:
        """Where the version stood on a paper."""
        return DrawnQuestion.objects.filter(question=self.question_id, revision=self.revision_id)

    def draws_not_right(self) -> QuerySet[DrawnQuestion]:
        """Where the answer that counts is another than the key, or there is none. It only narrows
        down which papers are worth marking: marking decides."""
        given = Answer.objects.filter(sitting=OuterRef("sitting"), position=OuterRef("position"))
        place = Cast(F("position") - 1, TextField())
        key = Func(
            F("sitting__paper"),
            Value("questions"),
            place,
            Value("key"),
            function="jsonb_extract_path_text",
            output_field=TextField(),
        )
        last = Coalesce(Subquery(given.order_by("-pk").values("chosen")[:1]), Value(""))
        return self.draws().annotate(given=last, right=key).exclude(given=F("right"))

    def sittings_to_score(self) -> QuerySet[Sitting]:
        """Closed before the confirmation, in need of scoring again, and not scored again yet."""
        scored = Sitting.objects.filter(changes__withdrawal=self)
        closed = Sitting.objects.counting().filter(closed_at__lt=self.confirmed_at)
        return closed.filter(drawn_questions__in=self.draws_not_right()).exclude(pk__in=scored)


class ChallengeQuerySet(models.QuerySet["Challenge"]):
    def waiting(self) -> Self:
        return self.filter(decided_at=None)


class Challenge(models.Model):
    """A driver says that a question on their paper is wrong or unclear (R31). What they wrote is a
    fact; the decision comes once. An upheld one leads to a withdrawal, which takes a second name.
    """

    class Decision(models.TextChoices):
        UPHELD = "upheld", _("upheld")
        DECLINED = "declined", _("declined")

    sitting = models.ForeignKey(Sitting, on_delete=models.PROTECT, related_name="challenges")
    position = models.PositiveSmallIntegerField()
    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="challenges")
    revision = models.ForeignKey(
        Revision, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    text = models.TextField(max_length=1000)
    made_at = models.DateTimeField()
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True)
    answer = models.TextField(blank=True, help_text=_("What the driver is told."))
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    withdrawal = models.ForeignKey(
        Withdrawal, on_delete=models.PROTECT, null=True, blank=True, related_name="challenges"
    )

    objects = ChallengeQuerySet.as_manager()

    class Meta:
        ordering = ["made_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["sitting", "position"],
                name="question_challenged_once_per_sitting",
                violation_error_message=_("You have told us about this question already."),
            ),
            models.CheckConstraint(
                name="challenge_decided_with_by",
                condition=Q(decided_at=None, decided_by=None, decision="", withdrawal=None)
                | (
                    Q(decided_at__isnull=False, decided_by__isnull=False)
                    & ~Q(decision="")
                    & ~Q(answer="")
                ),
                violation_error_message=_("A decision has its name, its time and its words."),
            ),
            models.CheckConstraint(
                name="challenge_upheld_names_withdrawal",
                condition=Q(decision="upheld", withdrawal__isnull=False)
                | (~Q(decision="upheld") & Q(withdrawal=None)),
                violation_error_message=_("An upheld challenge withdraws the question."),
            ),
            models.CheckConstraint(
                name="challenge_says_something",
                condition=~Q(text=""),
                violation_error_message=_("Say what is wrong with the question."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="challenge_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="challenge_fixed",
                fields=["sitting", "position", "question", "revision", "text", "made_at"],
            ),
            pgtrigger.Protect(
                name="challenge_decision_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__decided_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sitting_id}: {self.position}"


class ResultChange(Fact):
    """Why a result is no longer what it was (I08). The sitting keeps its first result beside it.

    A *void* one does not count as a try (R23). A *rescored* one counts the withdrawn question as
    right (R31); where that is enough, the sitting is passed.
    """

    class Kind(models.TextChoices):
        VOID = "void", _("does not count")
        RESCORED = "rescored", _("scored again")

    class ReasonClass(models.TextChoices):
        TECHNICAL = "technical", _("technical fault")
        PLACE = "place", _("disturbed where the test was taken")
        OVERTAKEN = "overtaken", _("an earlier test was passed by scoring it again")
        CONDUCT = "conduct", _("conduct, decided after hearing the person")
        WITHDRAWN = "withdrawn", _("a question was withdrawn")

    sitting = models.ForeignKey(Sitting, on_delete=models.PROTECT, related_name="changes")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    outcome_before = models.CharField(max_length=10, blank=True)
    outcome = models.CharField(max_length=10, choices=Sitting.Outcome.choices)
    correct_before = models.PositiveSmallIntegerField(null=True, blank=True)
    correct_count = models.PositiveSmallIntegerField(null=True, blank=True)
    reason_class = models.CharField(max_length=10, choices=ReasonClass.choices)
    reason = models.TextField()
    withdrawal = models.ForeignKey(
        Withdrawal, on_delete=models.PROTECT, null=True, blank=True, related_name="changes"
    )
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    changed_at = models.DateTimeField()

    class Meta(Fact.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["sitting", "withdrawal"],
                name="rescored_once_per_withdrawal",
                violation_error_message=_("This sitting was scored again already."),
            ),
            models.UniqueConstraint(
                fields=["sitting"],
                condition=Q(kind="void"),
                name="voided_once",
                violation_error_message=_("This sitting does not count already."),
            ),
            models.CheckConstraint(
                name="result_change_has_a_reason",
                condition=~Q(reason=""),
                violation_error_message=_("Give the reason."),
            ),
            models.CheckConstraint(
                name="rescored_in_favour",
                condition=Q(kind="void", outcome="void", withdrawal=None)
                | Q(
                    kind="rescored",
                    withdrawal__isnull=False,
                    outcome__in=["passed", "failed"],
                    correct_count__gt=F("correct_before"),
                ),
                violation_error_message=_("Scoring again never takes a right answer away."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sitting_id}: {self.kind}"
