"""The result of a sitting as its driver sees it."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.generic.base import ContextMixin, TemplateResponseMixin

from assessments import perms
from assessments.marking import Revisit
from assessments.models import Sitting, Withdrawal
from assessments.views.sitting import SittingView
from assessments.views.words import reason_in_words
from courses.models import LessonPage


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
        """``sitting``, ``passed``; after a fail also ``marking``, ``revisit`` and ``next_try``."""
        passed = self.sitting.result == Sitting.Outcome.PASSED
        context = super().get_context_data(sitting=self.sitting, passed=passed, **kwargs)
        if not passed:
            withdrawn = Withdrawal.objects.counted_in(self.sitting).versions()
            marking = self.sitting.mark(withdrawn=withdrawn)
            enough = marking.correct_count >= marking.required_count
            context |= {
                "marking": marking,
                "right_but_not_enough": enough,
                "revisit": topics_with_lessons(marking.revisit),
                **self._next_try(),
            }
        return context

    def _next_try(self) -> dict[str, Any]:
        """When the next try opens; nothing once a later one was passed and the round is over."""
        now, sitting = timezone.now(), self.sitting
        standing = perms.standing(learner=sitting.learner, course=sitting.course, now=now)
        if standing.enrolment is None or standing.enrolment.pk != sitting.enrolment_id:
            return {"next_try": "", "may_start": False}
        if not standing.reasons:
            return {"next_try": _("You can try again now."), "may_start": True}
        return {"next_try": reason_in_words(standing.reasons[0]), "may_start": False}


def topics_with_lessons(revisit: tuple[Revisit, ...]) -> list[tuple[str, list[LessonPage]]]:
    """Each topic's title with the lessons that can still be read."""
    wanted = {lesson_id for topic in revisit for lesson_id in topic.lesson_ids}
    lessons = LessonPage.objects.live().defer("screens").in_bulk(wanted)
    return [
        (topic.title, [lessons[pk] for pk in topic.lesson_ids if pk in lessons])
        for topic in revisit
    ]
