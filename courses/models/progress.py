"""Who learns what, and how far they have come. Visits, answers and completions are facts."""

from typing import Self

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from wagtail.models import Revision

from courses.models.pages import CoursePage, LessonPage
from people.models import Authority, Learner


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    def open(self) -> Self:
        return self.filter(closed_at=None)

    def of(self, learner: Learner) -> Self:
        return self.filter(learner=learner)


class Enrolment(models.Model):
    """One round of one course by one learner: the first time, and again every three years.

    ``completed_at`` is set when every lesson is done; ``closed_at`` when the round has served
    (its test is passed), so that the next renewal starts afresh.
    """

    learner = models.ForeignKey(Learner, on_delete=models.PROTECT, related_name="enrolments")
    course = models.ForeignKey(CoursePage, on_delete=models.PROTECT, related_name="enrolments")
    authority = models.ForeignKey(
        Authority, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    started_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["learner", "course"],
                condition=Q(closed_at=None),
                name="one_open_enrolment_per_course",
                violation_error_message=_("You are on this course already."),
            ),
            models.CheckConstraint(
                name="enrolment_closed_after_completed",
                condition=Q(closed_at=None) | Q(completed_at__isnull=False),
                violation_error_message=_("Only a completed round can be closed."),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="enrolment_kept", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="enrolment_fixed", fields=["learner", "course", "started_at"]),
            pgtrigger.Protect(
                name="enrolment_closed_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__closed_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.learner}: {self.course}"


class Fact(models.Model):
    """A row that is written once and never changed or deleted; the database refuses both."""

    class Meta:
        abstract = True
        triggers = [
            pgtrigger.Protect(name="fact_kept", operation=pgtrigger.Update | pgtrigger.Delete)
        ]


class ScreenVisit(Fact):
    """The learner went on from this screen (R19). ``screen_id`` is the block's own identifier."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="visits")
    lesson = models.ForeignKey(LessonPage, on_delete=models.PROTECT, related_name="+")
    screen_id = models.UUIDField()
    visited_at = models.DateTimeField()

    class Meta(Fact.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "lesson", "screen_id"],
                name="one_visit_per_screen",
                violation_error_message=_("This screen is done already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id}: {self.screen_id}"


class CheckAnswer(Fact):
    """One try at a "check your understanding" question. Any number of tries; never scored."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="check_answers")
    lesson = models.ForeignKey(LessonPage, on_delete=models.PROTECT, related_name="+")
    check_id = models.UUIDField()
    option = models.PositiveSmallIntegerField()
    correct = models.BooleanField()
    answered_at = models.DateTimeField()

    class Meta(Fact.Meta):
        indexes = [models.Index(fields=["enrolment", "lesson"], name="check_answers_of_lesson")]

    def __str__(self) -> str:
        return f"{self.enrolment_id}: {self.check_id}"


class LessonCompletion(Fact):
    """The learner finished this lesson, in the wording of ``revision``."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="completions")
    lesson = models.ForeignKey(LessonPage, on_delete=models.PROTECT, related_name="completions")
    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="+")
    completed_at = models.DateTimeField()

    class Meta(Fact.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "lesson"],
                name="one_completion_per_lesson",
                violation_error_message=_("This lesson is done already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id}: {self.lesson_id}"
