"""The dated rule of a course's test: blueprint, pass mark, time, tries and waits."""

from typing import Self

import pgtrigger
from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Count, F, Q
from django.utils.translation import gettext_lazy as _

from assessments.models.bank import Topic
from courses.models import CoursePage
from people.models import DatedRule


class TestRule(DatedRule):
    """Which paper is drawn and when a try may start. ``pass_mark`` is in per cent."""

    __test__ = False  # Not a test class, whatever its name says to a collector.

    course = models.ForeignKey(CoursePage, on_delete=models.PROTECT, related_name="test_rules")
    pass_mark = models.PositiveSmallIntegerField(
        default=100, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    time_limit_minutes = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Empty: no limit."),
    )
    tries = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("In one round of the course. Empty: no limit."),
    )
    wait_hours = models.PositiveIntegerField(
        default=24, help_text=_("Hours between a fail and the next try.")
    )

    language = models.CharField(
        max_length=10,
        choices=settings.LANGUAGES,
        default=settings.LANGUAGE_CODE,
        db_default=settings.LANGUAGE_CODE,
        help_text=_("The language of the questions. Drivers are told before they start (R17)."),
    )

    class Meta(DatedRule.Meta):
        constraints = [
            *DatedRule.Meta.constraints,
            models.CheckConstraint(
                name="testrule_pass_mark_percent",
                condition=Q(pass_mark__gte=1, pass_mark__lte=100),
                violation_error_message=_("The pass mark is between 1 and 100."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.course} from {self.effective_from}"


class TestRuleTopicQuerySet(models.QuerySet["TestRuleTopic"]):
    def with_available(self) -> Self:
        """In order, with ``available``: how many questions of the topic a paper may draw."""
        drawable = Q(topic__questions__live=True, topic__questions__options__correct=True)
        counted = Count("topic__questions", filter=drawable, distinct=True)
        return self.annotate(available=counted).order_by("pk")


class TestRuleTopic(models.Model):
    """How many questions of one topic a paper holds, and how many of them must be right."""

    __test__ = False

    rule = models.ForeignKey(TestRule, on_delete=models.PROTECT, related_name="blueprint")
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="+")
    questions = models.PositiveSmallIntegerField()
    minimum = models.PositiveSmallIntegerField(
        default=0,
        db_default=0,
        help_text=_("How many of these must be right, whatever the total."),
    )

    objects = TestRuleTopicQuerySet.as_manager()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule", "topic"],
                name="topic_once_per_rule",
                violation_error_message=_("This topic is in the blueprint already."),
            ),
            models.CheckConstraint(
                name="blueprint_draws_something",
                condition=Q(questions__gte=1),
                violation_error_message=_("Draw at least one question of each topic."),
            ),
            models.CheckConstraint(
                name="blueprint_minimum_within_topic",
                condition=Q(minimum__lte=F("questions")),
                violation_error_message=_("No more can be right than are drawn."),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="blueprint_frozen",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                declare=[("approved", "timestamptz")],
                func=(
                    "SELECT approved_at INTO approved FROM assessments_testrule"
                    " WHERE id = COALESCE(OLD.rule_id, NEW.rule_id);"
                    " IF approved IS NOT NULL THEN"
                    " RAISE EXCEPTION 'the blueprint of an approved rule is frozen'; END IF;"
                    " IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW;"
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.topic}: {self.questions}"
