"""What the staff site shows to those who may see it. What it hides is swept in tests/house."""

import pytest
from django.urls import reverse
from wagtail.models import Page
from wagtail.rich_text import expand_db_html, features

from courses.actions import open_to_trainers
from courses.models import LessonPage
from lms.roles import sync_groups
from people.actions import end_membership, grant_membership
from people.models import Membership
from tests.factories import AuthorityFactory, UserFactory, make_course

pytestmark = pytest.mark.django_db
Role = Membership.Role


@pytest.fixture
def own():
    return opened("own")


@pytest.fixture
def theirs():
    return opened("theirs")


def opened(slug):
    course = make_course(slug=slug, lessons=1, authority=AuthorityFactory())
    sync_groups()
    open_to_trainers(course=course)
    return course


@pytest.fixture
def author(client, own, now):
    author = UserFactory()
    grant_membership(user=author, authority=own.authority, role=Role.AUTHOR, by=None, now=now)
    client.force_login(author)
    return author


def lesson_of(course):
    return LessonPage.objects.get(pk=course.lessons().get().pk)


def page_url(name, *pages):
    return reverse(f"wagtailadmin_{name}", args=[page.pk for page in pages])


@pytest.mark.parametrize("name", ["explore", "pages:edit", "pages:history", "pages:copy"])
def test_author_opens_their_own_lesson(client, author, own, name):
    assert client.get(page_url(name, lesson_of(own))).status_code == 200


@pytest.mark.parametrize("name", ["explore", "pages:edit", "pages:history", "pages:copy"])
def test_another_councils_lesson_is_not_there(client, author, theirs, name):
    assert client.get(page_url(name, lesson_of(theirs))).status_code == 404


def test_author_finds_the_way_to_their_course(client, author, own):
    listed = client.get(page_url("explore", own.get_parent()), follow=True).content.decode()
    assert own.title in listed


def test_form_that_names_another_councils_page_is_refused(client, author, own, theirs):
    data = {"new_title": "", "new_slug": "x", "new_parent_page": theirs.get_first_child().pk}
    assert client.post(page_url("pages:copy", lesson_of(own)), data).status_code == 404


def test_author_copies_a_lesson_within_their_course(client, author, own):
    module = own.get_first_child()
    data = {"new_title": "Copy", "new_slug": "copy", "new_parent_page": module.pk}
    client.post(page_url("pages:copy", lesson_of(own)), data)
    assert Page.objects.get(slug="copy").get_parent().pk == module.pk


def test_chooser_offers_ones_own_lessons(client, author, own):
    address = page_url("choose_page_child", own.get_first_child())
    assert lesson_of(own).title in client.get(address).json()["html"]


def test_chooser_offers_a_course_that_anybody_may_read(client, author, theirs):
    index = theirs.get_parent()
    address = page_url("choose_page_child", index) + "?page_type=courses.CoursePage"
    assert theirs.title in client.get(address).json()["html"]


def test_chooser_offers_no_course_whose_next_title_is_a_draft(client, author, theirs):
    theirs.title = "A secret title"
    theirs.save_revision()
    address = page_url("choose_page_child", theirs.get_parent()) + "?page_type=courses.CoursePage"
    assert "secret" not in client.get(address).json()["html"]


@pytest.mark.parametrize("whose", ["own", "theirs"])
def test_bulk_action_names_what_may_not_be_done_only_where_it_is_ones_own(
    client, author, own, theirs, whose
):
    lesson = lesson_of({"own": own, "theirs": theirs}[whose])
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"])
    shown = client.get(f"{address}?id={lesson.pk}").content.decode()
    assert (lesson.title in shown) is (whose == "own")


def test_report_names_the_page_edited_last_only_to_those_who_may_open_it(client, author, own):
    theirs = opened("theirs")
    lesson = lesson_of(theirs)
    lesson.title = "A secret title"
    lesson.save_revision()
    report = reverse("wagtailadmin_reports:page_types_usage")
    assert "secret" not in client.get(report).content.decode()
    client.force_login(UserFactory(is_superuser=True))
    assert "secret" in client.get(report).content.decode()


def test_home_lists_ones_own_work_until_the_role_ends(client, author, own, now):
    lesson = lesson_of(own)
    lesson.title = "What I wrote last"
    lesson.save_revision(user=author, log_action=True)
    assert "What I wrote last" in client.get("/staff/").content.decode()
    by = UserFactory()
    end_membership(membership=author.memberships.get(), by=by, now=now)
    other = opened("other")
    grant_membership(user=author, authority=other.authority, role=Role.AUTHOR, by=None, now=now)
    assert "What I wrote last" not in client.get("/staff/").content.decode()


@pytest.mark.parametrize("live", [True, False])
def test_link_to_a_page_holds_its_address_only_while_it_is_live(own, live):
    lesson = lesson_of(own)
    if not live:
        lesson.unpublish()
    link = f'<a linktype="page" id="{lesson.pk}">Here</a>'
    handler = features.get_converter_rule("contentstate", "link")["from_database_format"]
    in_editor = handler['a[linktype="page"]'].get_attribute_data({"id": str(lesson.pk)})
    assert ((lesson.url in expand_db_html(link)), bool(in_editor["url"])) == (live, live)
