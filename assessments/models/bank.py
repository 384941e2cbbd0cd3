"""The question bank. Drafts are exam secrets; the live rows are what papers are drawn from."""

from typing import Any, ClassVar, Self

from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel
from wagtail.models import DraftStateMixin, LockableMixin, Orderable, RevisionMixin, WorkflowMixin

from courses.models import LessonPage


class Topic(models.Model):
    """What a question is about; after a fail its name and lesson are all that a driver is shown."""

    slug = models.SlugField(unique=True)
    title = models.CharField(max_length=120)
    lesson = models.ForeignKey(
        LessonPage, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    panels: ClassVar[list[Any]] = [FieldPanel("title"), FieldPanel("slug"), FieldPanel("lesson")]

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.title


class QuestionQuerySet(models.QuerySet["Question"]):
    def live(self) -> Self:
        """Published questions: the only ones a paper may draw."""
        return self.filter(live=True)


class Question(
    WorkflowMixin, DraftStateMixin, LockableMixin, RevisionMixin, ClusterableModel
):
    """One best answer among the options. Papers keep their own copy, so edits change no sitting."""

    topic = models.ForeignKey(Topic, on_delete=models.PROTECT, related_name="questions")
    text = models.TextField(help_text=_("A short scene where it helps; one best answer."))
    critical = models.BooleanField(
        default=False, help_text=_("An undisputed safety act that must be answered right.")
    )
    source = models.CharField(max_length=250, help_text=_("Where the fact comes from."))
    explanation = models.TextField(
        blank=True, help_text=_("Why the answer is right. For trainers; drivers never see it.")
    )
    lesson = models.ForeignKey(
        LessonPage,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("The lesson to revisit after a wrong answer."),
    )
    seed_number = models.PositiveIntegerField(
        null=True, blank=True, unique=True, editable=False, help_text=_("Its place in the first bank.")
    )
    _revisions = GenericRelation("wagtailcore.Revision", related_query_name="question")

    objects = QuestionQuerySet.as_manager()

    panels: ClassVar[list[Any]] = [
        MultiFieldPanel([FieldPanel("topic"), FieldPanel("lesson")], _("Place")),
        FieldPanel("text"),
        InlinePanel("options", heading=_("Options"), min_num=2, max_num=6),
        MultiFieldPanel([FieldPanel("critical"), FieldPanel("source"), FieldPanel("explanation")]),
    ]

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.text[:80]

    @property
    def revisions(self) -> Any:
        return self._revisions

    def clean(self) -> None:
        super().clean()
        options = list(self.options.all())  # type: ignore[attr-defined]
        if options and sum(option.correct for option in options) != 1:
            raise ValidationError(_("Mark exactly one option as the right one."))


class QuestionOption(Orderable):
    question = ParentalKey(Question, on_delete=models.CASCADE, related_name="options")
    text = models.CharField(max_length=250)
    correct = models.BooleanField(default=False)

    panels: ClassVar[list[Any]] = [FieldPanel("text"), FieldPanel("correct")]

    class Meta(Orderable.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["question"],
                condition=Q(correct=True),
                name="one_right_option_per_question",
                violation_error_message=_("Mark only one option as the right one."),
            )
        ]

    def __str__(self) -> str:
        return self.text
