"""What staff may not take away, tried at the real doors of the staff site (R20)."""

import pytest
from django.db.models import ProtectedError
from django.urls import reverse
from wagtail.models import Page

from assessments.models import Topic
from courses.actions import enrol, open_to_trainers
from courses.models import Enrolment, LessonCompletion, LessonPage
from lms.roles import sync_groups
from people.actions import grant_membership
from people.models import Learner, Membership
from tests.factories import (
    AuthorityFactory,
    LearnerFactory,
    UserFactory,
    add_lesson,
    complete_lessons,
    make_course,
    make_question,
)

pytestmark = pytest.mark.django_db
Role = Membership.Role
STAFF = [Role.AUTHOR, Role.REVIEWER, "administrator"]
TAKING_DOWN = [Role.REVIEWER, "administrator"]


@pytest.fixture
def course():
    course = make_course(authority=AuthorityFactory())
    sync_groups()
    open_to_trainers(course=course)
    return course


@pytest.fixture
def other(course):
    """Another course of the same council."""
    other = make_course(slug="other", lessons=1, authority=course.authority)
    open_to_trainers(course=other)
    return other


@pytest.fixture
def as_staff(client, course, now):
    """Signs somebody in who has a role at the course's council."""

    def sign_in(role):
        user = UserFactory(is_superuser=role == "administrator")
        if role in Role.values:
            grant_membership(user=user, authority=course.authority, role=role, by=None, now=now)
        client.force_login(user)
        return client

    return sign_in


def lesson_of(course, place=0):
    return LessonPage.objects.get(pk=course.lessons()[place].pk)


def module_of(course):
    return course.get_first_child()


def make_mandatory(lesson):
    LessonPage.objects.filter(pk=lesson.pk).update(mandatory=True)
    return LessonPage.objects.get(pk=lesson.pk)


def begin(course, now, *, people=1, complete=True):
    for _ in range(people):
        learner = LearnerFactory()
        enrolment = enrol(learner=learner, course=course, now=now)
        if complete:
            complete_lessons(enrolment, at=now)


def do(client, action, page, *rest, **data):
    """The answer of the page that follows, which says what has become of it."""
    address = reverse(f"wagtailadmin_pages:{action}", args=[page.pk, *(r.pk for r in rest)])
    return client.post(address, data, follow=True).content.decode()


def do_in_bulk(client, action, *pages, **data):
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", action])
    ids = "&".join(f"id={page.pk}" for page in pages)
    return client.post(f"{address}?{ids}", data, follow=True).content.decode()


def stands(page):
    return Page.objects.filter(pk=page.pk).exists()


def is_live(page):
    return Page.objects.get(pk=page.pk).live


# -- what somebody has learnt ---------------------------------------------------------------------


@pytest.mark.parametrize("role", TAKING_DOWN)
def test_refusal_to_delete_says_how_many_people_and_what_to_do(as_staff, course, now, role):
    begin(course, now, people=2)
    said = do(as_staff(role), "delete", lesson_of(course))
    assert "2 people have started this." in said
    assert "Unpublish it instead." in said
    assert stands(lesson_of(course))


@pytest.mark.parametrize("role", STAFF)
def test_nobody_deletes_what_somebody_has_learnt(as_staff, course, now, role):
    begin(course, now)
    client = as_staff(role)
    for page in (course, module_of(course), lesson_of(course)):
        do(client, "delete", page, wagtail_site_name="x")
        do_in_bulk(client, "delete", page)
        assert stands(page)
    assert LessonCompletion.objects.count() == 2


def test_course_on_which_somebody_is_enrolled_is_not_deleted(as_staff, course, now):
    begin(course, now, complete=False)
    assert "1 person has started this." in do(as_staff("administrator"), "delete", course)
    assert stands(course)


def test_lesson_that_nobody_has_begun_is_deleted_beside_one_that_somebody_has(
    as_staff, course, now
):
    begin(course, now)
    fresh = add_lesson(module_of(course).specific, slug="fresh")
    do(as_staff(Role.REVIEWER), "delete", fresh)
    assert not stands(fresh)


def test_bulk_deletion_keeps_all_when_one_has_to_stay(as_staff, course, now):
    begin(course, now)
    fresh = add_lesson(module_of(course).specific, slug="fresh")
    said = do_in_bulk(as_staff(Role.REVIEWER), "delete", fresh, lesson_of(course))
    assert "1 person has started this." in said
    assert stands(fresh)


def test_lesson_that_questions_send_people_to_is_kept_with_the_reason(as_staff, course):
    topic = Topic.objects.create(slug="topic", title="Topic", lesson=lesson_of(course))
    make_question(topic)
    said = do(as_staff(Role.REVIEWER), "delete", lesson_of(course))
    assert "It is still in use by these, so it cannot be deleted: questions, topics." in said
    assert stands(lesson_of(course))


def test_what_the_database_keeps_is_a_sentence_and_no_error(as_staff, course, now):
    begin(course, now)
    learner = Enrolment.objects.get().learner
    address = reverse("wagtail_bulk_action", args=["people", "user", "delete"])
    answer = as_staff("administrator").post(f"{address}?id={learner.user_id}", follow=True)
    assert "so nothing was deleted." in answer.content.decode()
    assert Learner.objects.filter(pk=learner.pk).exists()


@pytest.mark.parametrize("role", TAKING_DOWN)
@pytest.mark.parametrize("in_bulk", [False, True])
def test_unpublishing_keeps_what_was_done(as_staff, course, now, role, in_bulk):
    begin(course, now)
    client, lesson = as_staff(role), lesson_of(course)
    do_in_bulk(client, "unpublish", lesson) if in_bulk else do(client, "unpublish", lesson)
    assert not is_live(lesson)
    assert LessonCompletion.objects.filter(lesson=lesson).exists()
    assert Enrolment.objects.get().lessons_are_done()


@pytest.mark.parametrize("in_bulk", [False, True])
def test_moving_a_lesson_keeps_what_was_done(as_staff, course, other, now, in_bulk):
    begin(course, now)
    client, lesson = as_staff("administrator"), lesson_of(course, 1)
    LessonPage.objects.filter(pk=lesson.pk).update(slug="moved")
    target = module_of(other)
    if in_bulk:
        do_in_bulk(client, "move", lesson, chooser=target.pk)
    else:
        do(client, "move_confirm", lesson, target)
    assert Page.objects.get(pk=lesson.pk).get_parent().pk == target.pk
    assert LessonCompletion.objects.filter(lesson=lesson).exists()


@pytest.mark.parametrize("action", ["delete", "unpublish", "move", "publish", "copy"])
def test_api_of_the_staff_site_acts_on_nothing(as_staff, course, action):
    client = as_staff("administrator")
    address = f"/staff/api/main/pages/{lesson_of(course).pk}/action/{action}/"
    assert client.post(address, {}, content_type="application/json").status_code == 404
    assert stands(lesson_of(course))


def test_database_refuses_where_no_door_asks(course, now):
    begin(course, now)
    with pytest.raises(ProtectedError):
        lesson_of(course).delete()


# -- mandatory lessons ----------------------------------------------------------------------------


@pytest.mark.parametrize("role", STAFF)
def test_nobody_takes_a_mandatory_lesson_out_of_a_live_course(as_staff, course, other, role):
    client, lesson, target = as_staff(role), make_mandatory(lesson_of(course)), module_of(other)
    do(client, "delete", lesson)
    do(client, "unpublish", lesson)
    do(client, "move_confirm", lesson, target)
    do_in_bulk(client, "delete", lesson)
    do_in_bulk(client, "unpublish", lesson)
    do_in_bulk(client, "move", lesson, chooser=target.pk)
    kept = Page.objects.get(pk=lesson.pk)
    assert (kept.live, kept.get_parent()) == (True, module_of(course))


@pytest.mark.parametrize("in_bulk", [False, True])
@pytest.mark.parametrize("action", ["delete", "unpublish"])
def test_refusal_says_that_the_lesson_is_mandatory(as_staff, course, action, in_bulk):
    client, lesson = as_staff(Role.REVIEWER), make_mandatory(lesson_of(course))
    said = (do_in_bulk if in_bulk else do)(client, action, lesson)
    assert "This lesson is mandatory: a published course cannot be without it." in said


@pytest.mark.parametrize("in_bulk", [False, True])
def test_refusal_to_move_it_away_says_so_too(as_staff, course, other, in_bulk):
    client, lesson = as_staff("administrator"), make_mandatory(lesson_of(course, 1))
    LessonPage.objects.filter(pk=lesson.pk).update(slug="moved")
    target = module_of(other)
    if in_bulk:
        said = do_in_bulk(client, "move", lesson, chooser=target.pk)
    else:
        said = do(client, "move_confirm", lesson, target)
    assert "This lesson is mandatory" in said
    assert Page.objects.get(pk=lesson.pk).get_parent() == module_of(course)


@pytest.mark.parametrize("whole", ["course", "module"])
@pytest.mark.parametrize("action", ["delete", "unpublish"])
@pytest.mark.parametrize("in_bulk", [False, True])
def test_what_holds_a_mandatory_lesson_does_not_take_it_along(
    as_staff, course, whole, action, in_bulk
):
    make_mandatory(lesson_of(course))
    page = {"course": course, "module": module_of(course)}[whole]
    send = do_in_bulk if in_bulk else do
    said = send(as_staff("administrator"), action, page, include_descendants="on")
    assert "A mandatory lesson lies in it" in said
    assert is_live(page)
    assert is_live(lesson_of(course))


def test_mandatory_lesson_moves_within_its_course(as_staff, course):
    lesson = make_mandatory(lesson_of(course))
    second = course.add_child(instance=type(module_of(course).specific)(title="Two", slug="two"))
    do(as_staff("administrator"), "move_confirm", lesson, second)
    assert Page.objects.get(pk=lesson.pk).get_parent().pk == second.pk


def test_course_with_a_mandatory_lesson_is_unpublished_by_itself(as_staff, course):
    lesson = make_mandatory(lesson_of(course))
    do(as_staff(Role.REVIEWER), "unpublish", course)
    assert (is_live(course), is_live(lesson)) == (False, True)


def test_mandatory_lesson_is_unpublished_once_its_course_is(as_staff, course):
    lesson = make_mandatory(lesson_of(course))
    client = as_staff(Role.REVIEWER)
    do(client, "unpublish", course)
    do(client, "unpublish", lesson)
    assert not is_live(lesson)


# -- copies ---------------------------------------------------------------------------------------


def test_copy_goes_live_by_a_review_of_its_own(as_staff, course):
    lesson = lesson_of(course)
    data = {"new_title": "Copy", "new_slug": "copy", "new_parent_page": module_of(course).pk}
    client = as_staff("administrator")
    said = do(client, "copy", lesson, **data, publish_copies="on")
    assert "A copy stays a draft until a reviewer has approved it." in said
    do(client, "copy", lesson, **data)
    assert [page.live for page in Page.objects.filter(slug="copy")] == [False]


def test_copy_to_nowhere_is_a_bad_request(as_staff, course):
    client = as_staff(Role.AUTHOR)
    address = reverse("wagtailadmin_pages:copy", args=[lesson_of(course).pk])
    assert client.post(address, {"new_title": "x"}).status_code == 400
