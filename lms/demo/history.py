"""Gives the demo drivers their past, through the same actions that a real past goes through."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from assessments import actions as assessments
from assessments.models import Sitting
from certificates import actions as certificates
from courses import actions as courses
from courses.models import CoursePage, Enrolment, LessonPage
from people.models import Learner

LONDON = ZoneInfo("Europe/London")
DUE_IN = timedelta(days=45)
LAPSED_SINCE = timedelta(days=20)


def load_history(learners: dict[str, Learner], course: CoursePage, *, today: date) -> None:
    """One pass each: ten months ago, due in 45 days, and expired 20 days ago."""
    passed_on = {
        "passed": today - timedelta(days=300),
        "due": three_years_before(today + DUE_IN),
        "lapsed": three_years_before(today - LAPSED_SINCE),
    }
    for key, day in passed_on.items():
        if not Sitting.objects.of(learners[key]).exists():
            pass_on(learners[key], course, day=day)


def three_years_before(day: date) -> date:
    """The day whose pass ends on ``day``; for 29 February the day after, as no pass ends on it."""
    if (day.month, day.day) == (2, 29):
        day += timedelta(days=1)
    return day.replace(year=day.year - 3)


def pass_on(learner: Learner, course: CoursePage, *, day: date) -> None:
    """Take every lesson and the test at ten in the morning of ``day``, London time."""
    now = datetime.combine(day, time(10, 0), tzinfo=LONDON)
    enrolment = courses.enrol(learner=learner, course=course, now=now)
    for lesson in LessonPage.objects.live().descendant_of(course).order_by("path"):
        take_lesson(enrolment, lesson, now=now)
    sitting = assessments.start_sitting(learner=learner, course=course, now=now)
    for position, question in enumerate(sitting.paper["questions"], start=1):
        assessments.give_answer(
            sitting=sitting, position=position, option_tokens=question["key"].split(), now=now
        )
    sitting = assessments.submit(sitting=sitting, now=now)
    certificates.issue_certificate(sitting_id=sitting.pk, now=now)


def take_lesson(enrolment: Enrolment, lesson: LessonPage, *, now: datetime) -> None:
    """Go through every screen, answering each understanding check with its first option."""
    for number, screen in enumerate(lesson.outline(), start=1):
        for check_id in screen.check_ids:
            courses.answer_check(
                enrolment=enrolment, lesson=lesson, check_id=check_id, option=0, now=now
            )
        courses.pass_screen(enrolment=enrolment, lesson=lesson, number=number, now=now)
