"""Trends as officers and auditors see them: pages, charts, files, and whom they are for."""

import re
from datetime import date

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from assessments.models import DrawnQuestion, Topic
from courses.models import LessonPage
from licensing.actions import work_out_points
from licensing.models import TrendAlert, TrendAlertNote
from licensing.trends import Split
from people.actions import grant_membership
from tests.conftest import NOON
from tests.factories import UserFactory, make_course, make_question
from tests.factories import staff as staff_of
from tests.licensing.factories import make_certificate, make_licence
from tests.licensing.trending import group, sit, sit_many, week

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
SPLITS = [f"trends_{split.value}" for split in Split]
PAGES = ["trends", *SPLITS, "trends_missed", "trend_alerts", "quarterly_packs"]
GAPS = reverse("trends_gaps")
IN_QUARTER = week(15)  # In August.


def staff(role, authority):
    user = staff_of(role, authority, NOON)
    user.user_permissions.add(Permission.objects.get(codename="access_admin"))
    return user


@pytest.fixture
def as_officer(client, authority):
    client.force_login(staff("officer", authority))
    return client


@pytest.fixture
def as_auditor(client, authority):
    client.force_login(staff("auditor", authority))
    return client


@pytest.fixture
def licence(authority):
    return make_licence(authority, operator_reference="City Cars")


@pytest.fixture
def missed_question(licence, course, authority):
    lesson = LessonPage.objects.descendant_of(
        make_course(slug="asked", lessons=1, authority=authority)
    ).get()
    topic = Topic.objects.create(slug="signs", title="What you might notice", lesson=lesson)
    question = make_question(topic, text="A secret of the bank?")
    paper = {"questions": [{"question_id": question.pk, "key": "right"}]}
    sitting = sit(licence, course, week(1), passed=False, paper=paper)
    DrawnQuestion.objects.create(sitting=sitting, position=1, question=question)
    return question


def page(client, name, **choices):
    response = client.get(reverse(name), choices)
    assert response.status_code == 200
    text = re.sub(r"\s+", " ", response.content.decode())
    return text[text.index("<main") :]


def rows_of(text):
    """The rows of the table of figures, without their marks."""
    table = text[text.index("<tbody") : text.index("</tbody>")]
    cells = [re.findall(r"<td.*?>(.*?)</td>", row) for row in table.split("<tr")[1:]]
    return [[re.sub(r"<.*?>", "", cell).strip() for cell in row] for row in cells]


def csv_of(client, name, **choices):
    response = client.get(reverse(name), {**choices, "export": "csv"})
    return b"".join(response.streaming_content).decode("utf-8-sig").splitlines()


# -- The whole council -----------------------------------------------------------------------------
def test_page_shows_chart_in_words_and_the_same_table(as_officer, licence, course):
    sit_many(licence, course, week(1), passes=6, fails=2)

    text = page(as_officer, "trends")

    assert "9 November 2026: Passed 6, Not passed 2" in text  # What a screen reader says.
    assert ["9 November 2026", "6", "2", "75%"] in rows_of(text)
    assert len(rows_of(text)) == 26
    assert 'fill="url(#trend-lines)"' in text


def test_chart_needs_no_script_and_no_style(as_officer, licence, course):
    sit_many(licence, course, week(1), passes=6, fails=2)
    (chart,) = re.findall(r'<svg role="img".*?</svg> <ul', page(as_officer, "trends"))

    assert "style" not in chart
    assert "<script" not in chart


def test_line_of_a_rate_breaks_where_few_were_tested(as_officer, licence, course):
    for back, passes in ((4, 6), (3, 6), (2, 1), (1, 6)):
        sit_many(licence, course, week(back), passes=passes, fails=0)

    text = page(as_officer, "trends", measure="first_tries")

    assert ["2 November 2026", "1", "0", "–"] in rows_of(text)
    (run,) = re.findall(r'polyline points="(.*?)"', text)
    assert len(run.split()) == 2


@pytest.mark.parametrize(
    ("grain", "first"),
    [("week", "9 November 2026"), ("month", "November 2026"), ("quarter", "October to December")],
)
def test_period_is_chosen(as_officer, licence, course, grain, first):
    sit_many(licence, course, week(1), passes=6, fails=0)

    last = rows_of(page(as_officer, "trends", grain=grain, first="2026-10-01", last="2026-11-13"))

    assert last[-1][0].startswith(first)
    assert last[-1][1] == "6"


@pytest.mark.parametrize(
    ("choices", "words"),
    [
        ({"first": "2023-01-01"}, "Choose three years at most."),
        ({"first": "2026-11-02", "last": "2026-11-01"}, "must not be before the first"),
        ({"first": "1066-10-14", "last": "1066-10-15"}, "Choose days of the last ten years."),
        ({"first": "tomorrow"}, "Enter a valid date."),
        ({"grain": "year"}, "Select a valid choice."),
    ],
)
def test_impossible_choice_is_told_in_words(as_officer, licence, choices, words):
    text = page(as_officer, "trends", **choices)

    assert words in text
    assert "<tbody" not in text


def test_met_shows_what_was_worked_out_and_says_what_was_not(
    as_officer, licence, course, requirement
):
    for number in range(5):
        other = make_licence(licence.authority, f"PH-{number}")
        make_certificate(other, course, passed_on=date(2026, 2, 1))
    work_out_points(now=NOON, limit=1)

    rows = rows_of(page(as_officer, "trends", measure="met", last="2026-11-15"))

    assert rows[-1] == ["9 November 2026", "5", "1", "83%", "22 November 2026"]
    assert rows[-2][1] == "not worked out yet"


def test_table_as_a_file(as_officer, licence, course):
    sit_many(licence, course, week(1), passes=6, fails=2)

    lines = csv_of(as_officer, "trends", last="2026-11-15")

    assert lines[0] == "From,To,Passed,Not passed,Pass rate (%)"
    assert lines[-1] == "2026-11-09,2026-11-15,6,2,75"


# -- Splits ----------------------------------------------------------------------------------------
def test_small_numbers_and_what_gives_them_away_are_hidden(as_officer, authority, course):
    for operator, passes in (("Abbey", 3), ("Borough", 6), ("City", 30)):
        one = make_licence(authority, f"PH-{passes}", operator_reference=operator)
        sit_many(one, course, IN_QUARTER, passes=passes, fails=0)
    chosen = {"first": "2026-07-01", "last": "2026-09-30"}

    rows = rows_of(page(as_officer, "trends_operator", **chosen))

    quarter = "July to September 2026"
    assert rows == [
        ["Abbey", quarter, "hidden", "hidden", "–"],
        ["Borough", quarter, "hidden", "hidden", "–"],
        ["City", quarter, "30", "0", "100%"],
    ]
    assert [line.split(",")[3] for line in csv_of(as_officer, "trends_operator", **chosen)] == [
        "Passed", "hidden", "hidden", "30",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["trends_operator", "trends_site", "trends_cohort"])
def test_quarter_that_still_runs_is_not_split(as_officer, licence, course, name):
    """Else the figures of two days would tell what one person did in between."""
    sit_many(licence, course, week(1), passes=9, fails=9)

    text = page(as_officer, name, first="2026-10-01", last="2026-11-22")

    assert "There is nothing to show for these days." in text


def test_operator_with_a_formula_for_a_name_runs_nothing(as_officer, authority, course):
    one = make_licence(authority, operator_reference="=HYPERLINK(1)")
    sit_many(one, course, IN_QUARTER, passes=9, fails=9)

    assert csv_of(as_officer, "trends_operator")[-1].startswith("'=HYPERLINK(1),")


def test_met_is_split_by_operator(as_officer, licence, course, requirement):
    for number in range(5):
        other = make_licence(licence.authority, f"PH-{number}", operator_reference="Abbey")
        make_certificate(other, course, passed_on=date(2026, 2, 1))
    for number in range(5, 9):
        make_licence(licence.authority, f"PH-{number}", operator_reference="City Cars")

    rows = rows_of(page(as_officer, "trends_operator", measure="met"))

    assert [row[0] for row in rows] == ["Abbey", "City Cars"]
    assert [row[2:] for row in rows] == [["5", "0", "100%"], ["0", "5", "0%"]]


def test_questions_are_told_by_topic_only(as_officer, missed_question, licence):
    text = page(as_officer, "trends_missed")

    assert "What you might notice" in text
    assert "Question " not in "".join(rows_of(text)[0])
    assert missed_question.text not in text


def test_trainer_who_is_an_officer_sees_numbers_and_no_text(as_officer, missed_question, authority):
    officer = authority.memberships.get(role="officer").user
    grant_membership(user=officer, authority=authority, role="author", by=None, now=NOON)

    text = page(as_officer, "trends_missed")

    assert f"Question {missed_question.pk} (What you might notice)" in text
    assert missed_question.text not in text


# -- Gaps ------------------------------------------------------------------------------------------
def test_auditor_sees_gaps_without_small_numbers(as_auditor, authority, course):
    for language, passes in (("ur", 20), ("pl", 9), ("cy", 2)):
        one = make_licence(authority, f"PH-{passes}", language=language)
        sit_many(one, course, IN_QUARTER, passes=passes, fails=5)

    rows = rows_of(page(as_auditor, "trends_gaps"))

    assert ["Language", "Urdu", "20 of 25 (80%)", "20 of 25 (80%)"] in [
        [cell.replace("اردو", "Urdu") for cell in row] for row in rows
    ]
    assert [row[2] for row in rows if row[0] == "Language"].count("hidden") == 2
    assert [row[1:3] for row in rows if row[0] != "Language"] == [["No help", "31 of 46 (67%)"]]


def test_officer_is_kept_from_gaps(as_officer):
    assert as_officer.get(GAPS).status_code in {302, 403}
    assert GAPS not in page(as_officer, "trends")


def test_officer_who_is_an_auditor_too_is_kept_from_gaps(as_officer, authority):
    officer = authority.memberships.get(role="officer").user
    grant_membership(user=officer, authority=authority, role="auditor", by=None, now=NOON)

    assert as_officer.get(GAPS).status_code in {302, 403}


def test_administrator_sees_gaps_of_each_authority(client, licence, other_authority):
    client.force_login(UserFactory(is_superuser=True, is_staff=True))

    assert other_authority.name in page(client, "trends_gaps")


# -- Whom it is for --------------------------------------------------------------------------------
@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("role", ["author", "reviewer", "councillor"])
def test_others_are_refused(client, authority, name, role):
    client.force_login(staff(role, authority))

    assert client.get(reverse(name)).status_code in {302, 403}


@pytest.mark.parametrize("name", PAGES)
def test_auditor_reads_every_page(as_auditor, licence, name):
    page(as_auditor, name)


@pytest.mark.parametrize("name", ["trends", *SPLITS, "trends_missed"])
def test_other_authority_cannot_be_chosen(as_officer, licence, other_authority, course, name):
    theirs = make_licence(other_authority, "WV-1", operator_reference="Theirs")
    sit_many(theirs, course, IN_QUARTER, passes=9, fails=9)

    text = page(as_officer, name, authority=other_authority.pk)

    assert "Select a valid choice" in text
    assert "<tbody" not in text
    assert "Theirs" not in text


@pytest.mark.parametrize("many", [1, 12])
def test_pages_cost_the_same_however_much_there_is(
    as_officer, authority, course, django_assert_max_num_queries, many
):
    for number in range(many):
        one = make_licence(authority, f"PH-{number}", operator_reference=f"Operator {number}")
        group(authority, course, one.holder, name=f"Group {number}")
        sit_many(one, course, IN_QUARTER, passes=9, fails=9)
    for name in PAGES:
        page(as_officer, name)
    for name in PAGES:
        with django_assert_max_num_queries(32):
            page(as_officer, name)


# -- Alerts ----------------------------------------------------------------------------------------
@pytest.fixture
def alert(authority):
    return TrendAlert.objects.create(
        authority=authority,
        week_from=date(2026, 11, 9),
        measure="results",
        split="operator",
        value="City Cars",
        now_part=3,
        now_whole=28,
        before_part=108,
        before_whole=132,
        chance=0.0001,
        rule_version=1,
        noticed_at=NOON,
    )


def test_home_tells_of_an_alert_until_somebody_has_looked(as_officer, alert):
    address = reverse("trend_alert", args=[alert.pk])
    assert address in page(as_officer, "wagtailadmin_home")

    answer = as_officer.post(address, {"text": "A new trainer began. He reads faster."})

    assert answer.status_code == 302
    note = TrendAlertNote.objects.get()
    assert (note.alert, note.text) == (alert, "A new trainer began. He reads faster.")
    assert address not in page(as_officer, "wagtailadmin_home")
    assert "A new trainer began." in as_officer.get(address).content.decode()


def test_list_tells_small_figures_as_fewer(as_officer, alert):
    text = page(as_officer, "trend_alerts")

    assert "Operator: City Cars" in text
    assert "fewer than 5 of 28" in text
    assert "108 of 132" in text


def test_alert_is_noted_once(as_officer, alert):
    address = reverse("trend_alert", args=[alert.pk])
    as_officer.post(address, {"text": "First."})
    as_officer.post(address, {"text": "Second."})

    assert TrendAlertNote.objects.get().text == "First."


def test_auditor_reads_an_alert_and_writes_no_note(as_auditor, alert):
    address = reverse("trend_alert", args=[alert.pk])
    assert "<textarea" not in as_auditor.get(address).content.decode()

    as_auditor.post(address, {"text": "A note."})

    assert not TrendAlertNote.objects.exists()


def test_officer_of_another_authority_finds_no_alert(client, other_authority, alert):
    client.force_login(staff("officer", other_authority))

    assert client.get(reverse("trend_alert", args=[alert.pk])).status_code == 404
    assert "City Cars" not in page(client, "trend_alerts")
    assert "City Cars" not in page(client, "wagtailadmin_home")
