"""Gathers, in a fixed number of queries, what a driver's dashboard says."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Case, When
from django.utils.translation import get_language

from assessments import perms as tests
from assessments.eligibility import Code
from assessments.models import Sitting
from certificates.models import Certificate
from certificates.perms import still_refreshes
from courses.models import Cohort, CoursePage, Enrolment, LessonPage, titles_in
from courses.progress import SoFar, course_is_complete
from licensing.models import Requirement
from lms.next_step import Standing, Step, next_step
from people.models import Audience, Learner, LicenceClaim


@dataclass(frozen=True)
class Dashboard:
    """One learner's standing in the course that is asked of them."""

    step: Step
    course: CoursePage | None
    lessons_done: int
    lessons_total: int
    next_lesson: LessonPage | None
    lessons_again: frozenset[int]
    test: tests.Standing | None
    sitting: Sitting | None
    certificate: Certificate | None
    waiting_claims: list[LicenceClaim]
    finished_at: datetime | None
    cohorts: list[Cohort]
    titles: dict[Any, str]
    has_test: bool

    @property
    def course_title(self) -> str:
        """In the language of the page, where it is translated."""
        return self._title(self.course)

    @property
    def next_lesson_title(self) -> str:
        return self._title(self.next_lesson)

    def _title(self, page: CoursePage | LessonPage | None) -> str:
        return str(self.titles.get(page.translation_key, page.title)) if page else ""

    @property
    def reads_again(self) -> bool:
        """What is next was done before, and is to be gone through once more."""
        return self.next_lesson is not None and self.next_lesson.pk in self.lessons_again

    @property
    def next_try_at(self) -> datetime | None:
        """When a wait after a fail is over; None where there is no wait."""
        reasons = self.test.reasons if self.test else ()
        return next((reason.until for reason in reasons if reason.code is Code.WAIT), None)


def dashboard_of(learner: Learner, *, today: date, now: datetime) -> Dashboard:
    """What is done and what is next for ``learner`` on the London day ``today``."""
    full = _required_course(learner, today)
    certificate = _best_certificate(learner, full)
    enrolment = _open_enrolment(learner, full)
    course = enrolment.course if enrolment else _offered_course(learner, full, certificate, today)
    sitting = _last_sitting(learner, enrolment, full)
    lessons = list(course.lessons()) if course else []
    so_far = enrolment.so_far() if enrolment else SoFar()
    lessons_done = course_is_complete([lesson.pk for lesson in lessons], so_far.done)
    test = None
    if enrolment and lessons_done:
        test = tests.standing(learner=learner, course=enrolment.course, now=now)
    standing = _standing(
        enrolment,
        test,
        sitting,
        certificate,
        lessons_done=lessons_done,
        has_test=learner.audience == Audience.DRIVER or bool(test and test.rule),
        today=today,
        now=now,
    )
    next_lesson = next((lesson for lesson in lessons if lesson.pk not in so_far.done), None)
    return Dashboard(
        step=next_step(standing),
        course=course,
        lessons_done=sum(lesson.pk in so_far.done for lesson in lessons),
        lessons_total=len(lessons),
        next_lesson=next_lesson,
        lessons_again=so_far.again.intersection(lesson.pk for lesson in lessons),
        test=test,
        sitting=sitting,
        certificate=certificate,
        waiting_claims=list(learner.claims.waiting().select_related("authority")),
        finished_at=enrolment.completed_at if enrolment else None,
        has_test=standing.has_test,
        cohorts=list(Cohort.objects.of(learner)),
        titles=titles_in(get_language(), [page for page in (course, next_lesson) if page]),
    )


def _required_course(learner: Learner, today: date) -> CoursePage | None:
    """Of a driver: what the rule in force asks for. Of others: the course made for their work,
    their own council's before another's."""
    if learner.audience != Audience.DRIVER:
        own_first = Case(When(authority=learner.authority_id, then=0), default=1)
        made_for_them = (
            CoursePage.objects.original()
            .live()
            .filter(audience=learner.audience, kind=CoursePage.Kind.INITIAL)
        )
        course: CoursePage | None = made_for_them.order_by(own_first, "path").first()
        return course
    in_force = Requirement.objects.in_force(authority=learner.authority, on=today)
    requirement = in_force.select_related("course").first()
    return requirement.course if requirement else None


def _best_certificate(learner: Learner, full: CoursePage | None) -> Certificate | None:
    held = Certificate.objects.of(learner).filter(counts_for=full).counting()
    return held.order_by("-valid_until").first()


def _open_enrolment(learner: Learner, full: CoursePage | None) -> Enrolment | None:
    rounds = Enrolment.objects.of(learner).open().select_related("course")
    courses = CoursePage.objects.filter(pk=full.pk if full else None)
    own = rounds.filter(course__in=courses) | rounds.filter(course__refreshes__in=courses)
    return own.order_by("-started_at").first()


def _offered_course(
    learner: Learner, full: CoursePage | None, certificate: Certificate | None, today: date
) -> CoursePage | None:
    if full and certificate and still_refreshes(certificate, learner=learner, today=today):
        return CoursePage.objects.original().live().filter(refreshes=full).first() or full
    return full


def _last_sitting(
    learner: Learner, enrolment: Enrolment | None, full: CoursePage | None
) -> Sitting | None:
    """The last try of the open round; without one the last pass, whose certificate may come."""
    sittings = Sitting.objects.of(learner).select_related("certificate", "rule").defer("paper")
    sittings = sittings.filter(enrolment=enrolment) if enrolment else sittings.passed()
    return sittings.order_by("-started_at").first()


def _standing(
    enrolment: Enrolment | None,
    test: tests.Standing | None,
    sitting: Sitting | None,
    certificate: Certificate | None,
    *,
    lessons_done: bool,
    has_test: bool,
    today: date,
    now: datetime,
) -> Standing:
    waits = [reason.until for reason in test.reasons if reason.until] if test else []
    return Standing(
        today=today,
        now=now,
        enrolled=enrolment is not None,
        lessons_done=lessons_done,
        has_test=has_test,
        test_open=bool(sitting and sitting.closed_at is None),
        passed_without_certificate=bool(
            sitting
            and sitting.result == Sitting.Outcome.PASSED
            and not hasattr(sitting, "certificate")
        ),
        next_try_at=max(waits, default=None),
        tries_left=test.tries_left if test else None,
        valid_until=certificate.valid_until if certificate else None,
        renew_from=certificate.renew_from if certificate else None,
    )
