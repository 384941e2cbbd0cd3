"""Topics: authors keep those of their own council's lessons."""

import pytest
from django.urls import reverse

from assessments.models import Question, Topic
from people.models import Membership
from tests.assessments.conftest import rule_of
from tests.factories import AuthorityFactory, make_course, make_question, staff

pytestmark = pytest.mark.django_db
Role = Membership.Role


def topic_url(name, *args):
    return reverse(f"wagtailsnippets_assessments_topic:{name}", args=args)


@pytest.fixture
def lesson(course, home):
    return course.lessons().first()


@pytest.fixture
def topic(lesson):
    return Topic.objects.create(slug="own", title="Own topic", lesson=lesson)


@pytest.fixture
def theirs():
    lesson = make_course(slug="theirs", lessons=1, authority=AuthorityFactory()).lessons().get()
    return Topic.objects.create(slug="theirs", title="Their topic", lesson=lesson)


@pytest.fixture
def author(client, home, now):
    author = staff(Role.AUTHOR, home, now)
    client.force_login(author)
    return author


def form(topic, **changes):
    return {"title": topic.title, "slug": topic.slug, "lesson": topic.lesson_id, **changes}


@pytest.mark.usefixtures("author")
def test_author_adds_a_topic_for_a_lesson_of_their_council(client, lesson):
    client.post(topic_url("add"), {"title": "New", "slug": "new", "lesson": lesson.pk})
    assert Topic.objects.get(slug="new").lesson == lesson


@pytest.mark.usefixtures("author")
def test_author_changes_a_topic_of_their_council(client, topic):
    client.post(topic_url("edit", topic.pk), form(topic, title="Other", slug="other"))
    topic.refresh_from_db()
    assert (topic.title, topic.slug) == ("Other", "other")


@pytest.mark.usefixtures("author")
@pytest.mark.parametrize("door", ["add", "edit"])
def test_topic_is_not_put_with_a_lesson_of_another_council(client, topic, theirs, door):
    address = topic_url("edit", topic.pk) if door == "edit" else topic_url("add")
    page = client.post(address, form(topic, slug="moved", lesson=theirs.lesson_id))
    assert "That choice is not one of the available choices." in page.content.decode()
    assert theirs.lesson.title not in page.content.decode()
    assert not Topic.objects.filter(slug="moved").exists()


@pytest.mark.usefixtures("author")
def test_topic_of_a_trainer_has_a_lesson(client, topic):
    client.post(topic_url("edit", topic.pk), form(topic, lesson=""))
    topic.refresh_from_db()
    assert topic.lesson is not None


@pytest.mark.usefixtures("author")
def test_short_name_is_given_once(client, topic):
    page = client.post(topic_url("add"), form(topic))
    assert "already exists" in page.content.decode()
    assert Topic.objects.filter(slug=topic.slug).count() == 1


@pytest.mark.usefixtures("author")
def test_topic_of_another_council_is_not_there(client, theirs):
    assert client.get(topic_url("edit", theirs.pk)).status_code == 404
    client.post(topic_url("edit", theirs.pk), form(theirs, title="Taken"))
    theirs.refresh_from_db()
    assert theirs.title == "Their topic"


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.OFFICER])
def test_topics_are_changed_by_authors_alone(client, topic, home, now, role):
    client.force_login(staff(role, home, now))
    client.post(topic_url("edit", topic.pk), form(topic, title="Taken"))
    client.post(topic_url("add"), form(topic, slug="new"))
    topic.refresh_from_db()
    assert topic.title == "Own topic"
    assert not Topic.objects.filter(slug="new").exists()


@pytest.mark.usefixtures("author")
def test_short_name_stays_where_an_approved_rule_names_it(client, course):
    topic = rule_of(course).blueprint.first().topic
    slug = topic.slug
    client.post(topic_url("edit", topic.pk), form(topic, title="Other", slug="other"))
    topic.refresh_from_db()
    assert (topic.title, topic.slug) == ("Other", slug)


@pytest.mark.usefixtures("author")
def test_short_name_stays_where_a_paper_names_it(client, sitting, topic):
    drawn = sitting.drawn_questions.first().question
    Question.objects.filter(pk=drawn.pk).update(topic=topic)
    client.post(topic_url("edit", topic.pk), form(topic, slug="other"))
    topic.refresh_from_db()
    assert topic.slug == "own"


@pytest.mark.usefixtures("author")
def test_short_name_that_only_a_draft_question_uses_may_change(client, topic):
    make_question(topic, live=False)
    client.post(topic_url("edit", topic.pk), form(topic, slug="other"))
    topic.refresh_from_db()
    assert topic.slug == "other"
