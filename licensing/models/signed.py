"""Training that councillors and officers take and sign for (R48)."""

from datetime import date
from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courses.models import CoursePage, Enrolment
from courses.models.facts import Fact
from people.models import Authority, Membership
from people.models.decisions import by_another

LONGEST = 120  # Months: ten years.
SIGNED_BY_THE_MEMBER = """
IF NOT EXISTS (SELECT FROM people_membership m WHERE m.id = NEW.member_id
        AND m.user_id = NEW.signed_by_id AND m.authority_id = NEW.authority_id
        AND m.role IN ('councillor', 'officer')) THEN
    RAISE EXCEPTION 'only the councillor or officer signs for their own training';
END IF;
RETURN NEW;
"""


class TrainingSession(Fact):
    """A session of training that was held for councillors and officers. It says itself for how many
    months it counts: there is no national rule for them, and each authority decides by course."""

    authority = models.ForeignKey(
        Authority, on_delete=models.PROTECT, related_name="training_sessions"
    )
    title = models.CharField(max_length=200)
    held_on = models.DateField()
    provider = models.CharField(max_length=200)
    course = models.ForeignKey(
        CoursePage, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    months = models.PositiveSmallIntegerField()
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    entered_at = models.DateTimeField()

    class Meta(Fact.Meta):
        ordering = ["-held_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "title", "held_on"],
                name="training_session_once",
                violation_error_message=_("This session is on record already."),
            ),
            models.CheckConstraint(
                name="training_session_says_what",
                condition=~Q(title="") & ~Q(provider=""),
                violation_error_message=_("Say what the session was and who held it."),
            ),
            models.CheckConstraint(
                name="training_session_counts_for_months",
                condition=Q(months__gte=1, months__lte=LONGEST),
                violation_error_message=_("Training counts for 1 to 120 months."),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class SignedTrainingQuerySet(models.QuerySet["SignedTraining"]):
    def waiting(self) -> Self:
        """Signed by the member, with no second name yet."""
        return self.filter(decision="")

    def standing(self) -> Self:
        """Those that were not declined."""
        return self.exclude(decision=SignedTraining.Decision.DECLINED)

    def of(self, user: Any) -> Self:
        return self.filter(signed_by=user.pk)


class SignedTraining(models.Model):
    """A councillor or officer signs that they took the training; an officer who is somebody else
    countersigns or declines. Both signatures are dated, and neither is ever changed.

    It is for a session, or for a round of a course here that was finished.
    """

    class Decision(models.TextChoices):
        CONFIRMED = "confirmed", _("countersigned")
        DECLINED = "declined", _("declined")

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    member = models.ForeignKey(Membership, on_delete=models.PROTECT, related_name="signed_training")
    session = models.ForeignKey(
        TrainingSession,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="signatures",
    )
    enrolment = models.ForeignKey(
        Enrolment, on_delete=models.PROTECT, null=True, blank=True, related_name="signed_training"
    )
    title = models.CharField(max_length=255)
    trained_on = models.DateField()
    valid_until = models.DateField()
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="signed_training"
    )
    signed_at = models.DateTimeField()
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True, db_default="")
    decline_reason = models.TextField(blank=True, db_default="")
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = SignedTrainingQuerySet.as_manager()

    class Meta:
        ordering = ["-trained_on", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["signed_by", "session"],
                condition=~Q(decision="declined"),
                name="session_signed_once",
                violation_error_message=_("You have signed for this session already."),
            ),
            models.UniqueConstraint(
                fields=["enrolment"],
                condition=~Q(decision="declined"),
                name="round_signed_once",
                violation_error_message=_("You have signed for this course already."),
            ),
            models.CheckConstraint(
                name="signed_training_of_one_origin",
                condition=Q(session=None, enrolment__isnull=False)
                | Q(session__isnull=False, enrolment=None),
                violation_error_message=_("Sign for a session or for a course."),
            ),
            models.CheckConstraint(
                name="signed_training_lasts",
                condition=Q(valid_until__gte=F("trained_on")),
                violation_error_message=_("It ends after it begins."),
            ),
            models.CheckConstraint(
                name="signed_training_decision_with_by",
                condition=Q(decision="", decided_by=None, decided_at=None, decline_reason="")
                | Q(
                    decision="confirmed",
                    decided_by__isnull=False,
                    decided_at__isnull=False,
                    decline_reason="",
                )
                | (
                    Q(decision="declined", decided_by__isnull=False, decided_at__isnull=False)
                    & ~Q(decline_reason="")
                ),
                violation_error_message=_("A decision needs its name, its time and its reason."),
            ),
            by_another(
                "signed_training_countersigned_by_another",
                than="signed_by",
                message=_("Somebody else has to countersign."),
            ),
        ]
        indexes = [
            models.Index(
                fields=["authority", "signed_by", "-valid_until"], name="signed_of_authority"
            )
        ]
        triggers = [
            pgtrigger.Protect(name="signed_training_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="signed_training_fixed",
                exclude=["decision", "decline_reason", "decided_by", "decided_at"],
            ),
            pgtrigger.Protect(
                name="signed_training_decided",
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__decision=""),
            ),
            pgtrigger.Trigger(
                name="signed_by_the_member",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=SIGNED_BY_THE_MEMBER,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.signed_by}: {self.title}"

    def covers(self, day: date) -> bool:
        """Whether ``day`` (London) is in its term; the last day counts to its end."""
        return self.trained_on <= day <= self.valid_until
