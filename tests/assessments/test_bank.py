"""The staff door of the question bank: who sees it, who writes, who lets a question go live."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse

from assessments import actions
from assessments.forms import QuestionForm
from assessments.models import Question, Topic
from courses.models import Approval
from people.actions import end_membership, grant_membership
from people.models import Membership
from tests.assessments.bank import (
    SECRET,
    administrator,
    approve,
    bank_url,
    edited,
    filled_in,
    published,
    question_data,
    submitted,
)
from tests.factories import AuthorityFactory, UserFactory, make_course, make_question, staff

pytestmark = pytest.mark.django_db
Role = Membership.Role


def bank_addresses(question):
    names = ("edit", "delete", "usage", "history", "history_results", "copy", "unpublish", "lock")
    names += ("retire", "use", "preview_on_edit")
    revision = question.revisions.first().pk
    return [
        bank_url("list"),
        bank_url("list_results") + "?q=draft",
        bank_url("list") + "?export=csv",
        bank_url("add"),
        *(bank_url(name, question.pk) for name in names),
        bank_url("revisions_revert", question.pk, revision),
        bank_url("revisions_compare", question.pk, "earliest", "latest"),
        bank_url("workflow_history", question.pk),
    ]


# -- the bank -----------------------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.OFFICER, Role.AUDITOR])
def test_bank_is_closed_to_other_staff_of_its_council(client, draft, home, now, role):
    client.force_login(staff(role, home, now))
    for address in bank_addresses(draft):
        assert client.get(address).status_code in {302, 404}, address


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.REVIEWER])
def test_bank_shows_trainers_of_another_council_nothing(client, draft, now, role):
    client.force_login(staff(role, AuthorityFactory(), now))
    for address in bank_addresses(draft):
        assert SECRET.encode() not in b"".join(client.get(address)), address
    assert client.get(bank_url("edit", draft.pk)).status_code == 404


def test_bank_of_the_platform_is_its_administrators(client, draft, course, home, now):
    course.authority = None
    course.save()
    client.force_login(staff(Role.AUTHOR, home, now))
    assert client.get(bank_url("edit", draft.pk)).status_code == 404
    client.force_login(UserFactory(is_superuser=True))
    assert client.get(bank_url("edit", draft.pk)).status_code == 200


def test_bank_is_closed_to_drivers(as_learner, draft):
    for address in bank_addresses(draft):
        response = as_learner.get(address)
        assert response.status_code == 403, address


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.REVIEWER])
def test_bank_lists_drafts_to_its_authors_and_reviewers(client, draft, home, now, role):
    client.force_login(staff(role, home, now))
    assert SECRET in client.get(bank_url("list")).content.decode()


def test_bank_can_be_searched_and_narrowed_to_a_topic(client, draft, home, now):
    client.force_login(staff(Role.AUTHOR, home, now))
    found = client.get(bank_url("list"), {"q": "nobody outside"}).content.decode()
    assert SECRET in found
    assert "Question 1 of" not in found
    other = Question.objects.exclude(topic=draft.topic).first().topic
    assert SECRET not in client.get(bank_url("list"), {"topic": other.pk}).content.decode()


def test_bank_costs_the_same_however_many_questions_it_shows(client, draft, home, now):
    client.force_login(staff(Role.AUTHOR, home, now))
    costs = []
    for number in range(12):
        make_question(draft.topic, live=number % 2 == 0, text=f"Question {number} of many?")
        with CaptureQueriesContext(connection) as queries:
            client.get(bank_url("list"))
        costs.append(len(queries))
    assert costs[1] == costs[-1] <= 30


def test_bank_is_closed_once_the_role_has_ended(client, draft, home, now):
    author = staff(Role.AUTHOR, home, now)
    client.force_login(author)
    membership = author.memberships.get()
    end_membership(membership=membership, by=UserFactory(), now=now)
    assert client.get(bank_url("list")).status_code in {302, 403}


@pytest.mark.parametrize("view", ["choose", "choose_results", "chosen_multiple", "create"])
@pytest.mark.parametrize("model", ["question", "topic"])
def test_exam_content_has_no_chooser(model, view):
    with pytest.raises(NoReverseMatch):
        reverse(f"wagtailsnippetchoosers_assessments_{model}:{view}")


def test_topics_are_shown_to_trainers_of_their_own_council(client, draft, home, now):
    topics = reverse("wagtailsnippets_assessments_topic:list")
    for council, shown in ((home, True), (AuthorityFactory(), False)):
        client.force_login(staff(Role.AUTHOR, council, now))
        assert (draft.topic.slug in client.get(topics).content.decode()) is shown


def test_author_adds_a_question_as_a_draft(client, draft, home, now):
    client.force_login(staff(Role.AUTHOR, home, now))
    client.post(bank_url("add"), question_data(draft, 1))
    added = Question.objects.get(text="What now?")
    assert not added.live
    assert [option.correct for option in added.options.all()] == [False, True, False, False]


def test_reviewer_adds_no_questions(client, draft, home, now):
    client.force_login(staff(Role.REVIEWER, home, now))
    client.post(bank_url("add"), question_data(draft, 1))
    assert not Question.objects.filter(text="What now?").exists()


@pytest.mark.parametrize("field", ["lesson", "topic"])
def test_question_about_another_councils_lesson_is_not_saved(client, draft, home, now, field):
    other = make_course(slug="other", lessons=1, authority=AuthorityFactory())
    lesson = other.lessons().get()
    topic = Topic.objects.create(slug="other", title="Their topic", lesson=lesson)
    client.force_login(staff(Role.AUTHOR, home, now))
    theirs = {"lesson": lesson, "topic": topic}[field]
    page = client.post(bank_url("add"), {**question_data(draft, 1), field: theirs.pk})
    assert "That choice is not one of the available choices." in page.content.decode()
    assert str(theirs) not in page.content.decode()
    assert not Question.objects.filter(text="What now?").exists()


def test_owner_of_a_question_is_a_trainer_of_its_council(client, draft, home, now):
    reviewer, stranger = (
        staff(Role.REVIEWER, home, now),
        staff(Role.AUTHOR, AuthorityFactory(), now),
    )
    client.force_login(staff(Role.AUTHOR, home, now))
    page = client.get(bank_url("add")).content.decode()
    assert reviewer.email in page
    assert stranger.email not in page


@pytest.mark.parametrize("who", [Role.AUTHOR, Role.REVIEWER, "administrator"])
def test_nobody_publishes_a_question_by_hand(client, draft, home, now, who):
    administrator = who == "administrator"
    client.force_login(UserFactory(is_superuser=True) if administrator else staff(who, home, now))
    assert "action-publish" not in client.get(bank_url("edit", draft.pk)).content.decode()
    client.post(bank_url("edit", draft.pk), {**edited(draft), "action-publish": "yes"})
    draft.refresh_from_db()
    assert not draft.live


def test_reviewer_publishes_what_an_author_wrote(client, draft, home, now):
    revision = submitted(client, draft, staff(Role.AUTHOR, home, now))
    reviewer = staff(Role.REVIEWER, home, now)
    client.force_login(reviewer)
    approve(client, draft)
    draft.refresh_from_db()
    assert (draft.live, draft.text, draft.live_revision) == (True, "What now?", revision)
    assert Approval.objects.get(revision=revision).approved_by == reviewer


@pytest.mark.parametrize("who", ["the author", "the author, also a reviewer", "a stranger"])
def test_question_is_not_approved_by(client, draft, home, now, who):
    author = staff(Role.AUTHOR, home, now)
    submitted(client, draft, author)
    if who == "the author, also a reviewer":
        grant_membership(user=author, authority=home, role=Role.REVIEWER, by=None, now=now)
    client.force_login(
        staff(Role.REVIEWER, AuthorityFactory(), now) if who == "a stranger" else author
    )
    assert approve(client, draft).status_code in {302, 404}
    draft.refresh_from_db()
    assert not draft.live
    assert not Approval.objects.exists()


def test_reviewer_takes_a_question_out_at_once(client, draft, home, now):
    client.force_login(staff(Role.REVIEWER, home, now))
    question = published(draft)
    assert (
        bank_url("unpublish", question.pk)
        in client.get(bank_url("edit", question.pk)).content.decode()
    )
    client.post(bank_url("unpublish", question.pk))
    question.refresh_from_db()
    assert not question.live


def test_question_is_taken_out_while_its_next_version_is_in_review(client, draft, home, now):
    question = published(draft)
    submitted(client, question, staff(Role.AUTHOR, home, now))
    client.force_login(staff(Role.REVIEWER, home, now))
    assert (
        bank_url("unpublish", question.pk)
        in client.get(bank_url("edit", question.pk)).content.decode()
    )
    client.post(bank_url("unpublish", question.pk))
    question.refresh_from_db()
    assert not question.live


@pytest.mark.parametrize("who", ["the author", "a reviewer elsewhere"])
def test_question_is_not_taken_out_by(client, draft, home, now, who):
    question = published(draft)
    own = who == "the author"
    client.force_login(
        staff(Role.AUTHOR, home, now) if own else staff(Role.REVIEWER, AuthorityFactory(), now)
    )
    client.post(bank_url("unpublish", question.pk))
    question.refresh_from_db()
    assert question.live


@pytest.mark.parametrize(
    ("right", "delete"), [((), ()), ((0, 1), ()), ((0,), (0,))], ids=["none", "two", "deleted"]
)
def test_question_without_exactly_one_right_option_is_not_saved(
    client, draft, home, now, right, delete
):
    client.force_login(staff(Role.AUTHOR, home, now))
    page = client.post(bank_url("add"), question_data(draft, *right, delete=delete))
    assert "Mark exactly one option as the right one." in page.content.decode()
    assert not Question.objects.filter(text="What now?").exists()


def test_question_form_is_the_one_that_the_bank_uses():
    assert issubclass(Question.get_edit_handler().get_form_class(), QuestionForm)


@pytest.mark.parametrize(("was_drawn", "kept"), [(True, True), (False, False)])
def test_administrator_deletes_a_question_only_if_it_was_in_no_test(
    client, sitting, was_drawn, kept
):
    drawn = [question["question_id"] for question in sitting.questions]
    bank = (
        Question.objects.filter(pk__in=drawn)
        if was_drawn
        else Question.objects.exclude(pk__in=drawn)
    )
    question = bank.first()
    client.force_login(UserFactory(is_superuser=True))
    page = client.post(bank_url("delete", question.pk), follow=True).content.decode()
    assert Question.objects.filter(pk=question.pk).exists() is kept
    assert ("Unpublish it instead." in page) is kept


@pytest.mark.parametrize("who", [Role.AUTHOR, "administrator"])
def test_copying_changes_nothing_of_the_question_copied(client, draft, home, now, who):
    question = published(draft)
    client.force_login(administrator() if who == "administrator" else staff(who, home, now))
    assert client.post(bank_url("copy", draft.pk), edited(draft)).status_code == 405
    question.refresh_from_db()
    assert question.text == SECRET


def test_copy_leads_to_a_new_draft(client, draft, home, now):
    actions.retire(question=draft, reason="Test", by=administrator(), now=now)
    client.force_login(staff(Role.AUTHOR, home, now))
    page = client.get(bank_url("copy", draft.pk)).content.decode()
    assert f'action="{bank_url("add")}"' in page
    client.post(bank_url("add"), {**filled_in(page), "text": "The copy?"})
    copy = Question.objects.get(text="The copy?")
    assert (copy.retired_at, copy.live, copy.options.count()) == (None, False, 4)
    assert draft.options.count() == 4
