"""Who arranges what around a sitting, and for whom."""

from datetime import datetime
from typing import Any

from django.db.models import Count, F, Max, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce, Lower
from django.utils import timezone

from assessments.models import Adjustment, ExtraTries, Sitting, TestRule
from courses.models import Enrolment
from people import perms as people
from people.models import Authority, Learner, Membership
from people.models.register import normalise_number

Role = Membership.Role
DECIDERS = (Role.OFFICER,)
HOLDERS = (Role.OFFICER, *people.TRAINERS)
READERS = (Role.OFFICER, Role.AUDITOR)
DESK = (*HOLDERS, Role.AUDITOR)


def serves(user: Any, *roles: str, authority: Authority | None) -> bool:
    """Whoever holds one of ``roles`` at the authority; where there is none, and everywhere,
    platform administrators."""
    if user.is_superuser:
        return bool(user.is_active)
    return authority is not None and people.has_role(user, *roles, authority=authority)


def reason_against(user: Any, *roles: str, learner: Learner, authority: Authority | None) -> str:
    """Why this member of staff may not act for the learner; empty when they may. Nobody acts on
    their own record, whatever they are, nor on that of somebody they know (R47)."""
    if code := people.conflict(user, learner):
        return code
    return "" if serves(user, *roles, authority=authority) else "not_allowed"


def may_note_outages(user: Any) -> bool:
    """Platform administrators: the service is down for every authority at once."""
    return bool(user.is_active and user.is_superuser)


def desk_people(user: Any, *roles: str) -> QuerySet[Learner]:
    """The people in training of the authorities at which ``user`` holds one of ``roles``."""
    learners = Learner.objects.select_related("authority", "user")
    return _served(learners, user, roles, "authority", learner="")


def find_people(user: Any, named: str) -> QuerySet[Learner]:
    """Those of the above that an e-mail address or a licence number of their authority names
    exactly; however it was typed, never by a part of it."""
    own = desk_people(user, *DESK)
    if "@" in named:
        return own.annotate(address=Lower("user__email")).filter(address=named.strip().lower())
    return own.filter(licences__number=normalise_number(named), licences__authority=F("authority"))


def desk_adjustments(user: Any) -> QuerySet[Adjustment]:
    """The help asked for or given at the authorities whose cases the person may read."""
    adjustments = Adjustment.objects.select_related("learner__authority", "decided_by")
    return _served(adjustments, user, READERS, "learner__authority")


def desk_sittings(user: Any, *roles: str) -> QuerySet[Sitting]:
    """The sittings of the authorities at which ``user`` holds one of ``roles``."""
    sittings = Sitting.objects.select_related("learner", "course", "authority")
    return _served(sittings, user, roles, "authority")


def desk_rounds(user: Any) -> QuerySet[Enrolment]:
    """The rounds of the authorities whose cases the person may read."""
    rounds = Enrolment.objects.select_related("learner", "course", "authority")
    return _served(rounds, user, READERS, "authority")


def rounds_without_tries(user: Any, *, now: datetime) -> QuerySet[Enrolment]:
    """Of these the open ones that have used every try of the rule in force and of the officers,
    where the rule leaves it to an officer what comes next. The longest wait first; each with
    ``used``, ``allowed`` and ``last_ended_at``."""
    day = timezone.localdate(now, timezone.get_default_timezone())
    rules: Any = TestRule.objects
    rule = rules.in_force(authority=OuterRef("authority"), on=day, known_at=now)
    rule = rule.filter(course=OuterRef("course"))
    extra = ExtraTries.objects.confirmed().filter(enrolment=OuterRef("pk")).order_by()
    added = Subquery(extra.values("enrolment").annotate(total=Sum("tries")).values("total"))
    counting = ~Q(sittings__result=Sitting.Outcome.VOID)
    rounds = (
        desk_rounds(user)
        .filter(closed_at=None)
        .annotate(
            used=Count("sittings", filter=counting),
            running=Count("sittings", filter=Q(sittings__closed_at=None)),
            last_ended_at=Max("sittings__closed_at", filter=counting),
            allowed=Subquery(rule.values("tries")[:1]) + Coalesce(added, 0),
            when_spent=Subquery(rule.values("when_spent")[:1]),
        )
    )
    spent = rounds.filter(used__gte=F("allowed"), used__gt=0, running=0)
    refer = spent.filter(when_spent=TestRule.WhenSpent.REFER)
    return refer.order_by("last_ended_at", "pk")


def _served(
    rows: QuerySet[Any], user: Any, roles: tuple[str, ...], place: str, learner: str = "learner"
) -> QuerySet[Any]:
    """Of the authorities served, but never what is about the reader or somebody they know."""
    rows = rows.exclude(people.kept_from(user, place=learner))
    if user.is_superuser:
        return rows
    return rows.filter(**{f"{place}__in": people.authorities_of(user, *roles)})
