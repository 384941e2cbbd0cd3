"""What a driver meets at a course's and a lesson's own address (wired in ``wagtail_hooks``)."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views import View

from courses import actions, perms, progress
from courses.models import Approval, Contact, CoursePage, Enrolment, LessonPage
from courses.progress import LessonState
from courses.views import screens
from courses.views.screens import TextLanguage
from people import perms as people
from people.asked import key_in
from people.models import Learner

# A phone asks for copies of the screens ahead, to keep them for a place without a line, and sends
# later what was done there. It says so in these headers (lms/static/offline).
COPY, SAVED = "Lesson-Copy", "Lesson-Saved"


class CourseView(View):
    """The course's first page: what it holds, how far one is, and the way on."""

    course: CoursePage = None  # type: ignore[assignment]  # Given to as_view().

    def get(self, request: HttpRequest) -> HttpResponse:
        learner = people.learner_of(request)
        enrolment = perms.readable_enrolment(learner, self.course) if learner else None
        lessons = list(self.course.lessons())
        so_far = enrolment.so_far() if enrolment else progress.SoFar()
        states = progress.lesson_states([lesson.pk for lesson in lessons], so_far.done)
        language = reader_language()
        shown = self.course.reading_in(language)
        titles = screens.titles_for(language, lessons)
        refresher = self.course.kind == CoursePage.Kind.REFRESHER
        context = {
            "page": self.course,
            "shown": shown,
            "language": TextLanguage(shown.language()),
            "lessons": [(lesson, states[lesson.pk], titles[lesson.pk]) for lesson in lessons],
            "enrolment": enrolment,
            "again": so_far.again,
            "next_lesson": next(
                (lesson for lesson in lessons if states[lesson.pk] is LessonState.NEXT), None
            ),
            "minutes": sum(lesson.minutes for lesson in lessons),
            "begun": bool(so_far.done or so_far.again),
            "finished": progress.course_is_complete(states, so_far.done),
            "closed": enrolment is not None and enrolment.closed_at is not None,
            "changes": screens.changes_since_finished(learner, self.course)
            if learner and refresher
            else [],
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
    """One screen of a lesson. Nothing is recorded by looking; going on is a POST.

    ``lesson`` is the page whose progress counts, ``shown`` the one whose words are read.
    """

    lesson: LessonPage = None  # type: ignore[assignment]  # Given to as_view().
    shown: LessonPage
    learner: Learner
    enrolment: Enrolment
    number: int

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        course = self.lesson.course()
        learner = people.learner_of(request)
        enrolment = perms.readable_enrolment(learner, course) if learner else None
        if learner is None or enrolment is None:
            return self._turn_away(
                _("Start the course first. Then you can open its lessons."), course.url
            )
        self.learner, self.enrolment = learner, enrolment
        self.lesson_ids = [lesson.pk for lesson in course.lessons()]
        self.so_far = enrolment.so_far()
        states = progress.lesson_states(self.lesson_ids, self.so_far.done)
        if enrolment.closed_at is None and states[self.lesson.pk] is LessonState.LOCKED:
            return self._turn_away(
                _("Lessons are taken in order. This one opens later."), course.url
            )
        self.shown = self.lesson.reading_in(reader_language())
        self.outline = self.lesson.outline()
        self.furthest = self._furthest()
        return super().dispatch(request)

    def _turn_away(self, message: str, address: str) -> HttpResponse:
        """Lead on with a message. A phone that kept or keeps something is told no, and no more."""
        if SAVED in self.request.headers or COPY in self.request.headers:
            return HttpResponse(status=409)
        messages.info(self.request, message)
        return redirect(address)

    def _furthest(self) -> int:
        if self.is_finished:
            return len(self.outline)
        visited = self.enrolment.visited_screens(self.lesson)
        return progress.furthest_screen(self.outline, visited)

    @property
    def is_finished(self) -> bool:
        return self.enrolment.closed_at is not None or self.lesson.pk in self.so_far.done

    def get(self, request: HttpRequest) -> HttpResponse:
        """The screen asked for, if it is open, else where the learner stopped."""
        last = len(self.outline) if COPY in request.headers else self.furthest
        asked = key_in(request.GET.get("screen"))
        if asked is None:
            asked = 1 if self.is_finished else self.furthest
        self.number = min(max(asked, 1), last)
        return self._render(request)

    def post(self, request: HttpRequest) -> HttpResponse:
        """Go on from a screen, or try a check on it."""
        if not perms.may_send(self.learner, request.POST.get("reader")):
            raise PermissionDenied
        if self._is_from_before_it_was_asked_again(request):
            return self._turn_away(
                _("Please go through this lesson again, from its first page."), self.lesson.url
            )
        number = self._posted_number(request)
        if number is None:
            return self._turn_away(
                _("This lesson has changed since you opened it. Please read this page again."),
                self.lesson.url,
            )
        if number > self.furthest:
            return self._turn_away(_("Pages are read in order."), self.lesson.url)
        self.number = number
        if "check" in request.POST:
            return self._answer(request)
        return self._go_on(request)

    @property
    def _times_asked(self) -> int:
        return self.so_far.times_asked(self.lesson.pk)

    def _is_from_before_it_was_asked_again(self, request: HttpRequest) -> bool:
        """The form was opened before the lesson was last asked for again, so it does not count. In
        a round that has served nothing does, and nobody need be told."""
        repeat = key_in(request.POST.get("repeat"))
        older = repeat is not None and repeat < self._times_asked
        return older and self.enrolment.closed_at is None

    def _posted_number(self, request: HttpRequest) -> int | None:
        """The screen the form was on; None if it is gone, or has changed so much that what was
        read no longer counts."""
        revision = key_in(request.POST.get("revision"))
        if revision is not None and revision < self.lesson.floor():
            return None
        if "at" not in request.POST:
            return key_in(request.GET.get("screen")) or self.furthest
        numbers = {str(screen.id): place for place, screen in enumerate(self.outline, start=1)}
        return numbers.get(request.POST["at"])

    def _go_on(self, request: HttpRequest) -> HttpResponse:
        following: int | None = self.number + 1
        if self.enrolment.closed_at is None:
            try:
                following = actions.pass_screen(
                    enrolment=self.enrolment,
                    lesson=self.lesson,
                    shown=self.shown,
                    number=self.number,
                    seconds=self._seconds(request),
                    now=timezone.now(),
                )
            except actions.ProgressRefused:
                return self._refused(request, unanswered=True)
        if SAVED in request.headers:
            return HttpResponse(status=204)
        return redirect(self._address_of(following))

    def _seconds(self, request: HttpRequest) -> int | None:
        """Time on screen, where it is known: what was done without a line has no time of ours."""
        if SAVED in request.headers:
            return None
        shown = request.POST.get("shown", "")
        screen_id = self.outline[self.number - 1].id
        return screens.seconds_since(shown, self.enrolment, screen_id, now=timezone.now())

    def _address_of(self, number: int | None) -> str:
        """The next screen; after the last one the next lesson, after the last lesson the board."""
        if number is not None and number <= len(self.outline):
            return f"{self.lesson.url}?screen={number}"
        place = self.lesson_ids.index(self.lesson.pk) + 1
        if place == len(self.lesson_ids):
            return "dashboard"
        url: str = LessonPage.objects.get(pk=self.lesson_ids[place]).url
        return url

    def _answer(self, request: HttpRequest) -> HttpResponse:
        chosen = self._chosen()
        checks = screens.checks_on(self._screen(), chosen=chosen, posted=request.POST)
        check = checks.get(request.POST["check"])
        if check is None or not check.form.is_valid():
            return self._refused(request, invalid=check.form if check else None)
        option = check.form.cleaned_data["option"]
        # What a phone sends may have come before, with only our "yes" lost on the way.
        again = SAVED in request.headers and chosen.get(UUID(check.id)) == option
        if self.enrolment.closed_at is None and not again:
            actions.answer_check(
                enrolment=self.enrolment,
                lesson=self.lesson,
                shown=self.shown,
                check_id=UUID(check.id),
                option=option,
                now=timezone.now(),
            )
        if SAVED in request.headers:
            return HttpResponse(status=204)
        return redirect(f"{self.lesson.url}?screen={self.number}#check-{check.id}")

    def _refused(self, request: HttpRequest, **faults: Any) -> HttpResponse:
        if SAVED in request.headers:
            return HttpResponse(status=409)
        return self._render(request, **faults)

    def _chosen(self) -> dict[UUID, int]:
        """The latest try at each check, of those that still count."""
        tries = self.enrolment.check_answers.current().filter(lesson=self.lesson).order_by("pk")
        return dict(tries.values_list("check_id", "option"))

    def _screen(self) -> Any:
        """The screen in the words that are shown. A translation keeps the identifiers."""
        wanted = str(self.outline[self.number - 1].id)
        return next(screen for screen in self.shown.screens if screen.id == wanted)

    def _render(
        self, request: HttpRequest, *, invalid: Any = None, unanswered: bool = False
    ) -> HttpResponse:
        screen = self._screen()
        posted = request.POST if invalid else None
        checks = screens.checks_on(screen, chosen=self._chosen(), posted=posted)
        language = TextLanguage(self.shown.language())
        first = self.number == 1
        context = {
            **self._place(),
            "page": self.lesson,
            "course": self.enrolment.course,
            "shown": self.shown,
            "title": language.quote(self.shown.title),
            "text_language": language,
            "wanted": TextLanguage(reader_language()),
            "machine_drafted": self._is_machine_drafted(),
            "screen": screen,
            "contents": [(block, checks.get(block.id)) for block in screen.value["content"]],
            "glossary": screens.glossary_in(language.code),
            "support": Contact.objects.filter(support=True) if self.lesson.distressing else (),
            "changes": screens.changes_since_read(self.enrolment, self.lesson) if first else (),
            "again": first and not self.is_finished and self.lesson.pk in self.so_far.again,
            "form": invalid,
            "unanswered": [c for c in checks.values() if unanswered and not c.answered],
        }
        return render(request, "courses/lesson.html", context)

    def _is_machine_drafted(self) -> bool:
        """A translation that nobody has signed: what is installed with the system is drafted so."""
        signed = Approval.objects.filter(revision=self.shown.live_revision_id)
        return self.shown.pk != self.lesson.pk and not signed.exists()

    def _place(self) -> dict[str, Any]:
        """Where the learner stands, and what the forms bring back. A copy has no stamp: nobody
        knows when it is read."""
        copy = COPY in self.request.headers
        screen_id = self.outline[self.number - 1].id
        return {
            "copy": copy,
            "reader": perms.reader_reference(self.learner),
            "repeat": self._times_asked,
            "stamp": "" if copy else screens.stamp(self.enrolment, screen_id, now=timezone.now()),
            "number": self.number,
            "total": len(self.outline),
            "lesson_number": self.lesson_ids.index(self.lesson.pk) + 1,
            "lesson_total": len(self.lesson_ids),
        }


def reader_language() -> str:
    """The language in which the page around the lesson is written."""
    return get_language() or settings.LANGUAGE_CODE
