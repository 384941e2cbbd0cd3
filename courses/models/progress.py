"""Who learns what, and how far they have come. Visits, answers and completions are facts."""

from typing import Any, Self
from uuid import UUID

import pgtrigger
from django.db import models
from django.db.models import Exists, OuterRef, Q, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _
from wagtail.models import Page, Revision

from courses import progress
from courses.models.facts import Fact
from courses.models.pages import CoursePage, LessonPage
from courses.models.review import Approval
from people.models import Authority, Learner


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    def open(self) -> Self:
        return self.filter(closed_at=None)

    def of(self, learner: Learner) -> Self:
        return self.filter(learner=learner)

    def within(self, page: Page) -> Self:
        """Rounds of a course, or with something begun in a module or lesson: what ``page`` is."""
        courses = CoursePage.objects.descendant_of(page, inclusive=True)
        lessons = LessonPage.objects.descendant_of(page, inclusive=True)
        begun = Q(course__in=courses)
        for fact in (ScreenVisit, CheckAnswer, LessonCompletion):
            facts = fact.objects.filter(enrolment=OuterRef("pk"), lesson__in=lessons)
            begun |= Q(Exists(facts))
        return self.filter(begun)


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

    def completed_lessons(self) -> set[int]:
        """The lessons done, in a wording that still counts and as often as they were asked for."""
        return set(self.completions.current().values_list("lesson_id", flat=True))

    def so_far(self) -> progress.SoFar:
        """What is done of the lessons, and what is to be gone through again. One query."""
        finished = self.completions.annotate(counts=_still_counts())
        rows = finished.values_list("lesson_id", "counts", Value(0))
        asked = self.lessons_again.values_list("lesson_id", Value(value=False), "number")
        return progress.so_far(rows.union(asked, all=True))

    def visited_screens(self, lesson: LessonPage) -> set[UUID]:
        """The screens of the lesson gone through, of the visits that still count."""
        visits = self.visits.current().filter(lesson=lesson)
        return set(visits.values_list("screen_id", flat=True))

    def answered_checks(self, lesson: LessonPage) -> set[UUID]:
        """The checks of the lesson that had a try, of those that still count."""
        tries = self.check_answers.current().filter(lesson=lesson)
        return set(tries.values_list("check_id", flat=True))

    def lessons_are_done(self) -> bool:
        """Whether the test is open: every lesson that is live now is done. Two queries.

        Not the same as ``completed_at``, the first time this was so: a lesson may have been added,
        changed or asked for again since, or the only one left unpublished.
        """
        lesson_ids = [lesson.pk for lesson in self.course.lessons()]
        return progress.course_is_complete(lesson_ids, self.completed_lessons())


class LessonAgain(Fact):
    """The lesson was asked for again in this round, for the ``number``-th time (R07). It is done
    only once it was finished after that."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="lessons_again")
    lesson = models.ForeignKey(LessonPage, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveSmallIntegerField()
    asked_at = models.DateTimeField()

    class Meta(Fact.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "lesson", "number"],
                name="lesson_asked_again_once_per_number",
                violation_error_message=_("This lesson is asked for again already."),
            ),
            models.CheckConstraint(
                name="lesson_again_counts_from_one",
                condition=Q(number__gte=1),
                violation_error_message=_("The first time is number 1."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id}: {self.lesson_id} ({self.number})"


def _still_counts() -> Q:
    """Of a fact: whether it is neither older than a material change to the lesson that is live now,
    nor than the last time the lesson was asked for again in the round."""
    changed = Approval.objects.filter(
        lesson=OuterRef("lesson"),
        material=True,
        revision__gt=Coalesce(OuterRef("revision"), 0),
        revision__lte=OuterRef("lesson__live_revision"),
    )
    asked = LessonAgain.objects.filter(
        enrolment=OuterRef("enrolment"), lesson=OuterRef("lesson"), number__gt=OuterRef("repeat")
    )
    return ~Exists(changed) & ~Exists(asked)


class LessonFactQuerySet(models.QuerySet[Any]):
    def current(self) -> Self:
        """What still counts: in a wording that does, and done since the lesson was last asked for
        again."""
        return self.filter(_still_counts())


class LessonFact(Fact):
    """Something done in a lesson. ``revision`` is the lesson's live version at the time in the
    language it was written in, ``translation`` the one that was read, where it was another.
    ``repeat`` is how often the lesson had been asked for again by then in this round."""

    lesson = models.ForeignKey(LessonPage, on_delete=models.PROTECT, related_name="+")
    revision = models.ForeignKey(
        Revision,
        on_delete=models.PROTECT,
        null=True,  # Only for what was recorded before versions were kept.
        related_name="+",
    )
    translation = models.ForeignKey(
        Revision, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    repeat = models.PositiveSmallIntegerField(default=0, db_default=0)

    objects = LessonFactQuerySet.as_manager()

    class Meta(Fact.Meta):
        abstract = True


class ScreenVisit(LessonFact):
    """The learner went on from this screen (R19). ``screen_id`` is the block's own identifier;
    ``seconds`` the time between opening the screen and going on."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="visits")
    screen_id = models.UUIDField()
    visited_at = models.DateTimeField()
    seconds = models.PositiveIntegerField(
        null=True,
        blank=True,
        help_text=_("Time on screen. Never a ground to refuse. Empty: not known, as when offline."),
    )

    class Meta(LessonFact.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "lesson", "screen_id", "revision", "repeat"],
                name="one_visit_per_screen",
                violation_error_message=_("This screen is done already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id}: {self.screen_id}"


class CheckAnswer(LessonFact):
    """One try at a "check your understanding" question. Any number of tries; never scored."""

    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="check_answers")
    check_id = models.UUIDField()
    option = models.PositiveSmallIntegerField()
    correct = models.BooleanField()
    answered_at = models.DateTimeField()

    class Meta(LessonFact.Meta):
        indexes = [models.Index(fields=["enrolment", "lesson"], name="check_answers_of_lesson")]

    def __str__(self) -> str:
        return f"{self.enrolment_id}: {self.check_id}"


class LessonCompletion(LessonFact):
    """The learner finished this lesson. After a material change, or when it is asked for again,
    they finish it again."""

    revision = models.ForeignKey(Revision, on_delete=models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(Enrolment, on_delete=models.PROTECT, related_name="completions")
    lesson = models.ForeignKey(LessonPage, on_delete=models.PROTECT, related_name="completions")
    completed_at = models.DateTimeField()

    class Meta(LessonFact.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "lesson", "revision", "repeat"],
                name="one_completion_per_lesson",
                violation_error_message=_("This lesson is done already."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.enrolment_id}: {self.lesson_id}"
