"""People who work beside drivers find the course made for their work (R02)."""

import pytest
from django.urls import reverse

from courses.actions import enrol, pass_screen
from people.models import Audience
from tests.factories import AuthorityFactory, LearnerFactory, make_course

pytestmark = pytest.mark.django_db
DASHBOARD = reverse("dashboard")


@pytest.fixture
def councillor():
    return LearnerFactory(audience=Audience.COUNCILLOR)


def board(client, learner):
    client.force_login(learner.user)
    return client.get(DASHBOARD)


def test_course_for_ones_own_work_is_offered(client, councillor):
    make_course(slug="drivers")
    own = make_course(slug="councillors", audience=Audience.COUNCILLOR)
    assert board(client, councillor).context["board"].course == own


def test_own_councils_course_goes_before_anothers(client, councillor):
    make_course(slug="theirs", audience=Audience.COUNCILLOR, authority=AuthorityFactory())
    own = make_course(slug="ours", audience=Audience.COUNCILLOR, authority=councillor.authority)
    assert board(client, councillor).context["board"].course == own


def test_course_without_a_test_is_finished_with_its_last_lesson(client, councillor, now):
    course = make_course(audience=Audience.COUNCILLOR, lessons=1, screens=1)
    enrolment = enrol(learner=councillor, course=course, now=now)
    pass_screen(enrolment=enrolment, lesson=course.lessons().get(), number=1, now=now)
    page = board(client, councillor)
    assert page.context["step"] == "course_done"
    assert "You have finished your course" in page.content.decode()
    assert "take the test" not in page.content.decode()


def test_list_of_courses_leads_with_ones_own_work(client, councillor):
    make_course(slug="drivers")
    own = make_course(slug="councillors", audience=Audience.COUNCILLOR)
    client.force_login(councillor.user)
    page = client.get("/courses/")
    assert page.context["own_courses"] == [own]
    assert [course.slug for course in page.context["other_courses"]] == ["drivers"]
