"""Changes to people and the register."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import connection, transaction

from people import perms
from people.models import (
    Audience,
    Authority,
    Interest,
    Learner,
    Licence,
    LicenceClaim,
    Membership,
    User,
)
from people.models.register import normalise_number
from people.refusals import Refused

MAX_CLAIMS = 5
# Django's own way to write many different values costs seconds for a thousand rows.
HOLD_MANY = """
UPDATE people_licence AS l SET holder_id = pair.holder_id, held_from = %s
FROM unnest(%s::bigint[], %s::bigint[]) AS pair (id, holder_id)
WHERE l.id = pair.id
"""
CLAIM_WINDOW = timedelta(hours=24)


class InterestRefused(Refused):
    """``code``: ``own_record``, ``no_reason``, ``own_interest``, ``not_allowed``."""


class ClaimOutcome(StrEnum):
    LINKED = "linked"
    SENT_TO_OFFICER = "sent_to_officer"
    TOO_MANY = "too_many"


@transaction.atomic
def register_learner(
    *, user: User, full_name: str, now: datetime, audience: str = Audience.DRIVER
) -> Learner:
    """Make the account a person in training. A repeat returns the learner there is."""
    learner, _ = Learner.objects.get_or_create(
        user=user,
        defaults={
            "full_name": " ".join(full_name.split()),
            "audience": audience,
            "created_at": now,
        },
    )
    return learner


@transaction.atomic
def choose_council(*, learner: Learner, authority: Authority) -> Learner:
    """Note which authority somebody without a licence trains for (R02). The first choice stands:
    a repeat changes nothing, nor does it for a driver, whose licence says it."""
    learner = Learner.objects.select_for_update(of=("self",)).get(pk=learner.pk)
    if learner.authority_id is None and learner.audience != Audience.DRIVER:
        learner.authority = authority
        learner.save(update_fields=["authority"])
    return learner


@transaction.atomic
def choose_language(*, user: User, language: str) -> None:
    """Keep the language of the person's pages and messages. A repeat changes nothing.

    Raises ValueError for a language that the site does not speak.
    """
    if language not in dict(settings.LANGUAGES):
        raise ValueError("The site does not speak this language.")
    user.language = language
    user.save(update_fields=["language"])


@transaction.atomic
def claim_licence(
    *, learner: Learner, authority: Authority, number: str, date_of_birth: date, now: datetime
) -> ClaimOutcome:
    """Link the licence if number and date of birth both match; otherwise leave a request.

    The outcome never says which part was wrong, nor whether the number exists. A licence already
    held by somebody else counts as a mismatch; a record without an account is the claimant's own
    from before, and is taken over. Five unmatched claims in 24 hours are the limit, so that nobody
    can try out dates. Claiming one's own licence again changes nothing.
    """
    # Not against rows that point here: their writer may wait for the licence, which comes next.
    locked = Learner.objects.select_for_update(of=("self",), no_key=True)
    learner = locked.get(pk=learner.pk)
    licence = _matching_licence(learner, authority, number, date_of_birth)
    recent = learner.claims.since(now - CLAIM_WINDOW).exclude(decision=LicenceClaim.Decision.LINKED)
    if recent.count() >= MAX_CLAIMS:
        return ClaimOutcome.TOO_MANY
    if licence is None:
        _leave_request(learner, authority, number, date_of_birth, now)
        return ClaimOutcome.SENT_TO_OFFICER
    if licence.holder_id != learner.pk:
        LicenceClaim.objects.create(
            learner=learner,
            authority=authority,
            number=licence.number,
            date_of_birth=date_of_birth,
            made_at=now,
            decision=LicenceClaim.Decision.LINKED,
            licence=licence,
            decided_at=now,
        )
        _link(licence, learner, now)
    return ClaimOutcome.LINKED


def _matching_licence(
    learner: Learner, authority: Authority, number: str, date_of_birth: date
) -> Licence | None:
    found = Licence.objects.numbered(authority=authority, number=number).select_related("holder")
    licence = found.select_for_update(of=("self",)).first()
    if licence is None or not licence.matches(date_of_birth=date_of_birth):
        return None
    return licence if licence.may_be_held_by(learner) else None


def _leave_request(
    learner: Learner, authority: Authority, number: str, date_of_birth: date, now: datetime
) -> None:
    LicenceClaim.objects.get_or_create(
        learner=learner,
        authority=authority,
        number=normalise_number(number),
        decided_at=None,
        defaults={"date_of_birth": date_of_birth, "made_at": now},
    )


def _link(licence: Licence, learner: Learner, now: datetime) -> None:
    record = licence.holder
    licence.hold(learner, now=now)
    if record is not None and record != learner:
        _take_over(record, learner, now)
    if learner.authority_id is None:
        learner.authority = licence.authority
        learner.save(update_fields=["authority"])


def _take_over(record: Learner, learner: Learner, now: datetime) -> None:
    """The person behind a record without an account has one now. What the record holds in other
    rooms is theirs to carry over."""
    for licence in Licence.objects.select_for_update(of=("self",)).filter(holder=record):
        licence.hold(learner, now=now)
    record.succeeded_by, record.succeeded_at = learner, now
    record.save(update_fields=["succeeded_by", "succeeded_at"])


@transaction.atomic
def hold_without_account(*, licence: Licence, now: datetime) -> Learner:
    """Let whoever the register describes hold the licence before they have an account.

    Returns the holder: where there is one already, nothing changes.
    """
    found = Licence.objects.select_related("authority", "holder")
    licence = found.select_for_update(of=("self",)).get(pk=licence.pk)
    if licence.holder is not None:
        return licence.holder
    record = Learner.objects.create(
        authority=licence.authority, full_name=licence.full_name, created_at=now
    )
    licence.hold(record, now=now)
    return record


@transaction.atomic
def hold_many_without_account(*, licence_ids: Iterable[int], now: datetime) -> None:
    """The same for many licences at once; those that have a holder keep them."""
    free = Licence.objects.filter(pk__in=licence_ids, holder=None)
    licences = list(free.order_by("pk").select_for_update(of=("self",)))
    records = Learner.objects.bulk_create(
        Learner(authority_id=one.authority_id, full_name=one.full_name, created_at=now)
        for one in licences
    )
    pairs = now, [one.pk for one in licences], [record.pk for record in records]
    with connection.cursor() as cursor:
        cursor.execute(HOLD_MANY, pairs)


@transaction.atomic
def decide_claim(
    *, claim: LicenceClaim, licence: Licence | None, by: User, now: datetime
) -> LicenceClaim:
    """Link the claim to ``licence``, or decline it when none is given.

    The first decision stands: a repeat returns it unchanged. A record without an account that
    holds the licence is taken over. Raises ValueError for a licence of another authority, one that
    somebody else holds, or an officer who knows the person.
    """
    claim = LicenceClaim.objects.select_for_update(of=("self",)).get(pk=claim.pk)
    if claim.decided_at is not None:
        return claim
    if perms.conflict(by, claim.learner):
        raise ValueError("Somebody else has to decide about oneself and whom one knows.")
    if licence is not None:
        found = Licence.objects.select_related("holder").select_for_update(of=("self",))
        licence = found.get(pk=licence.pk)
        if licence.authority_id != claim.authority_id:
            raise ValueError("The licence belongs to another authority.")
        if not licence.may_be_held_by(claim.learner):
            raise ValueError("Somebody else holds this licence.")
        _link(licence, claim.learner, now)
    decision = LicenceClaim.Decision.LINKED if licence else LicenceClaim.Decision.DECLINED
    claim.decision, claim.licence, claim.decided_at, claim.decided_by = decision, licence, now, by
    claim.save()
    return claim


@transaction.atomic
def declare_interest(*, user: User, learner: Learner, reason: str, now: datetime) -> Interest:
    """Note that a member of staff knows the person: from the next request on they have nothing to
    do with them (R47). A repeat returns the interest there is. Raises InterestRefused."""
    if perms.conflict(user, learner) == "own_record":
        raise InterestRefused("own_record")
    if not reason.strip():
        raise InterestRefused("no_reason")
    interest, _ = Interest.objects.get_or_create(
        user=user,
        learner=learner,
        ended_at=None,
        defaults={"reason": reason.strip(), "declared_at": now},
    )
    return interest


@transaction.atomic
def end_interest(*, interest: Interest, by: User, now: datetime) -> Interest:
    """Let the member of staff deal with the person again; the declaration stays on record. The
    first end stands: a repeat returns it. Raises InterestRefused for whoever declared it, and for
    whoever is no officer of the person's authority."""
    interest = Interest.objects.select_for_update(of=("self",)).get(pk=interest.pk)
    if interest.user_id == by.pk:
        raise InterestRefused("own_interest")
    if interest.ended_at is not None:
        return interest
    if not perms.endable_interests(by).filter(pk=interest.pk).exists():
        raise InterestRefused("not_allowed")
    interest.ended_at, interest.ended_by = now, by
    interest.save()
    return interest


@transaction.atomic
def grant_membership(
    *, user: User, authority: Authority, role: str, by: User | None, now: datetime
) -> Membership:
    """Give a role and its two groups. A repeat returns the role held already."""
    membership, _ = Membership.objects.get_or_create(
        user=user,
        authority=authority,
        role=role,
        ended_at=None,
        defaults={"granted_at": now, "granted_by": by},
    )
    user.groups.add(role_group(role), role_group(role, authority))
    return membership


@transaction.atomic
def end_membership(*, membership: Membership, by: User, now: datetime) -> None:
    """Take a staff role away: the next request is refused. Repeats do nothing."""
    if membership.ended_at is None:
        membership.end(by=by, now=now)
    user, role = membership.user, membership.role
    user.groups.remove(role_group(role, membership.authority))
    if not Membership.objects.of(user).current().filter(role=role).exists():
        user.groups.remove(role_group(role))


def role_group(role: str, authority: Authority | None = None) -> Group:
    """The group of a role everywhere (what it may do at all), or at one authority (with whose
    courses)."""
    name = role if authority is None else f"{role} {authority.code}"
    return Group.objects.get_or_create(name=name)[0]
