"""Whom a proposed rule would touch, and from when to when a rule is in force."""

from datetime import date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from assessments import actions
from assessments.models import ExtraTries
from assessments.models.reach import Counts, Reach, term
from people.models import Membership
from tests.assessments.conftest import draft_rule, finished, rule_of, sit
from tests.assessments.pages import text
from tests.assessments.rules import proposed, rule_url, topic_of
from tests.factories import LONG_AGO, AuthorityFactory, LearnerFactory, UserFactory, staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]
Role = Membership.Role


@pytest.fixture
def council():
    return AuthorityFactory()


@pytest.fixture
def officer(council, now):
    return staff(Role.OFFICER, council, now)


@pytest.fixture
def as_second(client, council, now):
    client.force_login(staff(Role.OFFICER, council, now))
    return client


@pytest.fixture
def person(course, council):
    """Makes somebody of the council, or of another, who has finished the course's lessons."""

    def make(name="Ade Example", authority=council):
        return finished(course, LearnerFactory(full_name=name, authority=authority))

    return make


def failed(learner, course, now, times):
    for _ in range(times):
        sit(learner, course, now, right=0)
    return learner


def reach(course, council, now, **terms):
    rule = draft_rule(
        course,
        authority=council,
        places=[(topic_of(course), 2, 0)],
        **{"effective_from": now.date(), **terms},
    )
    return Reach(rule, now)


# -- whom ---------------------------------------------------------------------------------------


def test_nobody_on_the_course_is_nobody_touched(course, council, now):
    assert reach(course, council, now, tries=1).counts == Counts(0, 0, 0, 0, 0)


def test_open_rounds_of_the_council_are_counted(course, council, person, now):
    rule_of(course, waits=[])
    person()
    sit(person(), course, now)  # Has passed: the round is closed.
    person(authority=AuthorityFactory())
    assert reach(course, council, now).counts == Counts(1, 0, 0, 0, 0)


def test_people_in_a_test_now_are_counted(course, council, person, now):
    rule_of(course)
    actions.start_sitting(learner=person(), course=course, now=now)
    assert reach(course, council, now).counts == Counts(1, 1, 0, 0, 0)


@pytest.mark.parametrize(("hours", "waiting"), [(23, 1), (24, 0)])
def test_people_who_wait_are_counted_until_their_wait_is_over(
    course, council, person, now, hours, waiting
):
    rule_of(course, waits=["PT24H"])
    failed(person(), course, now, 1)
    later = now + timedelta(hours=hours)
    assert reach(course, council, later).counts.waiting == waiting


@pytest.mark.parametrize(
    ("old", "new", "losing", "regaining"),
    [
        (None, 3, 0, 0),
        (None, 2, 1, 0),
        (None, 1, 1, 0),
        (3, 2, 1, 0),
        (3, None, 0, 0),
        (2, 2, 0, 0),
        (2, 1, 0, 0),
        (2, 3, 0, 1),
        (2, None, 0, 1),
    ],
)
def test_two_tries_used_under_another_number_of_tries(
    course, council, person, now, old, new, losing, regaining
):
    rule_of(course, waits=[], tries=old)
    failed(person(), course, now, 2)
    counts = reach(course, council, now, tries=new).counts
    assert (counts.losing, counts.regaining) == (losing, regaining)


@pytest.mark.parametrize(("confirmed", "losing"), [(True, 0), (False, 1)])
def test_tries_that_officers_added_stay(course, council, person, now, confirmed, losing):
    rule_of(course, waits=[], tries=3)
    learner = failed(person(), course, now, 2)
    extra = ExtraTries.objects.create(
        enrolment=learner.enrolments.get(),
        tries=1,
        reason="Test",
        proposed_by=UserFactory(),
        proposed_at=now,
    )
    if confirmed:
        extra.confirm(by=UserFactory(), now=now)
    assert reach(course, council, now, tries=2).counts.losing == losing


def test_national_rule_touches_nobody_of_a_council_with_its_own_rule(course, council, person, now):
    rule_of(course, waits=[])
    rule_of(course, waits=[], authority=council)
    failed(person(), course, now, 1)
    failed(person(authority=AuthorityFactory()), course, now, 1)
    assert reach(course, None, now, tries=1).counts == Counts(1, 0, 0, 1, 0)


@pytest.mark.parametrize(
    ("own_from", "touched"), [(timedelta(0), 0), (timedelta(1), 1)], ids=["that day", "later"]
)
def test_own_rule_of_a_council_counts_from_its_day(course, council, person, now, own_from, touched):
    rule_of(course)
    own = draft_rule(course, authority=council, effective_from=now.date() + own_from)
    own.approve(by=UserFactory(), now=LONG_AGO)
    person()
    assert reach(course, None, now).counts.rounds == touched


def test_those_who_lose_their_tries_are_listed_by_name(course, council, person, now):
    rule_of(course, waits=[], tries=3)
    for name, fails in (("Zoe", 2), ("Adam", 2), ("Mia", 1)):
        failed(person(name), course, now, fails)
    losing = reach(course, council, now, tries=2).losing()
    assert [(each.learner.full_name, each.used) for each in losing] == [("Adam", 2), ("Zoe", 2)]


COUNT_QUERIES = 2  # The rule before, and all the numbers.


@pytest.mark.parametrize("people", [1, 4])
def test_counting_costs_the_same_however_many_people_there_are(
    course, council, person, now, people, django_assert_num_queries
):
    rule_of(course, waits=[], tries=3)
    for _ in range(people):
        failed(person(), course, now, 1)
    preview = reach(course, council, now, tries=1)
    with django_assert_num_queries(COUNT_QUERIES):
        assert preview.counts.losing == people


# -- when ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("effective_from", "approved_at", "since"),
    [
        ("2027-01-01", "2026-11-22T12:00Z", "2027-01-01T00:00Z"),
        ("2027-07-01", "2026-11-22T12:00Z", "2027-06-30T23:00Z"),
        ("2026-11-01", "2026-11-22T12:00Z", "2026-11-22T12:00Z"),
    ],
    ids=["winter", "summer", "approved late"],
)
def test_rule_begins_at_midnight_in_london_and_not_before_both_names(
    course, council, effective_from, approved_at, since
):
    rule = draft_rule(course, authority=council, effective_from=date.fromisoformat(effective_from))
    rule.approve(by=UserFactory(), now=datetime.fromisoformat(approved_at))
    found = term(rule, now=datetime.fromisoformat(approved_at))
    assert (found.since, found.until) == (datetime.fromisoformat(since), None)


@pytest.mark.parametrize(
    ("effective_from", "approved", "until", "never"),
    [
        ("2027-03-01", "2027-02-01T12:00Z", "2027-03-01T00:00Z", False),
        ("2027-03-01", "2027-03-05T12:00Z", "2027-03-05T12:00Z", False),
        ("2027-01-01", "2027-02-01T12:00Z", "2027-02-01T12:00Z", False),
        ("2027-01-01", "2026-12-24T12:00Z", "2027-01-01T00:00Z", True),
        ("2026-12-01", "2027-02-01T12:00Z", None, False),
    ],
    ids=["next", "next, late", "same day, later", "same day, before it began", "an earlier day"],
)
def test_rule_ends_where_the_next_of_its_council_begins(
    course, council, effective_from, approved, until, never
):
    rule = draft_rule(course, authority=council, effective_from=date(2027, 1, 1))
    rule.approve(by=UserFactory(), now=LONG_AGO)
    successor = draft_rule(
        course, authority=council, effective_from=date.fromisoformat(effective_from)
    )
    successor.approve(by=UserFactory(), now=datetime.fromisoformat(approved))
    found = term(rule, now=LONG_AGO)
    assert found.until == (until and datetime.fromisoformat(until))
    assert found.never is never


@pytest.mark.parametrize("whose", ["nation", "council"])
def test_rule_of_somebody_else_ends_no_rule(course, council, whose):
    rule = draft_rule(course, authority=council, effective_from=date(2027, 1, 1))
    rule.approve(by=UserFactory(), now=LONG_AGO)
    other = None if whose == "nation" else AuthorityFactory()
    later = draft_rule(course, authority=other, effective_from=date(2027, 2, 1))
    later.approve(by=UserFactory(), now=LONG_AGO)
    assert term(rule, now=LONG_AGO).until is None


# -- on the page --------------------------------------------------------------------------------


def test_page_tells_what_changes_in_words(as_second, course, council, officer, now):
    rule_of(course, waits=["PT24H"], tries=None)
    rule = proposed(course, council, officer, now, pass_mark=80, waits=["P7D"], tries=2)
    page = text(as_second.get(rule_url(rule)))
    for before, after in (
        ("100%: every answer must be right", "80%: 2 of 2 right"),
        (
            "After fail 1 and every later one: 24 hours.",
            "After fail 1 and every later one: 7 days.",
        ),
        ("Not limited", "2"),
        ("2 questions", "Not asked"),
    ):
        assert f"<td>{before}</td> <td>{after}</td>" in page
    assert "<td>A wrong one fails the paper, whatever the total</td> <td>" not in page


def test_page_says_when_nothing_changes(as_second, course, council, officer, now):
    first = proposed(course, council, officer, now)
    actions.approve_rule(rule=first, by=UserFactory(is_superuser=True), now=now)
    rule = proposed(course, council, officer, now)
    assert "It says the same as the rule" in text(as_second.get(rule_url(rule)))


def test_page_says_when_there_is_no_rule_to_compare_with(as_second, course, council, officer, now):
    rule = proposed(course, council, officer, now)
    assert "No other rule is in force" in text(as_second.get(rule_url(rule)))


def test_page_says_when_a_later_rule_leaves_it_nobody(as_second, course, council, officer, now):
    rule = proposed(course, council, officer, now, effective_from=date(2026, 11, 1))
    later = draft_rule(course, authority=council, effective_from=date(2026, 11, 2))
    later.approve(by=UserFactory(), now=LONG_AGO)
    page = text(as_second.get(rule_url(rule)))
    assert "Nobody. A later rule has taken its place." in page


@pytest.mark.parametrize(
    ("reader", "named"),
    [("officer", True), ("auditor", False), ("administrator", True)],
)
def test_page_names_people_to_those_who_decide(
    client, course, council, officer, person, now, reader, named
):
    rule_of(course, waits=[])
    failed(person("Zebedee Quokka"), course, now, 1)
    rule = proposed(course, council, officer, now, tries=1)
    readers = {
        "officer": lambda: staff(Role.OFFICER, council, now),
        "auditor": lambda: staff(Role.AUDITOR, council, now),
        "administrator": lambda: UserFactory(is_superuser=True),
    }
    client.force_login(readers[reader]())
    page = text(client.get(rule_url(rule)))
    assert "would have none, until an officer adds some: 1" in page
    assert ("Zebedee Quokka" in page) is named


@pytest.mark.parametrize("reader", ["officer", "administrator"])
def test_national_rule_names_nobody(client, course, council, person, now, reader):
    rule_of(course, waits=[])
    failed(person("Zebedee Quokka"), course, now, 1)
    rule = proposed(course, None, UserFactory(is_superuser=True), now, tries=1)
    as_officer = reader == "officer"
    who = staff(Role.OFFICER, council, now) if as_officer else UserFactory(is_superuser=True)
    client.force_login(who)
    page = text(client.get(rule_url(rule)))
    assert "would have none, until an officer adds some: 1" in page
    assert "Zebedee Quokka" not in page


def test_approved_rule_has_no_preview(as_second, course, council, officer, now):
    rule = proposed(course, council, officer, now)
    actions.approve_rule(rule=rule, by=UserFactory(is_superuser=True), now=now)
    page = text(as_second.get(rule_url(rule)))
    assert "Whom it would affect" not in page
    assert "From 22 November 2026 until another rule takes its place" in page


def test_names_come_a_page_at_a_time(as_second, course, council, officer, person, now, monkeypatch):
    monkeypatch.setattr("assessments.views.rules.ON_A_PAGE", 2)
    rule_of(course, waits=[])
    for name in ("Ann", "Ben", "Cyd"):
        failed(person(f"{name} Quokka"), course, now, 1)
    rule = proposed(course, council, officer, now, tries=1)
    pages = [text(as_second.get(rule_url(rule), {"p": number})) for number in (1, 2)]
    shown = [[name for name in ("Ann", "Ben", "Cyd") if f"{name} Quokka" in p] for p in pages]
    assert shown == [["Ann", "Ben"], ["Cyd"]]


PAGE_QUERIES = 30  # Most of them are Wagtail's own.


def test_page_costs_the_same_however_many_people_it_names(
    as_second, course, council, officer, person, now
):
    rule_of(course, waits=[])
    rule = proposed(course, council, officer, now, tries=1)
    costs = []
    for _ in range(3):
        failed(person(), course, now, 1)
        with CaptureQueriesContext(connection) as queries:
            as_second.get(rule_url(rule))
        costs.append(len(queries))
    assert costs[0] == costs[-1] <= PAGE_QUERIES
