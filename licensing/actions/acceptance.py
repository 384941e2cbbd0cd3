"""Proposing and approving which certificates of other authorities are accepted."""

from datetime import datetime

from django.db import transaction

from certificates.renewal import london_day
from licensing.actions.feed import look_again
from licensing.models import Acceptance
from people import perms as people
from people.models import User
from people.refusals import RuleRefused


@transaction.atomic
def propose_acceptance(*, rule: Acceptance, by: User, now: datetime) -> Acceptance:
    """Save a rule, which counts for nobody until somebody else approves it. A repeat proposes a
    second rule. Raises RuleRefused for whoever may not decide the accepting authority's rules."""
    if not people.may_decide_rules(by, authority=rule.authority):
        raise RuleRefused("not_allowed")
    rule.proposed_by, rule.proposed_at = by, now
    rule.save(force_insert=True)
    return rule


@transaction.atomic
def approve_acceptance(*, rule: Acceptance, by: User, now: datetime) -> Acceptance:
    """Put the second signature under a rule; from then on the database keeps it as it is. The
    authority's feed looks through all its drivers anew where the rule is in force already.

    A repeat is refused, so that the first signature stands. Raises RuleRefused, also with
    ``day_passed`` once the first day has passed, for no rule changes an answer about a day before
    it was signed.
    """
    rule = Acceptance.objects.select_for_update(of=("self",)).get(pk=rule.pk)
    if bar := people.bar_to_approve(by, rule):
        raise RuleRefused(bar)
    if rule.effective_from < london_day(now):
        raise RuleRefused("day_passed")
    rule.approve(by=by, now=now)
    if rule.effective_from == london_day(now):
        look_again(authority=rule.authority)
    return rule
