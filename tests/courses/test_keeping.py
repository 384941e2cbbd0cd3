"""What somebody has learnt is never lost, whatever staff do to the pages (R20)."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.urls import reverse
from wagtail.models import Page, Revision

from certificates.models import Certificate
from courses.models import LessonCompletion, LessonPage, ScreenVisit
from licensing.answers import training_statuses_of
from lms.demo.history import pass_on
from tests.factories import (
    LearnerFactory,
    LicenceFactory,
    UserFactory,
    make_course,
    make_requirement,
    make_test_rule,
    make_validity_rule,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def course():
    course = make_course(lessons=2)
    make_test_rule(course)
    make_validity_rule()
    make_requirement(course, code="safeguarding")
    return course


@pytest.fixture
def trained(course, now):
    """Somebody who has taken the course, passed, and holds a licence and a certificate."""
    learner = LearnerFactory()
    LicenceFactory(authority=learner.authority, holder=learner, held_from=now - timedelta(days=99))
    pass_on(learner, course, day=(now - timedelta(days=30)).date())
    return learner


@pytest.fixture
def as_administrator(client):
    client.force_login(UserFactory(is_superuser=True))
    return client


def pages(course):
    """The course, its module and a lesson."""
    lesson = course.lessons().first()
    return [Page.objects.get(pk=page.pk) for page in (course, lesson.get_parent(), lesson)]


def kept(learner, now):
    """What is known of the person: completions, visits, certificate and status."""
    status = training_statuses_of(learner, as_at=now.date(), known_at=now)
    return (
        LessonCompletion.objects.count(),
        ScreenVisit.objects.count(),
        list(Certificate.objects.values_list("reference", "course_title", "valid_until")),
        [(one.training, one.requirements[0].status) for one in status],
    )


@pytest.mark.parametrize("place", [0, 2], ids=["course", "lesson"])
def test_unpublishing_changes_nothing_that_is_known_of_anybody(
    as_administrator, course, trained, now, place
):
    before = kept(trained, now)
    page = pages(course)[place]
    as_administrator.post(reverse("wagtailadmin_pages:unpublish", args=[page.pk]))
    assert not Page.objects.get(pk=page.pk).live
    assert kept(trained, now) == before


def test_moving_a_lesson_to_another_course_changes_nothing_either(course, trained, now):
    before = kept(trained, now)
    other = make_course(slug="other", lessons=0)
    lesson = LessonPage.objects.get(pk=course.lessons().first().pk)
    lesson.move(other.get_children().get(), pos="last-child")
    assert kept(trained, now) == before


def test_purging_revisions_keeps_those_that_progress_points_at(course, trained):
    read = set(LessonCompletion.objects.values_list("revision_id", flat=True))
    for lesson in course.lessons():
        for _ in range(2):
            LessonPage.objects.get(pk=lesson.pk).save_revision().publish()
    before = Revision.objects.count()
    call_command("purge_revisions", verbosity=0)
    left = set(Revision.objects.values_list("pk", flat=True))
    assert read <= left
    assert len(left) < before
