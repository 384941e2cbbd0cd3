"""The pages on which trainers keep groups and read figures, and the files they take away."""

import csv
import io
import re
from contextlib import closing
from datetime import date, timedelta
from html import unescape

import openpyxl
import pytest
import time_machine
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import ModelLogEntry, PageLogEntry

from courses import actions
from courses.models import Cohort, CohortPlace, Enrolment
from courses.models.reports import State
from courses.views.charts import states_chart
from people.actions import end_membership
from tests.courses.training import DEADLINE, Role, join, learn, make_cohort, make_history
from tests.factories import (
    AuthorityFactory,
    LearnerFactory,
    LicenceFactory,
    UserFactory,
    add_lesson,
    make_course,
    staff,
)

pytestmark = pytest.mark.django_db
LIST, COURSES = reverse("training"), reverse("training_courses")
OK, FORBIDDEN, MISSING = 200, 403, 404
REFUSED = 302  # To the staff site's first page, with a message: Wagtail's way to say no.


@pytest.fixture(autouse=True)
def today_is(now):
    with time_machine.travel(now, tick=False):
        yield


@pytest.fixture
def authority():
    return AuthorityFactory(name="Northbridge City Council")


@pytest.fixture
def cohort(authority, now):
    return make_cohort(authority, now - timedelta(days=31), course=make_course())


@pytest.fixture
def history(cohort, now):
    make_history(cohort, now)


@pytest.fixture
def trainer(cohort):
    return cohort.trainer


@pytest.fixture
def as_trainer(client, trainer):
    client.force_login(trainer)
    return client


def page_of(cohort):
    return reverse("training_cohort", args=[cohort.pk])


def course_page_of(cohort):
    return reverse("training_course", args=[cohort.course_id])


def file_of(cohort, table, file_format="csv"):
    return reverse("export_cohort", args=[cohort.pk, table, file_format])


def course_file_of(cohort, table, file_format="csv"):
    return reverse("export_course", args=[cohort.course_id, table, file_format])


def text(response, status=OK):
    """What the page says, in one line and without its mark-up."""
    assert response.status_code == status
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", response.content.decode())).split())


def details(cohort, **changes):
    fields = {"name": "New name", "trainer": cohort.trainer_id, "deadline_on": "2027-04-01"}
    return {**fields, **changes}


# -- Who may ---------------------------------------------------------------------------------------
READING = ["list", "cohort", "courses", "course", "people.csv", "lessons.xlsx", "course lessons"]
CHANGING = ["new", "change", "people", "take out"]


def address(name, cohort):
    place = cohort.places.first()
    return {
        "list": LIST,
        "courses": COURSES,
        "cohort": page_of(cohort),
        "course": course_page_of(cohort),
        "people.csv": file_of(cohort, "people"),
        "lessons.xlsx": file_of(cohort, "lessons", "xlsx"),
        "course lessons": course_file_of(cohort, "lessons"),
        "new": reverse("start_cohort"),
        "change": reverse("change_cohort", args=[cohort.pk]),
        "people": reverse("add_people", args=[cohort.pk]),
        "take out": reverse("take_out", args=[cohort.pk, place.pk]),
    }[name]


def somebody(who, cohort, now):
    if who == "driver":
        return LearnerFactory(authority=cohort.authority).user
    if who == "administrator":
        return UserFactory(is_superuser=True, is_staff=True)
    role, _, elsewhere = who.partition(" ")
    return staff(role, AuthorityFactory() if elsewhere else cohort.authority, now)


@pytest.mark.parametrize("name", READING)
@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("author", OK),
        ("reviewer", OK),
        ("officer", OK),
        ("auditor", OK),
        ("administrator", OK),
        ("councillor", FORBIDDEN),
        ("driver", FORBIDDEN),
    ],
)
def test_figures_are_read_by(client, cohort, now, who, status, name):
    join(cohort, now)
    client.force_login(somebody(who, cohort, now))
    with closing(client.get(address(name, cohort))) as response:
        assert response.status_code == status


@pytest.mark.parametrize("name", CHANGING)
@pytest.mark.parametrize(
    ("who", "status"),
    [
        ("author", OK),
        ("reviewer", OK),
        ("administrator", OK),
        ("officer", REFUSED),
        ("auditor", REFUSED),
        ("councillor", FORBIDDEN),
        ("driver", FORBIDDEN),
    ],
)
def test_groups_are_changed_by(client, cohort, now, who, status, name):
    join(cohort, now)
    client.force_login(somebody(who, cohort, now))
    with closing(client.get(address(name, cohort))) as response:
        assert response.status_code == status


@pytest.mark.parametrize("name", CHANGING)
@pytest.mark.parametrize("who", ["officer", "auditor", "councillor", "driver", "author elsewhere"])
def test_others_change_nothing_by_sending_the_form(client, cohort, now, who, name):
    learner, newcomer = join(cohort, now), LearnerFactory(authority=cohort.authority)
    client.force_login(somebody(who, cohort, now))
    fields = details(cohort, course=cohort.course_id, people=newcomer.user.email)
    response = client.post(address(name, cohort), fields)
    assert response.status_code in (REFUSED, FORBIDDEN, MISSING) or "valid choice" in text(response)
    assert Cohort.objects.get().name == "Spring group"
    assert CohortPlace.objects.current().get().learner == learner


@pytest.mark.parametrize("who", ["author elsewhere", "reviewer elsewhere", "officer elsewhere"])
@pytest.mark.parametrize("name", ["cohort", "people.csv", "lessons.xlsx", *CHANGING[1:]])
def test_group_is_not_there_for_staff_of_another_authority(client, cohort, now, who, name):
    join(cohort, now)
    client.force_login(somebody(who, cohort, now))
    assert client.get(address(name, cohort)).status_code == MISSING


def test_place_of_another_group_is_not_there(as_trainer, cohort, now):
    other = make_cohort(AuthorityFactory(), now, course=cohort.course)
    join(other, now)
    wrong = reverse("take_out", args=[cohort.pk, other.places.get().pk])
    assert as_trainer.post(wrong).status_code == MISSING
    assert other.places.current().exists()


def test_draft_course_of_another_authority_is_not_there(client, cohort, authority, now):
    actions.open_to_trainers(course=cohort.course)
    cohort.course.authority, cohort.course.live = authority, False
    cohort.course.save()
    client.force_login(staff(Role.AUTHOR, AuthorityFactory(), now))
    assert client.get(course_page_of(cohort)).status_code == MISSING


def test_figures_of_a_course_are_of_ones_own_people_alone(client, cohort, history, now):
    elsewhere = AuthorityFactory(name="Westvale Borough Council")
    client.force_login(staff(Role.AUTHOR, elsewhere, now))
    page = text(client.get(course_page_of(cohort)))
    assert "Learning 0 of 0" in page
    assert "Northbridge" not in page


def test_list_shows_the_groups_of_ones_own_authority_alone(as_trainer, cohort, now):
    make_cohort(AuthorityFactory(), now, name="Westvale group")
    page = text(as_trainer.get(LIST))
    assert "Spring group" in page
    assert "Westvale group" not in page


def test_role_that_ended_opens_nothing_on_the_next_request(as_trainer, trainer, cohort, now):
    end_membership(membership=trainer.memberships.get(), by=UserFactory(), now=now)
    assert as_trainer.get(page_of(cohort)).status_code == FORBIDDEN


@pytest.mark.parametrize("who", ["author", "reviewer", "officer", "auditor", "administrator"])
def test_menu_leads_to_training(client, cohort, now, who):
    client.force_login(somebody(who, cohort, now))
    assert LIST in client.get(reverse("wagtailadmin_home")).content.decode()


def test_menu_hides_training_from_staff_who_may_not_read_it(client, cohort, now):
    user = UserFactory()
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    client.force_login(user)
    assert LIST not in client.get(reverse("wagtailadmin_home")).content.decode()
    assert client.get(LIST).status_code == REFUSED


def test_reader_who_may_not_change_the_group_sees_no_way_to(client, cohort, now):
    join(cohort, now)
    client.force_login(somebody("officer", cohort, now))
    page = client.get(page_of(cohort)).content.decode()
    assert address("people", cohort) not in page
    assert address("take out", cohort) not in page
    assert reverse("start_cohort") not in client.get(LIST).content.decode()


# -- Keeping groups --------------------------------------------------------------------------------
def test_trainer_starts_a_group(as_trainer, cohort, authority, trainer):
    fields = details(cohort, course=cohort.course_id)
    response = as_trainer.post(reverse("start_cohort"), fields)
    new = Cohort.objects.get(name="New name")
    assert response["Location"] == reverse("add_people", args=[new.pk])
    assert (new.authority, new.deadline_on, new.created_by) == (
        authority,
        date(2027, 4, 1),
        trainer,
    )


def test_refused_group_says_why_and_keeps_what_was_typed(as_trainer, cohort):
    fields = details(cohort, course=cohort.course_id, name=cohort.name)
    page = as_trainer.post(reverse("start_cohort"), fields)
    assert "There is a group with this name already." in text(page)
    assert f'value="{cohort.name}"' in page.content.decode()


def test_trainers_of_other_authorities_are_not_offered(as_trainer, cohort, now):
    other = staff(Role.AUTHOR, AuthorityFactory(), now)
    assert other.email not in as_trainer.get(reverse("start_cohort")).content.decode()
    fields = details(cohort, course=cohort.course_id, trainer=other.pk)
    assert "Select a valid choice" in text(as_trainer.post(reverse("start_cohort"), fields))


def test_administrator_chooses_the_council_first(client, cohort, authority):
    AuthorityFactory()
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    choose = reverse("choose_council")
    assert client.get(reverse("start_cohort"))["Location"] == choose
    way = client.post(choose, {"authority": authority.pk})["Location"]
    assert cohort.trainer.email in text(client.get(way))


@pytest.mark.parametrize("chosen", ["other", "999999999999999999999"])
def test_group_cannot_be_started_at_a_council_that_is_not_ones_own(as_trainer, chosen):
    key = AuthorityFactory().pk if chosen == "other" else chosen
    response = as_trainer.get(reverse("start_cohort"), {"authority": key})
    assert response.status_code == MISSING


def test_trainer_changes_name_day_and_trainer(as_trainer, cohort, authority, now):
    other = staff(Role.REVIEWER, authority, now)
    change = reverse("change_cohort", args=[cohort.pk])
    assert as_trainer.post(change, details(cohort, trainer=other.pk))["Location"] == page_of(cohort)
    cohort.refresh_from_db()
    assert (cohort.name, cohort.trainer, cohort.deadline_on) == (
        "New name",
        other,
        date(2027, 4, 1),
    )


def test_day_that_is_over_is_refused_beside_its_field(as_trainer, cohort):
    change = reverse("change_cohort", args=[cohort.pk])
    page = text(as_trainer.post(change, details(cohort, deadline_on="2026-11-21")))
    assert "Choose today or a later day." in page


def test_each_line_of_a_list_is_answered(as_trainer, cohort):
    added = LearnerFactory(authority=cohort.authority).user.email
    stranger = LicenceFactory(held=True).number
    lines = f"{added}\n\n  {stranger}\r\nNOBODY-1"
    page = text(as_trainer.post(address_of_people(cohort), {"people": lines}))
    assert "1 person was added." in page
    assert f"{added} Added" in page
    nobody = "We found nobody of this council with that"
    assert f"{stranger} {nobody} NOBODY-1 {nobody}" in page


def address_of_people(cohort):
    return reverse("add_people", args=[cohort.pk])


def test_two_hundred_people_are_added_at_once_and_no_more(as_trainer, cohort):
    lines = [f"PH-{number}" for number in range(201)]
    page = text(as_trainer.post(address_of_people(cohort), {"people": "\n".join(lines)}))
    assert "There are 201 lines." in page
    page = text(as_trainer.post(address_of_people(cohort), {"people": "\n".join(lines[:200])}))
    assert "0 people were added." in page


def test_name_in_a_line_is_shown_as_text(as_trainer, cohort):
    page = as_trainer.post(address_of_people(cohort), {"people": "<script>x</script>"})
    assert "<script>x" not in page.content.decode()


def test_person_is_taken_out_after_a_question(as_trainer, cohort, now):
    join(cohort, now, full_name="Ade Example")
    place = cohort.places.get()
    out = reverse("take_out", args=[cohort.pk, place.pk])
    assert "Take Ade Example out of this group?" in text(as_trainer.get(out))
    assert cohort.places.current().exists()
    for _ in range(2):
        assert as_trainer.post(out)["Location"] == page_of(cohort)
    assert not cohort.places.current().exists()


# -- Reading figures -------------------------------------------------------------------------------
def test_figures_stand_with_numerator_and_denominator(as_trainer, cohort, history):
    page = text(as_trainer.get(page_of(cohort)))
    for figure in [
        "Not started 1 of 8 (12%)",
        "Learning 4 of 8 (50%)",
        "Lessons done 1 of 8 (12%)",
        "Finished 2 of 8 (25%)",
        "1. Lesson-1 7 of 8 (87%) 6 of 7 (85%) 1 of 7 (14%) 3 minutes",
        "2. Lesson-2 3 of 8 (37%) 3 of 3 0 of 3 –",
        "What do you do? 1. Lesson-1 2 of 6 (33%)",
        "What do you do? 2. Lesson-2 0 of 3",
    ]:
        assert figure in page


def test_course_counts_the_same_people_and_names_none(as_trainer, cohort, history):
    page = text(as_trainer.get(course_page_of(cohort)))
    assert "Lessons done 2 of 9 (22%)" in page  # With Ivo, who left the group and not the course.
    assert "Northbridge City Council" in page
    assert "Cem" not in page


@pytest.mark.parametrize(("people", "shown"), [(4, "4 of 4 "), (5, "5 of 5 (100%)")])
def test_few_people_have_no_percentages(as_trainer, cohort, now, people, shown):
    for _ in range(people):
        join(cohort, now)
    page = text(as_trainer.get(page_of(cohort)))
    assert f"Not started {shown}" in page
    assert ("%)" in page) is (people >= 5)


@pytest.mark.parametrize(
    ("days", "words"),
    [(-3, "3 days left"), (-1, "1 day left"), (0, "Today is the last day"), (2, "2 days overdue")],
)
def test_time_left_of_each_person(client, cohort, trainer, now, days, words):
    join(cohort, now, full_name="Ade Example")
    with time_machine.travel(
        now.replace(year=2027, month=3, day=1) + timedelta(days=days), tick=False
    ):
        client.force_login(trainer)
        assert f"Ade Example Not started 0 of 2 – {words}" in text(client.get(page_of(cohort)))


def test_who_has_finished_has_no_time_left(as_trainer, cohort, history):
    page = text(as_trainer.get(page_of(cohort)))
    assert "Eve Finished 2 of 2 2 November 2026 –" in page


@pytest.mark.parametrize("word", ["Reached", "Gave up", "Middle time", "Wrong first try"])
def test_every_word_is_defined_on_the_page(as_trainer, cohort, word):
    for address in (page_of(cohort), course_page_of(cohort)):
        page = as_trainer.get(address).content.decode()
        assert re.search(rf"<dt>{word}</dt>\s*<dd>\s*\w", page)


def test_group_of_nobody_has_no_chart(as_trainer, cohort):
    page = as_trainer.get(page_of(cohort))
    assert "There is nobody in this group yet." in text(page)
    assert 'role="img"' not in page.content.decode()


def test_people_come_fifty_to_a_page(as_trainer, cohort, now):
    learners = [
        LearnerFactory(authority=cohort.authority, full_name=f"Person {number:02}")
        for number in range(51)
    ]
    actions.add_people(
        cohort=cohort, lines=[ln.user.email for ln in learners], by=cohort.trainer, now=now
    )
    first, second = (text(as_trainer.get(page_of(cohort), {"p": p})) for p in (1, 2))
    assert ("Person 49" in first, "Person 50" in first) == (True, False)
    assert ("Person 49" in second, "Person 50" in second) == (False, True)
    assert "0 of 51" in second


def test_list_shows_how_many_have_finished(as_trainer, cohort, history):
    assert "1 March 2027 2 of 8 (25%)" in text(as_trainer.get(LIST))


# -- Charts ----------------------------------------------------------------------------------------
def charts_on(response):
    return re.findall(r'<svg role="img".*?</svg>', response.content.decode(), re.S)


def test_charts_say_in_words_what_they_show(as_trainer, cohort, history):
    states, lessons = charts_on(as_trainer.get(page_of(cohort)))
    assert "Of 8 people: Not started: 1; Learning: 4; Lessons done: 1; Finished: 2." in states
    assert "Lesson-1: 6 finished, 0 in it, 1 gave up" in lessons
    for chart in (states, lessons):
        named = re.search(r'aria-labelledby="(\S+)\s+(\S+)"', chart)
        assert all(f'id="{name}"' in chart for name in named.groups())


def test_charts_need_no_script_no_style_and_no_colour(as_trainer, cohort, history):
    for chart in charts_on(as_trainer.get(page_of(cohort))):
        assert "style" not in chart
        assert "<script" not in chart
        assert set(re.findall(r'fill="([^"]+)"', chart.split("</defs>")[1])) > {"none"}
        fills = re.findall(r'<rect [^>]*fill="([^"]+)"', chart.split("</defs>")[1])
        assert all(fill == "none" or fill.startswith("url(#") for fill in fills)


@pytest.mark.parametrize("language", ["en-gb", "pl"])
def test_bars_are_as_long_as_their_part_in_any_language(language, settings):
    settings.LANGUAGE_CODE = language
    chart = states_chart({State.LEARNING: 1, State.FINISHED: 2})
    assert [part.width for bar in chart.bars for part in bar.parts] == ["33.33%", "66.67%"]


def test_hostile_title_stays_text_in_a_chart(as_trainer, cohort, now):
    cohort.course.lessons().update(title='<script>x</script>" onload="x')
    join(cohort, now)
    page = as_trainer.get(page_of(cohort)).content.decode()
    assert "<script>x" not in page
    assert '" onload' not in page


# -- Files -----------------------------------------------------------------------------------------
def csv_rows(response):
    assert response.status_code == OK
    written = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(written)))


def xlsx_rows(response):
    assert response.status_code == OK
    book = openpyxl.load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    return [list(row) for row in book.active.iter_rows(values_only=True)]


def test_people_as_csv(as_trainer, cohort, history):
    heading, *rows = csv_rows(as_trainer.get(file_of(cohort, "people")))
    assert heading == [
        "Name",
        "State",
        "Lessons done",
        "Lessons",
        "Last active",
        "Finished",
        "Finish by",
        "Days left",
    ]
    assert rows[2] == ["Cem", "Learning", "1", "2", "2026-11-21", "", "2027-03-01", "99"]
    assert rows[4][4:] == ["2026-11-02", "2026-11-21", "2027-03-01", ""]
    assert len(rows) == 8


def test_people_as_xlsx(as_trainer, cohort, history):
    _, *rows = xlsx_rows(as_trainer.get(file_of(cohort, "people", "xlsx")))
    assert rows[2][:4] == ["Cem", "Learning", 1, 2]
    assert rows[2][4] == date(2026, 11, 21)


@pytest.mark.parametrize("address", [file_of, course_file_of])
def test_lessons_and_checks_as_files(as_trainer, cohort, history, address):
    lessons = csv_rows(as_trainer.get(address(cohort, "lessons")))
    checks = xlsx_rows(as_trainer.get(address(cohort, "checks", "xlsx")))
    people = 8 if address is file_of else 9
    assert lessons[1][:3] == ["1", "Lesson-1", str(people)]
    assert checks[1][:3] == [1, "Lesson-1", "What do you do?"]


def test_course_has_no_file_of_people(as_trainer, cohort, history):
    assert as_trainer.get(course_file_of(cohort, "people")).status_code == MISSING


@pytest.mark.parametrize(("table", "file_format"), [("people", "pdf"), ("secrets", "csv")])
def test_unknown_files_are_not_there(as_trainer, cohort, table, file_format):
    assert as_trainer.get(file_of(cohort, table, file_format)).status_code == MISSING


HOSTILE = '=HYPERLINK("http://example.org","x")'


def test_hostile_name_is_no_formula_in_a_file(as_trainer, cohort, now):
    join(cohort, now, full_name=HOSTILE)
    assert csv_rows(as_trainer.get(file_of(cohort, "people")))[1][0] == f"'{HOSTILE}"
    assert xlsx_rows(as_trainer.get(file_of(cohort, "people", "xlsx")))[1][0] == f"'{HOSTILE}"


def test_name_with_unprintable_letters_breaks_no_file(as_trainer, cohort, now):
    join(cohort, now, full_name="Ade\x0b \x1bExample")
    assert xlsx_rows(as_trainer.get(file_of(cohort, "people", "xlsx")))[1][0] == "Ade Example"


def test_csv_tells_spreadsheet_programs_that_it_is_utf_8(as_trainer, cohort, now):
    join(cohort, now, full_name="Tomasz Zieliński")
    written = b"".join(as_trainer.get(file_of(cohort, "people")).streaming_content)
    assert written.startswith(b"\xef\xbb\xbf")
    assert "Zieliński".encode() in written


@pytest.mark.parametrize(
    ("name", "filename"),
    [("Spring group", "spring-group-people-2026-11-22"), ("گروپ", "{pk}-people-2026-11-22")],
)
@pytest.mark.parametrize("file_format", ["csv", "xlsx"])
def test_file_is_named_after_the_group_and_the_day(as_trainer, cohort, name, filename, file_format):
    Cohort.objects.update(name=name)
    with closing(as_trainer.get(file_of(cohort, "people", file_format))) as response:
        named = f'filename="{filename.format(pk=cohort.pk)}.{file_format}"'
        assert named in response["Content-Disposition"]


def test_export_of_a_group_is_noted_without_names(as_trainer, cohort, history, trainer):
    as_trainer.get(file_of(cohort, "people"))
    entry = ModelLogEntry.objects.get()
    assert (entry.action, entry.user) == ("courses.figures_exported", trainer)
    assert entry.data == {"table": "people", "format": "csv"}
    assert entry.label == "Spring group"


def test_export_of_a_course_is_noted(as_trainer, cohort, trainer):
    as_trainer.get(course_file_of(cohort, "lessons"))
    entry = PageLogEntry.objects.get(action="courses.figures_exported")
    assert (entry.page_id, entry.user) == (cohort.course_id, trainer)


def test_refused_export_is_not_noted(client, cohort, now):
    client.force_login(staff(Role.AUTHOR, AuthorityFactory(), now))
    client.get(file_of(cohort, "people"))
    assert not ModelLogEntry.objects.exists()


def test_administrators_find_exports_and_changes_in_the_site_history(client, cohort, now):
    actions.change_cohort(
        cohort=cohort,
        name="Summer group",
        trainer=cohort.trainer,
        deadline_on=DEADLINE,
        by=cohort.trainer,
        now=now,
    )
    client.force_login(UserFactory(is_superuser=True, is_staff=True))
    client.get(file_of(cohort, "people"))
    page = text(client.get(reverse("wagtailadmin_reports:site_history")))
    assert "Training group changed. name: Spring group → Summer group" in page
    assert "Training figures exported" in page


# -- Cost ------------------------------------------------------------------------------------------
def fill(cohort, now, *, people, lessons):
    module = cohort.course.get_children().get()
    for number in range(3, 3 + lessons):
        add_lesson(module, slug=f"lesson-{number}")
    for _ in range(people):
        learn(join(cohort, now), cohort.course, lessons=1, at=now)


def queries_of(client, address):
    """How many there are in all, and how many of them are the page's own; the rest is the menu's
    and the door's."""
    with CaptureQueriesContext(connection) as captured:
        response = client.get(address)
        assert response.status_code == OK
        if response.streaming:
            assert b"".join(response.streaming_content)
    own = [query for query in captured if re.search("courses_(?!courseindex)", query["sql"])]
    return len(captured), len(own)


@pytest.mark.parametrize(
    ("name", "own"),
    [("cohort", 6), ("course", 5), ("people.csv", 3), ("lessons.xlsx", 4), ("course lessons", 4)],
)
def test_figures_take_as_many_queries_however_many_people_and_lessons(
    as_trainer, cohort, now, name, own
):
    fill(cohort, now, people=1, lessons=0)
    queries_of(as_trainer, address(name, cohort))  # Fills what is kept between requests.
    few = queries_of(as_trainer, address(name, cohort))
    fill(cohort, now, people=6, lessons=2)
    assert queries_of(as_trainer, address(name, cohort)) == few
    assert few[1] == own


def test_list_takes_as_many_queries_however_many_groups(as_trainer, cohort, now):
    queries_of(as_trainer, LIST)
    few = queries_of(as_trainer, LIST)
    for number in range(6):
        other = make_cohort(cohort.authority, now, course=cohort.course, name=f"Group {number}")
        join(other, now)
    assert queries_of(as_trainer, LIST) == few
    assert few[1] == 3


def test_progress_is_kept_when_a_person_leaves(as_trainer, cohort, history):
    assert Enrolment.objects.filter(learner__full_name="Ivo").exists()


def test_course_without_lessons_has_no_chart_of_them(as_trainer, cohort, now):
    cohort.course.lessons().update(live=False)
    join(cohort, now)
    assert len(charts_on(as_trainer.get(page_of(cohort)))) == 1
