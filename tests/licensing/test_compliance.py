"""The figures of an authority: the rule in SQL is the rule in Python, and who is counted."""

import random
from collections import Counter
from datetime import UTC, date, datetime, timedelta

import pytest

from licensing import applying
from licensing.answers import training_statuses
from licensing.applying import AppliesTo
from licensing.compliance import compliance, statuses
from licensing.eligibility import MEETING, Code, Status, Terms, Training, assess
from people.models import Licence
from tests.courses.training import make_cohort
from tests.factories import LONG_AGO, LicenceFactory, make_course, make_requirement
from tests.licensing.factories import make_certificate, make_licence, reinstate, revoke
from tests.licensing.histories import (
    ENTERED_ON,
    START,
    make_histories,
    make_rules,
    some_day,
    some_moment,
)

pytestmark = pytest.mark.django_db

PASSED_ON = date(2025, 4, 3)
TODAY = date(2026, 11, 22)
NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
HISTORIES, QUESTIONS = 700, 12


def figures(authority, *, as_at=TODAY, known_at=NOW):
    return compliance(authority_id=authority.pk, as_at=as_at, known_at=known_at)


def counted(found):
    return {status: count for status, count in found.counts.items() if count}


def judged_by_the_pure_rule(history, terms, as_at, known_at):
    linked = history.held_from is not None and history.held_from <= known_at
    return assess(
        terms,
        licence_kind=history.kind,
        certificates=history.certificates if linked else [],
        as_at=as_at,
        known_at=known_at,
        linked=linked,
    )


@pytest.mark.parametrize("seed", range(5))
def test_rule_in_sql_is_the_pure_rule_over_random_histories(authority, course, seed):
    chance = random.Random(seed)
    rule = make_requirement(
        course, grace_days=seed * 2, licence_kinds=["private_hire", "dual"], effective_from=START
    )
    made = make_histories(seed, authority=authority, course=course, how_many=HISTORIES)
    terms = Terms(rule.pk, rule.code, rule.effective_from, rule.licence_kinds, rule.grace_days)
    seen = Counter()
    for _ in range(QUESTIONS):
        as_at, known_at = some_day(chance) + timedelta(days=5), some_moment(chance)
        asked = {"as_at": as_at, "known_at": known_at}
        found = statuses(authority_id=authority.pk, **asked)
        in_sql = {number: status for number, _, status, _ in found}
        pure = {h.number: judged_by_the_pure_rule(h, terms, **asked).status for h in made}
        assert in_sql == pure
        seen.update(pure.values())
    assert set(seen) >= {*Status} - {Status.IN_GRACE}  # Else the histories prove too little.


COHORTS = 3
MORE_QUESTIONS = 6


def judged_with_its_rules(history, rules, as_at, known_at):
    """Of each requirement that applies: the rule and the assessment."""
    asked = {"as_at": as_at, "known_at": known_at}
    linked = history.held_from is not None and history.held_from <= known_at
    terms = applying.in_force(
        rules,
        licence_kind=history.kind,
        began_on=applying.began_on(history.described, entered_on=ENTERED_ON, known_at=known_at),
        places=history.places if linked else [],
        **asked,
    )
    return [
        assess(
            one,
            licence_kind=history.kind,
            certificates=history.certificates if linked else [],
            linked=linked,
            exceptions=history.exceptions if one and one.code == "safeguarding" else [],
            **asked,
        )
        for one in terms or [None]
    ]


def said(found):
    return [(one.terms, one.status, one.reasons, one.renew_from) for one in found]


@pytest.mark.parametrize("seed", range(8))
def test_rules_of_every_kind_in_sql_are_the_pure_ones_over_random_histories(
    authority, course, seed
):
    """Rules for new and existing drivers and for groups, deadlines and exceptions; both SQL forms,
    all that they say: which rule applied, the status, every reason."""
    chance = random.Random(seed)
    cohorts = [
        make_cohort(authority, LONG_AGO, course=course, name=f"Group {number}").pk
        for number in range(COHORTS)
    ]
    asked = {"authority": authority, "course": course, "cohorts": cohorts}
    rules = make_rules(seed, how_many=14, **asked)
    made = make_histories(seed, how_many=HISTORIES // 3, **asked)
    seen, codes, whom = Counter(), Counter(), Counter()
    of_rule = {rule.terms.rule_id: rule.applies_to for rule in rules}
    for _ in range(MORE_QUESTIONS):
        as_at, known_at = some_day(chance) + timedelta(days=5), some_moment(chance)
        when = {"as_at": as_at, "known_at": known_at}
        pure = {h.number: judged_with_its_rules(h, rules, **when) for h in made}

        in_sql = set(statuses(authority_id=authority.pk, **when))
        read = training_statuses(authority=authority, numbers=pure, **when)

        assert {(number, code, status) for number, code, status, _ in in_sql} == {
            (number, one.terms and one.terms.code, one.status)
            for number, found in pure.items()
            for one in found
        }
        assert {number: said(one.requirements) for number, one in read.items()} == {
            number: said(found) for number, found in pure.items()
        }
        for found in pure.values():
            seen.update(one.status for one in found)
            codes.update(reason.code for one in found for reason in one.reasons)
            whom.update(of_rule[one.terms.rule_id] for one in found if one.terms)
    assert set(seen) >= {*Status} - {Status.NOT_REQUIRED}
    assert set(codes) >= {Code.DEADLINE_NOT_REACHED, Code.EXCEPTION_GRANTED}
    assert len(whom) >= len(AppliesTo) - 1  # A later rule may leave nobody to one kind.


def test_decisive_certificate_is_the_pure_rules(authority, course):
    rule = make_requirement(course, effective_from=START)
    made = make_histories(7, authority=authority, course=course, how_many=HISTORIES)
    terms = Terms(rule.pk, rule.code, rule.effective_from, rule.licence_kinds, rule.grace_days)
    asked = {"as_at": START + timedelta(days=30), "known_at": NOW}
    references = dict(course.certificates.values_list("pk", "reference"))

    in_sql = {
        number: references.get(certificate)
        for number, _, _, certificate in statuses(authority_id=authority.pk, **asked)
    }

    pure = {h.number: judged_by_the_pure_rule(h, terms, **asked).certificate for h in made}
    assert in_sql == {number: found and found.reference for number, found in pure.items()}


def test_figures_are_the_sum_of_the_answers(authority, course):
    """Two requirements, one of them the authority's own: each licence is counted once."""
    make_requirement(course, licence_kinds=["private_hire", "dual"], effective_from=START)
    make_requirement(make_course(slug="first-aid", lessons=0), code="first-aid",
                     authority=authority, licence_kinds=["dual"], effective_from=START)  # fmt: skip
    made = make_histories(3, authority=authority, course=course, how_many=HISTORIES)
    as_at = START + timedelta(days=25)

    found = figures(authority, as_at=as_at)

    answers = training_statuses(
        authority=authority, numbers=[h.number for h in made], as_at=as_at, known_at=NOW
    ).values()
    met = [one.training == Training.MET for one in answers]
    by_rule = Counter((r.terms.code, r.status) for one in answers for r in one.requirements)
    assert (found.numerator, found.denominator) == (sum(met), len(made))
    assert sum(found.counts.values()) == len(made)
    assert by_rule == Counter(
        {
            (rule.code, status): count
            for rule in found.requirements
            for status, count in rule.counts.items()
            if count
        }
    )


@pytest.fixture
def licence(authority, requirement):
    return make_licence(authority)


def test_nobody_to_count_gives_noughts(authority, requirement):
    found = figures(authority)

    assert (found.numerator, found.denominator, counted(found)) == (0, 0, {})


def test_driver_with_a_certificate_is_in_the_numerator(authority, licence, course):
    make_certificate(licence, course, passed_on=PASSED_ON)
    make_licence(authority, "PH-1003")

    found = figures(authority)

    assert (found.numerator, found.denominator) == (1, 2)
    assert counted(found) == {Status.VALID: 1, Status.NEVER_PASSED: 1}


def test_worst_status_is_the_one_a_licence_is_counted_under(authority, licence, course):
    make_requirement(make_course(slug="first-aid", lessons=0), code="first-aid")
    make_certificate(licence, course, passed_on=PASSED_ON)

    found = figures(authority)

    assert (found.numerator, counted(found)) == (0, {Status.NEVER_PASSED: 1})
    assert [rule.code for rule in found.requirements] == ["first-aid", "safeguarding"]


def test_without_a_requirement_everybody_meets_it(authority):
    make_licence(authority)

    found = figures(authority)

    assert (found.numerator, found.denominator, found.requirements) == (1, 1, [])


def test_rule_in_force_is_named(authority, licence, requirement):
    (rule,) = figures(authority).requirements

    assert (rule.rule_id, rule.code, rule.effective_from) == (
        requirement.pk,
        "safeguarding",
        requirement.effective_from,
    )


@pytest.mark.parametrize(
    ("state", "counts"),
    [("current", 1), ("suspended", 1), ("applicant", 0), ("expired", 0), ("surrendered", 0),
     ("revoked", 0)],
)  # fmt: skip
def test_only_licensed_drivers_are_counted(authority, requirement, state, counts):
    make_licence(authority, state=state)

    assert figures(authority).denominator == counts


@pytest.mark.parametrize(
    ("as_at", "counts"),
    [(date(2026, 1, 31), 0), (date(2026, 2, 1), 1), (date(2026, 3, 31), 1), (date(2026, 4, 1), 0)],
)
def test_licence_is_counted_in_its_term(authority, requirement, as_at, counts):
    make_licence(authority, starts_on=date(2026, 2, 1), expires_on=date(2026, 3, 31))

    assert figures(authority, as_at=as_at).denominator == counts


def test_licence_entered_later_is_not_seen(authority, requirement):
    LicenceFactory(authority=authority, created_at=NOW)

    assert figures(authority, known_at=NOW - timedelta(seconds=1)).denominator == 0


def test_licence_given_up_since_still_counts_for_days_before(authority, licence):
    """The register's own history tells what the licence was at the end of the day."""
    Licence.objects.update(state="surrendered")
    given_up_on = datetime.now(tz=UTC).date()
    later = datetime.now(tz=UTC) + timedelta(days=2)
    ask = {"known_at": later}

    before = figures(authority, as_at=given_up_on - timedelta(days=1), **ask)
    after = figures(authority, as_at=given_up_on + timedelta(days=1), **ask)

    assert (before.denominator, after.denominator) == (1, 0)


def test_other_authoritys_drivers_are_not_counted(authority, other_authority, licence):
    make_licence(other_authority, "WV-1")

    assert figures(other_authority).denominator == figures(authority).denominator == 1


def test_what_is_recorded_later_changes_no_figure(authority, licence, course):
    certificate = make_certificate(licence, course, passed_on=PASSED_ON)
    before = figures(authority)
    revoke(certificate, effective_on=PASSED_ON, recorded_at=NOW + timedelta(seconds=1))
    make_certificate(
        make_licence(authority, "PH-9", created_at=NOW + timedelta(hours=1)),
        course,
        passed_on=PASSED_ON,
    )

    assert figures(authority) == before


def test_reinstated_counts_again(authority, licence, course):
    certificate = make_certificate(licence, course, passed_on=PASSED_ON)
    revoke(certificate, effective_on=TODAY, recorded_at=NOW - timedelta(hours=2))
    reinstate(certificate, effective_on=TODAY, recorded_at=NOW - timedelta(hours=1))

    assert figures(authority).numerator == 1


def test_figures_cost_one_statement(authority, licence, django_assert_num_queries):
    make_requirement(make_course(slug="first-aid", lessons=0), code="first-aid")

    with django_assert_num_queries(1):
        figures(authority)


def test_every_status_is_counted():
    assert {*Status} == set(figures_of_nobody())
    assert {*Status} >= MEETING


def figures_of_nobody():
    return compliance(authority_id=0, as_at=TODAY, known_at=NOW).counts
