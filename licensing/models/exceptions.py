"""More time for one driver: asked for by one person, granted by another (R12, R46, R47)."""

from datetime import date
from typing import Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from people.models import Licence
from people.models.decisions import by_another, decided_with_by


class TrainingExceptionQuerySet(models.QuerySet["TrainingException"]):
    def waiting(self) -> Self:
        return self.filter(decision="")

    def running(self, *, on: date) -> Self:
        """Granted, not ended early, and not past the last day."""
        return self.filter(decision="granted", ended_at=None, ends_on__gte=on)


class TrainingException(models.Model):
    """One licence has until the end of ``ends_on`` to meet the requirement with this code.

    It counts from the London day of the second signature, for whoever held the licence then, and no
    longer on the day on which somebody ended it. What was written down stays; the decision comes
    once, and so does the end.
    """

    class Decision(models.TextChoices):
        GRANTED = "granted", _("granted")
        DECLINED = "declined", _("declined")
        TAKEN_BACK = "taken_back", _("taken back")

    licence = models.ForeignKey(
        Licence, on_delete=models.PROTECT, related_name="training_exceptions", db_index=False
    )
    requirement = models.CharField(max_length=40)
    reason = models.TextField()
    ends_on = models.DateField()
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField()
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True)
    decision_reason = models.TextField(blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.TextField(blank=True)

    objects = TrainingExceptionQuerySet.as_manager()

    class Meta:
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["licence", "requirement"],
                condition=Q(decision=""),
                name="one_waiting_exception",
                violation_error_message=_("An exception for this licence waits already."),
            ),
            models.CheckConstraint(
                name="exception_has_a_reason",
                condition=~Q(reason="") & ~Q(requirement=""),
                violation_error_message=_(
                    "Say which requirement it is about, and give the reason."
                ),
            ),
            decided_with_by("exception_decided_with_by"),
            by_another("exception_granted_by_another", decisions=["granted", "declined"]),
            models.CheckConstraint(
                name="exception_ended_with_by",
                condition=Q(ended_by=None, ended_at=None, end_reason="")
                | (
                    Q(decision="granted", ended_by__isnull=False, ended_at__isnull=False)
                    & ~Q(end_reason="")
                ),
                violation_error_message=_("Say when it ended, who ended it and why."),
            ),
        ]
        indexes = [
            models.Index(fields=["licence", "requirement"], name="exceptions_of_licence"),
        ]
        triggers = [
            pgtrigger.Protect(name="exception_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="exception_fixed",
                fields=[
                    "licence",
                    "requirement",
                    "reason",
                    "ends_on",
                    "proposed_by",
                    "proposed_at",
                ],
            ),
            pgtrigger.Protect(
                name="exception_decision_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.decided_at IS NOT NULL AND"
                    " (OLD.decision, OLD.decision_reason, OLD.decided_by_id, OLD.decided_at)"
                    " IS DISTINCT FROM"
                    " (NEW.decision, NEW.decision_reason, NEW.decided_by_id, NEW.decided_at)"
                ),
            ),
            pgtrigger.Protect(
                name="exception_end_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__ended_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.licence}: {self.requirement} until {self.ends_on}"

    def may_be_ended(self, *, on: date) -> bool:
        """Whether there is anything left to end on the London day ``on``."""
        granted = self.decision == self.Decision.GRANTED
        return granted and self.ended_at is None and self.ends_on >= on
