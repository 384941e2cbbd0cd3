"""Dated rules: what holds from which day, proposed by one person and approved by another (R10)."""

from datetime import date, datetime
from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from people.models.decisions import by_another
from people.models.register import Authority


class DatedRuleQuerySet(models.QuerySet[Any]):
    def approved(self, *, known_at: datetime | None = None) -> Self:
        """Rules with both signatures; with ``known_at``, signed by that instant."""
        if known_at is None:
            return self.filter(approved_at__isnull=False)
        return self.filter(approved_at__lte=known_at)

    def in_force(
        self, *, authority: Authority | None, on: date, known_at: datetime | None = None
    ) -> Self:
        """Rules that may apply on the London day ``on``, the one that does first.

        An authority's own rule goes before the national default (authority empty); among rules of
        one authority the latest ``effective_from`` wins, then the one approved last.
        """
        own = Q(authority=None) if authority is None else Q(authority=None) | Q(authority=authority)
        return (
            self.approved(known_at=known_at)
            .filter(own, effective_from__lte=on)
            .order_by(F("authority").asc(nulls_last=True), "-effective_from", "-approved_at", "-pk")
        )


class DatedRule(models.Model):
    """A rule with a first day, two names and a reason; frozen once approved."""

    authority = models.ForeignKey(
        Authority,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Empty: the national default."),
    )
    effective_from = models.DateField()
    reason = models.TextField()
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    proposed_at = models.DateTimeField()
    approved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)

    objects = DatedRuleQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                name="%(class)s_approved_by_with_at",
                condition=Q(approved_at=None, approved_by=None)
                | Q(approved_at__isnull=False, approved_by__isnull=False),
                violation_error_message=_("Say both who approved the rule and when."),
            ),
            by_another(
                "%(class)s_approved_by_another",
                by="approved_by",
                message=_("A rule is approved by somebody other than its author."),
            ),
            models.CheckConstraint(
                name="%(class)s_has_a_reason",
                condition=~Q(reason=""),
                violation_error_message=_("Give the reason for the rule."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="approved_rule_frozen",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__approved_at__isnull=False),
            ),
        ]

    def approve(self, *, by: Any, now: datetime) -> None:
        """Put the second signature under the rule; the database refuses the author's own."""
        self.approved_by, self.approved_at = by, now
        self.save(update_fields=["approved_by", "approved_at"])
