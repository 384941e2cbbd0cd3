"""The question bank. Drafts are exam secrets; the live rows are what papers are drawn from."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, ClassVar, Self

import pgtrigger
from django.conf import settings
from django.contrib.contenttypes.fields import GenericRelation
from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail import hooks
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel
from wagtail.models import (
    DraftStateMixin,
    LockableMixin,
    Orderable,
    PreviewableMixin,
    Revision,
    RevisionMixin,
    WorkflowMixin,
)

from assessments.kinds import OptionFault, option_faults
from assessments.models.drawing import CAN_BE_MARKED, CANDIDATES, EXPOSURE_WINDOW
from assessments.models.finding import FindingQuerySet
from assessments.models.pictures import PaperPicture
from assessments.models.retirement import Retirable
from assessments.models.topics import Topic
from assessments.paper import BankOption, BankQuestion, Candidate, Picture
from courses.models import CoursePage, LessonPage, Reviewed, Upkeep
from courses.models.review import Fault
from people.models import Authority

OPTION_FAULTS = {
    OptionFault.TOO_FEW: _("A question has at least two options."),
    OptionFault.TOO_MANY: _("There are too many options for this kind of question."),
    OptionFault.NOT_ONE_RIGHT: _("Mark exactly one option as the right one."),
    OptionFault.NOT_RIGHT_AND_WRONG: _("Mark every right option, and leave at least one unmarked."),
    OptionFault.SAME_TEXT: _("Two options say the same."),
}


class QuestionQuerySet(FindingQuerySet["Question"]):
    def of_course(self, course: CoursePage) -> Self:
        """The bank of a course: whatever is about one of its lessons."""
        return self.filter(lesson__in=LessonPage.objects.descendant_of(course))

    def live(self) -> Self:
        """Published questions: the only ones a paper may draw."""
        return self.filter(live=True)

    def drawable(self) -> Self:
        """Published questions with as many right and wrong options as their kind asks for."""
        options = QuestionOption.objects.filter(question=OuterRef("pk")).order_by()
        right = options.filter(correct=True).values("question").annotate(n=Count("pk")).values("n")
        several = Q(kind=Question.Kind.MULTIPLE, rights__gte=1) & Exists(
            options.filter(correct=False)
        )
        return self.live().annotate(rights=Subquery(right)).filter(Q(rights=1) | several)

    def held_back(self) -> Self:
        """Published in a version whose answers are too odd for a paper that must be all right, and
        that nobody has looked at since (R32)."""
        same = Q(statistics__revision=F("live_revision"))
        unversioned = Q(statistics__revision=None, live_revision=None)
        return self.filter(same | unversioned, statistics__held_back=True)


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
    Reviewed,
    Retirable,
    Upkeep,
    PreviewableMixin,
    WorkflowMixin,
    DraftStateMixin,
    LockableMixin,
    RevisionMixin,
    ClusterableModel,
):
    """A question for drivers. Papers keep their own copy, so edits change no sitting.

    Its standing: a draft; in review; live; or retired, which is for good.
    """

    class Kind(models.TextChoices):
        SINGLE = "single", _("one right answer")
        MULTIPLE = "multiple", _("several right answers: all of them and no wrong one")
        TRUE_FALSE = "true_false", _("true or false")

    kind: models.CharField = models.CharField(
        max_length=10,
        choices=Kind.choices,
        default=Kind.SINGLE,
        db_default=Kind.SINGLE.value,
        verbose_name=_("kind of question"),
    )
    topic: models.ForeignKey = models.ForeignKey(
        Topic, on_delete=models.PROTECT, related_name="questions"
    )
    text: models.TextField = models.TextField(
        help_text=_("A short scene where it helps; one best answer.")
    )
    language: models.CharField = models.CharField(
        max_length=10,
        choices=settings.LANGUAGES,
        default=settings.LANGUAGE_CODE,
        db_default=settings.LANGUAGE_CODE,
        help_text=_("Only tests in this language draw it."),
    )
    image: models.ForeignKey = models.ForeignKey(
        "wagtailimages.Image",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("picture"),
    )
    image_alt: models.CharField = models.CharField(
        max_length=250,
        blank=True,
        db_default="",
        verbose_name=_("picture in words"),
        help_text=_("What somebody needs to know who does not see the picture."),
    )
    picture: models.ForeignKey = models.ForeignKey(
        PaperPicture,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        help_text=_("The copy made when the question went live: what papers show."),
    )
    fixed_order: models.BooleanField = models.BooleanField(
        default=False,
        db_default=False,
        help_text=_("Show the options in this order, for example numbers or times."),
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
        MultiFieldPanel(
            [FieldPanel("topic"), FieldPanel("lesson"), FieldPanel("language")], _("Place")
        ),
        FieldPanel("kind"),
        FieldPanel("text"),
        MultiFieldPanel([FieldPanel("image"), FieldPanel("image_alt")], _("Picture")),
        InlinePanel("options", heading=_("Options"), min_num=2, max_num=8),
        FieldPanel("fixed_order"),
        MultiFieldPanel([FieldPanel("critical"), FieldPanel("source"), FieldPanel("explanation")]),
        Upkeep.upkeep_panel,
    ]

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                name="question_picture_in_words",
                condition=Q(image=None) | ~Q(image_alt=""),
                violation_error_message=_("Say in words what the picture shows."),
            ),
            models.CheckConstraint(
                name="question_retired_with_by",
                condition=Q(retired_at=None, retired_by=None, retired_reason="")
                | (
                    Q(retired_at__isnull=False, retired_by__isnull=False, live=False)
                    & ~Q(retired_reason="")
                ),
                violation_error_message=_("A retired question has a name, a day and a reason."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="question_retired_for_good",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__retired_at__isnull=False)
                & (pgtrigger.Q(new__retired_at__isnull=True) | pgtrigger.Q(new__live=True)),
            )
        ]

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
        return (self.text, self.explanation, self.image_alt, *options)

    def publication_faults(self, *, on: date) -> list[Fault]:
        """An import may leave the source open; nothing goes live without one."""
        faults = [*super().publication_faults(on=on), *self.unsoundness()]
        if not self.source:
            faults.append(Fault("source", gettext("Say where the fact comes from.")))
        return faults

    def unsoundness(self) -> list[Fault]:
        """Why it could not be marked, or not be understood by somebody who does not see."""
        options = [(option.text, option.correct) for option in self.options.all()]
        faults = option_faults(self.kind, options)
        found = [Fault(self.wording_field, str(OPTION_FAULTS[fault])) for fault in faults]
        if self.image_id and not self.image_alt.strip():
            found.append(Fault("image_alt", gettext("Say in words what the picture shows.")))
        return found

    def publish(self, revision: Revision, user: Any = None, **kwargs: Any) -> Any:
        """Go live with a copy of the picture as it is now; papers show that copy.

        Raises ValidationError for a retired question and for one that could not be marked.
        """
        if Question.objects.filter(pk=self.pk, retired_at__isnull=False).exists():
            raise ValidationError(gettext("This question is retired: it does not go live again."))
        faults = revision.as_object().unsoundness()
        if faults:
            raise ValidationError([fault.message for fault in faults])
        published = super().publish(revision, user=user, **kwargs)
        live = Question.objects.select_related("image").get(pk=self.pk)
        live.picture = PaperPicture.objects.copy_of(live.image) if live.image else None
        live.save(update_fields=["picture"])
        return published

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponse:
        """As a driver sees it: by whoever draws the pages of a test."""
        draw, *_others = hooks.get_hooks("preview_question")
        page: HttpResponse = draw(request, self)
        return page


class QuestionOptionQuerySet(models.QuerySet["QuestionOption"]):
    def bank_questions(self, question_ids: Sequence[int]) -> list[BankQuestion]:
        """The questions in the order asked for, each as one statement saw it with its options."""
        options: dict[int, list[QuestionOption]] = {}
        related = self.filter(question__in=question_ids).select_related(
            "question__topic", "question__picture"
        )
        for option in related.defer("question__picture__content"):
            options.setdefault(option.question_id, []).append(option)
        return [_bank_question(options[question_id]) for question_id in question_ids]


class QuestionOption(Orderable):
    question = ParentalKey(Question, on_delete=models.CASCADE, related_name="options")
    text: models.CharField = models.CharField(max_length=250)
    correct: models.BooleanField = models.BooleanField(default=False)

    objects = QuestionOptionQuerySet.as_manager()

    panels: ClassVar[list[Any]] = [FieldPanel("text"), FieldPanel("correct")]

    class Meta(Orderable.Meta):
        triggers = [
            pgtrigger.Trigger(
                name="live_question_can_be_marked",
                level=pgtrigger.Row,
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                timing=pgtrigger.Deferred,
                func=CAN_BE_MARKED,
            )
        ]

    def __str__(self) -> str:
        return str(self.text)


def _picture(question: Question) -> Picture | None:
    """What the paper says of the picture; its pixels stay beside it, under their digest."""
    copy: Any = question.picture
    if copy is None:
        return None
    return Picture(digest=copy.digest, alt=question.image_alt, width=copy.width, height=copy.height)


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
        kind=question.kind,
        fixed_order=question.fixed_order,
        picture=_picture(question),
    )
