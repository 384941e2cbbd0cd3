"""How long a certificate lasts and how its holder is reminded, as a dated rule."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q, Value
from django.utils.translation import gettext_lazy as _

from outbox.models import Message
from people.models import DatedRule


def default_reminder_days() -> list[int]:
    """Days before expiry on which to remind; minus one is the day after (R42)."""
    return [90, 60, 30, 14, 7, 1, -1]


def default_reminder_channels() -> list[str]:
    return [Message.Channel.EMAIL, Message.Channel.SMS, Message.Channel.LETTER]


class ValidityRule(DatedRule):
    """How long a certificate lasts and when its holder is reminded (R09, R42)."""

    months = models.PositiveSmallIntegerField(default=36)
    renewal_window_days = models.PositiveSmallIntegerField(default=90)
    reminder_days = ArrayField(models.SmallIntegerField(), default=default_reminder_days)
    ends_with_licence = models.BooleanField(
        default=False,
        db_default=False,
        help_text=_("The certificate ends with the licence where that is earlier (R09)."),
    )
    refresher_lapse_days = models.PositiveSmallIntegerField(
        default=0,
        db_default=0,
        help_text=_(
            "For so many days after the last one, the short course still renews it. After that the"
            " full course is asked for again."
        ),
    )
    reminder_channels = ArrayField(
        models.CharField(max_length=10, choices=Message.Channel.choices),
        default=default_reminder_channels,
        db_default=Value("{email,sms,letter}"),
        help_text=_("The first one by which the person can be reached is taken (R42)."),
    )

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
