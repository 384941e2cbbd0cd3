"""What staff do with several questions at once, and what they are told about it."""

from datetime import date

import pytest
from django.contrib.messages import get_messages
from wagtail.models import ModelLogEntry

from assessments import actions
from assessments.models import Question, Topic
from people.models import Membership
from tests.assessments.bank import (
    DUE,
    SECRET,
    administrator,
    bank_url,
    bulk_url,
    published,
    worded,
)
from tests.factories import AuthorityFactory, add_lesson, make_course, make_question, staff

pytestmark = pytest.mark.django_db
Role = Membership.Role
ACTIONS = ("submit", "unpublish", "retire", "upkeep")
SAID = {"retire": {"reason": "Replaced."}, "upkeep": {"review_due_on": DUE}}


@pytest.fixture
def two(draft, home, now):
    """Two live questions with everything that a review asks for."""
    keeper = staff(Role.AUTHOR, home, now)
    fields = {"keeper": keeper, "review_due_on": date(2031, 1, 1)}
    return [worded(draft.topic, f"Question {number}?", "Yes", "No", **fields) for number in (1, 2)]


@pytest.fixture
def of_another_council(now):
    course = make_course(slug="theirs", lessons=0, authority=AuthorityFactory())
    lesson = add_lesson(course.get_first_child().specific, slug="theirs-1")
    topic = Topic.objects.create(slug="theirs", title="Theirs", lesson=lesson)
    return make_question(topic, text="Of another council?")


def do(client, action, *questions, **said):
    """The answers of the page that asks and of the step itself, and what was said."""
    address = bulk_url(action, *questions)
    response = client.post(address, {**SAID.get(action, {}), **said})
    return response, [str(message) for message in get_messages(response.wsgi_request)]


def drafted(question):
    """A newer draft of a live question."""
    question.refresh_from_db()
    question.text = f"{question.text} Newer"
    question.save_revision()
    return question


def test_author_submits_several_questions(client, two, home, now):
    client.force_login(staff(Role.AUTHOR, home, now))
    _, said = do(client, "submit", *map(drafted, two))
    assert "2 questions are in review." in "".join(said)
    assert [
        q.workflow_in_progress for q in Question.objects.filter(pk__in=[q.pk for q in two])
    ] == [
        True,
        True,
    ]


def test_reviewer_unpublishes_several_questions(client, two, home, now):
    client.force_login(staff(Role.REVIEWER, home, now))
    do(client, "unpublish", *two)
    assert not Question.objects.filter(pk__in=[q.pk for q in two]).live().exists()


def test_reviewer_retires_several_questions_with_one_reason(client, two, home, now):
    client.force_login(staff(Role.REVIEWER, home, now))
    do(client, "retire", *two)
    reasons = Question.objects.filter(pk__in=[q.pk for q in two]).values_list("retired_reason")
    assert list(reasons) == [("Replaced.",), ("Replaced.",)]


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.REVIEWER])
def test_trainer_sets_owner_and_day_of_several_questions(client, two, home, now, role):
    trainer = staff(role, home, now)
    client.force_login(trainer)
    do(client, "upkeep", *two, keeper=trainer.pk)
    for question in Question.objects.filter(pk__in=[q.pk for q in two]):
        assert (question.keeper, question.review_due_on) == (trainer, date.fromisoformat(DUE))
        assert (question.live, question.has_unpublished_changes) == (True, False)


def test_what_is_left_empty_stays_as_it_is(client, two, home, now):
    client.force_login(staff(Role.AUTHOR, home, now))
    do(client, "upkeep", two[0])
    question = Question.objects.get(pk=two[0].pk)
    assert (question.keeper, question.review_due_on) == (two[0].keeper, date.fromisoformat(DUE))
    page = client.post(bulk_url("upkeep", two[0]), {})
    assert "Choose an owner or a day." in page.content.decode()


def test_newer_draft_takes_the_owner_along_when_it_goes_live(client, two, home, now):
    before = two[0].keeper_id
    question = drafted(two[0])
    trainer = staff(Role.AUTHOR, home, now)
    client.force_login(trainer)
    do(client, "upkeep", question, keeper=trainer.pk)
    question.refresh_from_db()
    question.latest_revision.publish()
    question.refresh_from_db()
    assert (question.text, question.keeper) == ("Question 1? Newer", trainer)
    log = ModelLogEntry.objects.get(action="assessments.upkeep_set")
    assert log.data["before"]["keeper"] == before


def test_owner_is_a_trainer_of_the_council(client, two, home, now):
    stranger = staff(Role.AUTHOR, AuthorityFactory(), now)
    author = staff(Role.AUTHOR, home, now)
    client.force_login(author)
    page = client.post(bulk_url("upkeep", two[0]), {"keeper": stranger.pk})
    assert stranger.email not in page.content.decode()
    with pytest.raises(actions.QuestionRefused) as refused:
        actions.set_upkeep(question=two[0], keeper=stranger, review_due_on=None, by=author, now=now)
    assert refused.value.code == "not_a_trainer"


def test_day_that_is_over_is_refused(client, two, home, now):
    client.force_login(staff(Role.AUTHOR, home, now))
    _, said = do(client, "upkeep", two[0], review_due_on="2020-01-01")
    assert "Set the day of the next review, from today on." in "".join(said)


# -- what is refused ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("role", "action"),
    [(Role.REVIEWER, "submit"), (Role.AUTHOR, "unpublish"), (Role.AUTHOR, "retire")],
)
def test_step_of_another_role_is_not_open(client, two, home, now, role, action):
    client.force_login(staff(role, home, now))
    page = client.get(bulk_url(action, *two)).content.decode()
    assert "You may not do this with these:" in page
    do(client, action, *two)
    for question in Question.objects.filter(pk__in=[q.pk for q in two]):
        assert (question.live, question.retired_at, question.workflow_in_progress) == (
            True,
            None,
            False,
        )


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("role", [Role.OFFICER, Role.AUDITOR])
def test_bulk_steps_are_closed_to_other_staff(client, two, home, now, role, action):
    client.force_login(staff(role, home, now))
    assert client.get(bulk_url(action, *two)).status_code in {302, 404}


@pytest.mark.parametrize("action", ACTIONS)
def test_questions_of_another_council_are_not_there(
    client, two, of_another_council, home, now, action
):
    client.force_login(administrator_of(home, now))
    page = client.get(bulk_url(action, two[0], of_another_council)).content.decode()
    assert "Question 1?" in page
    assert "Of another council?" not in page
    assert client.get(bulk_url(action, of_another_council)).status_code == 404
    do(client, action, of_another_council)
    of_another_council.refresh_from_db()
    assert (of_another_council.live, of_another_council.review_due_on) == (True, None)


def administrator_of(home, now):
    """Somebody who may do everything with the questions of one council."""
    person = staff(Role.AUTHOR, home, now)
    person.memberships.create(authority=home, role=Role.REVIEWER, granted_at=now)
    return person


def test_some_are_done_and_the_others_named_with_the_reason(client, two, home, now):
    retired, live = two
    actions.retire(question=retired, reason="Test", by=administrator(), now=now)
    client.force_login(staff(Role.REVIEWER, home, now))
    _, said = do(client, "retire", retired, live)
    assert said[0].strip() == "Not done: “Question 1?”. It is retired."
    assert "1 question is retired." in said[1]


@pytest.mark.parametrize(
    ("case", "why"),
    [
        ("nothing new", "It has no draft that is newer than the live version."),
        ("in review", "It is in review."),
        ("locked", "Somebody has locked it."),
        ("retired", "It is retired."),
        ("faulty", "It cannot go to review yet. Say who answers for this."),
    ],
)
def test_question_is_not_submitted_and_why(client, two, home, now, case, why):
    author, question = staff(Role.AUTHOR, home, now), two[0]
    if case == "in review":
        actions.submit_for_review(question=drafted(question), by=author, now=now)
    elif case == "locked":
        Question.objects.filter(pk=question.pk).update(
            locked=True, locked_by=administrator(), locked_at=now
        )
    elif case == "retired":
        actions.retire(question=question, reason="Test", by=administrator(), now=now)
    elif case == "faulty":
        question.refresh_from_db()
        question.keeper = None
        question.save_revision()
    client.force_login(author)
    _, said = do(client, "submit", question)
    assert why in said[0]


def test_question_sent_back_is_submitted_to_the_same_review(client, two, home, now):
    author = staff(Role.AUTHOR, home, now)
    question = drafted(two[0])
    state = actions.submit_for_review(question=question, by=author, now=now)
    task_state = state.current_task_state.specific
    reviewer = staff(Role.REVIEWER, home, now)
    task_state.task.specific.on_action(task_state, reviewer, "reject", comment="Shorter")
    assert actions.submit_for_review(question=question, by=author, now=now) == state


def test_question_that_is_not_live_is_not_unpublished(client, draft, home, now):
    client.force_login(staff(Role.REVIEWER, home, now))
    _, said = do(client, "unpublish", draft)
    assert "It is not live." in said[0]


# -- all of the list ----------------------------------------------------------------------------


def test_all_means_what_the_list_shows_as_it_is_narrowed(client, two, home, now):
    reviewer = staff(Role.REVIEWER, home, now)
    client.force_login(reviewer)
    address = bulk_url("retire") + "id=all&q=Question+1%3F&standing=live"
    client.post(address, SAID["retire"])
    kept = Question.objects.filter(retired_at=None)
    assert two[1] in kept
    assert two[0] not in kept
    assert kept.filter(text=SECRET).exists()


@pytest.mark.parametrize("keys", ["id=x", "id=999999", "id="])
def test_questions_that_do_not_exist_are_not_found(client, home, draft, now, keys):
    client.force_login(staff(Role.REVIEWER, home, now))
    assert client.get(bulk_url("retire") + keys).status_code == 404


def test_drawn_questions_are_not_deleted_in_bulk(client, sitting):
    client.force_login(administrator())
    drawn = Question.objects.filter(draws__sitting=sitting)
    client.post(bulk_url("delete", *drawn))
    assert drawn.count() == sitting.question_count


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.REVIEWER])
def test_trainers_delete_nothing_in_bulk(client, two, home, now, role):
    client.force_login(staff(role, home, now))
    client.post(bulk_url("delete", *two))
    assert Question.objects.filter(pk__in=[q.pk for q in two]).count() == 2


# -- history, comparison, use -------------------------------------------------------------------


def test_two_versions_are_compared_in_every_field(client, draft, home, now):
    published(draft)
    draft.refresh_from_db()
    draft.kind, draft.language, draft.fixed_order = "true_false", "cy", True
    draft.options = list(draft.options.all())[:2]
    draft.image_alt = "A field."
    draft.save_revision()
    client.force_login(staff(Role.AUTHOR, home, now))
    page = client.get(bank_url("revisions_compare", draft.pk, "live", "latest")).content.decode()
    for changed in ("true or false", "Cymraeg", "A field.", "Fixed order"):
        assert changed in page, changed


def test_page_counts_the_papers_of_each_version_without_names(
    client, sitting, course, home, learner, now
):
    drawn = Question.objects.filter(draws__sitting=sitting).first()
    client.force_login(staff(Role.AUTHOR, home, now))
    page = client.get(bank_url("use", drawn.pk))
    (version,) = page.context["versions"]
    assert (version["papers"], version["first"], version["last"]) == (1, now, now)
    assert learner.full_name not in page.content.decode()
    assert bank_url("use", drawn.pk) in client.get(bank_url("edit", drawn.pk)).content.decode()


def test_question_that_was_in_no_test_says_so(client, draft, home, now):
    client.force_login(staff(Role.REVIEWER, home, now))
    page = client.get(bank_url("use", draft.pk)).content.decode()
    assert "This question was in no test yet." in page
