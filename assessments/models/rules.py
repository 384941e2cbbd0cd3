"""The dated rule of a course's test: blueprint, pass mark, time, tries and waits (R06, R07, R10)."""

import pgtrigger
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from assessments.models.bank import Topic
from courses.models import CoursePage
from people.models import DatedRule


class TestRule(DatedRule):
    """Which paper is drawn and when a try may start. ``pass_mark`` is a percentage, 100 by default."""

    __test__ = False  # Not a test class, whatever its name says to a collector.

    course = models.ForeignKey(CoursePage, on_delete=models.PROTECT, related_name="test_rules")
    pass_mark = models.PositiveSmallIntegerField(
        default=100, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )
    time_limit_minutes = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text=_("Empty: no limit.")
    )
    tries = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text=_("In one round of the course. Empty: no limit.")
    )
    wait_hours = models.PositiveIntegerField(
        default=24, help_text=_("Hours between a fail and the next try.")
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


class TestRuleTopic(models.Model):
    """How many questions of one topic a paper holds."""

    __test__ = False

    rule = models.ForeignKey(TestRule, on_delete=models.PROTECT, related_name="blueprint")
    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="+")
    questions = models.PositiveSmallIntegerField()

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
