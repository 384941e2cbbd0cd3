"""Which versions of a page stay when old ones are tidied away."""

import pytest
from django.core.management import call_command
from wagtail.models import Revision

from courses.models import Approval, LessonPage
from tests.factories import UserFactory, make_course

pytestmark = pytest.mark.usefixtures("own_database")  # Where a refusal ends no transaction.


@pytest.fixture
def lesson():
    return LessonPage.objects.get(pk=make_course(lessons=1).lessons().get().pk)


def test_live_version_with_a_newer_draft_is_kept(lesson):
    live = lesson.live_revision_id
    lesson.save_revision()
    call_command("purge_revisions", verbosity=0)
    assert LessonPage.objects.get(pk=lesson.pk).live_revision_id == live


def test_approved_version_is_kept(lesson, now):
    approved = lesson.save_revision()
    Approval.objects.create(
        revision=approved, lesson=lesson, approved_by=UserFactory(), approved_at=now
    )
    lesson.save_revision()
    call_command("purge_revisions", verbosity=0)
    assert Revision.objects.filter(pk=approved.pk).exists()


def test_draft_that_nobody_read_or_approved_is_not(lesson):
    draft = lesson.save_revision()
    lesson.save_revision()
    call_command("purge_revisions", verbosity=0)
    assert not Revision.objects.filter(pk=draft.pk).exists()


def test_versions_go_with_a_lesson_that_nobody_has_begun(lesson):
    revision = lesson.live_revision_id
    lesson.delete()
    assert not Revision.objects.filter(pk=revision).exists()
