"""How trainers find questions in the bank: words, filters, order, and what it costs."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from assessments import actions
from assessments.models import ItemStatistic, Question
from people.actions import grant_membership
from people.models import Membership
from tests.assessments.bank import (
    WITH_PICTURES,
    administrator,
    bank_url,
    edited,
    picture,
    published,
    question_data,
    submitted,
    worded,
)
from tests.assessments.conftest import rule_of
from tests.factories import AuthorityFactory, add_lesson, make_course, make_question, staff

pytestmark = [pytest.mark.django_db, *WITH_PICTURES]
Role = Membership.Role


@pytest.fixture
def author(client, home, now):
    author = staff(Role.AUTHOR, home, now)
    client.force_login(author)
    return author


@pytest.fixture
def topic(draft):
    return draft.topic


def listed(client, **query):
    """The texts of the questions in the table."""
    page = client.get(bank_url("list"), query)
    return {str(question) for question in page.context["object_list"]}


# -- standing -----------------------------------------------------------------------------------


@pytest.fixture
def of_each_standing(client, topic, home, now):
    """A question of each standing, by its words."""
    live = make_question(topic, text="Live?")
    changed = make_question(topic, text="Changed?")
    changed.save_revision()
    waiting = make_question(topic, live=False, text="Waiting?")
    live_waiting = make_question(topic, text="Live and waiting?")
    author = staff(Role.AUTHOR, home, now)
    submitted(client, waiting, author, text="Waiting?")
    submitted(client, live_waiting, author, text="Changed again?")
    retired = make_question(topic, text="Retired?")
    actions.retire(question=retired, reason="Test", by=administrator(), now=now)
    return {
        "live": live,
        "live_changed": changed,
        "in_review": waiting,
        "live_in_review": live_waiting,
        "retired": retired,
    }


def test_standing_is_said_in_words(client, of_each_standing, draft):
    found = {q.pk: q.standing for q in Question.objects.with_standing()}
    assert {name: found[q.pk] for name, q in of_each_standing.items()} == {
        name: name for name in of_each_standing
    }
    assert found[draft.pk] == "draft"
    page = client.get(bank_url("list")).content.decode()
    for words in ("Draft", "In review", "Live, with a newer draft", "Retired"):
        assert words in page


@pytest.mark.parametrize(
    ("standing", "found"),
    [
        ("draft", {"A draft that nobody outside may read?"}),
        ("in_review", {"Waiting?", "Live and waiting?"}),
        ("live_changed", {"Changed?", "Live and waiting?"}),
        ("retired", {"Retired?"}),
    ],
)
@pytest.mark.usefixtures("of_each_standing")
def test_list_is_narrowed_to_a_standing(client, standing, found):
    assert listed(client, standing=standing) == found


@pytest.mark.usefixtures("of_each_standing")
def test_list_of_live_questions_holds_no_other(client):
    found = listed(client, standing="live")
    assert "Live?" in found
    assert found.isdisjoint({"Changed?", "Waiting?", "Live and waiting?", "Retired?"})


# -- words and filters --------------------------------------------------------------------------


@pytest.mark.parametrize("phrase", ["nightjar", "NIGHTJAR", "heron", "kestrel"])
@pytest.mark.usefixtures("author")
def test_search_reads_text_options_and_source(client, topic, phrase):
    question = worded(topic, "A nightjar?", "A heron", "Another")
    Question.objects.filter(pk=question.pk).update(source="Kestrel guidance")
    assert listed(client, q=phrase) == {"A nightjar?"}


@pytest.mark.parametrize("phrase", ["newer words", "newer option", "newer source"])
def test_search_reads_the_newest_draft_too(client, draft, author, phrase):
    changes = {"text": "The newer words?", "options-2-text": "A newer option"}
    data = edited(published(draft), **changes, source="A newer source")
    client.post(bank_url("edit", draft.pk), data)
    assert listed(client, q=phrase) == {str(draft)}


@pytest.mark.usefixtures("author")
def test_search_does_not_read_what_nobody_wrote(client, topic):
    worded(topic, "A nightjar?", "A heron", "Another")
    assert listed(client, q="sort_order") == set()


@pytest.mark.parametrize(
    ("field", "value", "query"),
    [
        ("kind", "true_false", {"kind": "true_false"}),
        ("language", "cy", {"language": "cy"}),
        ("critical", True, {"critical": "true"}),
        ("review_due_on", timezone.localdate() - timedelta(days=1), {"attention": "overdue"}),
    ],
)
@pytest.mark.usefixtures("author")
def test_list_is_narrowed_by(client, topic, field, value, query):
    worded(topic, "The one?", "Yes", "No", **{field: value})
    worded(topic, "Another?", "Yes", "No")
    assert listed(client, **query) == {"The one?"}


@pytest.mark.parametrize(("asked", "shown"), [("true", True), ("false", False)])
@pytest.mark.usefixtures("author")
def test_list_is_narrowed_to_questions_with_a_picture(client, topic, asked, shown):
    worded(topic, "The one?", "Yes", "No", image=picture(), image_alt="A field.")
    assert ("The one?" in listed(client, picture=asked)) is shown
    assert ("Question 1 of Lesson 1?" in listed(client, picture=asked)) is not shown


@pytest.mark.parametrize("of_version", ["live", "older"])
@pytest.mark.usefixtures("author")
def test_list_is_narrowed_to_questions_held_back_as_they_are_now(client, topic, now, of_version):
    question = make_question(topic, text="Odd?")
    question.refresh_from_db()
    ItemStatistic.objects.create(
        question=question,
        revision=question.live_revision,
        exposure=1,
        answers=1,
        right=0,
        held_back=True,
        worked_out_at=now,
    )
    if of_version == "older":
        published(question)
    found = {"Odd?"} if of_version == "live" else set()
    assert listed(client, attention="held_back") == found


@pytest.mark.usefixtures("author")
def test_retired_question_needs_no_attention(client, draft, now):
    draft.review_due_on = now.date() - timedelta(days=900)
    draft.save()
    assert str(draft) in listed(client, attention="overdue")
    actions.retire(question=draft, reason="Test", by=administrator(), now=now)
    assert listed(client, attention="overdue") == set()


def test_list_is_narrowed_to_a_course_of_ones_own(client, draft, course, home, author):
    second = make_course(slug="second", lessons=0, authority=home)
    lesson = add_lesson(second.get_first_child().specific, slug="other-lesson")
    question = worded(draft.topic, "Of the second course?", "Yes", "No")
    Question.objects.filter(pk=question.pk).update(lesson=lesson)
    assert listed(client, course=second.pk) == {"Of the second course?"}
    assert "Of the second course?" not in listed(client, course=course.pk)


def test_filter_names_no_course_of_others(client, draft, author):
    theirs = make_course(slug="theirs", authority=AuthorityFactory())
    page = client.get(bank_url("list"), {"course": theirs.pk})
    assert theirs.title not in page.content.decode()


@pytest.mark.parametrize("by", ["topic__title", "kind", "language", "review_due_on", "standing"])
@pytest.mark.usefixtures("author", "draft")
def test_list_is_put_in_order(client, by):
    down = client.get(bank_url("list"), {"ordering": f"-{by}"}).context["object_list"]
    up = client.get(bank_url("list"), {"ordering": by}).context["object_list"]
    assert down.query.order_by == (f"-{by}",)
    assert up.query.order_by == (by,)


def test_list_costs_the_same_however_many_questions_it_shows(client, topic, author):
    costs = []
    for number in range(12):
        question = make_question(topic, live=number % 2 == 0, text=f"Question {number} of many?")
        question.save_revision()
        with CaptureQueriesContext(connection) as queries:
            client.get(bank_url("list"), {"standing": "", "q": "of", "kind": "single"})
        costs.append(len(queries))
    assert set(costs[1:]) == {17}


# -- questions like this one --------------------------------------------------------------------

TEXT = "A passenger of about fourteen is crying. What do you do first?"
OPTIONS = ("Ask gently and report it", "Drive on and say nothing", "Film it with your phone")


def told(response):
    return "".join(str(message) for message in get_messages(response.wsgi_request))


def form_of(question, **changes):
    options = {f"options-{place}-text": text for place, text in enumerate(OPTIONS)}
    return question_data(question, 0, options=3) | {"text": TEXT} | options | changes


@pytest.mark.usefixtures("author")
def test_saving_warns_of_a_similar_question_and_saves(client, topic, draft):
    other = worded(topic, TEXT.replace("crying", "in tears"), *OPTIONS)
    said = told(client.post(bank_url("add"), form_of(draft)))
    assert Question.objects.filter(text=TEXT).exists()
    assert "There is a question like this one in the bank." in said
    assert bank_url("edit", other.pk) in said
    assert "% alike: A passenger of about fourteen is in tears" in said


@pytest.mark.usefixtures("author")
def test_saving_names_the_three_most_similar_questions(client, topic, draft):
    for number in range(5):
        worded(topic, f"{TEXT} {'x ' * number}", *OPTIONS)
    said = told(client.post(bank_url("add"), form_of(draft)))
    assert said.count("% alike") == 3
    assert "100% alike" in said


@pytest.mark.usefixtures("author")
def test_saving_warns_of_a_draft_by_its_newest_words(client, topic, draft):
    other = worded(topic, "Something else altogether?", "Yes", "No", live=False)
    other.text = TEXT
    other.save_revision()
    assert bank_url("edit", other.pk) in told(client.post(bank_url("add"), form_of(draft)))


@pytest.mark.parametrize("case", ["another text", "another language", "retired", "itself"])
def test_saving_says_nothing_about(client, topic, draft, author, now, case):
    fields = {"language": "cy"} if case == "another language" else {}
    text = "Who licenses drivers in your area?" if case == "another text" else TEXT
    options = ("The council", "The police") if case == "another text" else OPTIONS
    other = worded(topic, text, *options, **fields)
    if case == "retired":
        actions.retire(question=other, reason="Test", by=administrator(), now=now)
    if case == "itself":
        data = form_of(other) | {"options-INITIAL_FORMS": 3}
        data |= {f"options-{n}-id": o.pk for n, o in enumerate(other.options.all())}
        assert "alike" not in told(client.post(bank_url("edit", other.pk), data))
    else:
        assert "alike" not in told(client.post(bank_url("add"), form_of(draft)))


@pytest.mark.parametrize("who", ["a trainer there", "a trainer of both", "administrator"])
def test_saving_says_nothing_about_the_bank_of_another_council(client, draft, home, now, who):
    other = make_course(slug="theirs", authority=AuthorityFactory())
    theirs = rule_of(other).blueprint.first().topic
    worded(theirs, TEXT, *OPTIONS)
    if who == "administrator":
        client.force_login(administrator())
    else:
        author = staff(Role.AUTHOR, home, now)
        if who == "a trainer of both":
            place = {"authority": other.authority, "role": Role.AUTHOR}
            grant_membership(user=author, by=None, now=now, **place)
        client.force_login(author)
    assert "alike" not in told(client.post(bank_url("add"), form_of(draft)))


@pytest.mark.usefixtures("author")
def test_what_the_editor_saves_by_itself_warns_of_nothing(client, topic, draft):
    worded(topic, TEXT, *OPTIONS)
    asked = {"headers": {"accept": "application/json"}}
    response = client.post(bank_url("add"), form_of(draft), **asked)
    assert response.json()["success"]
    assert told(response) == ""


def test_reviewer_is_told_of_similar_questions(client, topic, draft, home, now):
    other = worded(topic, TEXT, *OPTIONS)
    author = staff(Role.AUTHOR, home, now)
    client.force_login(author)
    data = form_of(draft, keeper=author.pk) | {"action-submit": "yes"}
    client.post(bank_url("add"), data)
    state = Question.objects.exclude(pk=other.pk).get(text=TEXT).current_workflow_task_state
    client.force_login(staff(Role.REVIEWER, home, now))
    page = client.get(reverse("review", args=[state.pk])).content.decode()
    assert bank_url("edit", other.pk) in page
    assert "100% alike" in page
    assert bank_url("workflow_preview", state.revision.object_id, state.task_id) in page
