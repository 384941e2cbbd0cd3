"""Authors bring question banks in and take them out, those of their own courses and no others."""

import codecs

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from assessments.models import Question, Topic
from courses.models import CoursePage
from lms.roles import sync_groups
from people.models import Membership
from tests.factories import AuthorityFactory, UserFactory, make_course, make_question, staff

pytestmark = pytest.mark.django_db
Role = Membership.Role
IMPORT, EXPORT = "import_questions", "export_questions"
GIFT = b"::First:: What first? {=Ring 999 ~Drive on}\n\n::Essay:: Why? {}\n"
REFUSED = {302, 403}


@pytest.fixture
def home(course):
    course.authority = AuthorityFactory()
    course.save()
    sync_groups()
    return course.authority


@pytest.fixture
def author(client, home, now):
    person = staff(Role.AUTHOR, home, now)
    client.force_login(person)
    return person


@pytest.fixture
def elsewhere():
    return make_course(slug="elsewhere", authority=AuthorityFactory())


def send(client, course, *, data=GIFT, file_format="gift", **fields):
    file = SimpleUploadedFile("bank.txt", data)
    told = {"course": course.pk, "format": file_format, "file": file, **fields}
    return client.post(reverse(IMPORT), told)


def fetch(client, course, file_format="gift"):
    return client.get(reverse(EXPORT), {"course": course.pk, "format": file_format})


def test_preview_says_what_would_happen_and_changes_nothing(client, author, course):
    page = send(client, course, dry_run="on").content.decode()
    assert "What would happen" in page
    assert "An essay cannot be marked as right or wrong." in page
    assert not Question.objects.exists()


def test_import_adds_drafts_by_the_person_who_sent_them(client, author, course):
    page = send(client, course).content.decode()
    assert "What happened" in page
    question = Question.objects.get()
    assert (question.live, question.text) == (False, "What first?")
    assert question.latest_revision.user == author


def test_preview_is_what_the_form_offers_first(client, author):
    assert client.get(reverse(IMPORT)).context["form"]["dry_run"].initial is True


def test_name_of_a_question_is_shown_as_text(client, author, course):
    page = send(client, course, data=b"::<script>alert(1)</script>:: Why? {}").content.decode()
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


@pytest.mark.parametrize(
    ("data", "file_format", "sentence"),
    [
        (b"a\0b", "gift", "The file is not a text"),
        (b"a" * (5 * 1024 * 1024 + 1), "gift", "The file is larger than 5 MB."),
        (b"<!DOCTYPE quiz><quiz/>", "moodle-xml", "declares a document type"),
        (b"a,b\n", "csv", "These columns are not known: a, b."),
    ],
)
def test_file_that_is_refused_is_refused_on_the_form(
    client, author, course, data, file_format, sentence
):
    response = send(client, course, data=data, file_format=file_format)
    assert sentence in response.context["form"].errors["file"][0]


def test_course_without_a_lesson_is_refused_on_the_form(client, author, home):
    response = send(client, make_course(slug="empty", lessons=0, authority=home))
    assert "course" in response.context["form"].errors


def test_file_holds_the_questions_of_the_course(client, author, course):
    topic = Topic.objects.create(slug="signs", title="Signs", lesson=course.lessons()[0])
    make_question(topic, text="What is right?")
    response = fetch(client, course)
    assert response["Content-Disposition"] == 'attachment; filename="course.gift.txt"'
    assert b"::What is right?::[plain]What is right? {" in response.content


def test_table_is_marked_as_utf8(client, author, course):
    assert fetch(client, course, "csv").content.startswith(codecs.BOM_UTF8 + b"name,kind,")


def test_what_is_not_in_the_file_is_named_on_the_next_page(client, author, course):
    topic = Topic.objects.create(slug="signs", title="Signs", lesson=course.lessons()[0])
    make_question(topic, text="y" * 2001)
    fetch(client, course)
    page = client.get(reverse(IMPORT)).content.decode()
    assert f"Not in the file: {'y' * 80}. The question is longer than 2,000 characters." in page


@pytest.mark.parametrize("file_format", ["aiken", "word", ""])
def test_format_that_cannot_be_written_leads_back(client, author, course, file_format):
    assert fetch(client, course, file_format)["Location"] == reverse(IMPORT)


def test_course_of_another_authority_cannot_be_chosen(client, author, elsewhere):
    response = send(client, elsewhere)
    assert "course" in response.context["form"].errors
    assert not Question.objects.exists()
    assert fetch(client, elsewhere)["Location"] == reverse(IMPORT)
    assert elsewhere.title not in client.get(reverse(IMPORT)).content.decode()


def test_administrator_may_choose_every_course(client, course, elsewhere):
    client.force_login(UserFactory(is_superuser=True))
    offered = client.get(reverse(IMPORT)).context["form"]["course"].field.queryset
    assert set(offered) == set(CoursePage.objects.original())
    assert fetch(client, elsewhere).status_code == 200


@pytest.mark.parametrize("role", [Role.REVIEWER, Role.OFFICER, Role.AUDITOR])
def test_other_staff_get_neither_in_nor_anything_out(client, course, home, now, role):
    client.force_login(staff(role, home, now))
    assert client.get(reverse(IMPORT)).status_code in REFUSED
    assert send(client, course).status_code in REFUSED
    assert fetch(client, course).status_code in REFUSED
    assert not Question.objects.exists()


def test_menu_shows_the_door_to_authors_alone(client, course, home, now):
    for role, shown in [(Role.AUTHOR, True), (Role.REVIEWER, False)]:
        client.force_login(staff(role, home, now))
        page = client.get(reverse("wagtailadmin_home")).content.decode()
        assert (reverse(IMPORT) in page) == shown
