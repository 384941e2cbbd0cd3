"""Proposing and approving test rules."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from assessments.fairness import shortages
from assessments.models import TestRule, TestRuleTopic, Topic
from assessments.refusals import RuleRefused
from people import perms as people
from people.models import User


@transaction.atomic
def propose_rule(
    *,
    rule: TestRule,
    blueprint: Mapping[Topic, tuple[int, int]],
    by: User,
    now: datetime,
) -> TestRule:
    """Save a rule with its blueprint (topic to how many questions, and how many must be right).

    It judges nobody until somebody else approves it. A repeat proposes a second rule. Raises
    RuleRefused, also for a bank too small for a fair draw.
    """
    if not people.may_decide_rules(by, authority=rule.authority):
        raise RuleRefused("not_allowed")
    _refuse_unfair(rule, {topic: questions for topic, (questions, _) in blueprint.items()})
    rule.proposed_by, rule.proposed_at = by, now
    rule.save(force_insert=True)
    TestRuleTopic.objects.bulk_create(
        TestRuleTopic(rule=rule, topic=topic, questions=questions, minimum=minimum)
        for topic, (questions, minimum) in blueprint.items()
    )
    return rule


@transaction.atomic
def approve_rule(*, rule: TestRule, by: User, now: datetime) -> TestRule:
    """Put the second signature under a rule; from then on the database keeps it as it is.

    A repeat is refused, so that the first signature stands. The bank is counted again, as it may
    have shrunk since the proposal. Raises RuleRefused.
    """
    rule = TestRule.objects.select_for_update(of=("self",)).get(pk=rule.pk)
    if bar := people.bar_to_approve(by, rule):
        raise RuleRefused(bar)
    places = rule.blueprint.select_related("topic")
    _refuse_unfair(rule, {place.topic: place.questions for place in places})
    rule.approve(by=by, now=now)
    return rule


def _refuse_unfair(rule: TestRule, blueprint: Mapping[Topic, int]) -> None:
    """A paper draws something, and of each topic the bank holds enough for a second paper."""
    if not blueprint:
        raise RuleRefused("empty_blueprint")
    short = shortages(rule.draws(blueprint))
    if short:
        raise RuleRefused("bank_too_small", short)
