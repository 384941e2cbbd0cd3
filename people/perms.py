"""May this person …? One function for each question."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet, Value
from django.http import HttpRequest

from people.models import (
    Authority,
    DatedRule,
    Interest,
    Learner,
    Licence,
    LicenceClaim,
    Membership,
    RecordMerge,
    RegisterDoubt,
    User,
)

Role = Membership.Role
TRAINERS = (Role.AUTHOR, Role.REVIEWER)
# In whichever room: the first name under what a second person decides.
PROPOSED = ("proposed_by", "entered_by")


def learner_of(request: HttpRequest) -> Learner | None:
    """The person in training who sends this request, read once for it; None for others."""
    if not hasattr(request, "known_learner"):
        user = getattr(request, "user", None)
        known = user is not None and user.is_authenticated
        learner = Learner.objects.for_user(user).first() if known else None
        request.known_learner = learner  # type: ignore[attr-defined]
    return request.known_learner  # type: ignore[attr-defined,no-any-return]


def holds(request: HttpRequest, *roles: str) -> bool:
    """Whether whoever sends this request holds one of ``roles`` anywhere now; platform
    administrators hold all. Read once for the request: the menu of every staff page asks."""
    if not hasattr(request, "known_roles"):
        user: Any = request.user
        held = Membership.objects.of(user).current().values_list("role", flat=True)
        request.known_roles = set(Role.values if user.is_superuser else held)  # type: ignore[attr-defined]
    return not request.known_roles.isdisjoint(roles)  # type: ignore[attr-defined]


def has_role(user: User | AnonymousUser, *roles: str, authority: Authority | None = None) -> bool:
    """Whether the person holds one of ``roles`` now, at ``authority`` where one is given."""
    if not user.is_authenticated or not user.is_active:
        return False
    held = Membership.objects.of(user).current().filter(role__in=roles)
    if authority is not None:
        held = held.filter(authority=authority)
    return held.exists()


def kept_from(user: Any, *, place: str = "learner") -> Q:
    """Rows, with their person in training at ``place``, with which this person has nothing to do:
    about themselves, or about somebody in whom they declared an interest (R47). One person may
    have a record from before they had an account, or a second account; both are theirs."""
    at = f"{place}__" if place else ""
    known = Interest.objects.current().of(user)
    first = known.exclude(learner__succeeded_by=None)
    second = first.exclude(learner__succeeded_by__succeeded_by=None)
    own = Learner.objects.filter(succeeded_by__user=user.pk)
    before = Learner.objects.filter(succeeded_by__in=known.values("learner"))
    return (
        Q(**{f"{at}user": user.pk})
        | Q(**{f"{at}succeeded_by__user": user.pk})
        | Q(**{f"{at}succeeded_by__in": own})
        | Q(**{f"{at}pk__in": known.values("learner")})
        | Q(**{f"{at}pk__in": first.values("learner__succeeded_by")})
        | Q(**{f"{at}pk__in": second.values("learner__succeeded_by__succeeded_by")})
        | Q(**{f"{at}succeeded_by__in": known.values("learner")})
        | Q(**{f"{at}succeeded_by__in": before})
    )


def known_people(user: Any) -> set[int]:
    """The keys of the same people, for what is not filtered by the database."""
    known = Interest.objects.current().of(user).order_by()
    records = Learner.objects.order_by()
    own = records.filter(succeeded_by__user=user.pk)
    before = records.filter(succeeded_by__in=known.values("learner"))
    keys = (
        records.filter(user=user.pk)
        .values_list("pk")
        .union(
            own.values_list("pk"),
            records.filter(succeeded_by__in=own).values_list("pk"),
            before.values_list("pk"),
            records.filter(succeeded_by__in=before).values_list("pk"),
            known.values_list("learner"),
            known.values_list("learner__succeeded_by"),
            known.values_list("learner__succeeded_by__succeeded_by"),
        )
    )
    return {key for (key,) in keys if key is not None}


def conflict(user: Any, learner: Learner) -> str:
    """Why this person may have nothing to do with ``learner``: "own_record" or "interest"; empty
    where nothing is known against it."""
    if not Learner.objects.filter(kept_from(user, place=""), pk=learner.pk).exists():
        return ""
    record: Learner | None = learner
    while record is not None:
        if record.user_id == user.pk:
            return "own_record"
        record = record.succeeded_by
    return "interest"


def may_deal_with(user: Any, learner: Learner) -> bool:
    """Not with their own record, nor with somebody in whom they declared an interest (R47)."""
    return not conflict(user, learner)


def declarable_learners(user: Any) -> QuerySet[Learner]:
    """The people in training of whom a member of staff may say that they know them: those who train
    for, or hold a licence from, an authority where the person has a role; for platform
    administrators all. Never they themselves."""
    others = Learner.objects.exclude(kept_from(user, place="")).select_related("authority")
    if user.is_superuser:
        return others
    served = authorities_of(user, *Membership.STAFF_SITE)
    licensed = Licence.objects.filter(authority__in=served, holder__isnull=False)
    return others.filter(Q(authority__in=served) | Q(pk__in=licensed.values("holder")))


def endable_interests(user: Any) -> QuerySet[Interest]:
    """The interests that the person may end: declared by somebody else, in people of an authority
    where they are an officer; for platform administrators all but their own. Nobody ends what is
    about themselves or about somebody they know."""
    others = Interest.objects.current().exclude(user=user.pk).exclude(kept_from(user))
    if user.is_superuser:
        return others
    served = authorities_of(user, Role.OFFICER)
    licensed = Licence.objects.filter(authority__in=served, holder__isnull=False)
    return others.filter(
        Q(learner__authority__in=served) | Q(learner__in=licensed.values("holder"))
    )


def decidable_claims(user: Any) -> "QuerySet[LicenceClaim]":
    """Claims that wait for the person as a licensing officer; never their own, nor that of somebody
    they know."""
    waiting = LicenceClaim.objects.waiting().for_officer(user).exclude(kept_from(user))
    return waiting.select_related("learner__user", "authority")


def may_decide_claim(user: User | AnonymousUser, *, authority: Authority) -> bool:
    """Licensing officers of the claim's own authority."""
    return has_role(user, Role.OFFICER, authority=authority)


def is_staff_member(user: User | AnonymousUser) -> bool:
    """Whoever has a role that opens the staff site, and platform administrators."""
    staff_site = Membership.STAFF_SITE
    return user.is_authenticated and (user.is_superuser or has_role(user, *staff_site))


def authorities_of(user: Any, *roles: str) -> QuerySet[Authority]:
    """The authorities at which the person holds one of ``roles`` now."""
    held = Membership.objects.of(user).current().filter(role__in=roles)
    return Authority.objects.filter(pk__in=held.values("authority"))


def served_authorities(user: Any, *roles: str) -> QuerySet[Authority]:
    """The same, and for platform administrators all."""
    return Authority.objects.all() if user.is_superuser else authorities_of(user, *roles)


def is_trainer(user: Any) -> bool:
    """Authors and reviewers of any authority, and platform administrators."""
    return bool(user.is_superuser or has_role(user, *TRAINERS))


def possible_keepers(user: Any) -> QuerySet[User]:
    """Who may be made to answer for content: trainers of the person's own authorities. For platform
    administrators every trainer, and they themselves."""
    trainers = Membership.objects.current().filter(role__in=TRAINERS)
    if user.is_superuser:
        return User.objects.filter(Q(pk__in=trainers.values("user")) | Q(is_superuser=True))
    own = trainers.filter(authority__in=authorities_of(user, *TRAINERS))
    return User.objects.filter(pk__in=own.values("user"))


def decidable_doubts(user: Any) -> QuerySet[RegisterDoubt]:
    """Waiting doubts of the officer's own authorities, but none about themselves or about somebody
    they have declared an interest in (R47)."""
    waiting = RegisterDoubt.objects.waiting().for_officer(user)
    return waiting.exclude(kept_from(user, place="licence__holder"))


def rule_authorities(user: Any) -> QuerySet[Authority]:
    """The authorities whose dated rules the person may propose and approve: all for platform
    administrators, else those at which they are a licensing officer now."""
    return served_authorities(user, Role.OFFICER)


def may_decide_rules(user: Any, *, authority: Authority | None) -> bool:
    """Whoever may for that authority; for a national default platform administrators alone."""
    if authority is None:
        return bool(user.is_superuser)
    return rule_authorities(user).filter(pk=authority.pk).exists()


def bar_to_approve(user: User, rule: DatedRule) -> str:
    """Why the person may not put the second signature under ``rule``: "not_allowed",
    "approved_already" or "own_proposal"; empty where they may (R10)."""
    if not may_decide_rules(user, authority=rule.authority):
        return "not_allowed"
    if rule.approved_at is not None:
        return "approved_already"
    return "own_proposal" if rule.proposed_by_id == user.pk else ""


def readable_rules(user: Any) -> Q:
    """Which dated rules the person may read: those of the authorities at which they are an officer
    or auditor now and, for whoever has one of these, the national ones; all for platform
    administrators."""
    own = served_authorities(user, Role.OFFICER, Role.AUDITOR)
    readable = Q(authority__in=own)
    return readable | Q(authority=None) if own.exists() else readable


def mergeable_learners(user: Any) -> QuerySet[Learner]:
    """The records that the person may propose to merge, as a licensing officer where they train or
    hold a licence; for platform administrators all. Never their own, nor that of somebody they
    know, nor one that has been merged into another."""
    others = Learner.objects.filter(succeeded_by=None).exclude(kept_from(user, place=""))
    if user.is_superuser:
        return others
    served = authorities_of(user, Role.OFFICER)
    licensed = Licence.objects.filter(authority__in=served, holder__isnull=False)
    return others.filter(Q(authority__in=served) | Q(pk__in=licensed.values("holder")))


def readable_merges(user: Any) -> QuerySet[RecordMerge]:
    """The merges of the officer's own authorities, but none of themselves or of somebody they
    know."""
    merges = RecordMerge.objects.for_officer(user)
    return merges.exclude(kept_from(user, place="gone")).exclude(kept_from(user, place="stays"))


def was_staff(user: User) -> bool:
    """Whether the account is or ever was one of staff: by a role, also one that has ended, an
    interest, or a proposal. Who acted, and whom they know, is told by the account alone (R47)."""
    if user.is_staff or user.is_superuser:
        return True
    relations: list[Any] = user._meta.get_fields(include_hidden=True)  # noqa: SLF001  (documented)
    proposals: list[QuerySet[Any]] = [
        QuerySet(each.related_model).filter(**{each.field.name: user.pk})
        for each in relations
        if each.auto_created and each.one_to_many and each.field.name in PROPOSED
    ]
    acted = [Membership.objects.of(user), Interest.objects.of(user), *proposals]
    first, *others = (rows.order_by().values_list(Value(1)) for rows in acted)
    return bool(first.union(*others).exists())
