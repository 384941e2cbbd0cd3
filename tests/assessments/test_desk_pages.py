"""The pages of the desk: who finds them, what they say, and what never leaves the server."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from assessments import actions
from assessments.models import Adjustment, AnswerSheet, Outage, Sitting, StartCode
from lms.roles import sync_groups
from people.models import Membership
from tests.assessments.conftest import answer, finished, rule_of, sit
from tests.assessments.desk import answers_of
from tests.assessments.pages import text
from tests.factories import LearnerFactory, LicenceFactory, UserFactory, staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock", "groups")]
Role = Membership.Role


@pytest.fixture
def groups(db):
    sync_groups()


@pytest.fixture
def council(learner):
    return learner.authority


@pytest.fixture
def as_staff(client, council, now):
    """A browser of somebody with the role at the learner's council."""

    def enter(role, authority=None):
        user = staff(role, authority or council, now)
        client.force_login(user)
        return user

    return enter


@pytest.fixture
def asked(learner, now):
    return Adjustment.objects.create(
        learner=learner, asked_at=now, extra_time=50, reason_class="reading"
    )


@pytest.fixture
def spent(course, learner, now):
    rule_of(course, tries=1)
    return sit(learner, course, now - timedelta(days=2), right=0).enrolment


@pytest.fixture
def held(rule, learner, course, council, now):
    by = staff(Role.AUTHOR, council, now)
    return actions.hold_sitting(
        learner=learner, course=course, mode="paper", identity_check="counter", by=by, now=now
    )


def entered(sitting, now, right=None):
    by = sitting.started_by
    actions.enter_answers(sitting=sitting, answers=answers_of(sitting, right=right), by=by, now=now)
    return sitting


def page(client, name, *args):
    return text(client.get(reverse(name, args=args)))


def cost(client, name, *args):
    """How many queries the page needs, once the browser is known to it."""
    page(client, name, *args)
    with CaptureQueriesContext(connection) as queries:
        page(client, name, *args)
    return len(queries)


# -- who finds what -----------------------------------------------------------------------------


@pytest.fixture
def addresses(learner, asked, timed, now):
    """Every page about somebody of the council, with the roles that may open it."""
    trained = {Role.OFFICER, Role.AUTHOR, Role.REVIEWER}
    officers, readers = {Role.OFFICER}, {Role.OFFICER, Role.AUDITOR}
    return {
        ("test_person", learner.pk): trained | readers,
        ("issue_start_code", learner.pk): trained,
        ("hold_sitting", learner.pk): trained,
        ("grant_adjustment", learner.pk): officers,
        ("decide_adjustment", asked.pk): officers,
        ("end_adjustment", asked.pk): officers,
        ("give_time", timed.pk): trained,
        ("extra_tries", timed.enrolment_id): officers,
    }


@pytest.mark.parametrize("role", [*Membership.STAFF_SITE, Role.COUNCILLOR])
def test_page_opens_to_those_who_may_act_and_is_refused_to_others(
    client, as_staff, addresses, role
):
    as_staff(role)
    for (name, pk), roles in addresses.items():
        status = client.get(reverse(name, args=[pk])).status_code
        assert (status == 200) is (role in roles), name
        assert status in {200, 302, 403}, name


@pytest.mark.parametrize("method", ["get", "post"])
def test_nothing_is_there_for_an_officer_of_another_council(client, as_staff, addresses, method):
    as_staff(Role.OFFICER, LearnerFactory().authority)
    not_there = {404, 405} if method == "post" else {404}  # One page is only read.
    for name, pk in addresses:
        assert getattr(client, method)(reverse(name, args=[pk])).status_code in not_there, name


@pytest.mark.parametrize("name", ["held_paper", "held_answers", "confirm_answers"])
def test_held_test_is_not_there_for_staff_of_another_council(client, as_staff, held, name):
    as_staff(Role.AUTHOR, LearnerFactory().authority)
    assert client.get(reverse(name, args=[held.pk])).status_code == 404


@pytest.mark.parametrize(
    ("name", "roles"),
    [
        ("find_test_person", Membership.STAFF_SITE),
        ("open_sittings", Membership.STAFF_SITE),
        ("adjustment_requests", (Role.OFFICER, Role.AUDITOR)),
        ("no_tries_left", (Role.OFFICER, Role.AUDITOR)),
        ("outages", ()),
    ],
)
@pytest.mark.parametrize("role", Membership.STAFF_SITE)
def test_list_opens_to(client, as_staff, name, roles, role):
    as_staff(role)
    assert (client.get(reverse(name)).status_code == 200) is (role in roles)


@pytest.mark.parametrize("name", ["held_paper", "held_answers", "confirm_answers"])
def test_auditor_works_on_no_held_test(client, as_staff, held, name):
    as_staff(Role.AUDITOR)
    assert client.get(reverse(name, args=[held.pk])).status_code in {302, 403}


@pytest.mark.parametrize("name", ["held_paper", "held_answers", "confirm_answers"])
def test_member_of_staff_is_not_shown_their_own_test(client, held, now, name):
    own = held.learner.user
    own.is_superuser = True
    own.save()
    client.force_login(own)
    assert client.get(reverse(name, args=[held.pk])).status_code == 404


@pytest.mark.parametrize(
    ("role", "shown"),
    [
        (Role.OFFICER, ["people/", "open/", "help/", "no-tries-left/"]),
        (Role.AUTHOR, ["people/", "open/"]),
    ],
)
def test_menu_shows_what_is_open_to(client, as_staff, role, shown):
    as_staff(role)
    home = client.get(reverse("wagtailadmin_home")).content.decode()
    for part in ("people/", "open/", "help/", "no-tries-left/", "outages/"):
        assert (f"/staff/tests/{part}" in home) is (part in shown), part


# -- finding a person ---------------------------------------------------------------------------


def find(client, named):
    return client.post(reverse("find_test_person"), {"named": named}, follow=True)


@pytest.mark.parametrize("how", ["address", "licence"])
def test_person_is_found_by(client, as_staff, learner, council, now, how):
    as_staff(Role.AUTHOR)
    LicenceFactory(authority=council, number="PH-77", holder=learner, held_from=now)
    named = f" {learner.user.email.upper()} " if how == "address" else "ph- 77"
    assert find(client, named).redirect_chain == [(reverse("test_person", args=[learner.pk]), 302)]


@pytest.mark.parametrize("whose", ["nobody", "another council", "part of a number"])
def test_same_answer_for(client, as_staff, learner, council, now, whose):
    as_staff(Role.OFFICER)
    other = LearnerFactory(user__email="elsewhere@example.org")
    LicenceFactory(authority=council, number="PH-77", holder=learner, held_from=now)
    named = {"nobody": "none@example.org", "another council": other.user.email}.get(whose, "PH-7")
    shown = text(find(client, named)).replace(named, "")
    assert "We found nobody of your council with that." in shown
    assert other.full_name not in shown


# -- the person ---------------------------------------------------------------------------------


def test_officer_reads_the_sittings_of_a_person(client, as_staff, learner, course, now):
    rule_of(course, pass_mark=75)
    sit(learner, course, now - timedelta(days=1), right=3)
    as_staff(Role.OFFICER)
    shown = page(client, "test_person", learner.pk)
    for words in ("passed (3 of 4 right)", "75%, from 1 July 2019", "not checked"):
        assert words in shown


def test_trainer_reads_no_results(client, as_staff, learner, course, now):
    rule_of(course)
    sit(learner, course, now - timedelta(days=1), right=0)
    as_staff(Role.AUTHOR)
    shown = page(client, "test_person", learner.pk)
    assert "not passed" not in shown
    assert "Make a start code" in shown


def test_auditor_reads_and_is_offered_nothing_to_do(client, as_staff, learner, course, now):
    rule_of(course)
    sit(learner, course, now - timedelta(days=1), right=0)
    as_staff(Role.AUDITOR)
    shown = page(client, "test_person", learner.pk)
    assert "not passed" in shown
    assert [word for word in ("Make a start code", "Give help", "spoken") if word in shown] == []


def test_person_costs_the_same_however_many_tests(client, as_staff, learner, course, now):
    rule_of(course, waits=["PT1H"])
    sit(learner, course, now - timedelta(days=9), right=0)
    as_staff(Role.OFFICER)
    one = cost(client, "test_person", learner.pk)
    for days in range(4):
        sit(learner, course, now - timedelta(days=8 - days), right=0)
    assert cost(client, "test_person", learner.pk) == one


# -- start codes --------------------------------------------------------------------------------


def test_code_is_shown_once(client, as_staff, learner, course):
    rule_of(course, start_code_required=True)
    as_staff(Role.AUTHOR)
    data = {"course": course.pk, "identity_check": "trainer"}
    address = reverse("issue_start_code", args=[learner.pk])
    shown = client.post(address, data)
    code = shown.context["code"]
    assert code in text(shown)
    assert "no-store" in shown["Cache-Control"]
    assert code not in text(client.get(address))
    assert StartCode.objects.count() == 1


def test_code_that_is_not_needed_is_not_made(client, as_staff, learner, course):
    rule_of(course)
    as_staff(Role.OFFICER)
    data = {"course": course.pk, "identity_check": "counter"}
    shown = text(client.post(reverse("issue_start_code", args=[learner.pk]), data))
    assert "This test starts without a code." in shown


def test_nobody_makes_a_code_for_themselves(client, learner, course):
    rule_of(course, start_code_required=True)
    learner.user.is_superuser = True
    learner.user.save()
    client.force_login(learner.user)
    data = {"course": course.pk, "identity_check": "counter"}
    page = reverse("issue_start_code", args=[learner.pk])
    assert client.post(page, data).status_code == 404
    assert not StartCode.objects.exists()


# -- help ---------------------------------------------------------------------------------------

HELP = {"extra_time": 25, "break_minutes": 0, "helps": ["scribe"], "note": "Agreed"}


def test_officer_decides_a_request(client, as_staff, asked):
    officer = as_staff(Role.OFFICER)
    assert asked.learner.full_name in page(client, "adjustment_requests")
    address = reverse("decide_adjustment", args=[asked.pk])
    client.post(address, {**HELP, "decision": "granted"})
    asked.refresh_from_db()
    assert (asked.decided_by, asked.extra_time, asked.helps) == (officer, 25, ["scribe"])
    assert "Nobody is waiting." in page(client, "adjustment_requests")


def test_form_begins_with_what_was_asked_for(client, as_staff, asked):
    as_staff(Role.OFFICER)
    form = client.get(reverse("decide_adjustment", args=[asked.pk])).context["form"]
    assert form["extra_time"].value() == 50


def test_officer_gives_help_at_the_counter_and_ends_it(client, as_staff, learner):
    officer = as_staff(Role.OFFICER)
    address = reverse("grant_adjustment", args=[learner.pk])
    client.post(address, {**HELP, "reason_class": "temporary"})
    given = Adjustment.objects.get()
    assert (given.decided_by, given.reason_class) == (officer, "temporary")
    assert "25% more time" in page(client, "test_person", learner.pk)
    client.post(reverse("end_adjustment", args=[given.pk]))
    given.refresh_from_db()
    assert given.ended_by == officer


def test_auditor_decides_nothing(client, as_staff, asked):
    as_staff(Role.AUDITOR)
    assert asked.learner.full_name in page(client, "adjustment_requests")
    client.post(reverse("decide_adjustment", args=[asked.pk]), {**HELP, "decision": "granted"})
    asked.refresh_from_db()
    assert asked.decided_at is None


def test_requests_cost_the_same_however_many(client, as_staff, asked, council, now):
    as_staff(Role.OFFICER)
    one = cost(client, "adjustment_requests")
    for _ in range(5):
        other = LearnerFactory(authority=council)
        Adjustment.objects.create(learner=other, asked_at=now, reason_class="other", extra_time=25)
    assert cost(client, "adjustment_requests") == one


# -- open tests ---------------------------------------------------------------------------------


def test_open_tests_say_how_far_people_are(client, as_staff, timed, now):
    actions.give_answer(
        sitting=timed, position=1, option_tokens=[timed.questions[0]["key"]], now=now
    )
    as_staff(Role.AUTHOR)
    shown = page(client, "open_sittings")
    assert "1 of 4" in shown
    assert "<td> 10 </td>" in shown
    assert reverse("give_time", args=[timed.pk]) in shown


def test_open_tests_of_another_council_are_not_listed(client, as_staff, timed):
    as_staff(Role.OFFICER, LearnerFactory().authority)
    assert "No test is open." in page(client, "open_sittings")


def test_test_whose_time_is_over_has_no_negative_minutes(client, as_staff, timed, clock):
    clock.move_to(timed.deadline_at + timedelta(minutes=3), tick=False)
    as_staff(Role.OFFICER)
    assert "<td> 0 </td>" in page(client, "open_sittings")


def test_staff_give_time_back(client, as_staff, timed):
    as_staff(Role.AUTHOR)
    address = reverse("give_time", args=[timed.pk])
    data = {"minutes": 5, "reason": "The tablet went off"}
    assert "5 minutes are given back." in text(client.post(address, data, follow=True))
    assert Sitting.objects.get().deadline_at == timed.deadline_at + timedelta(minutes=5)


def test_open_tests_cost_the_same_however_many(client, as_staff, timed, course, council, now):
    as_staff(Role.OFFICER)
    one = cost(client, "open_sittings")
    for _ in range(5):
        other = finished(course, LearnerFactory(authority=council))
        answer(actions.start_sitting(learner=other, course=course, now=now), now)
    assert cost(client, "open_sittings") == one


# -- outages ------------------------------------------------------------------------------------


def test_administrator_records_an_outage_in_uk_time(client, timed, clock, now):
    clock.move_to(now + timedelta(minutes=6), tick=False)
    client.force_login(UserFactory(is_superuser=True))
    data = {"began_at": "2026-11-22T12:02", "over_at": "2026-11-22T12:04", "reason": "Network"}
    shown = text(client.post(reverse("outages"), data, follow=True))
    assert "1 test got time back." in shown
    assert Outage.objects.get().began_at == now + timedelta(minutes=2)


# -- held tests ---------------------------------------------------------------------------------


def test_held_test_from_its_start_to_its_result(client, as_staff, rule, learner, course):
    trainer = as_staff(Role.AUTHOR)
    data = {"course": course.pk, "mode": "spoken", "identity_check": "trainer"}
    client.post(reverse("hold_sitting", args=[learner.pk]), data)
    sitting = Sitting.objects.get()
    given = answers_of(sitting, right=3)
    client.post(
        reverse("held_answers", args=[sitting.pk]),
        {f"answer_{position}": tokens[0] for position, tokens in given.items()},
    )
    assert AnswerSheet.objects.get().proposed_by == trainer
    as_staff(Role.OFFICER)
    address = reverse("confirm_answers", args=[sitting.pk])
    seen = client.get(address).context["seen"]
    assert "not passed" in text(client.post(address, {"seen": seen}, follow=True))
    sitting.refresh_from_db()
    assert (sitting.result, sitting.correct_count) == ("failed", 3)


def test_reasons_against_a_start_are_told(client, as_staff, course, council):
    rule_of(course)
    fresh = LearnerFactory(authority=council)
    fresh.enrolments.create(course=course, authority=council, started_at=fresh.created_at)
    as_staff(Role.AUTHOR)
    data = {"course": course.pk, "mode": "paper", "identity_check": "trainer"}
    shown = text(client.post(reverse("hold_sitting", args=[fresh.pk]), data))
    assert "They are told: Finish every lesson of the course first." in shown


def test_question_left_out_is_not_answered(client, held):
    client.force_login(held.started_by)
    token = held.questions[1]["options"][0]["token"]
    client.post(reverse("held_answers", args=[held.pk]), {"answer_2": token})
    assert held.given_answers() == {2: token}


def test_second_person_is_led_from_entering_to_confirming(client, as_staff, held, now):
    entered(held, now)
    as_staff(Role.OFFICER)
    response = client.get(reverse("held_answers", args=[held.pk]))
    assert response.url == reverse("confirm_answers", args=[held.pk])


def test_whoever_entered_the_answers_is_offered_no_confirmation(client, held, now):
    client.force_login(entered(held, now).started_by)
    shown = page(client, "confirm_answers", held.pk)
    assert "Somebody else has to confirm them." in shown
    assert "mark the test" not in shown


def test_answers_that_changed_meanwhile_are_shown_again(client, as_staff, held, now):
    entered(held, now, right=0)
    as_staff(Role.OFFICER)
    address = reverse("confirm_answers", args=[held.pk])
    seen = client.get(address).context["seen"]
    entered(held, now)
    shown = client.post(address, {"seen": seen})
    assert "The answers were changed just now." in text(shown)
    assert shown.context["seen"] != seen


def test_closed_test_shows_nothing_of_its_paper(client, as_staff, held, now):
    entered(held, now)
    officer = as_staff(Role.OFFICER)
    seen = actions.last_entered(held)
    actions.confirm_answers(sitting=held, seen=seen, by=officer, now=now)
    for name in ("held_paper", "held_answers", "confirm_answers"):
        response = client.get(reverse(name, args=[held.pk]), follow=True)
        assert held.questions[0]["text"] not in response.content.decode(), name


def rewrite(sitting, place):
    """As no trigger would allow: the option at ``place`` is the right one everywhere."""
    questions = [
        {**question, "key": question["options"][place]["token"], "critical": place == 1}
        for question in sitting.questions
    ]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        Sitting.objects.update(paper={**sitting.paper, "questions": questions})
        cursor.execute("SET LOCAL session_replication_role = origin")


@pytest.mark.parametrize("name", ["held_paper", "held_answers", "confirm_answers"])
def test_held_test_reads_the_same_whichever_option_is_right(client, as_staff, held, now, name):
    client.force_login(held.started_by)
    if name == "confirm_answers":
        entered(held, now)
        as_staff(Role.OFFICER)
    shown = []
    for place in range(4):
        rewrite(held, place)
        response = client.get(reverse(name, args=[held.pk]))
        shown.append(re.sub(r"\b\w{64}\b", "", text(response)))  # But for the form tokens.
    assert len(set(shown)) == 1


def test_paper_has_letters_and_no_key(client, held):
    client.force_login(held.started_by)
    shown = page(client, "held_paper", held.pk)
    for question in held.questions:
        assert question["text"] in shown
        assert question["key"] not in shown
        assert f"☐ A. {question['options'][0]['text']}" in shown


def test_driver_never_reaches_a_held_test(client, held):
    client.force_login(held.learner.user)
    for name in ("sitting_review", "sitting_result"):
        assert client.get(reverse(name, args=[held.pk])).status_code == 404


# -- no tries left ------------------------------------------------------------------------------


def test_two_officers_give_a_further_try(client, as_staff, spent):
    as_staff(Role.OFFICER)
    assert spent.learner.full_name in page(client, "no_tries_left")
    address = reverse("extra_tries", args=[spent.pk])
    client.post(address, {"tries": 2, "reason": "They were ill"})
    proposal = spent.extra_tries.get()
    as_staff(Role.OFFICER)
    assert "proposes 2 further tries" in page(client, "extra_tries", spent.pk)
    client.post(reverse("confirm_extra_tries", args=[spent.pk]), {"proposal": proposal.pk})
    proposal.refresh_from_db()
    assert proposal.confirmed_at is not None
    assert "Nobody is waiting." in page(client, "no_tries_left")


def test_own_proposal_is_not_confirmed(client, as_staff, spent):
    as_staff(Role.OFFICER)
    client.post(reverse("extra_tries", args=[spent.pk]), {"tries": 1, "reason": "They were ill"})
    proposal = spent.extra_tries.get()
    address = reverse("confirm_extra_tries", args=[spent.pk])
    shown = text(client.post(address, {"proposal": proposal.pk}, follow=True))
    assert "Another officer has to confirm it." in shown
    proposal.refresh_from_db()
    assert proposal.confirmed_at is None


def test_proposal_of_another_round_is_not_there(client, as_staff, spent):
    as_staff(Role.OFFICER)
    address = reverse("confirm_extra_tries", args=[spent.pk])
    assert client.post(address, {"proposal": 99}).status_code == 404


def test_people_without_tries_cost_the_same_however_many(
    client, as_staff, spent, course, council, now
):
    as_staff(Role.OFFICER)
    one = cost(client, "no_tries_left")
    for _ in range(5):
        other = finished(course, LearnerFactory(authority=council))
        sit(other, course, now - timedelta(days=1), right=0)
    assert cost(client, "no_tries_left") == one
