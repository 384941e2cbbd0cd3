"""Four eyes: nothing goes live by its author alone, nor with a barred term in it (R20)."""

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.urls import reverse
from wagtail.models import WorkflowState

from courses.actions import allow_term, start_course
from courses.models import Approval, CoursePage, LessonPage
from courses.tasks import publish_scheduled
from outbox.models import Message
from people.actions import end_membership, grant_membership
from people.models import Membership
from tests.factories import AuthorityFactory, UserFactory, make_course, staff

pytestmark = pytest.mark.django_db
Role = Membership.Role
NEXT_YEAR = date(2027, 11, 22)


@pytest.fixture
def authority():
    return AuthorityFactory()


@pytest.fixture
def course(authority):
    return make_course(authority=authority)


@pytest.fixture
def lesson(course):
    return course.lessons().first()


@pytest.fixture
def author(authority, now):
    return staff(Role.AUTHOR, authority, now)


@pytest.fixture
def reviewer(authority, now):
    return staff(Role.REVIEWER, authority, now)


def change(lesson, user, title="New title", **fields):
    """A draft of the lesson by ``user``, sent for review by the same person."""
    lesson = LessonPage.objects.get(pk=lesson.pk)
    lesson.title, lesson.review_due_on, lesson.keeper = title, NEXT_YEAR, user
    for name, value in fields.items():
        setattr(lesson, name, value)
    lesson.save_revision(user=user)
    return lesson.get_workflow().start(lesson, user)


def decide(client, lesson, state, user, action="approve", **said):
    client.force_login(user)
    task_state = state.current_task_state.pk
    address = reverse("wagtailadmin_pages:workflow_action", args=[lesson.pk, action, task_state])
    return client.post(address, said)


def test_another_reviewer_approves_and_it_is_live(client, lesson, author, reviewer):
    state = change(lesson, author)
    decide(client, lesson, state, reviewer, comment="Good.")
    lesson.refresh_from_db()
    assert (lesson.title, lesson.live) == ("New title", True)
    assert Approval.objects.get(revision=lesson.live_revision).approved_by == reviewer


@pytest.mark.parametrize("role", ["author", "auditor", "stranger", "author who reviews too"])
def test_who_did_not_review_is_refused_approval(client, lesson, author, authority, now, role):
    state = change(lesson, author)
    person = {
        "author": lambda: author,
        "auditor": lambda: staff(Role.AUDITOR, authority, now),
        "stranger": lambda: staff(Role.REVIEWER, AuthorityFactory(), now),
        "author who reviews too": lambda: author,
    }[role]()
    if role == "author who reviews too":
        grant_membership(user=author, authority=authority, role=Role.REVIEWER, by=None, now=now)
    decide(client, lesson, state, person)
    lesson.refresh_from_db()
    assert lesson.title != "New title"
    assert not Approval.objects.exists()


def test_reviewer_who_changed_something_is_refused_approval(client, lesson, author, reviewer):
    lesson.title = "By the reviewer"
    lesson.save_revision(user=reviewer)
    state = change(lesson, author)
    decide(client, lesson, state, reviewer)
    assert not Approval.objects.exists()


def test_reviewer_whose_role_has_ended_is_refused_at_once(client, lesson, author, reviewer, now):
    state = change(lesson, author)
    membership = Membership.objects.get(user=reviewer)
    end_membership(membership=membership, by=author, now=now)
    decide(client, lesson, state, reviewer)
    assert not Approval.objects.exists()


def test_platform_administrator_is_refused_approval_of_a_councils_lesson(client, lesson, author):
    state = change(lesson, author)
    decide(client, lesson, state, UserFactory(is_superuser=True))
    assert not Approval.objects.exists()


def test_reviewer_sends_back_with_a_comment(client, lesson, author, reviewer):
    state = change(lesson, author)
    decide(client, lesson, state, reviewer, "reject", comment="Say what to do.")
    state.refresh_from_db()
    assert state.status == WorkflowState.STATUS_NEEDS_CHANGES
    assert state.current_task_state.comment == "Say what to do."


def test_nobody_edits_what_is_under_review(client, lesson, author, reviewer):
    change(lesson, author)
    for person, words in ((author, "waiting for a reviewer"), (reviewer, "Review it")):
        client.force_login(person)
        page = client.get(reverse("wagtailadmin_pages:edit", args=[lesson.pk]))
        assert page.context["locked_for_user"]
        assert words in page.content.decode()


def test_publish_button_is_there_for_nobody(lesson, author, reviewer):
    administrator = UserFactory(is_superuser=True)
    people = (author, reviewer, administrator)
    assert not any(lesson.permissions_for_user(person).can_publish() for person in people)


def test_unapproved_revision_is_refused_at_the_last_gate(lesson, reviewer):
    with pytest.raises(PermissionDenied):
        lesson.save_revision(user=reviewer).publish(user=reviewer)


def test_barred_term_is_refused_at_the_last_gate_with_better_words(lesson):
    lesson.title = "A lifestyle choice"
    with pytest.raises(ValidationError, match=r"lifestyle choice”\. Better: is being controlled"):
        lesson.save_revision().publish()


def test_allowed_term_passes_in_that_lesson_alone(course, reviewer, now):
    first, second = course.lessons()
    allow_term(lesson=first, term="streetwise", reason="It is taught.", by=reviewer, now=now)
    first.title = second.title = "The word streetwise"
    first.save_revision().publish()
    with pytest.raises(ValidationError):
        second.save_revision().publish()


def test_only_a_reviewer_of_the_authority_allows_a_term(client, lesson, author, reviewer):
    address = reverse("allow_term", args=[lesson.pk])
    for person in (author, reviewer):
        client.force_login(person)
        client.post(address, {"term": "streetwise", "reason": "It is taught."})
    assert [allowed.allowed_by for allowed in lesson.terms_allowed.all()] == [reviewer]


def test_material_approval_needs_a_sentence_on_what_changed(client, lesson, author, reviewer):
    state = change(lesson, author)
    decide(client, lesson, state, reviewer, material="on")
    assert not Approval.objects.exists()
    decide(client, lesson, state, reviewer, material="on", change_note="A new number.")
    approval = Approval.objects.get()
    assert (approval.material, approval.change_note, approval.lesson) == (
        True,
        "A new number.",
        lesson,
    )


def test_approved_change_waits_for_its_time(client, lesson, author, reviewer, time_machine, now):
    time_machine.move_to(now, tick=False)
    state = change(lesson, author, go_live_at=now.replace(hour=20))
    decide(client, lesson, state, reviewer)
    lesson.refresh_from_db()
    assert lesson.title != "New title"
    time_machine.move_to(now.replace(hour=20, minute=1), tick=False)
    publish_scheduled()
    lesson.refresh_from_db()
    assert lesson.title == "New title"


@pytest.mark.parametrize(
    ("role", "may"), [("author", True), ("reviewer", False), ("officer", False), ("auditor", False)]
)
def test_course_is_begun_by_authors_of_the_authority(client, authority, now, role, may):
    person = staff(role, authority, now)
    client.force_login(person)
    data = {
        "authority": authority.pk,
        "title": "For dispatchers",
        "slug": "for-dispatchers",
        "summary": "Short.",
        "audience": "operator_staff",
    }
    client.post(reverse("start_course"), data)
    begun = CoursePage.objects.filter(slug="for-dispatchers", authority=authority, live=False)
    assert begun.exists() is may


def test_new_course_is_open_to_its_authoritys_trainers_alone(author, reviewer, authority, now):
    course = start_course(
        title="New", slug="new", summary="New.", audience="driver", authority=authority, by=author
    )
    other = staff(Role.AUTHOR, AuthorityFactory(), now)
    may = [course.permissions_for_user(who).can_edit() for who in (author, reviewer, other)]
    assert may == [True, True, False]


def test_reviewers_who_may_approve_are_written_to(lesson, author, reviewer):
    change(lesson, author)
    assert [message.to for message in Message.objects.all()] == [reviewer.email]
