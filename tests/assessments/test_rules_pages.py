"""The pages on which staff read, propose and approve test rules."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments import actions
from assessments.models import Question, TestRule, Topic
from assessments.presets import PRESETS
from people.models import Membership
from tests.assessments.conftest import draft_rule, fill_bank, rule_of
from tests.assessments.pages import text
from tests.assessments.rules import form_url, proposed, rule_data, rule_url, topic_of
from tests.factories import AuthorityFactory, UserFactory, make_course, staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
Role = Membership.Role


@pytest.fixture
def council():
    return AuthorityFactory()


@pytest.fixture
def officer(council, now):
    return staff(Role.OFFICER, council, now)


@pytest.fixture
def as_officer(client, officer):
    client.force_login(officer)
    return client


def propose(client, course, council, **changes):
    return client.post(form_url(course), rule_data(course, council, **changes))


def proposed_by(officer):
    return TestRule.objects.filter(proposed_by=officer)


# -- proposing ----------------------------------------------------------------------------------


def test_officer_proposes_a_rule(as_officer, officer, course, council):
    propose(as_officer, course, council)
    rule = proposed_by(officer).get()
    assert (rule.course, rule.authority, rule.approved_at) == (course, council, None)
    assert [(place.questions, place.minimum) for place in rule.blueprint.all()] == [(2, 1)]


TERMS = {
    "pass_mark": 80,
    "critical_must_be_right": False,
    "time_limit_minutes": 40,
    "extension_minutes": 5,
    "tries": 3,
    "restudy_topics": True,
    "lessons_again_after": 2,
    "when_spent": "relearn",
    "resit_days": 30,
    "start_code_required": True,
    "language": "en-gb",
}


def test_every_term_is_kept_as_it_was_filled_in(as_officer, officer, course, council):
    data = {name: "on" if value is True else value for name, value in TERMS.items()}
    del data["critical_must_be_right"]
    whole = rule_data(course, council, **data)
    del whole["critical_must_be_right"]
    as_officer.post(form_url(course), whole)
    rule = proposed_by(officer).get()
    assert {name: getattr(rule, name) for name in TERMS} == TERMS


@pytest.mark.parametrize(
    ("rows", "waits"),
    [
        ([], []),
        ([(24, "H")], ["PT24H"]),
        ([(1, "D"), (7, "D"), (6, "M")], ["P1D", "P7D", "P6M"]),
        (
            [(1, "H"), (2, "H"), (3, "D"), (4, "D"), (5, "M"), (999, "M")],
            ["PT1H", "PT2H", "P3D", "P4D", "P5M", "P999M"],
        ),
    ],
    ids=["none", "one", "growing", "six"],
)
def test_waits_are_written_as_durations(as_officer, officer, course, council, rows, waits):
    data = {"wait_1_amount": "", "wait_1_unit": "D"}
    for number, (amount, unit) in enumerate(rows, start=1):
        data |= {f"wait_{number}_amount": amount, f"wait_{number}_unit": unit}
    propose(as_officer, course, council, **data)
    assert proposed_by(officer).get().waits == waits


def topic_box(name):
    return lambda course: f"{name}_{topic_of(course).pk}"


@pytest.mark.parametrize(
    ("field", "changes", "error"),
    [
        ("pass_mark", {"pass_mark": 101}, "less than or equal to 100"),
        ("effective_from", {"effective_from": "2026-11-01"}, "Choose today or a later day."),
        ("extension_minutes", {"extension_minutes": 5}, "Only a test with a time limit"),
        ("tries", {"tries": "", "when_spent": "relearn"}, "Say how many tries there are"),
        ("wait_1", {"wait_1_amount": 0}, "greater than or equal to 1"),
        ("wait_1", {"wait_1_amount": 1000}, "less than or equal to 999"),
        ("wait_1", {"wait_1_unit": "Y"}, "Select a valid choice"),
        (
            "wait_1",
            {"wait_1_amount": "", "wait_2_amount": 3, "wait_2_unit": "D"},
            "Fill in this wait, or empty the ones below it.",
        ),
        ("reason", {"reason": ""}, "This field is required."),
        (topic_box("minimum"), {topic_box("minimum"): 3}, "No more can be right than are drawn."),
        (topic_box("minimum"), {topic_box("questions"): ""}, "No more can be right than are"),
        (
            topic_box("questions"),
            {topic_box("questions"): 3},
            "3 are drawn, 4 are published, 6 are needed.",
        ),
    ],
)
def test_error_stands_by_its_field_and_nothing_typed_is_lost(
    as_officer, officer, course, council, field, changes, error
):
    def named(name):
        return name(course) if callable(name) else name

    changes = {named(name): value for name, value in changes.items()}
    response = propose(as_officer, course, council, **{"reason": "Typed before.", **changes})
    form = response.context["form"]
    assert list(form.errors) in ([named(field)], ["__all__", named(field)])
    assert error in " ".join(form.errors[named(field)])
    assert error in text(response)
    assert ("Typed before." in text(response)) is ("reason" not in changes)
    assert not proposed_by(officer).exists()


def test_refused_form_keeps_blueprint_and_waits(as_officer, course, council):
    response = propose(as_officer, course, council, pass_mark="")
    page = text(response)
    assert f'name="questions_{topic_of(course).pk}" value="2"' in page
    assert 'name="wait_1_amount" value="48"' in page
    assert '<option value="H" selected>hours</option>' in page


def test_rule_without_questions_is_not_proposed(as_officer, officer, course, council):
    data = rule_data(course, council)
    data = {name: value for name, value in data.items() if name.partition("_")[0] != "questions"}
    page = text(as_officer.post(form_url(course), data))
    assert "Say for at least one topic how many questions to draw." in page
    assert not proposed_by(officer).exists()


def test_bank_too_small_is_refused_with_topic_and_numbers(as_officer, officer, course, council):
    topic = topic_of(course)
    Topic.objects.filter(pk=topic.pk).update(title="Grooming")
    fill_bank(topic, 2)
    page = text(propose(as_officer, course, council, **{f"questions_{topic.pk}": 4}))
    assert "Grooming: 4 are drawn, 6 are published, 8 are needed." in page
    assert not proposed_by(officer).exists()


@pytest.mark.parametrize("whose", ["another", "national"])
def test_officer_proposes_no_rule_for_others(as_officer, officer, course, whose):
    other = AuthorityFactory() if whose == "another" else None
    response = propose(as_officer, course, other)
    assert "authority" in response.context["form"].errors
    assert not proposed_by(officer).exists()


def test_form_asks_for_the_topics_of_its_course_alone(as_officer, course):
    other = make_course(slug="other", lessons=1)
    Topic.objects.create(slug="theirs", title="Another topic", lesson=other.lessons().get())
    draft = course.lessons()[0].copy(update_attrs={"slug": "draft"}, keep_live=False)
    Topic.objects.create(slug="draft", title="A secret topic", lesson=draft)
    Topic.objects.create(slug="none", title="A loose topic")
    own = topic_of(course)
    page = text(as_officer.get(form_url(course)))
    assert own.title in page
    for title in ("Another topic", "A secret topic", "A loose topic"):
        assert title not in page


def test_refresher_may_ask_what_its_full_course_teaches(as_officer, course):
    topic = topic_of(course)
    refresher = make_course(slug="refresher", kind="refresher", refreshes=course)
    assert f"questions_{topic.pk}" in text(as_officer.get(form_url(refresher)))


def test_course_comes_first(as_officer, course):
    assert as_officer.get(reverse("propose_test_rule")).url == reverse("start_test_rule")
    chosen = as_officer.post(reverse("start_test_rule"), {"course": course.pk, "start": "ashmere"})
    assert chosen.url == form_url(course, start="ashmere")


def test_draft_course_is_neither_offered_nor_found(as_officer, course):
    draft = make_course(slug="draft")
    draft.unpublish()
    assert draft.title not in text(as_officer.get(reverse("start_test_rule")))
    assert as_officer.get(form_url(draft)).status_code == 404


@pytest.mark.parametrize("start", sorted(PRESETS))
def test_preset_fills_the_form_in_and_saves_nothing(as_officer, course, start):
    fill_bank(topic_of(course, 0), 16)
    fill_bank(topic_of(course, 1), 16)
    before = TestRule.objects.count()
    form = as_officer.get(form_url(course, start=start)).context["form"]
    preset = PRESETS[start]
    drawn = [place.questions.value() for place in form.places()]
    assert sum(drawn) == min(preset.questions, 20)
    assert form["pass_mark"].value() == preset.pass_mark
    assert form["wait_1"].value() == preset.waits[0]
    assert TestRule.objects.count() == before


@pytest.mark.parametrize("start", sorted(PRESETS))
def test_preset_is_proposed_as_it_is_filled_in(as_officer, officer, course, council, start):
    fill_bank(topic_of(course, 0), 16)
    fill_bank(topic_of(course, 1), 16)
    form = as_officer.get(form_url(course, start=start)).context["form"]
    data = {name: form[name].value() for name in form.fields if not name.startswith("wait_")}
    data |= {"reason": "As the example.", "effective_from": "2027-01-01", "authority": council.pk}
    data = {name: value for name, value in data.items() if value not in (None, False)}
    for number, wait in enumerate(PRESETS[start].waits, start=1):
        data |= {f"wait_{number}_amount": wait.strip("PDM"), f"wait_{number}_unit": wait[-1]}
    as_officer.post(form_url(course), data)
    rule = proposed_by(officer).get()
    assert {name: getattr(rule, name) for name in PRESETS[start].terms} == PRESETS[start].terms
    assert (rule.pass_mark, tuple(rule.waits)) == (PRESETS[start].pass_mark, PRESETS[start].waits)


def test_unknown_preset_leaves_the_form_empty(as_officer, course):
    form = as_officer.get(form_url(course, start="atlantis")).context["form"]
    assert form["pass_mark"].value() == 100


def test_earlier_rule_fills_the_form_in_but_for_day_and_reason(as_officer, course, council):
    earlier = draft_rule(
        course, authority=council, places=[(topic_of(course), 2, 1)], waits=["P7D"], **TERMS
    )
    form = as_officer.get(form_url(course, like=earlier.pk)).context["form"]
    assert {name: form[name].value() for name in TERMS} == TERMS
    assert form["wait_1"].value() == "P7D"
    assert form[f"minimum_{topic_of(course).pk}"].value() == 1
    assert not form["reason"].value()


def test_rule_of_another_council_fills_nothing_in(as_officer, course):
    theirs = draft_rule(course, authority=AuthorityFactory(), places=[(topic_of(course), 2, 1)])
    assert as_officer.get(form_url(course, like=theirs.pk)).status_code == 404


FORM_QUERIES = 26  # Most of them are Wagtail's own.


def test_form_costs_the_same_however_many_topics_there_are(as_officer, course):
    costs = []
    topic_of(course)
    for number in range(3):
        lesson = course.lessons()[0]
        Topic.objects.create(slug=f"more-{number}", title="More", lesson=lesson)
        with CaptureQueriesContext(connection) as queries:
            as_officer.get(form_url(course))
        costs.append(len(queries))
    assert costs[0] == costs[-1] <= FORM_QUERIES


# -- reading and approving ----------------------------------------------------------------------


def test_second_officer_approves(client, course, council, officer, now):
    rule = proposed(course, council, officer, now)
    second = staff(Role.OFFICER, council, now)
    client.force_login(second)
    page = text(client.post(rule_url(rule), follow=True))
    assert "The rule is approved and can no longer be changed." in page
    rule.refresh_from_db()
    assert rule.approved_by == second


def test_officer_cannot_approve_their_own_proposal(as_officer, course, council, officer, now):
    rule = proposed(course, council, officer, now)
    assert "Approve this rule" not in text(as_officer.get(rule_url(rule)))
    page = text(as_officer.post(rule_url(rule), follow=True))
    assert "Somebody else has to approve a rule that you proposed." in page
    rule.refresh_from_db()
    assert rule.approved_at is None


def test_rule_whose_bank_has_shrunk_is_shown_and_refused_with_the_numbers(
    client, course, council, officer, now
):
    rule = proposed(course, council, officer, now)
    Question.objects.filter(topic=topic_of(course)).first().unpublish()
    client.force_login(staff(Role.OFFICER, council, now))
    page = text(client.get(rule_url(rule)))
    assert "Too few are published" in page
    assert "Approve this rule" not in page
    page = text(client.post(rule_url(rule), follow=True))
    assert f"{topic_of(course)}: 2 are drawn, 3 are published, 4 are needed." in page


def test_officer_of_another_council_finds_no_rule_of_this_one(
    client, course, council, officer, now
):
    rule = proposed(course, council, officer, now)
    client.force_login(staff(Role.OFFICER, AuthorityFactory(), now))
    assert client.get(rule_url(rule)).status_code == 404
    assert client.post(rule_url(rule)).status_code == 404
    assert council.name not in text(client.get(reverse("test_rules")))


def test_officer_reads_the_national_rule_but_cannot_approve_it(as_officer, course, now):
    rule = proposed(course, None, UserFactory(is_superuser=True), now)
    page = text(as_officer.get(rule_url(rule)))
    assert "Approve this rule" not in page
    as_officer.post(rule_url(rule))
    rule.refresh_from_db()
    assert rule.approved_at is None


def test_auditor_reads_rules_and_changes_none(client, course, council, officer, now):
    rule = proposed(course, council, officer, now)
    client.force_login(staff(Role.AUDITOR, council, now))
    assert council.name in text(client.get(reverse("test_rules")))
    page = text(client.get(rule_url(rule)))
    assert "Approve this rule" not in page
    client.post(rule_url(rule))
    rule.refresh_from_db()
    assert rule.approved_at is None
    assert "Propose a rule" not in text(client.get(reverse("test_rules")))
    for address in (form_url(course), reverse("start_test_rule")):
        assert client.get(address).status_code in {302, 403}


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.REVIEWER])
def test_trainers_see_and_propose_no_rules(client, course, council, now, role):
    rule_of(course)
    client.force_login(staff(role, council, now))
    assert "National default" not in text(client.get(reverse("test_rules")))
    for address in (form_url(course), reverse("start_test_rule")):
        assert client.get(address).status_code in {302, 403}


@pytest.mark.parametrize("page", ["proposal", "approval", "start"])
def test_posting_from_elsewhere_is_refused(course, council, officer, now, page):
    rule = proposed(course, council, officer, now)
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(staff(Role.OFFICER, council, now))
    address = {
        "proposal": form_url(course),
        "approval": rule_url(rule),
        "start": reverse("start_test_rule"),
    }[page]
    before = TestRule.objects.count()
    assert careful.post(address, rule_data(course, council)).status_code == 403
    rule.refresh_from_db()
    assert (rule.approved_at, TestRule.objects.count()) == (None, before)


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ({"pass_mark": 100}, "100%: every answer must be right"),
        ({"pass_mark": 80}, "80%: 2 of 2 right"),
        ({"critical_must_be_right": True}, "A wrong one fails the paper, whatever the total"),
        ({"critical_must_be_right": False}, "They count like any other question"),
        ({"time_limit_minutes": 1}, "1 minute"),
        ({"time_limit_minutes": None, "tries": None}, "Not limited"),
        (
            {"time_limit_minutes": 40, "extension_minutes": 5},
            "5 minutes near the end, up to ten times",
        ),
        ({"tries": None}, "Does not happen"),
        ({"tries": 3}, "A licensing officer decides"),
        ({"tries": 3, "when_spent": "relearn"}, "The lessons again, then new tries"),
        (
            {"waits": ["PT24H", "P7D", "P6M"]},
            "After fail 2: 7 days. After fail 3 and every later one: 6 months.",
        ),
        ({"restudy_topics": True}, "Come first before the next try"),
        ({"lessons_again_after": 2}, "After 2 fails"),
        ({"lessons_again_after": None}, "Never"),
        ({"resit_days": 30}, "Stay passed for 30 days"),
        ({"resit_days": None}, "always the whole paper"),
        ({"start_code_required": True}, "A trainer or officer hands one out for each start"),
        ({"language": "cy"}, "Cymraeg"),
    ],
    ids=lambda value: (
        "-".join(f"{k}-{v}" for k, v in value.items()) if isinstance(value, dict) else ""
    ),
)
def test_page_says_each_term_in_words(as_officer, course, council, terms, words):
    rule = draft_rule(course, authority=council, places=[(topic_of(course), 2, 0)], **terms)
    assert words in text(as_officer.get(rule_url(rule)))


def test_page_names_both_who_proposed_and_who_approved(as_officer, course, council, officer, now):
    rule = proposed(course, council, officer, now)
    second = staff(Role.OFFICER, council, now)
    actions.approve_rule(rule=rule, by=second, now=now)
    page = text(as_officer.get(rule_url(rule)))
    assert str(officer) in page
    assert str(second) in page


LIST_QUERIES = 23  # Most of them are Wagtail's own.


def test_list_costs_the_same_however_many_rules_there_are(as_officer, course, council):
    costs = []
    for _ in range(3):
        draft_rule(course, authority=council, places=[(topic_of(course), 2, 0)])
        with CaptureQueriesContext(connection) as queries:
            as_officer.get(reverse("test_rules"))
        costs.append(len(queries))
    assert costs[0] == costs[-1] <= LIST_QUERIES
