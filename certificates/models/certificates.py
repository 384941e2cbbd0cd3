"""Certificates: frozen snapshots of a pass, the events that happened to them, and reminders."""

from datetime import date, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.lookups import IsNull
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from assessments.models import Sitting
from certificates import renewal
from certificates.models.evidence import Evidence
from certificates.models.origin import ORIGIN_IS_TRUE
from certificates.models.rules import ValidityRule
from courses.models import CoursePage
from courses.models.facts import Fact, at_insert
from outbox.models import Message
from people import perms as people
from people.models import Authority, Learner, Membership


def verify_url(reference: str) -> str:
    """The full address at which anybody may check the certificate with that reference."""
    return settings.SITE_URL + reverse("verify_reference", args=[reference])


class CertificateQuerySet(models.QuerySet["Certificate"]):
    def of(self, learner: Learner) -> Self:
        return self.filter(learner=learner)

    def held_by(self, user: Any) -> Self:
        return self.filter(learner__user=user.pk)

    def visible_to(self, user: Any) -> Self:
        """Officers and auditors see what their own authority holds; an administrator sees all.
        Nobody sees their own here, nor that of somebody in whom they declared an interest."""
        seen = self.exclude(people.kept_from(user))
        if user.is_superuser:
            return seen
        roles = [Membership.Role.OFFICER, Membership.Role.AUDITOR]
        return seen.filter(authority__in=people.authorities_of(user, *roles))

    def with_revoked(self) -> Self:
        """Adds ``revoked``: whether it was revoked and not reinstated since. One that was carried
        over revoked is reinstated by the number of the one in its place."""
        revoking = Exists(_events().revoking())
        return self.annotate(revoked=revoking & ~Exists(_reinstated_in_its_place()))

    def with_replaced(self) -> Self:
        """Adds ``replaced``: whether a corrected certificate stands in its place."""
        return self.annotate(replaced=Exists(_events().filter(kind="replaced")))

    def with_counting(self) -> Self:
        """Adds ``counting``: whether it is neither revoked nor replaced."""
        return self.annotate(counting=~Exists(_events().ending()))

    def counting(self) -> Self:
        """Neither revoked nor replaced: it counts in its term, and supersedes what ends before."""
        return self.filter(~Exists(_events().ending()))

    def with_superseded(self) -> Self:
        """Adds ``superseded``: whether there is a later certificate for the same purpose."""
        return self.annotate(superseded=Exists(_later_certificates()))

    def not_superseded(self) -> Self:
        """Without a later certificate of the same person, course and authority.

        A revoked or replaced one supersedes nothing. One that was passed before the person had an
        authority is superseded by a later one of any. Of two that end on the same day the newer one
        counts.
        """
        return self.filter(~Exists(_later_certificates()))

    def with_standing(self) -> Self:
        """Adds what ``Certificate.standing_on`` needs."""
        return self.with_revoked().with_replaced().with_superseded()

    def expiring_between(self, first: date, last: date) -> Self:
        """Those whose last day is in the span, in the order in which sweeps walk through them. What
        had ended when it was put on record is history: it expired before anybody knew of it."""
        lived = Q(issued_at__date__lte=F("valid_until"))
        return self.filter(lived, valid_until__range=(first, last)).order_by("valid_until", "pk")

    def without_notice(self, notice: int) -> Self:
        """Those for which neither this reminder nor a later one has been queued."""
        queued = Reminder.objects.filter(certificate=OuterRef("pk"), notice__lte=notice)
        return self.filter(~Exists(queued))


class CertificateEventQuerySet(models.QuerySet["CertificateEvent"]):
    def revoking(self) -> Self:
        """Revocations that were not undone afterwards."""
        return self.filter(_not_undone(), kind="revoked")

    def ending(self) -> Self:
        """What took a certificate's worth away for good, or until it is reinstated."""
        return self.filter(Q(kind="revoked") & _not_undone() | Q(kind="replaced"))


def _not_undone() -> Q:
    """Whether the certificate of an event was not reinstated after it."""
    later = CertificateEvent.objects.filter(kind="reinstated", pk__gt=OuterRef("pk"))
    return Q(~Exists(later.filter(certificate=OuterRef("certificate"))))


def _events() -> CertificateEventQuerySet:
    """Of the outer certificate."""
    return CertificateEvent.objects.filter(certificate=OuterRef("pk"))


def _reinstated_in_its_place() -> CertificateEventQuerySet:
    """Of the outer certificate's replacement, without what that took over when it was issued."""
    since = Q(recorded_at__gt=F("certificate__issued_at"))
    return CertificateEvent.objects.filter(
        since, certificate__replaces=OuterRef("pk"), kind="reinstated"
    )


def _later_certificates() -> "models.QuerySet[Certificate]":
    """What supersedes the outer certificate; see ``not_superseded``."""
    longer = Q(valid_until__gt=OuterRef("valid_until"))
    newer = Q(valid_until=OuterRef("valid_until"), pk__gt=OuterRef("pk"))
    return (
        Certificate.objects.filter(learner=OuterRef("learner"), counts_for=OuterRef("counts_for"))
        .filter(longer | newer)
        .filter(Q(authority=OuterRef("authority")) | IsNull(OuterRef("authority"), rhs=True))
        .counting()
    )


class Certificate(Fact):
    """What was true when it was issued, for ever. It survives renaming the person, unpublishing the
    page and changing the rule. Its standing is worked out from its events, never stored here.

    ``valid_until`` is the last London day on which it counts; ``renew_from`` the first day of the
    renewal window. ``counts_for`` is the course it proves (for a refresher, the full course).
    """

    reference = models.CharField(max_length=14, unique=True)
    sitting = models.OneToOneField(
        Sitting, on_delete=models.PROTECT, null=True, blank=True, related_name="certificate"
    )
    evidence = models.OneToOneField(
        Evidence,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="certificate",
        help_text=_("What was recognised in place of a test here (R37)."),
    )
    replaces = models.OneToOneField(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="replacement",
        help_text=_("The certificate that this one corrects."),
    )
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
    provider_name = models.CharField(
        max_length=200,
        blank=True,
        db_default="",
        help_text=_("Who taught a recognised course. Empty: this service, for the authority."),
    )
    identity_method = models.CharField(max_length=200, blank=True, db_default="")
    licence_ends_on = models.DateField(
        null=True,
        blank=True,
        help_text=_("Set where the rule let the certificate end with the licence (R09)."),
    )
    passed_at = models.DateTimeField()
    passed_on = models.DateField()
    valid_until = models.DateField()
    renew_from = models.DateField()
    issued_at = models.DateTimeField()

    revoked: bool  # Set by ``with_revoked``,
    replaced: bool  # ``with_replaced``,
    counting: bool  # ``with_counting``,
    superseded: bool  # and ``with_superseded``.

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
            models.CheckConstraint(
                name="certificate_of_one_origin",
                condition=Q(sitting__isnull=False, evidence=None, replaces=None)
                | Q(sitting=None, evidence__isnull=False, replaces=None)
                | Q(sitting=None, evidence=None, replaces__isnull=False),
                violation_error_message=_(
                    "A certificate comes from one pass, one piece of recognised evidence, or the"
                    " certificate it corrects."
                ),
            ),
        ]
        indexes = [
            models.Index(
                fields=["learner", "counts_for", "-valid_until"], name="certificates_of_learner"
            ),
            models.Index(fields=["valid_until", "id"], name="certificates_by_expiry"),
            models.Index(
                fields=["authority", "-passed_at", "-id"], name="certificates_of_authority"
            ),
        ]
        triggers = [
            *Fact.Meta.triggers,
            at_insert("certificate_of_a_pass", ORIGIN_IS_TRUE),
        ]

    def __str__(self) -> str:
        return self.reference

    def get_absolute_url(self) -> str:
        return reverse("certificate", args=[self.reference])

    @property
    def verify_url(self) -> str:
        """The public check's full address, as printed in the QR code."""
        return verify_url(self.reference)

    @property
    def recognised(self) -> bool:
        """Whether it is for training elsewhere (R37), told by who taught it."""
        return bool(self.provider_name)

    @property
    def initials(self) -> str:
        """All that the public check tells of the holder (R34): "Ade Example" gives "A. E."."""
        letters = (next(filter(str.isalpha, word), "") for word in self.holder_name.split())
        return " ".join(f"{letter.upper()}." for letter in letters if letter)

    def standing_on(self, day: date) -> renewal.Standing:
        """What it is worth on the London day ``day``; fetch it through ``with_standing``."""
        return renewal.standing(
            revoked=self.revoked,
            replaced=self.replaced,
            superseded=self.superseded,
            renew_from=self.renew_from,
            valid_until=self.valid_until,
            today=day,
        )

    @property
    def in_its_place(self) -> "Certificate":
        """What stands in its place now: itself, unless it was corrected, once or more often."""
        found = self
        while (later := getattr(found, "replacement", None)) is not None:
            found = later
        return found

    def notice_due_on(self, notice: int) -> date:
        return self.valid_until - timedelta(days=notice)

    def covers(self, day: date) -> bool:
        """Whether ``day`` (London) is in its term; the last day counts to its end (R43)."""
        return self.passed_on <= day <= self.valid_until


class CertificateEvent(Fact):
    """What happened to a certificate, when it counts from, who did it and why."""

    class Kind(models.TextChoices):
        ISSUED = "issued", _("issued")
        REVOKED = "revoked", _("revoked")
        REINSTATED = "reinstated", _("reinstated")
        REPLACED = "replaced", _("replaced by a corrected certificate")

    class ReasonClass(models.TextChoices):
        """Which kind of reason, for figures; the words beside it say the rest."""

        NOT_THE_HOLDER = "not_the_holder", _("somebody else took the test")
        CONDUCT = "conduct", _("the rules of the test were broken")
        EVIDENCE_FALSE = "evidence_false", _("the evidence was not genuine")
        ISSUED_IN_ERROR = "issued_in_error", _("it was issued by mistake")
        REVOKED_IN_ERROR = "revoked_in_error", _("it was revoked by mistake")
        APPEAL_UPHELD = "appeal_upheld", _("an appeal was upheld")
        NAME_CORRECTED = "name_corrected", _("the name was wrong")
        RECORDS_JOINED = "records_joined", _("two records of one person were joined")
        OTHER = "other", _("another reason")

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
    reason_class = models.CharField(
        max_length=20, choices=ReasonClass.choices, blank=True, db_default=""
    )
    reason = models.TextField(blank=True)

    objects = CertificateEventQuerySet.as_manager()

    class Meta(Fact.Meta):
        ordering = ["pk"]
        indexes = [
            models.Index(
                fields=["certificate"], name="changes_of_standing", condition=~Q(kind="issued")
            ),
        ]
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
                | Q(kind="replaced", reason_class="records_joined")
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
    """A notice that is due for a certificate, written once. ``notice`` is days before expiry.

    Without a message it says that no channel reached the person on that day; or, of a notice that
    the certificate it corrects has too, that it was done with under that one's number."""

    certificate = models.ForeignKey(Certificate, on_delete=models.PROTECT, related_name="reminders")
    notice = models.SmallIntegerField()
    due_on = models.DateField()
    queued_at = models.DateTimeField()
    language = models.CharField(max_length=10, blank=True, db_default="")
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
        indexes = [
            models.Index(
                fields=["queued_at"],
                name="reminders_without_message",
                condition=Q(message=None),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.certificate}: {self.notice}"
