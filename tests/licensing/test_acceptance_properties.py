"""Over random histories at two authorities, each form of the rule gives the same answer."""

import random
from collections import Counter
from datetime import timedelta

import pytest

from licensing.answers import training_statuses
from licensing.compliance import statuses
from licensing.eligibility import Code, Status, Terms, assess
from tests.factories import make_requirement
from tests.licensing.accepted_histories import make_accepting
from tests.licensing.histories import START, some_day, some_moment

pytestmark = pytest.mark.django_db

HISTORIES, QUESTIONS = 500, 12


def pure(world, terms, as_at, known_at):
    asked = {"as_at": as_at, "known_at": known_at}
    found = {}
    for history in world.licensed:
        linked = history.held_from is not None and history.held_from <= known_at
        found[history.number] = assess(
            terms,
            licence_kind=history.kind,
            certificates=world.certificates(history, **asked) if linked else [],
            linked=linked,
            **asked,
        )
    return found


def decided(assessment):
    shown = assessment.certificate
    reasons = [(reason.code, reason.facts) for reason in assessment.reasons]
    return assessment.status, shown and shown.reference, assessment.renew_from, reasons


@pytest.mark.parametrize("seed", range(5))
def test_rule_in_sql_is_the_pure_rule_at_two_authorities(authority, other_authority, course, seed):
    chance = random.Random(seed)
    rule = make_requirement(course, grace_days=seed * 2, effective_from=START)
    world = make_accepting(
        seed, authority=authority, other=other_authority, course=course, how_many=HISTORIES
    )
    terms = Terms(rule.pk, rule.code, rule.effective_from, rule.licence_kinds, rule.grace_days)
    references = dict(course.certificates.values_list("pk", "reference"))
    seen = Counter()
    for _ in range(QUESTIONS):
        asked = {"as_at": some_day(chance) + timedelta(days=10), "known_at": some_moment(chance)}
        expected = pure(world, terms, **asked)
        in_sql = {
            number: (status, references.get(certificate))
            for number, _, status, certificate in statuses(authority_id=authority.pk, **asked)
        }
        told = training_statuses(authority=authority, numbers=list(expected), **asked)

        assert in_sql == {
            number: (one.status, one.certificate and one.certificate.reference)
            for number, one in expected.items()
        }
        assert {number: decided(one.requirements[0]) for number, one in told.items()} == {
            number: decided(one) for number, one in expected.items()
        }
        seen.update(
            one.status
            for one in expected.values()
            if Code.ACCEPTED_FROM_ELSEWHERE in [reason.code for reason in one.reasons]
        )
    # Else the histories prove too little.
    assert set(seen) >= {Status.VALID, Status.EXPIRING, Status.EXPIRED, Status.REVOKED}
