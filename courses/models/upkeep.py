"""Who looks after a piece of content, when it was last checked, and when it must be next (R60)."""

from datetime import date
from typing import Any, ClassVar, Self, TypeVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel

Model = TypeVar("Model", bound=models.Model)


class UpkeepQuerySet(models.QuerySet[Model]):
    def overdue(self, *, on: date) -> Self:
        """Content whose review-by day is over on the London day ``on``; the oldest first."""
        return self.filter(review_due_on__lt=on).order_by("review_due_on", "pk")


class Upkeep(models.Model):
    """Content with an owner and a day by which somebody must have looked at it again."""

    keeper = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
        help_text=_("Who answers for it and is written to when its review is overdue."),
    )
    last_checked_on = models.DateField(
        _("last checked on"),
        null=True,
        blank=True,
        help_text=_("The day somebody last checked it. Empty: not yet."),
    )
    review_due_on = models.DateField(
        _("review by"), null=True, blank=True, help_text=_("Look at it again by this day.")
    )

    class Meta:
        abstract = True

    upkeep_panel: ClassVar[Any] = MultiFieldPanel(
        [
            FieldPanel("keeper"),
            FieldPanel("last_checked_on"),
            FieldPanel("review_due_on"),
        ],
        _("Upkeep"),
    )
