"""What a driver meets at a course's and a lesson's own address (wired in ``wagtail_hooks``)."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views import View

from courses import actions, perms, progress
from courses.forms import CheckForm
from courses.models import CoursePage, Enrolment, LessonPage
from courses.progress import LessonState
from people import perms as people


@dataclass(frozen=True)
class Check:
    """An understanding check as one screen shows it; ``feedback`` once a try was made."""

    id: str
    form: CheckForm
    feedback: str = ""
    correct: bool = False


class CourseView(View):
    """The course's first page: what it holds, how far one is, and the way on."""

    course: CoursePage = None  # type: ignore[assignment]  # Given to as_view().

    def get(self, request: HttpRequest) -> HttpResponse:
        learner = people.learner_of(request)
        enrolment = perms.readable_enrolment(learner, self.course) if learner else None
        lessons = list(self.course.lessons())
        done = enrolment.completed_lessons() if enrolment else set()
        states = progress.lesson_states([lesson.pk for lesson in lessons], done)
        rows = [(lesson, states[lesson.pk]) for lesson in lessons]
        context = {
            "page": self.course,
            "lessons": rows,
            "enrolment": enrolment,
            "learner": learner,
            "next_lesson": next((row for row, state in rows if state is LessonState.NEXT), None),
            "minutes": sum(lesson.minutes for lesson in lessons),
            "done_count": len(done),
        }
        return render(request, "courses/course.html", context)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Start the course."""
        if not request.user.is_authenticated:
            return redirect_to_login(request.path)
        learner = people.learner_of(request)
        if learner is None:
            messages.info(request, _("Only people in training can start a course."))
            return redirect(self.course.url)
        actions.enrol(learner=learner, course=self.course, now=timezone.now())
        first = self.course.lessons().first()
        return redirect(first.url if first else self.course.url)


class LessonView(View):
    """One screen of a lesson. Nothing is recorded by looking; going on is a POST."""

    lesson: LessonPage = None  # type: ignore[assignment]  # Given to as_view().
    enrolment: Enrolment
    number: int

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        course = self.lesson.course()
        learner = people.learner_of(request)
        enrolment = perms.readable_enrolment(learner, course) if learner else None
        if enrolment is None:
            messages.info(request, _("Start the course first. Then you can open its lessons."))
            return redirect(course.url)
        self.enrolment = enrolment
        self.lesson_ids = [lesson.pk for lesson in course.lessons()]
        self.done = enrolment.completed_lessons()
        states = progress.lesson_states(self.lesson_ids, self.done)
        if enrolment.closed_at is None and states[self.lesson.pk] is LessonState.LOCKED:
            messages.info(request, _("Lessons are taken in order. This one opens later."))
            return redirect(course.url)
        return self._on_screen(request)

    def _on_screen(self, request: HttpRequest) -> Any:
        screens = self.lesson.outline()
        visited = self.enrolment.visited_screens(self.lesson)
        furthest = len(screens) if self.is_finished else progress.furthest_screen(screens, visited)
        asked = request.GET.get("screen", "")
        self.number = (
            min(max(int(asked), 1), furthest)
            if asked.isdecimal()
            else (1 if self.is_finished else furthest)
        )
        return super().dispatch(request)

    @property
    def is_finished(self) -> bool:
        return self.enrolment.closed_at is not None or self.lesson.pk in self.done

    def get(self, request: HttpRequest) -> HttpResponse:
        return self._render(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        if "check" in request.POST:
            return self._answer(request, request.POST["check"])
        if self.enrolment.closed_at is not None:
            return self._go_to(self.number + 1)
        try:
            following = actions.pass_screen(
                enrolment=self.enrolment,
                lesson=self.lesson,
                number=self.number,
                now=timezone.now(),
            )
        except actions.ProgressRefused:
            return self._render(request, unanswered=True)
        return self._go_to(following)

    def _go_to(self, number: int | None) -> HttpResponse:
        if number is not None and number <= len(self.lesson.screens):
            return redirect(f"{self.lesson.url}?screen={number}")
        place = self.lesson_ids.index(self.lesson.pk) + 1
        if place == len(self.lesson_ids):
            return redirect("dashboard")
        return redirect(LessonPage.objects.get(pk=self.lesson_ids[place]).url)

    def _answer(self, request: HttpRequest, check_id: str) -> HttpResponse:
        form = next((c.form for c in self._checks(request) if c.id == check_id), None)
        if form is None or not form.is_valid():
            return self._render(request, invalid=form)
        if self.enrolment.closed_at is None:
            actions.answer_check(
                enrolment=self.enrolment,
                lesson=self.lesson,
                check_id=UUID(check_id),
                option=form.cleaned_data["option"],
                now=timezone.now(),
            )
        return redirect(f"{self.lesson.url}?screen={self.number}#check-{check_id}")

    def _checks(self, request: HttpRequest) -> list[Check]:
        """The understanding checks of this screen with the latest try at each."""
        tries = self.enrolment.check_answers.filter(lesson=self.lesson).order_by("pk")
        chosen = dict(tries.values_list("check_id", "option"))
        screen = self.lesson.screens[self.number - 1]
        posted = request.POST if request.method == "POST" else None
        checks = []
        for block in screen.value["content"]:
            if block.block_type != "check":
                continue
            options = block.value["options"]
            form = CheckForm(
                posted if posted and posted.get("check") == block.id else None,
                prefix=block.id,
                question=block.value["question"],
                options=[option["text"] for option in options],
                initial={"option": chosen.get(UUID(block.id))},
            )
            answer = chosen.get(UUID(block.id))
            known = answer is not None and answer < len(options)
            checks.append(
                Check(
                    id=block.id,
                    form=form,
                    feedback=options[answer]["feedback"] if known else "",
                    correct=bool(known and options[answer]["correct"]),
                )
            )
        return checks

    def _render(
        self, request: HttpRequest, *, invalid: CheckForm | None = None, unanswered: bool = False
    ) -> HttpResponse:
        checks = {check.id: check for check in self._checks(request)}
        if invalid is not None:
            checks = {
                key: Check(id=key, form=invalid) if check.form.prefix == invalid.prefix else check
                for key, check in checks.items()
            }
        screen = self.lesson.screens[self.number - 1]
        context = {
            "page": self.lesson,
            "course": self.enrolment.course,
            "screen": screen.value,
            "contents": [(block, checks.get(block.id)) for block in screen.value["content"]],
            "number": self.number,
            "total": len(self.lesson.screens),
            "lesson_number": self.lesson_ids.index(self.lesson.pk) + 1,
            "lesson_total": len(self.lesson_ids),
            "form": invalid,
            "unanswered": [check for check in checks.values() if not check.feedback]
            if unanswered
            else [],
        }
        return render(request, "courses/lesson.html", context)
