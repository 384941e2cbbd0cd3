"""Who sees, proposes and approves test rules."""

from typing import Any

from django.db.models import Q, QuerySet

from assessments.models import TestRule
from people import perms as people
from people.models import Authority, Membership

Role = Membership.Role


def rule_authorities(user: Any) -> QuerySet[Authority]:
    """The authorities whose own test rules the person may propose and approve: all for platform
    administrators, else those at which they are a licensing officer now."""
    return people.served_authorities(user, Role.OFFICER)


def may_decide_rules(user: Any, *, authority: Authority | None) -> bool:
    """Whoever may for that authority; for a national default platform administrators alone."""
    if authority is None:
        return bool(user.is_superuser)
    return rule_authorities(user).filter(pk=authority.pk).exists()


def readable_rules(user: Any) -> QuerySet[TestRule]:
    """The rules of the authorities above and, for whoever has one of these, the national ones."""
    own = rule_authorities(user)
    readable = Q(authority__in=own)
    if own.exists():
        readable |= Q(authority=None)
    rules: QuerySet[TestRule] = TestRule.objects.filter(readable)
    return rules.select_related("authority", "course", "proposed_by", "approved_by")
