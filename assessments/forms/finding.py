"""How the list of questions is narrowed."""

from typing import Any

import django_filters  # type: ignore[import-untyped]
from django.db.models import Exists, ExpressionWrapper, F, OuterRef, Q, QuerySet, TextField
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet

from assessments import perms
from assessments.models import BankStanding, ItemStatistic, Question
from courses.models import CoursePage, LessonPage

OVERDUE, HELD_BACK = "overdue", "held_back"
STANDINGS = [choice for choice in BankStanding.choices if choice[0] != BankStanding.LIVE_IN_REVIEW]
# A live question with a newer draft in review is found under either word.
ALSO = {BankStanding.IN_REVIEW, BankStanding.LIVE_CHANGED}


def _topics(request: Any) -> Any:
    return perms.trainer_topics(request.user, *perms.QUESTION_ROLES["view"])


def _courses(request: Any) -> Any:
    """Those that hold a lesson whose questions the person sees."""
    path = ExpressionWrapper(OuterRef("path"), output_field=TextField())
    lessons = perms.trainer_lessons(request.user, *perms.QUESTION_ROLES["view"])
    below = lessons.annotate(above=path).filter(path__startswith=F("above"))
    return CoursePage.objects.filter(Exists(below)).order_by("title")


class QuestionFilters(WagtailFilterSet):
    course = django_filters.ModelChoiceFilter(
        queryset=_courses, method="of_course", label=_("Course")
    )
    topic = django_filters.ModelChoiceFilter(queryset=_topics, label=_("Topic"))
    standing = django_filters.ChoiceFilter(
        choices=STANDINGS, method="of_standing", label=_("Standing")
    )
    attention = django_filters.ChoiceFilter(
        choices=[
            (OVERDUE, _("Its review is overdue")),
            (HELD_BACK, _("Its answers are odd, so it is held back")),
        ],
        method="needing_attention",
        label=_("Needs attention"),
    )
    picture = django_filters.BooleanFilter(
        field_name="image", lookup_expr="isnull", exclude=True, label=_("Has a picture")
    )

    class Meta:
        model = Question
        fields = ["course", "topic", "kind", "language", "standing", "critical"]

    def of_course(self, questions: Any, name: str, course: CoursePage) -> QuerySet[Question]:
        lessons = LessonPage.objects.descendant_of(course)
        found: QuerySet[Question] = questions.filter(lesson__in=lessons)
        return found

    def of_standing(self, questions: Any, name: str, standing: str) -> QuerySet[Question]:
        wanted = {standing, BankStanding.LIVE_IN_REVIEW} if standing in ALSO else {standing}
        found: QuerySet[Question] = questions.with_standing().filter(standing__in=wanted)
        return found

    def needing_attention(self, questions: Any, name: str, what: str) -> QuerySet[Question]:
        in_use: QuerySet[Question] = questions.filter(retired_at=None)
        if what == OVERDUE:
            return in_use.filter(review_due_on__lt=timezone.localdate())
        odd = ItemStatistic.objects.held_back().filter(revision=OuterRef("live_revision"))
        return in_use.filter(Q(live=True), Exists(odd.filter(question=OuterRef("pk"))))
