"""What is kept of trends: points of the line over time, alerts, and the packs of a quarter."""

from typing import Any, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from courses.models.facts import Fact
from people import perms as people
from people.models import Authority, Membership

Role = Membership.Role


class OwnFiguresQuerySet(models.QuerySet[Any]):
    def visible_to(self, user: Any) -> Self:
        """Officers and auditors see their own authority's, an administrator all."""
        served = people.served_authorities(user, Role.OFFICER, Role.AUDITOR)
        return self.filter(authority__in=served)


class MetPoint(Fact):
    """How many licensed drivers had met the requirement at the end of the London day ``as_at``, as
    it was known at ``known_at``: what ``licensing.compliance`` answers, asked once. A later
    correction changes no point; asked again, it gives its own answer."""

    authority = models.ForeignKey(
        Authority, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    as_at = models.DateField()
    known_at = models.DateTimeField()
    met = models.PositiveIntegerField()
    licensed = models.PositiveIntegerField()

    class Meta(Fact.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "as_at"],
                name="one_point_of_each_day",
                violation_error_message=_("This day was worked out already."),
            ),
            models.CheckConstraint(
                name="no_more_met_than_licensed",
                condition=Q(met__lte=F("licensed")),
                violation_error_message=_("No more drivers can be met than are licensed."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.authority}: {self.as_at}"


class TrendAlert(Fact):
    """A week that differs from the weeks before it, by the rule ``rule_version`` of
    ``licensing.alerting``. ``split`` and ``value`` are empty where the whole authority is meant."""

    authority = models.ForeignKey(
        Authority, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    week_from = models.DateField()
    measure = models.CharField(max_length=20)
    split = models.CharField(max_length=20, blank=True)
    value = models.CharField(max_length=200, blank=True)
    now_part = models.PositiveIntegerField()
    now_whole = models.PositiveIntegerField(help_text=_("0 where a count rose."))
    before_part = models.PositiveIntegerField()
    before_whole = models.PositiveIntegerField()
    chance = models.FloatField(
        help_text=_("How likely so great a change would be if nothing had changed.")
    )
    rule_version = models.PositiveSmallIntegerField()
    noticed_at = models.DateTimeField()

    objects = OwnFiguresQuerySet.as_manager()

    class Meta(Fact.Meta):
        ordering = ["-week_from", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["authority", "week_from", "measure", "split", "value"],
                name="one_alert_of_each_change",
                violation_error_message=_("This change was noticed already."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.authority}: {self.measure} {self.week_from}"


class TrendAlertNote(Fact):
    """An officer has looked into an alert and says what they found. Once."""

    alert = models.OneToOneField(TrendAlert, on_delete=models.PROTECT, related_name="note")
    text = models.TextField(max_length=2000)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    written_at = models.DateTimeField()

    class Meta(Fact.Meta):
        constraints = [
            models.CheckConstraint(
                name="alert_note_says_something",
                condition=~Q(text=""),
                violation_error_message=_("Write what you found."),
            )
        ]

    def __str__(self) -> str:
        return str(self.alert)


class QuarterlyPack(models.Model):
    """The figures of one quarter for the review of exploitation risk, as known at ``asked_at``.

    ``content`` is worked out step by step and written once; page, PDF and files all show it."""

    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    quarter_from = models.DateField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    asked_at = models.DateTimeField()
    steps_done = models.PositiveSmallIntegerField(default=0)
    content = models.JSONField(null=True, blank=True)
    digest = models.CharField(
        max_length=64, blank=True, help_text=_("SHA-256 of the content as canonical JSON.")
    )
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = OwnFiguresQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                name="pack_finished_with_content",
                condition=Q(finished_at=None, content=None, digest="")
                | (Q(finished_at__isnull=False, content__isnull=False) & ~Q(digest="")),
                violation_error_message=_("A finished pack has its content."),
            ),
        ]
        indexes = [
            models.Index(fields=["asked_at"], name="packs_waiting", condition=Q(finished_at=None))
        ]
        triggers = [
            pgtrigger.Protect(name="pack_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(
                name="pack_fixed", fields=["authority", "quarter_from", "asked_by", "asked_at"]
            ),
            pgtrigger.Protect(
                name="finished_pack_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__finished_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.authority}: {self.quarter_from}"
