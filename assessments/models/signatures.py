"""What needs two people: one proposes it, another confirms it, and until then it has no effect."""

from datetime import datetime
from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from people.models.decisions import by_another


class CountersignedQuerySet(models.QuerySet[Any]):
    def confirmed(self) -> Self:
        return self.filter(confirmed_at__isnull=False)

    def waiting(self) -> Self:
        return self.filter(confirmed_at=None)


class Countersigned(models.Model):
    """A step with two names (R47). Once confirmed, the database keeps it as it is."""

    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField()
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    confirmed_at = models.DateTimeField(null=True, blank=True)

    objects = CountersignedQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(class)s_confirmed_by_with_at",
                condition=Q(confirmed_at=None, confirmed_by=None)
                | Q(confirmed_at__isnull=False, confirmed_by__isnull=False),
                violation_error_message=_("Say both who confirmed it and when."),
            ),
            by_another(
                "%(class)s_confirmed_by_another",
                by="confirmed_by",
                message=_("Somebody other than its author has to confirm it."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="countersigned_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="countersigned_fixed", exclude=["confirmed_by", "confirmed_at"]
            ),
            pgtrigger.Protect(
                name="countersigned_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__confirmed_at__isnull=False),
            ),
        ]

    def confirm(self, *, by: Any, now: datetime) -> None:
        """Put the second name under it; the database refuses the first one's."""
        self.confirmed_by, self.confirmed_at = by, now
        self.save(update_fields=["confirmed_by", "confirmed_at"])
