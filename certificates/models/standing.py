"""What one person proposes to do to a certificate, until a second one has confirmed it."""

from datetime import date
from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from certificates.models.certificates import Certificate, CertificateEvent
from people import perms as people
from people.models import Membership
from people.models.decisions import by_another, decided_with_by


class StandingChangeQuerySet(models.QuerySet["StandingChange"]):
    def waiting(self) -> Self:
        return self.filter(decision="")

    def visible_to(self, user: Any) -> Self:
        """Officers and auditors see their own authority's, an administrator all; but for what is
        about themselves or somebody in whom they declared an interest."""
        seen = self.exclude(people.kept_from(user, place="certificate__learner"))
        if user.is_superuser:
            return seen
        roles = [Membership.Role.OFFICER, Membership.Role.AUDITOR]
        return seen.filter(certificate__authority__in=people.authorities_of(user, *roles))


class StandingChange(models.Model):
    """A revocation, reinstatement or correction that waits for its second person (I20).

    Confirmed, it has an event; the certificate's standing follows from events alone. ``kind`` is
    the kind of that event. ``effective_on`` is the London day from which it counts; for a
    correction it is the day of the pass, and ``holder_name`` the right name.
    """

    class Decision(models.TextChoices):
        CONFIRMED = "confirmed", _("confirmed")
        DECLINED = "declined", _("declined")
        TAKEN_BACK = "taken_back", _("taken back")

    certificate = models.ForeignKey(
        Certificate, on_delete=models.PROTECT, related_name="standing_changes"
    )
    kind = models.CharField(max_length=12, choices=CertificateEvent.Kind.choices)
    reason_class = models.CharField(max_length=20, choices=CertificateEvent.ReasonClass.choices)
    reason = models.TextField()
    effective_on = models.DateField()
    holder_name = models.CharField(max_length=200, blank=True)
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
    event = models.OneToOneField(
        CertificateEvent, on_delete=models.PROTECT, null=True, blank=True, related_name="change"
    )

    objects = StandingChangeQuerySet.as_manager()

    class Meta:
        ordering = ["-proposed_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["certificate"],
                condition=Q(decision=""),
                name="one_waiting_change_of_standing",
                violation_error_message=_("Something about this certificate waits already."),
            ),
            models.CheckConstraint(
                name="standing_change_of_a_kind",
                condition=Q(kind__in=["revoked", "reinstated", "replaced"]),
                violation_error_message=_("Revoke, reinstate or correct."),
            ),
            models.CheckConstraint(
                name="standing_change_has_a_reason",
                condition=~Q(reason="") & ~Q(reason_class=""),
                violation_error_message=_("Give the reason."),
            ),
            models.CheckConstraint(
                name="standing_change_names_the_holder",
                condition=(Q(kind="replaced") & ~Q(holder_name=""))
                | (~Q(kind="replaced") & Q(holder_name="")),
                violation_error_message=_("A correction says the right name."),
            ),
            decided_with_by("standing_change_decided_with_by"),
            by_another("standing_change_confirmed_by_another", decisions=["confirmed", "declined"]),
            models.CheckConstraint(
                name="standing_change_confirmed_with_event",
                condition=Q(decision="confirmed", event__isnull=False)
                | (~Q(decision="confirmed") & Q(event=None)),
                violation_error_message=_("A confirmed change has its event."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="standing_change_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="standing_change_fixed",
                exclude=["decision", "decision_reason", "decided_by", "decided_at", "event"],
            ),
            pgtrigger.Protect(
                name="standing_decision_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__decided_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.certificate}: {self.kind}"

    def counts_on(self, day: date) -> bool:
        """Whether it would count on the London day ``day``, were it confirmed."""
        return self.effective_on <= day
