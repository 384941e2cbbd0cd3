"""Random histories of people who are licensed by two authorities and trained at either.

Written as bare rows, as ``histories`` does; acceptances begin, change and end in between.
"""

import random
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from certificates.renewal import Term
from licensing.acceptance import accepted_term, is_from
from licensing.eligibility import Certificate
from licensing.models import Acceptance
from people.models import Authority
from tests.factories import UserFactory
from tests.licensing import histories
from tests.licensing.histories import History, some_day, some_moment

CODE = "safeguarding"
EDITIONS = ("1", "2.9", "2.10", "old")


@dataclass
class Accepting:
    """One council's drivers, and its rules about another's certificates of one course."""

    licensed: list[History]
    elsewhere: dict[str, list[tuple[Certificate, str]]]  # With their editions, by licence number.
    rules: list[Acceptance]
    name: str

    def certificates(self, of: History, *, as_at: date, known_at: datetime) -> list[Certificate]:
        """Own ones, and of the others those that the rule in force accepts, with its terms."""
        rule = self._in_force(as_at, known_at)
        if rule is None or CODE not in rule.requirements:
            return of.certificates
        accepted = [
            self._accepted(one, rule)
            for one, edition in self.elsewhere[of.number]
            if is_from(edition, rule.from_edition)
        ]
        return [*of.certificates, *accepted]

    def _in_force(self, as_at: date, known_at: datetime) -> Acceptance | None:
        begun = [
            rule
            for rule in self.rules
            if rule.approved_at is not None
            and rule.approved_at <= known_at
            and rule.effective_from <= as_at
        ]
        return max(
            begun, key=lambda rule: (rule.effective_from, rule.approved_at, rule.pk), default=None
        )

    def _accepted(self, one: Certificate, rule: Acceptance) -> Certificate:
        own = Term(one.valid_until, one.renew_from)
        term = accepted_term(passed_on=one.passed_on, own=own, months=rule.months)
        return Certificate(
            reference=one.reference,
            course=one.course,
            passed_on=one.passed_on,
            valid_until=term.valid_until,
            renew_from=term.renew_from,
            issued_at=one.issued_at,
            events=one.events,
            accepted_from=self.name,
        )


def make_accepting(
    seed: int, *, authority: Authority, other: Authority, course: Any, how_many: int
) -> Accepting:
    """Drivers of ``authority``, some of whose certificates are of ``other``."""
    chance = random.Random(seed)
    made = histories.make_histories(seed, authority=authority, course=course, how_many=how_many)
    elsewhere: dict[str, list[tuple[Certificate, str]]] = {}
    for history in made:
        given = history.certificates if history.holder else []
        theirs = [one for one in given if chance.random() < 0.6]
        history.certificates = [one for one in given if one not in theirs]
        elsewhere[history.number] = [
            (_longer(one, chance), chance.choice(EDITIONS)) for one in theirs
        ]
    with connection.cursor() as cursor:
        cursor.execute(histories.BARE_TRIGGERS)
        cursor.executemany(
            "UPDATE certificates_certificate SET authority_id = %s, course_edition = %s,"
            " valid_until = %s WHERE reference = %s",
            [
                (other.pk, edition, one.valid_until, one.reference)
                for held in elsewhere.values()
                for one, edition in held
            ],
        )
        cursor.execute(histories.USUAL_TRIGGERS)
    rules = [_rule(chance, authority, other, course) for _ in range(4)]
    return Accepting(made, elsewhere, rules, other.name)


def _longer(one: Certificate, chance: random.Random) -> Certificate:
    """Some last for months, so that a rule can cut them short."""
    longer = one.valid_until + timedelta(days=chance.choice((0, 0, 30, 60)))
    return Certificate(
        one.reference, one.course, one.passed_on, longer, one.renew_from, one.issued_at, one.events
    )


def _rule(chance: random.Random, authority: Authority, other: Authority, course: Any) -> Acceptance:
    rule = Acceptance.objects.create(
        authority=authority,
        from_authority=other,
        course=course,
        requirements=chance.choice(([CODE], [CODE], [CODE, "first-aid"], ["first-aid"], [])),
        from_edition=chance.choice(("", "", "2.9", "2.10")),
        months=chance.choice((None, 1, 1)),
        effective_from=some_day(chance),
        reason="Test",
        proposed_by=UserFactory(),
        proposed_at=some_moment(chance),
    )
    if chance.random() < 0.9:
        rule.approve(by=UserFactory(), now=some_moment(chance))
    return rule
