"""Staff see which lessons are translated, which readers meet, and what no native speaker read."""

import pytest
from django.urls import reverse

from courses.actions import start_translation
from courses.models import Approval, LessonPage
from lms.translations import lesson_words
from people.models import Membership
from tests.factories import AuthorityFactory, UserFactory, make_course, staff

pytestmark = pytest.mark.django_db
Role = Membership.Role


@pytest.fixture
def author(now):
    return staff(Role.AUTHOR, AuthorityFactory(), now)


@pytest.fixture
def lesson(author):
    authority = author.memberships.get().authority
    return make_course(authority=authority, lessons=1).lessons().get()


def publish(page):
    page.save_revision().publish()
    return LessonPage.objects.get(pk=page.pk)


def sign(page, *, material=False, now):
    return Approval.objects.create(
        revision=page.latest_revision,
        lesson=page,
        material=material,
        change_note="New." if material else "",
        approved_by=UserFactory(),
        approved_at=now,
    )


def test_draft_live_and_overtaken_translations_are_told_apart(lesson, author, now):
    translation = start_translation(page=lesson, language="cy", by=author)
    states = [lesson_words(author)[0].state]
    publish(translation)
    states.append(lesson_words(author)[0].state)
    lesson.save_revision()
    sign(lesson, material=True, now=now)
    lesson.latest_revision.publish()
    states.append(lesson_words(author)[0].state)
    assert states == ["draft", "shown", "behind"]


def test_translation_awaits_review_until_somebody_has_signed_it(lesson, author, now):
    translation = publish(start_translation(page=lesson, language="cy", by=author))
    assert lesson_words(author)[0].awaits_review
    sign(translation, now=now)
    assert not lesson_words(author)[0].awaits_review


def test_trainers_see_the_lessons_of_their_own_authority_alone(lesson, author, now):
    start_translation(page=lesson, language="cy", by=author)
    assert lesson_words(staff(Role.REVIEWER, AuthorityFactory(), now)) == []
    assert len(lesson_words(UserFactory(is_superuser=True))) == 1


def test_report_costs_the_same_for_one_translation_and_for_more(
    lesson, author, django_assert_num_queries
):
    for language in ("cy", "pl", "ur"):
        start_translation(page=lesson, language=language, by=author)
    with django_assert_num_queries(2):
        lesson_words(author)


def test_page_shows_it(client, lesson, author):
    publish(start_translation(page=lesson, language="cy", by=author))
    client.force_login(author)
    page = client.get(reverse("translations")).content.decode()
    assert "Cymraeg" in page
    assert "Awaited" in page
