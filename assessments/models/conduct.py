"""What looks odd about a sitting, for a person to look into. Nothing here fails anybody (R26)."""

from datetime import datetime
from typing import Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Max, Q
from django.utils.translation import gettext_lazy as _

from assessments.models.sittings import Sitting
from courses.models.facts import Fact
from people.models import Learner
from people.models.decisions import by_another


class Signal(Fact):
    """Something in the answers that a person should look at; ``evidence`` holds its figures and
    names no answer."""

    class Kind(models.TextChoices):
        TOO_FAST = "too_fast", _("answered too fast to have read")
        SHARED_DEVICE = "shared_device", _("many people on one device")
        SHARED_MISTAKES = "shared_mistakes", _("the same wrong answers as somebody else")
        TWO_PLACES = "two_places", _("two places at once")

    sitting = models.ForeignKey(Sitting, on_delete=models.PROTECT, related_name="signals")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    evidence = models.JSONField()
    noticed_at = models.DateTimeField()

    class Meta(Fact.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["sitting", "kind"],
                name="signal_once_per_sitting",
                violation_error_message=_("This was noticed already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.sitting_id}: {self.kind}"


class CaseQuerySet(models.QuerySet["Case"]):
    def open(self) -> Self:
        return self.filter(decided_at=None)

    def held_until(self, learner: Learner, *, now: datetime) -> datetime | None:
        """Until when proven cases keep the learner from a test; None when none does now."""
        standing = self.exclude(appeal_decision=Case.AppealDecision.OVERTURNED)
        holding = standing.filter(sitting__learner=learner, no_test_before__gt=now)
        until: datetime | None = holding.aggregate(until=Max("no_test_before"))["until"]
        return until


class Case(models.Model):
    """A person looks into one sitting (R27): notice to the driver, their reply, a decision by
    somebody who had no part in it, and an appeal decided by yet another."""

    class Decision(models.TextChoices):
        NO_ACTION = "no_action", _("nothing wrong was found")
        ADVICE = "advice", _("advice was given")
        PROVEN = "proven", _("on balance, the rules of the test were broken")

    class AppealDecision(models.TextChoices):
        STANDS = "stands", _("the decision stands")
        OVERTURNED = "overturned", _("the decision is overturned")

    sitting = models.OneToOneField(Sitting, on_delete=models.PROTECT, related_name="case")
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField()
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    no_test_before = models.DateTimeField(null=True, blank=True)
    appealed_at = models.DateTimeField(null=True, blank=True)
    appeal_decision = models.CharField(max_length=10, choices=AppealDecision.choices, blank=True)
    appeal_decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    appeal_decided_at = models.DateTimeField(null=True, blank=True)

    objects = CaseQuerySet.as_manager()

    class Meta:
        ordering = ["opened_at", "pk"]
        constraints = [
            models.CheckConstraint(
                name="case_decided_with_by",
                condition=Q(decided_at=None, decided_by=None, decision="", appealed_at=None)
                | (Q(decided_at__isnull=False, decided_by__isnull=False) & ~Q(decision="")),
                violation_error_message=_("A decision has its name and time."),
            ),
            by_another(
                "case_decided_by_another",
                than="opened_by",
                message=_("Somebody who had no part in it has to decide."),
            ),
            models.CheckConstraint(
                name="case_appeal_decided_with_by",
                condition=Q(appeal_decided_at=None, appeal_decided_by=None, appeal_decision="")
                | (
                    Q(appeal_decided_at__isnull=False, appeal_decided_by__isnull=False)
                    & Q(appealed_at__isnull=False)
                    & ~Q(appeal_decision="")
                ),
                violation_error_message=_("An appeal is decided with a name and a time."),
            ),
            models.CheckConstraint(
                name="case_appeal_decided_by_another",
                condition=Q(appeal_decided_by=None)
                | (~Q(appeal_decided_by=F("decided_by")) & ~Q(appeal_decided_by=F("opened_by"))),
                violation_error_message=_("Somebody who had no part in it has to decide."),
            ),
            models.CheckConstraint(
                name="case_wait_needs_proof",
                condition=Q(no_test_before=None) | Q(decision="proven"),
                violation_error_message=_("Only a proven case keeps somebody from a test."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="case_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="case_fixed", fields=["sitting", "opened_by", "opened_at"]),
            pgtrigger.Trigger(
                name="case_decision_final",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=(
                    "IF OLD.decided_at IS NOT NULL AND (NEW.decision, NEW.decided_by_id,"
                    " NEW.decided_at, NEW.no_test_before) IS DISTINCT FROM (OLD.decision,"
                    " OLD.decided_by_id, OLD.decided_at, OLD.no_test_before)"
                    " OR OLD.appeal_decided_at IS NOT NULL THEN"
                    " RAISE EXCEPTION 'a decision is kept'; END IF; RETURN NEW;"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sitting_id}"


class CaseEntry(Fact):
    """What was written in a case: by staff, or by the driver (``driver`` kinds)."""

    class Kind(models.TextChoices):
        NOTE = "note", _("note for the file")
        NOTICE = "notice", _("notice to the driver")
        REPLY = "reply", _("the driver's reply")
        DECISION = "decision", _("decision and its reasons")
        APPEAL = "appeal", _("the driver's appeal")
        APPEAL_DECISION = "appeal_decision", _("decision on the appeal")

    # What the driver reads; notes are for the file alone.
    SHOWN_TO_DRIVER = (
        Kind.NOTICE,
        Kind.REPLY,
        Kind.DECISION,
        Kind.APPEAL,
        Kind.APPEAL_DECISION,
    )

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="entries")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    text = models.TextField(max_length=5000)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField()

    class Meta(Fact.Meta):
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="case_entry_says_something",
                condition=~Q(text=""),
                violation_error_message=_("Write something."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.case_id}: {self.kind}"
