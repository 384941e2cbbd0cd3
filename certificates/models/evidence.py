"""Training that happened elsewhere and is recognised here, once a second person has checked it."""

from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from courses.models import CoursePage
from courses.models.facts import Fact
from people import perms as people
from people.models import Authority, Learner, Membership
from people.models.decisions import by_another, decided_with_by


class EvidenceFile(Fact):
    """A document as it was handed in: kept in the database, so that nothing but the page that asks
    for permission can serve it, and every machine has it."""

    digest = models.CharField(max_length=64, help_text=_("SHA-256 of the content."))
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    content = models.BinaryField()

    def __str__(self) -> str:
        return self.name


class Decidable(models.Model):
    """What one person enters and another one accepts or refuses, once."""

    class Decision(models.TextChoices):
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", _("refused")

    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    entered_at = models.DateTimeField()
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True, db_default="")
    decision_reason = models.TextField(blank=True, db_default="")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        abstract = True
        constraints = [
            decided_with_by("%(class)s_decided_with_by"),
            by_another(
                "%(class)s_decided_by_another",
                than="entered_by",
                message=_("Somebody other than who entered it decides."),
            ),
            models.CheckConstraint(
                name="%(class)s_refused_with_reason",
                condition=~Q(decision="refused") | ~Q(decision_reason=""),
                violation_error_message=_("Say why it is refused."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="decision_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__decided_at__isnull=False),
            ),
        ]


class EvidenceQuerySet(models.QuerySet[Any]):
    def waiting(self) -> Self:
        return self.filter(decision="")

    def visible_to(self, user: Any) -> Self:
        """Officers and auditors see their own authority's, an administrator all."""
        roles = [Membership.Role.OFFICER, Membership.Role.AUDITOR]
        return self.filter(authority__in=people.served_authorities(user, *roles))


class EvidenceBatch(Decidable):
    """Past records from one file, entered together and decided together."""

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    file = models.ForeignKey(EvidenceFile, on_delete=models.PROTECT, related_name="+")
    rows = models.PositiveIntegerField()

    objects = EvidenceQuerySet.as_manager()

    class Meta(Decidable.Meta):
        ordering = ["-entered_at", "-pk"]
        constraints = [
            *Decidable.Meta.constraints,
            models.UniqueConstraint(
                fields=["authority", "file"],
                condition=~Q(decision="refused"),
                name="one_batch_for_each_file",
                violation_error_message=_("This file has been entered already."),
            ),
        ]
        triggers = [
            *Decidable.Meta.triggers,
            pgtrigger.ReadOnly(
                name="batch_fixed",
                fields=["authority", "file", "rows", "entered_by", "entered_at"],
            ),
        ]

    def __str__(self) -> str:
        return str(self.file)


class Evidence(Decidable):
    """A pass that happened elsewhere (R37). Once accepted it has a certificate, "recognised".

    ``course`` is the course of ours that it counts for; ``passed_on`` the London day of the pass as
    the document says; ``checklist`` holds the answer of whoever decides for each point of
    ``certificates.recognition.CHECKLIST``, by its code.
    """

    class Kind(models.TextChoices):
        ELSEWHERE = "elsewhere", _("A certificate from elsewhere")
        CLASSROOM = "classroom", _("A classroom course")
        PAST_RECORD = "past_record", _("A record from before this service")

    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="evidence")
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    course = models.ForeignKey(CoursePage, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    holder_name = models.CharField(max_length=200)
    licence_number = models.CharField(max_length=40, blank=True, db_default="")
    provider_name = models.CharField(max_length=200)
    course_name = models.CharField(max_length=255)
    their_reference = models.CharField(max_length=100, blank=True, db_default="")
    passed_on = models.DateField()
    identity_method = models.CharField(max_length=200, blank=True, db_default="")
    file = models.ForeignKey(
        EvidenceFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    batch = models.ForeignKey(
        EvidenceBatch, on_delete=models.PROTECT, null=True, blank=True, related_name="evidence"
    )
    checklist = models.JSONField(default=dict, db_default={})

    objects = EvidenceQuerySet.as_manager()

    class Meta(Decidable.Meta):
        verbose_name_plural = _("evidence")
        ordering = ["-entered_at", "-pk"]
        constraints = [
            *Decidable.Meta.constraints,
            models.UniqueConstraint(
                fields=["learner", "course", "passed_on", "provider_name"],
                condition=~Q(decision="refused"),
                name="evidence_entered_once",
                violation_error_message=_("This training has been entered already."),
            ),
            models.CheckConstraint(
                name="evidence_with_document",
                condition=Q(file__isnull=False) | Q(batch__isnull=False),
                violation_error_message=_("Evidence needs its document."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["authority", "entered_at"],
                name="evidence_waiting",
                condition=Q(decision=""),
            ),
            models.Index(
                fields=["decided_at", "id"],
                name="evidence_accepted",
                condition=Q(decision="accepted"),
            ),
        ]
        triggers = [
            *Decidable.Meta.triggers,
            pgtrigger.ReadOnly(
                name="evidence_fixed",
                exclude=[
                    "decision",
                    "decision_reason",
                    "decided_by",
                    "decided_at",
                    "checklist",
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.holder_name}: {self.course_name}"

    @property
    def entered_already(self) -> bool:
        """Whether the same training is on record, and not refused. The database has the last word
        on it."""
        same = Evidence.objects.exclude(decision=self.Decision.REFUSED).filter(
            learner=self.learner_id,
            course=self.course_id,
            passed_on=self.passed_on,
            provider_name=self.provider_name,
        )
        return bool(same.exclude(pk=self.pk).exists())
