"""The dated rule of a course's test: blueprint, pass mark, time, tries, waits, and what follows."""

from collections.abc import Mapping
from typing import Self

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models import Count, F, Q
from django.utils.translation import gettext_lazy as _

from assessments.fairness import TopicDraw
from assessments.models.bank import Question
from assessments.models.topics import Topic
from assessments.waiting import PATTERN as WAIT
from courses.models import CoursePage
from people.models import DatedRule

WHOLE = 100  # Per cent.


class IdentityCheck(models.TextChoices):
    """How staff make sure that the person is who they say (R24). No face recognition."""

    NONE = "none", _("not checked")
    COUNTER = "counter", _("photo ID seen at a counter")
    TRAINER = "trainer", _("photo ID seen by a trainer")
    CAMERA = "camera", _("photo ID seen over a live camera")


class TestRule(DatedRule):
    """Which paper is drawn, what passes it, when a try may start and what follows a fail.

    ``pass_mark`` is in per cent; together with each topic's minimum and the must-get-right
    questions it decides, in any combination (R06).
    """

    class WhenSpent(models.TextChoices):
        REFER = "refer", _("a licensing officer decides")
        RELEARN = "relearn", _("the lessons again, then new tries")

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
    critical_must_be_right = models.BooleanField(
        default=True,
        db_default=True,
        help_text=_("A wrong must-get-right question fails the paper, whatever the total."),
    )
    extension_minutes = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("Minutes that a driver may add near the end, up to ten times. Empty: none."),
    )
    waits = ArrayField(
        models.CharField(max_length=8, validators=[RegexValidator(f"^(?:{WAIT})$")]),
        default=list,
        blank=True,
        help_text=_("After the first fail, the second and so on; the last one goes on."),
    )
    restudy_topics = models.BooleanField(
        default=False,
        db_default=False,
        help_text=_("After a fail, the lessons of the topics that were missed come first."),
    )
    lessons_again_after = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_("After so many fails, every lesson comes first again. Empty: never."),
    )
    when_spent = models.CharField(
        max_length=10,
        choices=WhenSpent.choices,
        default=WhenSpent.REFER,
        db_default=WhenSpent.REFER.value,
        help_text=_("What happens when all tries are used."),
    )
    resit_days = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text=_(
            "For so many days a topic that was passed stays passed, and only the others are drawn "
            "again (R08). Empty: always the whole paper."
        ),
    )
    start_code_required = models.BooleanField(
        default=False,
        db_default=False,
        help_text=_("A trainer or officer hands out a code for each start (R25)."),
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
            models.CheckConstraint(
                name="testrule_extension_needs_a_limit",
                condition=Q(extension_minutes=None) | Q(time_limit_minutes__isnull=False),
                violation_error_message=_("Only a test with a time limit can be extended."),
            ),
            models.CheckConstraint(
                name="testrule_relearning_needs_tries",
                condition=~Q(when_spent="relearn") | Q(tries__isnull=False),
                violation_error_message=_("Say how many tries there are before the lessons."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.course} from {self.effective_from}"

    def draws(self, blueprint: Mapping[Topic, int]) -> list[TopicDraw]:
        """How many questions of each topic this rule would draw, and from how many. A rule that is
        not saved yet will do."""
        questions = Question.objects.drawable().filter(
            topic__in=list(blueprint), language=self.language
        )
        if self.pass_mark == WHOLE:
            questions = questions.exclude(pk__in=Question.objects.held_back().values("pk"))
        counted = questions.order_by().values_list("topic").annotate(number=Count("pk"))
        available = dict(counted)
        return [
            TopicDraw(topic.pk, topic.title, drawn, available.get(topic.pk, 0))
            for topic, drawn in blueprint.items()
        ]


class TestRuleTopicQuerySet(models.QuerySet["TestRuleTopic"]):
    def with_available(self) -> Self:
        """In order, with ``available``: how many questions of the topic a paper may draw."""
        drawable = Q(
            topic__questions__in=Question.objects.drawable(),
            topic__questions__language=F("rule__language"),
        )
        fit = Q(rule__pass_mark__lt=WHOLE) | ~Q(topic__questions__in=Question.objects.held_back())
        counted = Count("topic__questions", filter=drawable & fit, distinct=True)
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
