"""Proposing and approving what an authority requires of its drivers."""

from datetime import datetime

from django.db import transaction

from certificates.renewal import london_day
from licensing.actions.feed import look_again
from licensing.models import Requirement, RulePreview
from licensing.preview import preview
from people import perms as people
from people.models import User
from people.refusals import RuleRefused


@transaction.atomic
def propose_requirement(*, rule: Requirement, by: User, now: datetime) -> Requirement:
    """Save a rule, which counts for nobody until somebody else approves it. A repeat proposes a
    second rule. Raises RuleRefused for whoever may not decide that authority's rules, and for a
    group of another authority."""
    if not people.may_decide_rules(by, authority=rule.authority):
        raise RuleRefused("not_allowed")
    if rule.cohort is not None and rule.cohort.authority_id != rule.authority_id:
        raise RuleRefused("other_group")
    rule.proposed_by, rule.proposed_at = by, now
    rule.save(force_insert=True)
    return rule


@transaction.atomic
def approve_requirement(*, rule: Requirement, shown: str, by: User, now: datetime) -> Requirement:
    """Put the second signature under a rule whose preview, with the digest ``shown``, the person
    has seen. The numbers are kept with it, and the feed looks at every driver again.

    A repeat is refused, so that the first signature stands. Raises RuleRefused, also once the first
    day has passed, for no rule changes an answer about a day before it was signed, and if the
    numbers are no longer those that were shown.
    """
    rule = Requirement.objects.select_for_update(of=("self",)).get(pk=rule.pk)
    if bar := people.bar_to_approve(by, rule):
        raise RuleRefused(bar)
    if rule.effective_from < london_day(now):
        raise RuleRefused("day_passed")
    found = preview(rule, now=now)
    if found.digest != shown:
        raise RuleRefused("numbers_changed")
    RulePreview.objects.create(rule=rule, known_at=now, licensed=found.licensed, days=found.as_kept)
    rule.approve(by=by, now=now)
    look_again(authority=rule.authority)
    return rule
