"""What staff arrange around a sitting: help, start codes, time, further tries, marks on paper."""

from datetime import datetime
from typing import Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from assessments import start_code
from assessments.models.rules import IdentityCheck
from assessments.models.signatures import Countersigned
from assessments.models.sittings import Sitting
from courses.models import CoursePage, Enrolment
from courses.models.facts import Fact
from people.models import Learner


class AdjustmentQuerySet(models.QuerySet["Adjustment"]):
    def waiting(self) -> Self:
        return self.filter(decided_at=None)

    def granted_to(self, learner: Learner, *, now: datetime) -> Self:
        """What the learner may use at this moment, the one granted last first."""
        return self.filter(
            Q(ended_at=None) | Q(ended_at__gt=now),
            learner=learner,
            decision=Adjustment.Decision.GRANTED,
        ).order_by("-decided_at", "-pk")


class Adjustment(models.Model):
    """Help that a person asked for and got before a test (R28). It holds the help and a broad
    reason, never a diagnosis, and no certificate shows it."""

    class ExtraTime(models.IntegerChoices):
        NONE = 0, _("no extra time")
        QUARTER = 25, _("25% more time")
        HALF = 50, _("50% more time")
        DOUBLE = 100, _("100% more time")

    class Help(models.TextChoices):
        READER = "reader", _("somebody reads the questions aloud")
        SCRIBE = "scribe", _("somebody writes down the answers")
        SPOKEN = "spoken", _("a spoken test")
        SIGNED = "signed", _("British Sign Language")
        LARGE_PRINT = "large_print", _("large print")

    class ReasonClass(models.TextChoices):
        DISABILITY = "disability", _("disability or long-term health")
        READING = "reading", _("reading or learning difficulty")
        TEMPORARY = "temporary", _("injury or other passing reason")
        OTHER = "other", _("another reason")

    class Decision(models.TextChoices):
        GRANTED = "granted", _("granted")
        DECLINED = "declined", _("declined")

    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="adjustments")
    asked_at = models.DateTimeField()
    extra_time = models.PositiveSmallIntegerField(choices=ExtraTime.choices, default=ExtraTime.NONE)
    no_limit = models.BooleanField(default=False, help_text=_("No time limit at all."))
    break_minutes = models.PositiveSmallIntegerField(
        default=0, help_text=_("Minutes for breaks, added to the time.")
    )
    helps = ArrayField(
        models.CharField(max_length=20, choices=Help.choices), default=list, blank=True
    )
    reason_class = models.CharField(max_length=20, choices=ReasonClass.choices)
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True, help_text=_("Why it was decided so. No medical details."))
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = AdjustmentQuerySet.as_manager()

    class Meta:
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["learner"],
                condition=Q(decided_at=None),
                name="one_waiting_adjustment",
                violation_error_message=_("You have asked for help already."),
            ),
            models.CheckConstraint(
                name="adjustment_decided_with_by",
                condition=Q(decided_at=None, decided_by=None, decision="")
                | (Q(decided_at__isnull=False, decided_by__isnull=False) & ~Q(decision="")),
                violation_error_message=_("A decision has its name and time."),
            ),
            models.CheckConstraint(
                name="adjustment_ended_with_by",
                condition=Q(ended_at=None, ended_by=None)
                | Q(ended_at__isnull=False, ended_by__isnull=False, decision="granted"),
                violation_error_message=_("Say both when it ended and who ended it."),
            ),
            models.CheckConstraint(
                name="adjustment_known_extra_time",
                condition=Q(extra_time__in=[0, 25, 50, 100]),
                violation_error_message=_("Choose 25, 50 or 100%."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="adjustment_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="adjustment_fixed", fields=["learner", "asked_at"]),
            pgtrigger.Trigger(
                name="adjustment_final",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=(
                    "IF OLD.decided_at IS NOT NULL AND (OLD.ended_at IS NOT NULL"
                    " OR to_jsonb(NEW) - 'ended_at' - 'ended_by_id'"
                    " <> to_jsonb(OLD) - 'ended_at' - 'ended_by_id') THEN"
                    " RAISE EXCEPTION 'a decided adjustment can only be ended'; END IF;"
                    " RETURN NEW;"
                ),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.learner}: {self.asked_at:%Y-%m-%d}"


class StartCodeQuerySet(models.QuerySet["StartCode"]):
    def made_last(self, learner: Learner, course: CoursePage) -> "StartCode | None":
        """The only one that may open a test: a new code takes the place of the one before."""
        return self.filter(learner=learner, course=course).order_by("-pk").first()


class StartCode(models.Model):
    """Opens one sitting of one person for a short time (R25). Whoever hands it out has checked who
    the person is (R24); only a keyed hash of the code is stored."""

    MOST_WRONG_TRIES = 5

    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="start_codes")
    course = models.ForeignKey(CoursePage, on_delete=models.PROTECT, related_name="+")
    code_hash = models.CharField(max_length=64)
    identity_check = models.CharField(max_length=10, choices=IdentityCheck.choices)
    issued_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    issued_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    wrong_tries = models.PositiveSmallIntegerField(default=0)
    sitting = models.OneToOneField(
        Sitting, on_delete=models.PROTECT, null=True, blank=True, related_name="start_code"
    )

    objects = StartCodeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="start_code_expires_later",
                condition=Q(expires_at__gt=F("issued_at")),
                violation_error_message=_("A code ends after it was made."),
            ),
        ]
        indexes = [models.Index(fields=["learner", "course", "-id"], name="start_codes_of_learner")]
        triggers = [
            pgtrigger.Protect(name="start_code_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="start_code_fixed", exclude=["wrong_tries", "sitting"]),
            pgtrigger.Protect(
                name="start_code_used_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__sitting__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.learner}: {self.course}"

    def is_usable(self, now: datetime) -> bool:
        return (
            self.sitting_id is None
            and now < self.expires_at
            and self.wrong_tries < self.MOST_WRONG_TRIES
        )

    def opens_with(self, typed: str) -> bool:
        """Whether this is the code that was typed; it takes equally long either way."""
        given = start_code.digest(typed, self.learner_id, self.course_id)
        return constant_time_compare(given, self.code_hash)


class ServicePulse(models.Model):
    """When the service was last seen alive: one row, moved on by every sweep."""

    beaten_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="one_pulse",
                condition=Q(id=1),
                violation_error_message=_("There is one pulse."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.beaten_at}"


class Outage(Fact):
    """Our own fault: between these moments the service did not run, or staff say so (R22)."""

    began_at = models.DateTimeField()
    over_at = models.DateTimeField()
    reason = models.TextField()
    noted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Empty: the service noticed it by itself."),
    )
    noted_at = models.DateTimeField()

    class Meta(Fact.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["began_at"],
                condition=Q(noted_by=None),
                name="outage_noticed_once",
                violation_error_message=_("This outage is on record already."),
            ),
            models.CheckConstraint(
                name="outage_over_after_began",
                condition=Q(over_at__gt=F("began_at")),
                violation_error_message=_("An outage is over after it began."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.began_at} – {self.over_at}"


class TimeGivenQuerySet(models.QuerySet["TimeGiven"]):
    def asked(self) -> Self:
        """What drivers added themselves."""
        return self.filter(why=TimeGiven.Why.ASKED)


class TimeGiven(Fact):
    """Time added to one sitting; its deadline moves by it in the same transaction."""

    MOST_ASKED = 10  # Times that a driver may add some (WCAG 2.2.1).

    class Why(models.TextChoices):
        ASKED = "asked", _("the driver asked for more time")
        OUTAGE = "outage", _("the service was down")
        FAULT = "fault", _("a fault where the test was taken")

    sitting = models.ForeignKey(Sitting, on_delete=models.PROTECT, related_name="time_given")
    seconds = models.PositiveIntegerField()
    why = models.CharField(max_length=10, choices=Why.choices)
    outage = models.ForeignKey(
        Outage, on_delete=models.PROTECT, null=True, blank=True, related_name="time_given"
    )
    reason = models.TextField(blank=True)
    given_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    given_at = models.DateTimeField()

    objects = TimeGivenQuerySet.as_manager()

    class Meta(Fact.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["sitting", "outage"],
                name="outage_given_back_once",
                violation_error_message=_("This time was given back already."),
            ),
            models.CheckConstraint(
                name="time_given_is_some",
                condition=Q(seconds__gt=0),
                violation_error_message=_("Give at least a second."),
            ),
            models.CheckConstraint(
                name="time_given_names_its_outage",
                condition=Q(why="outage", outage__isnull=False)
                | (~Q(why="outage") & Q(outage=None)),
                violation_error_message=_("Say which outage."),
            ),
            models.CheckConstraint(
                name="time_for_a_fault_has_a_reason",
                condition=~Q(why="fault") | (~Q(reason="") & Q(given_by__isnull=False)),
                violation_error_message=_("Give the reason."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sitting_id}: {self.seconds}"


class ExtraTries(Countersigned):
    """Tries beyond the rule for one round, after an officer looked at it; two names (R47)."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="extra_tries")
    tries = models.PositiveSmallIntegerField(default=1)
    reason = models.TextField()

    class Meta(Countersigned.Meta):
        constraints = [
            *Countersigned.Meta.constraints,
            models.CheckConstraint(
                name="extra_tries_with_reason",
                condition=Q(tries__gte=1) & ~Q(reason=""),
                violation_error_message=_("Give at least one try, and the reason."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id}: {self.tries}"


class AnswerSheet(Countersigned):
    """The answers of a spoken or paper test as one person entered them. The sitting closes, and is
    marked, when another person confirms that they are what was said or written (R29)."""

    sitting = models.OneToOneField(Sitting, on_delete=models.PROTECT, related_name="answer_sheet")

    def __str__(self) -> str:
        return f"{self.sitting_id}"
