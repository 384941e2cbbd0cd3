"""Interests that staff declare: they then have nothing to do with that person (R47)."""

from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from people.models.register import Learner


class InterestQuerySet(models.QuerySet["Interest"]):
    def current(self) -> Self:
        return self.filter(ended_at=None)

    def of(self, user: Any) -> Self:
        return self.filter(user=user.pk)


class Interest(models.Model):
    """A member of staff knows this person, and says so. Ended by somebody else, never deleted."""

    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="interests"
    )
    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="+")
    reason = models.TextField()
    declared_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = InterestQuerySet.as_manager()

    class Meta:
        ordering = ["-declared_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["user", "learner"],
                condition=Q(ended_at=None),
                name="one_current_interest",
                violation_error_message=_("You have declared this already."),
            ),
            models.CheckConstraint(
                name="interest_has_a_reason",
                condition=~Q(reason=""),
                violation_error_message=_("Say how you know the person."),
            ),
            models.CheckConstraint(
                name="interest_ended_at_with_by",
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False),
                violation_error_message=_("Say both when it ended and who said so."),
            ),
            models.CheckConstraint(
                name="interest_ended_by_another",
                condition=Q(ended_by=None) | ~Q(ended_by=models.F("user")),
                violation_error_message=_("Somebody else has to end an interest."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="interest_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="interest_fixed", fields=["user", "learner", "reason", "declared_at"]
            ),
            pgtrigger.Protect(
                name="interest_end_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__ended_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.learner}"
