"""The dashboard: for people whom no course or role fits, and what it costs."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.template.loader import render_to_string
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses.actions import add_people, ask_again, enrol, start_cohort
from courses.models import Enrolment, ModulePage
from licensing.eligibility import Code, Reason
from people.actions import grant_membership
from people.models import Membership
from tests.factories import (
    LONG_AGO,
    AuthorityFactory,
    LearnerFactory,
    LicenceFactory,
    UserFactory,
    add_lesson,
    complete_lessons,
    make_acceptance,
    make_course,
    make_requirement,
)
from tests.licensing.factories import make_certificate

pytestmark = pytest.mark.django_db
DASHBOARD = reverse("dashboard")


def test_learner_without_a_course_in_force_is_told_so(client):
    client.force_login(LearnerFactory().user)
    assert "no course for you yet" in client.get(DASHBOARD).content.decode()


def test_account_that_is_not_in_training_is_told_whom_to_ask(client):
    client.force_login(UserFactory())
    assert "not set up for training" in client.get(DASHBOARD).content.decode()


def asked_again(client, now, *, lessons):
    """A driver who has done a course of three lessons, and is asked for so many of them again."""
    learner = LearnerFactory()
    course = make_course(lessons=3)
    make_requirement(course, authority=learner.authority)
    enrolment = enrol(learner=learner, course=course, now=now)
    complete_lessons(enrolment, at=now)
    ask_again(enrolment=enrolment, lessons=course.lessons()[3 - lessons :], now=now)
    client.force_login(learner.user)
    return enrolment


@pytest.mark.parametrize(
    ("lessons", "said"),
    [(1, "There is 1 lesson to read again."), (2, "There are 2 lessons to read again.")],
)
def test_lessons_that_are_asked_for_again_are_what_is_next(client, now, lessons, said):
    first = asked_again(client, now, lessons=lessons).course.lessons()[3 - lessons]
    page = client.get(DASHBOARD).content.decode()
    assert "Next: read lessons again" in page
    assert said in page
    assert "The test is closed until that is done." in page
    assert f'href="{first.url}">Read this lesson again: <bdi' in " ".join(page.split())
    assert f"{3 - lessons} of 3 done" in page


def test_dashboard_goes_on_with_a_new_lesson_before_one_that_is_asked_for_again(client, now):
    course = asked_again(client, now, lessons=1).course
    new = add_lesson(ModulePage.objects.descendant_of(course).get(), slug="new")
    new.move(course.lessons().first(), pos="left")
    page = client.get(DASHBOARD).content.decode()
    assert "Next: go on with the course" in page
    assert "to read again" not in page


def test_test_is_next_once_the_lessons_are_done_again(client, now):
    enrolment = asked_again(client, now, lessons=2)
    complete_lessons(enrolment, at=now)
    assert client.get(DASHBOARD).context["step"] == "take_test"


def join_groups(learner, course, count, now):
    trainer = UserFactory()
    grant_membership(
        user=trainer, authority=learner.authority, role=Membership.Role.AUTHOR, by=None, now=now
    )
    for number in range(count):
        cohort = start_cohort(
            authority=learner.authority,
            name=f"Group {number}",
            course=course,
            trainer=trainer,
            deadline_on=now.date() + timedelta(days=30),
            by=trainer,
            now=now,
        )
        add_people(cohort=cohort, lines=[learner.user.email], by=trainer, now=now)


def cost(client, *, lessons, rounds, groups, now):
    """How many queries the dashboard takes in the middle of a course of this size."""
    learner = LearnerFactory(authority=AuthorityFactory())
    course = make_course(slug=f"course-{lessons}", lessons=lessons)
    make_requirement(course, authority=learner.authority)
    for _ in range(rounds):
        Enrolment.objects.create(
            learner=learner,
            course=course,
            started_at=LONG_AGO,
            completed_at=LONG_AGO,
            closed_at=LONG_AGO,
        )
    enrol(learner=learner, course=course, now=now)
    join_groups(learner, course, groups, now)
    client.force_login(learner.user)
    client.get(DASHBOARD)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(DASHBOARD).context["step"] == "continue_course"
    return len(queries)


def test_dashboard_costs_the_same_for_a_small_course_and_for_a_large_one(client, now):
    small = cost(client, lessons=1, rounds=0, groups=1, now=now)
    large = cost(client, lessons=6, rounds=4, groups=3, now=now)
    assert small == large <= 18


def test_each_licence_says_in_words_how_its_own_council_judges(client, now):
    """One council trained the driver; of two others one accepts that (R01)."""
    course = make_course(slug="safeguarding", lessons=0)
    make_requirement(course)
    home = LicenceFactory(held=True, number="NB-1")
    accepting = LicenceFactory(number="WV-1", holder=home.holder, held_from=LONG_AGO)
    strict = LicenceFactory(number="EV-1", holder=home.holder, held_from=LONG_AGO)
    certificate = make_certificate(home, course, passed_on=now.date() - timedelta(days=30))
    make_acceptance(course, authority=accepting.authority, from_authority=home.authority)

    client.force_login(home.holder.user)
    page = client.get(DASHBOARD).content.decode()

    words = {one.number: of_licence(page, one) for one in (home, accepting, strict)}
    assert "is valid until" in words["NB-1"]
    assert "accepts certificates" not in words["NB-1"]
    assert certificate.reference in words["WV-1"]
    assert home.authority.name in words["WV-1"]
    assert "This council accepts certificates from there." in words["WV-1"]
    assert "You have not passed the required course yet." in words["EV-1"]


def of_licence(page, licence):
    """What the page says of it, from its number to the end of its list."""
    return page.partition(f"{licence.number}\n")[2].partition("</dl>")[0]


@pytest.mark.parametrize("code", Code)
def test_every_reason_has_words_of_its_own(code):
    facts = dict.fromkeys(("until", "since", "ended", "day"), date(2026, 11, 22))
    facts |= {"reference": "7K3M-9QX2-HT4D", "authority": "Westvale"}
    reason = Reason(code, "For other systems.", facts)

    said = render_to_string("lms/training_reason.html", {"reason": reason})

    assert said.strip()
    assert "For other systems." not in said
