"""The question bank. Drafts are exam secrets; the live rows are what papers are drawn from."""

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Self

from django.contrib.contenttypes.fields import GenericRelation
from django.db import connection, models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel
from wagtail.models import DraftStateMixin, LockableMixin, Orderable, RevisionMixin, WorkflowMixin

from assessments.paper import BankOption, BankQuestion, Candidate
from courses.models import LessonPage, Reviewed, Upkeep, UpkeepQuerySet
from people.models import Authority

# Exposure is counted over the questions drawn last, about a hundred papers: those are the ones that
# people talk about, and the cost stays the same however many sittings there have been.
EXPOSURE_WINDOW = 2000

CANDIDATES = """
WITH shown AS (
    SELECT drawn.question_id, count(*) AS times
    FROM assessments_sitting sitting
    JOIN assessments_drawnquestion drawn ON drawn.sitting_id = sitting.id
    WHERE sitting.learner_id = %(learner)s
    GROUP BY drawn.question_id
), last_paper AS (
    SELECT question_id FROM assessments_drawnquestion
    WHERE sitting_id = (
        SELECT id FROM assessments_sitting
        WHERE learner_id = %(learner)s AND course_id = %(course)s
        ORDER BY started_at DESC LIMIT 1
    )
), recent AS (
    SELECT question_id, count(*) AS times
    FROM (
        SELECT question_id FROM assessments_drawnquestion ORDER BY id DESC LIMIT %(window)s
    ) latest
    GROUP BY question_id
)
SELECT question.id, topic.slug, coalesce(shown.times, 0),
       last_paper.question_id IS NOT NULL, coalesce(recent.times, 0)
FROM assessments_testruletopic place
JOIN assessments_topic topic ON topic.id = place.topic_id
JOIN assessments_question question ON question.topic_id = topic.id AND question.live
JOIN assessments_questionoption answer ON answer.question_id = question.id AND answer.correct
LEFT JOIN shown ON shown.question_id = question.id
LEFT JOIN last_paper ON last_paper.question_id = question.id
LEFT JOIN recent ON recent.question_id = question.id
WHERE place.rule_id = %(rule)s
"""


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


class QuestionQuerySet(UpkeepQuerySet["Question"]):
    def live(self) -> Self:
        """Published questions: the only ones a paper may draw."""
        return self.filter(live=True)

    def drawable(self) -> Self:
        """Published questions that have their right option."""
        return self.live().filter(options__correct=True)


class QuestionManager(models.Manager.from_queryset(QuestionQuerySet)):
    def candidates(self, *, rule_id: int, course_id: int, learner_id: int) -> list[Candidate]:
        """What the blueprint of a rule may draw for a learner, in one statement without a text."""
        parameters = {
            "rule": rule_id,
            "course": course_id,
            "learner": learner_id,
            "window": EXPOSURE_WINDOW,
        }
        with connection.cursor() as cursor:
            cursor.execute(CANDIDATES, parameters)
            return [Candidate(*row) for row in cursor.fetchall()]


class Question(
    Reviewed, Upkeep, WorkflowMixin, DraftStateMixin, LockableMixin, RevisionMixin, ClusterableModel
):
    """One best answer among the options. Papers keep their own copy, so edits change no sitting."""

    topic: models.ForeignKey = models.ForeignKey(
        Topic, on_delete=models.PROTECT, related_name="questions"
    )
    text: models.TextField = models.TextField(
        help_text=_("A short scene where it helps; one best answer.")
    )
    critical: models.BooleanField = models.BooleanField(
        default=False, help_text=_("An undisputed safety act that must be answered right.")
    )
    source: models.CharField = models.CharField(
        max_length=250, help_text=_("Where the fact comes from.")
    )
    explanation: models.TextField = models.TextField(
        blank=True, help_text=_("Why the answer is right. For trainers; drivers never see it.")
    )
    lesson: models.ForeignKey = models.ForeignKey(
        LessonPage,
        on_delete=models.PROTECT,
        related_name="+",
        help_text=_("The lesson to revisit after a wrong answer."),
    )
    seed_number: models.PositiveIntegerField = models.PositiveIntegerField(
        null=True,
        blank=True,
        unique=True,
        editable=False,
        help_text=_("Its place in the first bank."),
    )
    _revisions = GenericRelation("wagtailcore.Revision", related_query_name="question")
    wording_field = "text"

    objects: ClassVar[QuestionManager] = QuestionManager()
    _default_manager: ClassVar[QuestionManager]  # For mypy: Wagtail's bases carry no types.

    panels: ClassVar[list[Any]] = [
        MultiFieldPanel([FieldPanel("topic"), FieldPanel("lesson")], _("Place")),
        FieldPanel("text"),
        InlinePanel("options", heading=_("Options"), min_num=2, max_num=6),
        MultiFieldPanel([FieldPanel("critical"), FieldPanel("source"), FieldPanel("explanation")]),
        Upkeep.upkeep_panel,
    ]

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return str(self.text)[:80]

    @property
    def revisions(self) -> Any:
        return self._revisions

    def home_authority(self) -> Authority | None:
        lesson: Any = self.lesson
        authority: Authority | None = lesson.home_authority()
        return authority

    def words(self) -> Iterable[str]:
        options = (option.text for option in self.options.all())
        return (self.text, self.explanation, *options)


class QuestionOptionQuerySet(models.QuerySet["QuestionOption"]):
    def bank_questions(self, question_ids: Sequence[int]) -> list[BankQuestion]:
        """The questions in the order asked for, each as one statement saw it with its options."""
        options: dict[int, list[QuestionOption]] = {}
        for option in self.filter(question__in=question_ids).select_related("question__topic"):
            options.setdefault(option.question_id, []).append(option)
        return [_bank_question(options[question_id]) for question_id in question_ids]


class QuestionOption(Orderable):
    question = ParentalKey(Question, on_delete=models.CASCADE, related_name="options")
    text: models.CharField = models.CharField(max_length=250)
    correct: models.BooleanField = models.BooleanField(default=False)

    objects = QuestionOptionQuerySet.as_manager()

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
        return str(self.text)


def _bank_question(options: list[QuestionOption]) -> BankQuestion:
    question = options[0].question
    return BankQuestion(
        question_id=question.pk,
        revision_id=question.live_revision_id,
        topic=question.topic.slug,
        lesson_id=question.lesson_id,
        text=question.text,
        critical=question.critical,
        options=tuple(BankOption(option.pk, option.text, option.correct) for option in options),
    )
