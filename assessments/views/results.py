"""The result of a sitting as its driver sees it."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic.base import ContextMixin, TemplateResponseMixin

from assessments import perms
from assessments.eligibility import Code
from assessments.marking import Revisit
from assessments.models import ResultChange, Sitting, Withdrawal
from assessments.perms import Standing
from assessments.views.sitting import SittingView
from assessments.views.words import change_in_words, reason_in_words, tries_left_in_words
from courses.models import LessonPage
from people.models import Authority


@dataclass
class NextStep:
    """What a driver can do after a test that was not passed, in words. ``lessons`` come first,
    ``ask`` is whom to ask."""

    sentences: list[str] = field(default_factory=list)
    lessons: list[LessonPage] = field(default_factory=list)
    course_again: bool = False
    may_start: bool = False
    ask: Authority | None = None


class ResultView(TemplateResponseMixin, ContextMixin, SittingView):
    """The result: after a fail what to read again and when to try again, never which were wrong.

    ``certificates`` extends view and template to show the certificate of a passed sitting.
    """

    template_name = "assessments/result.html"

    def get(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        if self.sitting.closed_at is None:
            return redirect("sitting_review", pk)
        return self.render_to_response(self.get_context_data())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """``sitting``, ``passed`` and what was changed or challenged since; after a fail also
        ``marking``, ``revisit`` and ``next_step``."""
        sitting = self.sitting
        passed = sitting.result == Sitting.Outcome.PASSED
        change = sitting.changes.order_by("changed_at", "pk").last()
        context = super().get_context_data(
            sitting=sitting,
            passed=passed,
            void=sitting.result == Sitting.Outcome.VOID,
            change=change_in_words(change) if change else "",
            right=_right(sitting, change),
            carried=[topic["title"] for topic in sitting.paper.get("carried", ())],
            challenges=sitting.challenges.all(),
            **kwargs,
        )
        return context if passed else {**context, **self._after_fail()}

    def _after_fail(self) -> dict[str, Any]:
        withdrawn = Withdrawal.objects.counted_in(self.sitting).versions()
        marking = self.sitting.mark(withdrawn=withdrawn)
        return {
            "marking": marking,
            "right_but_not_enough": marking.correct_count >= marking.required_count,
            "revisit": topics_with_lessons(marking.revisit),
            "next_step": _next_step(self.sitting),
        }


def _right(sitting: Sitting, change: ResultChange | None) -> int | None:
    """How many answers count as right now."""
    scored_again = change is not None and change.kind == ResultChange.Kind.RESCORED
    return change.correct_count if change and scored_again else sitting.correct_count


def _next_step(sitting: Sitting) -> NextStep:
    """Nothing once a later try was passed; new tries where the rule starts a new round."""
    standing = perms.standing(learner=sitting.learner, course=sitting.course, now=timezone.now())
    if standing.enrolment is not None and standing.enrolment.pk == sitting.enrolment_id:
        return _next_try(standing)
    same_or_later = Q(enrolment=sitting.enrolment_id) | Q(started_at__gt=sitting.started_at)
    tests = Sitting.objects.of(sitting.learner).filter(same_or_later, course=sitting.course)
    if tests.passed().exists():
        return NextStep()
    words = _("You have used all your tries. Take the lessons again. Then you get new tries.")
    return NextStep([words], course_again=True)


def _next_try(standing: Standing) -> NextStep:
    """In the round that is still open: what stands against a try, or that it can start now."""
    if not standing.reasons:
        return NextStep([_("You can try again now."), *_tries(standing)], may_start=True)
    step = NextStep()
    for reason in standing.reasons:
        if reason.code is Code.COURSE_NOT_COMPLETE:
            step.sentences.append(_("Go through these lessons before your next try."))
            step.lessons = _lessons_left(standing)
        elif reason.code is Code.NO_TRIES_LEFT:
            step.sentences.append(_("You have used all your tries."))
            step.sentences.append(_("A licensing officer decides what happens next."))
            step.ask = standing.enrolment.authority if standing.enrolment else None
        else:
            step.sentences.append(reason_in_words(reason))
    step.sentences += _tries(standing)
    return step


def _tries(standing: Standing) -> list[str]:
    return [tries_left_in_words(standing.tries_left)] if standing.tries_left else []


def _lessons_left(standing: Standing) -> list[LessonPage]:
    assert standing.enrolment is not None
    done = standing.enrolment.completed_lessons()
    lessons = standing.enrolment.course.lessons().defer("screens")
    return [lesson for lesson in lessons if lesson.pk not in done]


def topics_with_lessons(revisit: tuple[Revisit, ...]) -> list[tuple[str, list[LessonPage]]]:
    """Each topic's title with the lessons that can still be read."""
    wanted = {lesson_id for topic in revisit for lesson_id in topic.lesson_ids}
    lessons = LessonPage.objects.live().defer("screens").in_bulk(wanted)
    return [
        (topic.title, [lessons[pk] for pk in topic.lesson_ids if pk in lessons])
        for topic in revisit
    ]
