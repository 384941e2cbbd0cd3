"""Proposing and approving test rules."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from assessments import perms
from assessments.models import TestRule, TestRuleTopic, Topic
from assessments.refusals import RuleRefused
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
    RuleRefused.
    """
    if not perms.may_decide_rules(by, authority=rule.authority):
        raise RuleRefused("not_allowed")
    if not blueprint:
        raise RuleRefused("empty_blueprint")
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

    A repeat is refused, so that the first signature stands. Raises RuleRefused.
    """
    rule = TestRule.objects.select_for_update(of=("self",)).get(pk=rule.pk)
    if not perms.may_decide_rules(by, authority=rule.authority):
        raise RuleRefused("not_allowed")
    if rule.approved_at is not None:
        raise RuleRefused("approved_already")
    if rule.proposed_by_id == by.pk:
        raise RuleRefused("own_proposal")
    if not rule.blueprint.exists():
        raise RuleRefused("empty_blueprint")
    rule.approve(by=by, now=now)
    return rule
