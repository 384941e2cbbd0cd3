"""A translation lends its words to the lesson: the address, the progress and the rules stay."""

import pytest
from django.urls import reverse
from wagtail.models import Page

from courses.actions import enrol, pass_screen, start_translation
from courses.models import Approval, CoursePage, LessonPage, titles_in
from people.actions import grant_membership
from people.models import Membership
from tests.factories import AuthorityFactory, LearnerFactory, UserFactory, make_course

pytestmark = pytest.mark.django_db


@pytest.fixture
def author(now):
    return trainer(AuthorityFactory(), now)


@pytest.fixture
def lesson(author):
    authority = author.memberships.get().authority
    return make_course(authority=authority, lessons=1).lessons().first()


def trainer(authority, now):
    user = UserFactory()
    grant_membership(user=user, authority=authority, role=Membership.Role.AUTHOR, by=None, now=now)
    return user


def translated(lesson, author, title="Gwers"):
    """A live Welsh translation."""
    translation = start_translation(page=lesson, language="cy", by=author)
    translation.title = title
    translation.save_revision().publish()
    return LessonPage.objects.get(pk=translation.pk)


def material_change(lesson, now):
    revision = LessonPage.objects.get(pk=lesson.pk).save_revision()
    Approval.objects.create(
        revision=revision,
        lesson=lesson,
        material=True,
        change_note="New.",
        approved_by=UserFactory(),
        approved_at=now,
    )
    revision.publish()
    lesson.refresh_from_db()


def test_translation_begins_as_a_draft_its_readers_do_not_meet(lesson, author):
    translation = start_translation(page=lesson, language="cy", by=author)
    assert (translation.live, translation.language()) == (False, "cy")
    assert lesson.reading_in("cy") == lesson


def test_beginning_twice_gives_the_translation_there_is(lesson, author):
    first = start_translation(page=lesson, language="cy", by=author)
    assert start_translation(page=lesson, language="cy", by=author) == first


def test_translation_of_a_translation_is_refused(lesson, author):
    translation = start_translation(page=lesson, language="cy", by=author)
    with pytest.raises(ValueError, match="made from"):
        start_translation(page=translation, language="ur", by=author)


def test_whole_course_is_begun_with_its_lessons(lesson, author):
    start_translation(page=lesson.course(), language="cy", by=author)
    drafts = LessonPage.objects.translations().filter(live=False)
    assert [draft.language() for draft in drafts] == ["cy"]


def test_place_holder_of_the_course_is_turned_into_a_draft(lesson, author):
    start_translation(page=lesson, language="cy", by=author)
    course = start_translation(page=lesson.course(), language="cy", by=author)
    assert (course.live, course.alias_of) == (False, None)


def test_live_translation_is_read_in_its_language_alone(lesson, author):
    translation = translated(lesson, author)
    readings = [lesson.reading_in(language) for language in ("cy", "en-gb", "pl")]
    assert readings == [translation, lesson, lesson]


def test_translation_from_before_a_material_change_is_not_read(lesson, author, now):
    translation = translated(lesson, author)
    material_change(lesson, now)
    assert lesson.reading_in("cy") == lesson
    translation.save_revision().publish()
    assert lesson.reading_in("cy") == translation


def test_translation_with_other_screens_is_neither_read_nor_publishable(lesson, author, now):
    translation = translated(lesson, author)
    translation.screens = [("screen", {"heading": "Other", "content": []})]
    faults = [fault.message for fault in translation.publication_faults(on=now.date())]
    assert any("same screens" in fault for fault in faults)
    translation.save_revision().publish()
    assert lesson.reading_in("cy") == lesson


def test_progress_made_in_a_translation_counts_for_the_lesson(lesson, author, now):
    translation = translated(lesson, author)
    enrolment = enrol(learner=LearnerFactory(), course=lesson.course(), now=now)
    pass_screen(enrolment=enrolment, lesson=lesson, number=1, now=now, shown=translation)
    visit = enrolment.visits.get()
    assert (visit.lesson, visit.revision_id, visit.translation_id) == (
        lesson,
        lesson.live_revision_id,
        translation.live_revision_id,
    )


def test_address_of_a_course_finds_the_original_alone(client, lesson, author):
    translated(lesson, author)
    assert CoursePage.objects.original().get(slug="course") == lesson.course()
    client.force_login(author)
    client.cookies["django_language"] = "cy"
    assert client.get(lesson.course().url).status_code == 200


def test_titles_come_in_one_query(lesson, author, django_assert_num_queries):
    translated(lesson, author)
    with django_assert_num_queries(1):
        assert titles_in("cy", [lesson]) == {lesson.translation_key: "Gwers"}
    with django_assert_num_queries(0):
        assert titles_in("en-gb", [lesson]) == {}


def test_staff_see_the_language_beside_the_title(lesson, author):
    assert translated(lesson, author).get_admin_display_title() == "Gwers (Cymraeg)"
    assert lesson.get_admin_display_title() == "Lesson-1"


def test_only_those_who_may_change_the_page_may_translate_it(client, lesson, author, now):
    other = trainer(AuthorityFactory(), now)
    begun = Page.objects.filter(translation_key=lesson.translation_key).exclude(pk=lesson.pk)
    counts = []
    for person in (other, author):
        client.force_login(person)
        client.post(reverse("translate_page", args=[lesson.pk]), {"language": "pl"})
        counts.append(begun.count())
    assert counts == [0, 1]


def test_trainers_of_the_authority_and_no_others_may_change_the_translation(lesson, author, now):
    translation = start_translation(page=lesson, language="cy", by=author)
    other = trainer(AuthorityFactory(), now)
    may = [translation.permissions_for_user(who).can_edit() for who in (author, other)]
    assert may == [True, False]
