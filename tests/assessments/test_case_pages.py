"""The pages on which staff look into a sitting, and the one on which its driver answers."""

from datetime import timedelta

import pytest
from django.urls import reverse

from assessments import actions
from assessments.models import Case, CaseEntry, Signal
from assessments.views.signs import INNOCENT, WORDS
from people.actions import grant_membership
from people.models import Membership
from tests.assessments.conftest import rule_of
from tests.assessments.pages import own_queries, text
from tests.assessments.taken import take, wrong
from tests.factories import AuthorityFactory, LearnerFactory, UserFactory, staff

pytestmark = pytest.mark.django_db
Role = Membership.Role
FORTNIGHT = timedelta(days=14)
NOTE, REPLY = "Looked through the window.", "I know this well."


@pytest.fixture
def council():
    return AuthorityFactory(licensing_email="licensing@example.org")


@pytest.fixture
def officer(council, now):
    return staff(Role.OFFICER, council, now)


@pytest.fixture
def second(council, now):
    return staff(Role.OFFICER, council, now)


@pytest.fixture
def seen(course, council, now):
    """A sitting of the council at which something was noticed."""
    rule_of(course, bank=4, questions_per_topic=4)
    learner = LearnerFactory(authority=council, full_name="Ines Example")
    sitting = take(course, now - timedelta(days=1), learner=learner, every=1)
    actions.find_signals(now=now)
    return sitting


@pytest.fixture
def case(seen, officer, now, clock):
    return actions.open_case(sitting=seen, note=NOTE, by=officer, now=now)


@pytest.fixture
def told(case, officer, now):
    actions.send_notice(case=case, text="You answered fast.", by=officer, now=now)
    return case


@pytest.fixture
def decided(told, second, now):
    return actions.decide_case(
        case=told,
        decision=Case.Decision.PROVEN,
        reasons="The times leave no other way.",
        no_test_before=now + timedelta(days=100),
        by=second,
        now=now + FORTNIGHT,
    )


def sitting_page(sitting):
    return reverse("test_signals_of_sitting", args=[sitting.pk])


def case_page(case, name="test_case"):
    return reverse(name, args=[case.pk])


def staff_pages(case):
    forms = ("add_case_note", "send_case_notice", "decide_case", "decide_case_appeal")
    return [
        reverse("test_signals"),
        reverse("test_cases"),
        sitting_page(case.sitting),
        case_page(case),
        *(case_page(case, name) for name in forms),
    ]


# -- staff ----------------------------------------------------------------------------------------


def test_signals_are_listed_with_their_figures(client, seen, officer):
    client.force_login(officer)
    page = text(client.get(reverse("test_signals")))
    assert "Ines Example" in page
    assert "8 questions answered in 0:08, half of them in 1.0 seconds or less." in page
    assert "None of them proves anything, and none changes a result." in page


def test_signals_are_filtered_by_kind(client, seen, officer):
    client.force_login(officer)
    address = reverse("test_signals_results")
    assert "Ines Example" in text(client.get(address, {"kind": "too_fast"}))
    assert "Ines Example" not in text(client.get(address, {"kind": "two_places"}))


def test_lists_cost_the_same_however_much_they_show(client, course, council, seen, officer, now):
    client.force_login(officer)
    costs = []
    for _ in range(3):
        learner = LearnerFactory(authority=council)
        sitting = take(course, now - timedelta(days=1), learner=learner, every=1)
        actions.find_signals(now=now)
        actions.open_case(sitting=sitting, note=NOTE, by=officer, now=now)
        costs.append(own_queries(client, reverse("test_signals"), reverse("test_cases")))
    assert set(costs) == {4}


def test_pages_of_signals_hold_no_question_and_no_answer(client, course, council, now, officer):
    rule_of(course, bank=4, questions_per_topic=4)
    for _ in range(2):
        learner = LearnerFactory(authority=council)
        sitting = take(course, now - timedelta(days=1), learner=learner, every=1, choose=wrong)
    actions.find_signals(now=now)
    client.force_login(officer)
    for address in (reverse("test_signals"), sitting_page(sitting)):
        page = text(client.get(address))
        assert "they chose the same answer" in page
        for question in sitting.questions:
            assert question["text"] not in page
            assert all(option["text"] not in page for option in question["options"])


@pytest.mark.parametrize("role", [Role.AUTHOR, Role.REVIEWER])
def test_trainers_are_refused(client, case, council, now, role):
    client.force_login(staff(role, council, now))
    for address in staff_pages(case):
        assert client.get(address).status_code in {302, 403}, address


def test_officers_of_another_council_find_nothing(client, case, now):
    client.force_login(staff(Role.OFFICER, AuthorityFactory(), now))
    assert "Ines Example" not in text(client.get(reverse("test_signals")))
    assert "Ines Example" not in text(client.get(reverse("test_cases")))
    for address in staff_pages(case)[2:]:
        assert client.get(address).status_code == 404, address
        assert client.post(address, {"text": "x"}).status_code in {404, 405}, address


def test_auditors_read_and_change_nothing(client, case, council, now):
    client.force_login(staff(Role.AUDITOR, council, now))
    for address in staff_pages(case)[:4]:
        assert "Ines Example" in text(client.get(address))
    assert "Add a note" not in text(client.get(case_page(case)))
    for address in staff_pages(case)[4:]:
        assert client.post(address, {"text": "x"}).status_code in {302, 403}
    assert case.entries.count() == 1


def test_auditor_opens_no_case(client, seen, council, now):
    client.force_login(staff(Role.AUDITOR, council, now))
    assert "Open a case" not in text(client.get(sitting_page(seen)))
    assert client.post(sitting_page(seen), {"text": "x"}).status_code in {302, 403}
    assert not Case.objects.exists()


def test_nobody_finds_their_own_sitting(client, seen, council, now):
    user = seen.learner.user
    grant_membership(user=user, authority=council, role=Role.OFFICER, by=None, now=now)
    client.force_login(user)
    assert "Ines Example" not in text(client.get(reverse("test_signals_results")))
    assert client.get(sitting_page(seen)).status_code == 404


def test_officer_opens_a_case(client, seen, officer, clock):
    client.force_login(officer)
    page = text(client.post(sitting_page(seen), {"text": NOTE}, follow=True))
    assert "The case is open. The driver has not been told yet." in page
    assert NOTE in page
    assert "See the case" in text(client.get(sitting_page(seen)))


def test_sitting_page_leads_to_the_other_one_with_the_same_mistakes(
    client, course, council, now, officer
):
    rule_of(course, bank=4, questions_per_topic=4)
    pair = [
        take(
            course, now - timedelta(days=1), learner=LearnerFactory(authority=council), choose=wrong
        )
        for _ in range(2)
    ]
    actions.find_signals(now=now)
    client.force_login(officer)
    assert sitting_page(pair[1]) in text(client.get(sitting_page(pair[0])))


def test_case_goes_from_notice_to_appeal_on_its_pages(
    client, case, officer, second, council, now, clock
):
    client.force_login(officer)
    page = client.post(case_page(case, "send_case_notice"), {"text": "Fast."}, follow=True)
    assert "The driver is told. They have 14 days to reply." in text(page)
    client.post(case_page(case, "add_case_note"), {"text": "Phoned them."})
    clock.move_to(now + FORTNIGHT, tick=False)
    client.force_login(second)
    data = {"decision": "proven", "reasons": "Times.", "no_test_before": ""}
    page = text(client.post(case_page(case, "decide_case"), data, follow=True))
    assert "The case is decided." in page
    learner = case.sitting.learner
    actions.appeal(case=case, text="No.", learner=learner, now=now + FORTNIGHT)
    client.force_login(staff(Role.OFFICER, council, now))
    data = {"decision": "overturned", "reasons": "Looked again."}
    page = text(client.post(case_page(case, "decide_case_appeal"), data, follow=True))
    assert "The appeal is decided. The driver is told." in page
    assert "the decision is overturned" in page
    kinds = list(case.entries.values_list("kind", flat=True))
    assert kinds == ["note", "notice", "note", "decision", "appeal", "appeal_decision"]


def test_refusal_is_said_in_the_form(client, told, officer):
    client.force_login(officer)
    data = {"decision": "proven", "reasons": "Times.", "no_test_before": ""}
    page = text(client.post(case_page(told, "decide_case"), data))
    assert "Somebody else has to decide." in page


def test_case_page_says_that_a_pass_stands(client, case, officer):
    client.force_login(officer)
    page = text(client.get(case_page(case)))
    assert "Taking the certificate away is a step of its own" in page


def test_menu_leads_officers_to_the_signals(client, officer, council, now):
    for user, shown in ((officer, True), (staff(Role.AUTHOR, council, now), False)):
        client.force_login(user)
        assert ("Signs in tests" in client.get("/staff/").content.decode()) is shown


# -- the driver -----------------------------------------------------------------------------------


@pytest.fixture
def driver(client, seen):
    client.force_login(seen.learner.user)
    return client


def own_page(case, name="own_case"):
    return reverse(name, args=[case.pk])


def test_driver_finds_no_case_before_the_notice(driver, case):
    assert driver.get(own_page(case)).status_code == 404


def test_driver_reads_what_is_looked_into_and_what_they_can_do(driver, told):
    page = text(driver.get(own_page(told)))
    assert "You answered fast." in page
    assert "Nothing is decided, and your result has not changed." in page
    assert "on Sunday 6 December 2026." in page
    assert "People decide, not a computer." in page
    assert "You can ask to speak to a person" in page
    assert "licensing@example.org" in page


def test_driver_sees_neither_notes_nor_who_wrote(driver, told, officer):
    page = text(driver.get(own_page(told)))
    assert NOTE not in page
    assert officer.email not in page


@pytest.mark.parametrize("name", ["own_case", "reply_to_case", "appeal_case"])
def test_case_is_nobody_elses(client, told, name):
    client.force_login(LearnerFactory().user)
    assert client.get(own_page(told, name)).status_code == 404
    assert client.post(own_page(told, name), {"text": "x"}).status_code == 404
    client.force_login(UserFactory())
    assert client.get(own_page(told, name)).status_code == 404


def test_driver_replies(driver, told):
    assert "Tell us your side" in text(driver.get(own_page(told, "reply_to_case")))
    page = text(driver.post(own_page(told, "reply_to_case"), {"text": REPLY}, follow=True))
    assert "Your council has your reply." in page
    assert REPLY in page


def test_empty_reply_is_asked_for_again(driver, told):
    assert "Write something." in text(driver.post(own_page(told, "reply_to_case"), {"text": ""}))
    assert not told.entries.filter(kind=CaseEntry.Kind.REPLY).exists()


def test_driver_reads_the_decision_and_until_when_they_wait(driver, decided):
    page = text(driver.get(own_page(decided)))
    assert "On balance, the rules of the test were broken." in page
    assert "The times leave no other way." in page
    assert "on Tuesday 2 March 2027." in page


def test_reply_after_the_decision_is_too_late(driver, decided):
    assert driver.get(own_page(decided, "reply_to_case")).status_code == 302
    page = text(driver.post(own_page(decided, "reply_to_case"), {"text": REPLY}, follow=True))
    assert "It is too late for this. Your council has decided." in page
    assert REPLY not in page


def test_driver_appeals_once(driver, decided):
    page = text(driver.post(own_page(decided, "appeal_case"), {"text": REPLY}, follow=True))
    assert "Your council has your appeal." in page
    assert "You have appealed. Another person is looking at it." in page
    assert driver.get(own_page(decided, "appeal_case")).status_code == 302


def test_no_appeal_against_a_decision_that_found_nothing(driver, told, second, now):
    actions.decide_case(
        case=told,
        decision=Case.Decision.NO_ACTION,
        reasons="All fine.",
        by=second,
        now=now + FORTNIGHT,
    )
    page = text(driver.get(own_page(told)))
    assert "Nothing wrong was found." in page
    assert "Appeal against the decision" not in page


def test_overturned_decision_tells_of_no_wait(driver, decided, council, now):
    learner = decided.sitting.learner
    actions.appeal(case=decided, text="No.", learner=learner, now=now + FORTNIGHT)
    actions.decide_appeal(
        case=decided,
        decision=Case.AppealDecision.OVERTURNED,
        reasons="Looked again.",
        by=staff(Role.OFFICER, council, now),
        now=now + FORTNIGHT,
    )
    page = text(driver.get(own_page(decided)))
    assert "The decision is overturned." in page
    assert "You can take a test again from" not in page


def test_driver_page_costs_the_same_however_long_the_file_is(driver, told, officer, now):
    costs = []
    for number in range(3):
        actions.add_note(case=told, text=f"Note {number}.", by=officer, now=now)
        learner = told.sitting.learner
        actions.reply_to_notice(case=told, text=f"Reply {number}.", learner=learner, now=now)
        costs.append(own_queries(driver, own_page(told)))
    assert set(costs) == {2}


def test_every_kind_of_signal_has_words():
    assert set(INNOCENT) == set(WORDS) == set(Signal.Kind)
