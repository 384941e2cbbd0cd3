"""What the answers say about the questions: statistics of each version, and reviews of them."""

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from wagtail.models import Revision

from assessments.models.bank import Question
from courses.models.facts import Fact


class ItemStatisticQuerySet(models.QuerySet["ItemStatistic"]):
    def held_back(self) -> Self:
        return self.filter(held_back=True)


class ItemStatistic(models.Model):
    """What the closed sittings say about one version of a question. Worked out anew by a sweep, so
    it is no fact: the answers are."""

    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="statistics")
    revision = models.ForeignKey(
        Revision, on_delete=models.CASCADE, null=True, blank=True, related_name="+"
    )
    exposure = models.PositiveIntegerField(help_text=_("How many papers held it."))
    answers = models.PositiveIntegerField(help_text=_("How many of those were closed and count."))
    right = models.PositiveIntegerField()
    facility = models.FloatField(
        null=True, help_text=_("Share of right answers, from 0 to 1. Empty: no answers yet.")
    )
    discrimination = models.FloatField(
        null=True,
        help_text=_(
            "How far those who got it right did better on the rest of the paper, from -1 to 1. "
            "Empty: it cannot be told."
        ),
    )
    median_seconds = models.FloatField(null=True)
    choices = models.JSONField(
        default=list, help_text=_("For each option: its text, whether it is right, how often.")
    )
    flags = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    held_back = models.BooleanField(
        default=False, help_text=_("Not drawn where every answer must be right (R32).")
    )
    worked_out_at = models.DateTimeField()

    objects = ItemStatisticQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["question", "revision"],
                name="one_statistic_per_version",
                nulls_distinct=False,
                violation_error_message=_("This version has its statistics already."),
            ),
            models.CheckConstraint(
                name="statistic_counts_add_up",
                condition=Q(right__lte=F("answers"), answers__lte=F("exposure")),
                violation_error_message=_("No more right answers than answers."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.question_id}: {self.answers}"


class ItemReview(Fact):
    """Somebody looked at a flagged version and lets it be drawn again. ``answers``: how many there
    were then; as many more as were needed the first time may flag it anew."""

    question = models.ForeignKey(Question, on_delete=models.PROTECT, related_name="item_reviews")
    revision = models.ForeignKey(
        Revision, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answers = models.PositiveIntegerField()
    note = models.TextField()
    reviewed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+"
    )
    reviewed_at = models.DateTimeField()

    class Meta(Fact.Meta):
        constraints = [
            models.CheckConstraint(
                name="item_review_says_why",
                condition=~Q(note=""),
                violation_error_message=_("Say what you found."),
            )
        ]
        indexes = [models.Index(fields=["question", "revision"], name="reviews_of_version")]

    def __str__(self) -> str:
        return f"{self.question_id}: {self.reviewed_at:%Y-%m-%d}"
