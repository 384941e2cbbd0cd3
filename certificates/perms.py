"""May this person …? One function for each question."""

from datetime import date
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from certificates.models import (
    Certificate,
    Evidence,
    EvidenceBatch,
    StandingChange,
    ValidityRule,
)
from certificates.renewal import may_take_refresher
from courses.models import CoursePage, Enrolment
from people import perms as people
from people.models import Authority, Learner, Membership, User
from people.perms import has_role, kept_from, served_authorities

Role = Membership.Role


def may_see_certificate(user: User | AnonymousUser, certificate: Certificate) -> bool:
    """Its holder alone."""
    return user.is_authenticated and certificate.learner.user_id == user.pk


def may_download(user: User | AnonymousUser, certificate: Certificate) -> bool:
    """Its holder, and licensing officers of the authority it was passed for, unless they have
    declared an interest in the holder."""
    if may_see_certificate(user, certificate):
        return True
    authority = certificate.authority
    officer = authority is not None and has_role(user, Role.OFFICER, authority=authority)
    return officer and people.may_deal_with(user, certificate.learner)


def may_list_certificates(user: User | AnonymousUser) -> bool:
    """Officers and auditors (of their own authority), and platform administrators."""
    if not user.is_authenticated:
        return False
    return user.is_superuser or has_role(user, Role.OFFICER, Role.AUDITOR)


def bar_to_change(user: User, certificate: Certificate) -> str:
    """Why the person may not propose or decide what becomes of the certificate; empty when they
    may: licensing officers of its authority, and platform administrators. Nobody about themselves,
    nor about somebody in whom they declared an interest (R47)."""
    authority = certificate.authority
    officer = authority is not None and has_role(user, Role.OFFICER, authority=authority)
    if not user.is_active or not (user.is_superuser or officer):
        return "not_allowed"
    return people.conflict(user, certificate.learner)


def possible_seconds(change: StandingChange) -> list[User]:
    """Who may decide it: the other officers of the certificate's authority; of one that belongs to
    no authority the platform administrators."""
    certificate = change.certificate
    officers = Membership.objects.current().filter(role=Role.OFFICER)
    own = officers.filter(authority=certificate.authority_id)
    at_hand = Q(pk__in=own.values("user")) if certificate.authority_id else Q(is_superuser=True)
    others = User.objects.filter(at_hand, is_active=True).exclude(pk=change.proposed_by_id)
    return [person for person in others if not bar_to_change(person, certificate)]


def decidable_changes(user: Any) -> QuerySet[StandingChange]:
    """What waits for the person as the second one."""
    waiting = StandingChange.objects.visible_to(user).waiting().exclude(proposed_by=user.pk)
    if user.is_superuser:
        return waiting
    officers = people.authorities_of(user, Role.OFFICER)
    return waiting.filter(certificate__authority__in=officers)


def may_see_issuing_problems(user: User | AnonymousUser) -> bool:
    """Licensing officers (their own authority's), and platform administrators."""
    return user.is_authenticated and (user.is_superuser or has_role(user, Role.OFFICER))


def worded_by(user: User | AnonymousUser) -> QuerySet[Authority]:
    """The authorities whose certificates the person may word: officers their own, platform
    administrators all."""
    return served_authorities(user, Role.OFFICER)


def may_word_certificates(user: User | AnonymousUser, authority: Authority) -> bool:
    return worded_by(user).filter(pk=authority.pk).exists()


def may_start_refresher(learner: Learner, course: CoursePage, *, today: date) -> bool:
    """Whoever holds a certificate of the refreshed course that still counts on the London day
    ``today``, or ended no longer ago than the rule allows, and whoever has begun this refresher
    while it did."""
    if Enrolment.objects.open().of(learner).filter(course=course).exists():
        return True
    held = Certificate.objects.of(learner).filter(counts_for=course.counts_for).counting()
    last = held.order_by("-valid_until").first()
    return last is not None and still_refreshes(last, learner=learner, today=today)


def still_refreshes(last: Certificate, *, learner: Learner, today: date) -> bool:
    """Whether the short course renews ``last``, the learner's last certificate that counts. The
    rule in force today says how long ago it may have ended; without one, it may not have."""
    if last.valid_until >= today:
        return True
    in_force = ValidityRule.objects.in_force(authority=learner.authority, on=today)
    lapse_days = in_force.values_list("refresher_lapse_days", flat=True).first() or 0
    return may_take_refresher(today=today, valid_until=last.valid_until, lapse_days=lapse_days)


def reminding_authorities(user: Any) -> QuerySet[Authority]:
    """The authorities whose reminders the person words and whose letters they post: all for
    platform administrators, else those at which they are a licensing officer now."""
    return people.served_authorities(user, Role.OFFICER)


def may_remind_for(user: Any, *, authority: Authority) -> bool:
    return reminding_authorities(user).filter(pk=authority.pk).exists()


def readable_rules(user: Any) -> QuerySet[ValidityRule]:
    """The validity rules that the person may read."""
    rules: QuerySet[ValidityRule] = ValidityRule.objects.filter(people.readable_rules(user))
    return rules.select_related("authority", "proposed_by", "approved_by")


def recognising_authorities(user: User) -> QuerySet[Authority]:
    """Where the person enters and decides about training elsewhere: as an officer, nowhere else."""
    return people.authorities_of(user, Role.OFFICER).order_by("name")


def readable_evidence(user: User) -> QuerySet[Evidence]:
    """What was entered at the person's own authorities, but for what is about themselves or about
    somebody they know (R47)."""
    return Evidence.objects.visible_to(user).exclude(kept_from(user))


def may_decide_evidence(user: User, entered: Evidence | EvidenceBatch) -> bool:
    """Another officer of the authority than who entered it, once."""
    other = entered.decided_at is None and entered.entered_by_id != user.pk
    return other and has_role(user, Role.OFFICER, authority=entered.authority)
