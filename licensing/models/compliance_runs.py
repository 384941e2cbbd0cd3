"""Answers that were given about an authority's training, each with its proof (R51)."""

from collections.abc import Iterable
from datetime import date
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courses.models.facts import Fact
from people.models import Authority


class ComplianceRunQuerySet(models.QuerySet["ComplianceRun"]):
    def asked_alike(self, run: "ComplianceRun") -> Self:
        """Those that answer the same question."""
        return self.filter(authority=run.authority_id, as_at=run.as_at, known_at=run.known_at)


class ComplianceRun(Fact):
    """Somebody asked how many had met the requirement on ``as_at``, as known at ``known_at``.

    ``run_by`` is empty where a command asked. ``digest`` is of all that the figures were worked out
    from, ``answer_digest`` of the figures; ``marks`` has the beginning of each line's own digest.
    """

    authority = models.ForeignKey(
        Authority, on_delete=models.PROTECT, related_name="compliance_runs"
    )
    as_at = models.DateField()
    known_at = models.DateTimeField()
    run_at = models.DateTimeField()
    run_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    purpose = models.CharField(max_length=200, blank=True)
    numerator = models.PositiveIntegerField()
    denominator = models.PositiveIntegerField()
    counts = models.JSONField(help_text=_("Licences by their worst status."))
    kinds = models.JSONField(help_text=_("Numerator and denominator of each kind of licence."))
    requirements = models.JSONField(help_text=_("Each rule in force, with its counts."))
    definitions_version = models.CharField(max_length=12)
    digest = models.CharField(max_length=64)
    answer_digest = models.CharField(max_length=64)
    marks = models.BinaryField()

    objects = ComplianceRunQuerySet.as_manager()

    class Meta(Fact.Meta):
        ordering = ["-pk"]
        constraints = [
            models.CheckConstraint(
                name="run_counts_no_more_than_all",
                condition=Q(numerator__lte=F("denominator")),
                violation_error_message=_("No more can have met it than there are."),
            ),
            models.CheckConstraint(
                name="run_knows_no_future",
                condition=Q(known_at__lte=F("run_at")),
                violation_error_message=_("Nobody knows what will be recorded later."),
            ),
        ]
        indexes = [
            models.Index(fields=["authority", "as_at", "known_at"], name="runs_asked_alike"),
        ]

    def __str__(self) -> str:
        return f"{self.authority}: {self.as_at}"

    def rule_keys(self) -> Iterable[int]:
        return [rule["rule_id"] for rule in self.requirements]

    @property
    def question(self) -> dict[str, Any]:
        """As the functions that judge want it."""
        asked: dict[str, int | date] = {"authority_id": self.authority_id, "as_at": self.as_at}
        return {**asked, "known_at": self.known_at}
