"""Certificates: frozen snapshots of a pass, the events that happened to them, and reminders."""

from datetime import date
from typing import Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assessments.models import Sitting
from courses.models import CoursePage
from courses.models.progress import Fact
from outbox.models import Message
from people.models import Authority, DatedRule, Learner


def default_reminder_days() -> list[int]:
    """Days before expiry on which to remind; minus one is the day after (R42)."""
    return [90, 60, 30, 14, 7, 1, -1]


class ValidityRule(DatedRule):
    """How long a certificate lasts and when its holder is reminded (R09, R42)."""

    months = models.PositiveSmallIntegerField(default=36)
    renewal_window_days = models.PositiveSmallIntegerField(default=90)
    reminder_days = ArrayField(models.SmallIntegerField(), default=default_reminder_days)

    class Meta(DatedRule.Meta):
        constraints = [
            *DatedRule.Meta.constraints,
            models.CheckConstraint(
                name="validityrule_lasts",
                condition=Q(months__gte=1),
                violation_error_message=_("A certificate lasts at least a month."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.months} months from {self.effective_from}"


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def of(self, learner: Learner) -> Self:
        return self.filter(learner=learner)

    def with_revoked(self) -> Self:
        """Adds ``revoked``: whether the last event that changed its standing revoked it."""
        last = (
            CertificateEvent.objects.filter(certificate=OuterRef("pk"))
            .exclude(kind=CertificateEvent.Kind.ISSUED)
            .order_by("-pk")
            .values("kind")[:1]
        )
        return self.annotate(last_standing=models.Subquery(last)).annotate(
            revoked=models.Case(
                models.When(last_standing=CertificateEvent.Kind.REVOKED, then=models.Value(True)),
                default=models.Value(False),
            )
        )

    def not_superseded(self) -> Self:
        """Without a later certificate of the same person, course and authority."""
        later = Certificate.objects.filter(
            learner=OuterRef("learner"),
            counts_for=OuterRef("counts_for"),
            valid_until__gt=OuterRef("valid_until"),
        )
        return self.filter(~Exists(later))


class Certificate(Fact):
    """What was true when it was issued, for ever. It survives renaming the person, unpublishing the
    page and changing the rule. Its standing is worked out from its events, never stored here.

    ``valid_until`` is the last London day on which it counts; ``renew_from`` the first day of the
    renewal window. ``counts_for`` is the course it proves (for a refresher, the full course).
    """

    reference = models.CharField(max_length=14, unique=True)
    sitting = models.OneToOneField(Sitting, on_delete=models.PROTECT, related_name="certificate")
    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="certificates")
    authority = models.ForeignKey(
        Authority, on_delete=models.PROTECT, null=True, blank=True, related_name="certificates"
    )
    course = models.ForeignKey(CoursePage, on_delete=models.PROTECT, related_name="certificates")
    counts_for = models.ForeignKey(CoursePage, on_delete=models.PROTECT, related_name="+")
    rule = models.ForeignKey(ValidityRule, on_delete=models.PROTECT, related_name="+")
    holder_name = models.CharField(max_length=200)
    licence_number = models.CharField(max_length=40, blank=True)
    authority_name = models.CharField(max_length=120, blank=True)
    course_title = models.CharField(max_length=255)
    course_edition = models.CharField(max_length=20)
    passed_at = models.DateTimeField()
    passed_on = models.DateField()
    valid_until = models.DateField()
    renew_from = models.DateField()
    issued_at = models.DateTimeField()

    objects = CertificateQuerySet.as_manager()

    class Meta(Fact.Meta):
        ordering = ["-passed_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="certificate_reference_shape",
                condition=Q(
                    reference__regex=r"^[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}$"
                ),
                violation_error_message=_("A reference is twelve characters in groups of four."),
            ),
            models.CheckConstraint(
                name="certificate_dates_in_order",
                condition=Q(passed_on__lte=F("renew_from"), renew_from__lte=F("valid_until")),
                violation_error_message=_("Passed, then renewable, then ended."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["learner", "counts_for", "-valid_until"], name="certificates_of_learner"
            ),
            models.Index(fields=["valid_until", "id"], name="certificates_by_expiry"),
        ]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        return reverse("certificate", args=[self.reference])

    @property
    def verify_url(self) -> str:
        """The public check's full address, as printed in the QR code."""
        return settings.SITE_URL + reverse("verify_reference", args=[self.reference])

    def covers(self, day: date) -> bool:
        """Whether ``day`` (London) is in its term; the last day counts to its end (R43)."""
        return self.passed_on <= day <= self.valid_until


class CertificateEvent(Fact):
    """What happened to a certificate, when it counts from, who did it and why."""

    class Kind(models.TextChoices):
        ISSUED = "issued", _("issued")
        REVOKED = "revoked", _("revoked")
        REINSTATED = "reinstated", _("reinstated")

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    recorded_at = models.DateTimeField()
    effective_on = models.DateField()
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    seconded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reason = models.TextField(blank=True)

    class Meta(Fact.Meta):
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["certificate"],
                condition=Q(kind="issued"),
                name="certificate_issued_once",
                violation_error_message=_("A certificate is issued once."),
            ),
            models.CheckConstraint(
                name="standing_changed_by_two_with_reason",
                condition=Q(kind="issued")
                | (
                    Q(by__isnull=False, seconded_by__isnull=False)
                    & ~Q(by=F("seconded_by"))
                    & ~Q(reason="")
                ),
                violation_error_message=_("Two different people and a reason are needed."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.certificate}: {self.kind}"


class Reminder(Fact):
    """A notice that is due for a certificate, written once. ``notice`` is days before expiry."""

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="reminders")
    notice = models.SmallIntegerField()
    due_on = models.DateField()
    queued_at = models.DateTimeField()
    message = models.OneToOneField(
        Message, on_delete=models.PROTECT, null=True, blank=True, related_name="reminder"
    )

    class Meta(Fact.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["certificate", "notice"],
                name="one_reminder_per_notice",
                violation_error_message=_("This reminder was queued already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.certificate}: {self.notice}"

