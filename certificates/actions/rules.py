"""Proposing and approving validity rules."""

from datetime import datetime

from django.db import transaction

from certificates.models import ValidityRule
from people import perms as people
from people.models import User
from people.refusals import RuleRefused


@transaction.atomic
def propose_rule(*, rule: ValidityRule, by: User, now: datetime) -> ValidityRule:
    """Save a rule, which counts for nobody until somebody else approves it. A repeat proposes a
    second rule. Raises RuleRefused for whoever may not decide that authority's rules."""
    if not people.may_decide_rules(by, authority=rule.authority):
        raise RuleRefused("not_allowed")
    rule.proposed_by, rule.proposed_at = by, now
    rule.save(force_insert=True)
    return rule


@transaction.atomic
def approve_rule(*, rule: ValidityRule, by: User, now: datetime) -> ValidityRule:
    """Put the second signature under a rule; from then on the database keeps it as it is.

    A repeat is refused, so that the first signature stands. Raises RuleRefused.
    """
    rule = ValidityRule.objects.select_for_update(of=("self",)).get(pk=rule.pk)
    if bar := people.bar_to_approve(by, rule):
        raise RuleRefused(bar)
    rule.approve(by=by, now=now)
    return rule
