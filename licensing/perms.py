"""May this person, or this licensing system, …? One function for each question."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest

from assessments.models import Sitting
from certificates.models import Certificate, Evidence
from courses.models import Enrolment
from licensing.models import (
    Acceptance,
    CheckerMember,
    CheckerOrganisation,
    CommitteePack,
    ComplianceRun,
    ComplianceRunQuerySet,
    DrawnDriver,
    Recheck,
    RecheckQuerySet,
    Requirement,
    RequirementQuerySet,
    Scope,
    SignedTraining,
    TrainingException,
    TrainingExceptionQuerySet,
    TrendAlert,
)
from licensing.prepared import Statement
from people.models import (
    Authority,
    Learner,
    Licence,
    LicenceClaim,
    LicenceQuerySet,
    Membership,
    Tenure,
    User,
)
from people.perms import (
    authorities_of,
    has_role,
    holds,
    kept_from,
    known_people,
    may_deal_with,
    may_decide_rules,
    readable_rules,
    served_authorities,
)

Role = Membership.Role
# Every call of the API asks this, so it is written out: building it anew each time would cost more
# than all the rest. Only a token that a client got for itself counts, never one for a person.
BEARER = Statement("""
SELECT o.id, c.id, c.authority_id, t.scopes, o.scopes
FROM allauth_idp_oidc_token t
JOIN allauth_idp_oidc_client o ON o.id = t.client_id
JOIN licensing_apiclient c ON c.client_id = o.id
WHERE t.type = 'at' AND t.hash = %(token_hash)s AND t.expires_at > %(now)s AND t.user_id IS NULL
    AND c.ended_at IS NULL
""")


@dataclass(frozen=True)
class Caller:
    """A licensing system that showed a good token: for which authority it asks, and what it may."""

    client_id: str
    api_client_id: int
    authority_id: int
    scopes: frozenset[str]

    def may(self, scope: Scope) -> bool:
        return scope in self.scopes


def caller_with(token_hash: str, *, now: datetime) -> Caller | None:
    """The system to which the unexpired access token was given; None if it is nobody's.

    A scope counts that the token carries and the client still has, so that what is taken away is
    gone at once, as is the access of a client that ended.
    """
    found = BEARER.rows(token_hash=token_hash, now=now)
    if not found:
        return None
    client_id, api_client_id, authority_id, of_token, of_client = found[0]
    scopes = frozenset(of_token.split()) & set(of_client.split())
    return Caller(client_id, api_client_id, authority_id, scopes)


def may_list_requirements(user: Any) -> bool:
    """Licensing officers, reviewers, auditors and platform administrators."""
    return user.is_superuser or has_role(user, Role.OFFICER, Role.REVIEWER, Role.AUDITOR)


def may_see_webhooks(request: HttpRequest) -> bool:
    """Licensing officers and platform administrators; each sees their own authority's alone."""
    return holds(request, Role.OFFICER)


def compliance_authorities(user: Any) -> QuerySet[Authority]:
    """Whose figures the person may ask for and read: officers and auditors those of their own
    authorities, platform administrators all."""
    return served_authorities(user, Role.OFFICER, Role.AUDITOR)


def readable_runs(user: Any) -> ComplianceRunQuerySet:
    """The answers about those authorities."""
    runs: ComplianceRunQuerySet = ComplianceRun.objects.filter(
        authority__in=compliance_authorities(user)
    )
    return runs.select_related("authority", "run_by").defer("marks")


def may_ask_compliance(request: HttpRequest) -> bool:
    """Licensing officers, auditors and platform administrators."""
    return holds(request, Role.OFFICER, Role.AUDITOR)


def checker_places(user: Any) -> QuerySet[CheckerMember]:
    """The organisations for which the person may check now; each asks about one authority."""
    places = CheckerMember.objects.of(user).in_force()
    return places.select_related("organisation__authority").order_by("organisation__name", "pk")


def is_contact(user: Any, organisation: CheckerOrganisation) -> bool:
    """Who may invite and end colleagues for the organisation."""
    places = CheckerMember.objects.of(user).in_force()
    return places.filter(organisation=organisation.pk, is_contact=True).exists()


def may_decide_checkers(user: Any, *, authority_id: int) -> bool:
    """Licensing officers of the authority, and platform administrators."""
    return served_authorities(user, Role.OFFICER).filter(pk=authority_id).exists()


def may_see_checkers(request: HttpRequest) -> bool:
    """Officers, auditors and platform administrators; each sees their own authority's alone."""
    return holds(request, Role.OFFICER, Role.AUDITOR)


def trend_authorities(user: Any) -> QuerySet[Authority]:
    """Whose trends and packs the person may read: officers and auditors those of their own
    authorities, a platform administrator all."""
    return served_authorities(user, Role.OFFICER, Role.AUDITOR)


def gap_authorities(user: Any) -> QuerySet[Authority]:
    """Whose gaps by language and by help they may read (R54): nobody who handles cases. So those of
    which the person is an auditor and not an officer too; a platform administrator all."""
    served = served_authorities(user, Role.AUDITOR)
    return (
        served if user.is_superuser else served.exclude(pk__in=authorities_of(user, Role.OFFICER))
    )


def may_note_alert(user: Any, alert: TrendAlert) -> bool:
    """Licensing officers of the authority that it is about."""
    return has_role(user, Role.OFFICER, authority=alert.authority)


def reads_drivers(request: HttpRequest) -> bool:
    """Licensing officers, auditors and platform administrators; each sees their own authority's
    drivers alone."""
    return holds(request, Role.OFFICER, Role.AUDITOR)


def readable_licences(user: Any) -> LicenceQuerySet:
    """The licences whose driver the person may read about: of the authorities at which they are an
    officer or auditor now, for platform administrators all. Never one that they, or somebody in
    whom they declared an interest, holds or held before (R47)."""
    own: LicenceQuerySet = Licence.objects.filter(
        authority__in=served_authorities(user, Role.OFFICER, Role.AUDITOR)
    )
    held_before = Tenure.objects.filter(kept_from(user, place="holder"))
    return own.exclude(kept_from(user, place="holder")).exclude(
        pk__in=held_before.values("licence")
    )


def may_decide_exceptions(user: Any, *, authority: Authority) -> bool:
    """Licensing officers of the driver's authority, and platform administrators."""
    if not user.is_active:
        return False
    return bool(user.is_superuser or has_role(user, Role.OFFICER, authority=authority))


def readable_exceptions(user: Any) -> TrainingExceptionQuerySet:
    """Those about drivers of whom the person may read."""
    return TrainingException.objects.filter(licence__in=readable_licences(user))


def possible_deciders(asked: TrainingException) -> list[User]:
    """Who may grant or decline it: the other officers of the authority, but nobody who has to do
    with the driver."""
    officers = Membership.objects.current().filter(
        role=Role.OFFICER, authority=asked.licence.authority_id
    )
    others = User.objects.filter(pk__in=officers.values("user"), is_active=True)
    holder = asked.licence.holder
    return [
        person
        for person in others.exclude(pk=asked.proposed_by_id).order_by("pk")
        if holder is None or may_deal_with(person, holder)
    ]


def readable_requirements(user: Any) -> RequirementQuerySet:
    """Officers and auditors, of their own authority and the national ones; administrators all."""
    found: RequirementQuerySet = Requirement.objects.filter(readable_rules(user))
    return found


def knows_driver(user: Any, *, authority: Authority | None) -> bool:
    """Whether the person, or somebody in whom they declared an interest, holds a licence of the
    authority (of any, if none is given) or held one before (R47). Whoever does is given no list of
    some of its drivers: with the total beside it, who is left out could be worked out."""
    held = Licence.objects.all() if authority is None else authority.licences.all()
    hidden = known_people(user)
    found = held.filter(Q(holder__in=hidden) | Q(tenures__holder__in=hidden))
    return bool(hidden) and found.exists()


def may_count_touched(user: Any, rule: Requirement) -> bool:
    """Whether whoever may read the rule may see how many drivers it touches, and who they are. A
    national rule touches those of every authority, whose numbers are no other's to know."""
    return rule.authority_id is not None or may_decide_rules(user, authority=None)


def pack_authorities(user: Any) -> QuerySet[Authority]:
    """The authorities of which the person may make a pack, or enter training of members: those at
    which they are a licensing officer now, for platform administrators all."""
    return served_authorities(user, Role.OFFICER)


def pack_readers_authorities(user: Any) -> QuerySet[Authority]:
    """The authorities whose packs and lists of signed training the person may read: those at which
    they are an officer or auditor now, for platform administrators all."""
    return served_authorities(user, Role.OFFICER, Role.AUDITOR)


def committee_licences(user: Any) -> LicenceQuerySet:
    """The licences of which the person may make a committee pack: readable ones of the authorities
    at which they are a licensing officer now."""
    return readable_licences(user).filter(authority__in=pack_authorities(user))


def readable_committee_packs(user: Any) -> QuerySet[CommitteePack]:
    """Packs about drivers of whom the person may read now (R47), whoever made them."""
    return CommitteePack.objects.filter(licence__in=readable_licences(user))


def own_memberships(user: Any) -> QuerySet[Membership]:
    """The roles for which the person signs their own training: as a councillor or officer now."""
    held = Membership.objects.of(user).current().filter(role__in=[Role.COUNCILLOR, Role.OFFICER])
    return held.select_related("authority")


def decidable_signatures(user: Any) -> QuerySet[SignedTraining]:
    """Signatures that wait for the person's own: of members of the authorities at which they are a
    licensing officer now; never their own, nor that of somebody they know (R47)."""
    waiting = SignedTraining.objects.waiting().filter(authority__in=pack_authorities(user))
    return waiting.exclude(signed_by=user.pk).exclude(kept_from(user, place="signed_by__learner"))


def workable_licences(user: Any) -> LicenceQuerySet:
    """Those of the above about whose driver the person may write something down: licensing
    officers, at their own authorities, and nobody else."""
    own: LicenceQuerySet = readable_licences(user).filter(
        authority__in=authorities_of(user, Role.OFFICER)
    )
    return own


def possible_owners(authorities: Any) -> QuerySet[User]:
    """The licensing officers of these authorities, to whom something can be given to do."""
    officers = Membership.objects.current().filter(role=Role.OFFICER, authority__in=authorities)
    found = User.objects.filter(pk__in=officers.values("user"), is_active=True)
    return found.order_by("first_name", "last_name", "email")


def desk_authorities(user: Any) -> QuerySet[Authority]:
    """The authorities whose drivers the person may read about; see ``readable_licences``."""
    return served_authorities(user, Role.OFFICER, Role.AUDITOR).order_by("name")


def writing_authorities(user: Any) -> QuerySet[Authority]:
    """The authorities about whose drivers the person may write something down."""
    return authorities_of(user, Role.OFFICER).order_by("name")


def readable_acceptances(user: Any) -> "QuerySet[Acceptance]":
    """The rules of the authorities at which the person is an officer or auditor now; all for
    platform administrators. The other authority that a rule names has no page of it: it holds the
    words and the names of the authority that decided."""
    rules: QuerySet[Acceptance] = Acceptance.objects.filter(readable_rules(user))
    return rules.select_related(
        "authority", "from_authority", "course", "proposed_by", "approved_by"
    )


def kept_elsewhere(user: Any, *records: Learner) -> bool:
    """Whether anything of these records, or of those that went into them, belongs to an authority
    at which the person is no licensing officer now; never for platform administrators."""
    if user.is_superuser:
        return False
    pks = [record.pk for record in records]
    into = Q(succeeded_by__in=pks) | Q(succeeded_by__succeeded_by__in=pks)
    of = Learner.objects.filter(Q(pk__in=pks) | into)
    first, *others = (
        of,
        Licence.objects.filter(holder__in=of),
        LicenceClaim.objects.waiting().filter(learner__in=of),
        Enrolment.objects.filter(learner__in=of),
        Sitting.objects.filter(learner__in=of),
        Evidence.objects.filter(learner__in=of),
        Certificate.objects.filter(learner__in=of),
    )
    found = first.order_by().values("authority")
    found = found.union(*(other.order_by().values("authority") for other in others))
    named = {row["authority"] for row in found} - {None}
    return bool(named.difference(authorities_of(user, Role.OFFICER).values_list("pk", flat=True)))


def readable_rechecks(user: Any) -> RecheckQuerySet:
    """The unannounced checks of the authorities at which the person is an officer or auditor now;
    for platform administrators all."""
    own: RecheckQuerySet = Recheck.objects.filter(authority__in=desk_authorities(user))
    return own.select_related("authority", "planned_by", "drawn", "call_off__called_off_by")


def plannable_rechecks(user: Any) -> RecheckQuerySet:
    """Those that the person may call off, as a licensing officer of the authority."""
    return readable_rechecks(user).filter(authority__in=writing_authorities(user))


def recordable_drivers(user: Any) -> QuerySet[DrawnDriver]:
    """The drawn drivers about whom the person may write what came of the check: of the licences
    about which they may write anything down, so nobody whom they know (R47)."""
    drivers = DrawnDriver.objects.filter(licence__in=workable_licences(user))
    return drivers.select_related("drawn__recheck__authority", "licence")
