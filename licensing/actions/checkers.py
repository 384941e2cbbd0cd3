"""Changes to who may check drivers' training for an organisation."""

import hashlib
import secrets
from datetime import datetime, timedelta

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.template.loader import render_to_string
from django.urls import reverse

from licensing import perms
from licensing.models import CheckerInvitation, CheckerMember, CheckerOrganisation
from outbox.actions import queue_email
from people.actions import role_group
from people.models import User
from people.refusals import Refused

INVITED_FOR = timedelta(days=7)
GROUP = "checker"
Decision = CheckerOrganisation.Decision


class CheckersRefused(Refused):
    """``code``: ``not_allowed``, ``own_proposal``, ``oneself``, ``decided``, ``ended``,
    ``no_reason``, ``same_name``, ``here_already``, ``too_late``, ``other_address``."""


@transaction.atomic
def propose_organisation(
    *, organisation: CheckerOrganisation, by: User, now: datetime
) -> CheckerOrganisation:
    """Write down that an organisation should be able to check; nobody can until another officer
    has approved it. A repeat is refused: there is one of that name. Raises CheckersRefused."""
    if not perms.may_decide_checkers(by, authority_id=organisation.authority_id):
        raise CheckersRefused("not_allowed")
    _refuse_own_address(organisation.contact_email, by)
    same = CheckerOrganisation.objects.filter(
        authority=organisation.authority_id, name__iexact=organisation.name, ended_at=None
    )
    if same.exclude(decision=Decision.DECLINED).exists():
        raise CheckersRefused("same_name")
    organisation.proposed_by, organisation.proposed_at = by, now
    organisation.save()
    return organisation


@transaction.atomic
def approve_organisation(
    *, organisation: CheckerOrganisation, by: User, now: datetime
) -> CheckerOrganisation:
    """Let the organisation check, and invite its contact. A repeat returns it unchanged and invites
    nobody. Raises CheckersRefused for whoever proposed it and for its contact."""
    organisation = _locked(organisation)
    if organisation.decision == Decision.APPROVED:
        return organisation
    _refuse_second(organisation, by)
    _refuse_own_address(organisation.contact_email, by)
    organisation.decision = Decision.APPROVED
    organisation.decided_by, organisation.decided_at = by, now
    organisation.save()
    _invite(
        organisation,
        name=organisation.contact_name,
        email=organisation.contact_email,
        is_contact=True,
        by=by,
        now=now,
    )
    return organisation


@transaction.atomic
def decline_organisation(
    *, organisation: CheckerOrganisation, reason: str, by: User, now: datetime
) -> CheckerOrganisation:
    """Say no, with the reason; it can be proposed again. A repeat returns the first decision.
    Raises CheckersRefused."""
    organisation = _locked(organisation)
    if organisation.decision == Decision.DECLINED:
        return organisation
    _refuse_second(organisation, by)
    if not reason.strip():
        raise CheckersRefused("no_reason")
    organisation.decision, organisation.decision_reason = Decision.DECLINED, reason.strip()
    organisation.decided_by, organisation.decided_at = by, now
    organisation.save()
    return organisation


@transaction.atomic
def end_organisation(
    *, organisation: CheckerOrganisation, reason: str, by: User, now: datetime
) -> CheckerOrganisation:
    """Nobody checks for it from the next request on; its receipts stay on record. The first end
    stands: a repeat returns it. Raises CheckersRefused."""
    organisation = _locked(organisation)
    if not perms.may_decide_checkers(by, authority_id=organisation.authority_id):
        raise CheckersRefused("not_allowed")
    if organisation.ended_at is not None:
        return organisation
    if organisation.decision != Decision.APPROVED:
        raise CheckersRefused("decided")
    if not reason.strip():
        raise CheckersRefused("no_reason")
    organisation.ended_at, organisation.ended_by = now, by
    organisation.end_reason = reason.strip()
    organisation.save()
    for member in organisation.members.current().select_related("user"):
        _drop_link(member.user)
    return organisation


@transaction.atomic
def invite_checker(
    *,
    organisation: CheckerOrganisation,
    name: str,
    email: str,
    by: User,
    now: datetime,
    is_contact: bool = False,
) -> CheckerInvitation:
    """Send somebody the link by which they join. While one is open, a repeat returns it and sends
    nothing; afterwards there is a new one. A contact may invite colleagues, an officer a contact
    as well. Raises CheckersRefused; also for one's own address."""
    organisation = _locked(organisation)
    officer = perms.may_decide_checkers(by, authority_id=organisation.authority_id)
    if not officer and (is_contact or not perms.is_contact(by, organisation)):
        raise CheckersRefused("not_allowed")
    if not organisation.is_in_force:
        raise CheckersRefused("ended")
    _refuse_own_address(email, by)
    here = organisation.members.current().filter(user__email__iexact=email)
    if here.exists():
        raise CheckersRefused("here_already")
    return _invite(organisation, name=name, email=email, is_contact=is_contact, by=by, now=now)


@transaction.atomic
def join(*, token: str, user: User | None, now: datetime) -> CheckerMember:
    """Use an invitation. ``user`` is whoever is signed in; without one an account is made for the
    address, whose owner the link came to, with no password yet: it is set by the usual way.

    A repeat by the same person returns their place. Raises CheckersRefused: ``too_late`` for a
    link that is used, withdrawn, too old or unknown, ``other_address`` for somebody else's.
    """
    found = CheckerInvitation.objects.filter(token_hash=hash_of(token))
    invitation = found.select_related("organisation").first()
    if invitation is None:
        raise CheckersRefused("too_late")
    organisation = _locked(invitation.organisation)
    invitation.refresh_from_db()  # Whoever was first to lock it may have used the link.
    mine = CheckerMember.objects.current().filter(invitation=invitation, user=user).first()
    if mine is not None and user is not None and organisation.is_in_force:
        return mine
    if not usable(invitation, organisation, now=now):
        raise CheckersRefused("too_late")
    user = user or _account_for(invitation)
    _refuse_joining(user, invitation, organisation)
    invitation.accepted_at = now
    invitation.save(update_fields=["accepted_at"])
    user.groups.add(checker_group())
    return CheckerMember.objects.create(
        organisation=organisation,
        user=user,
        invitation=invitation,
        inviter=invitation.invited_by,
        is_contact=invitation.is_contact,
        joined_at=now,
    )


@transaction.atomic
def end_member(*, member: CheckerMember, by: User, now: datetime) -> CheckerMember:
    """The person checks no more for the organisation, from the next request on, and nobody joins
    by an invitation that they sent: it could be to themselves. The first end stands: a repeat
    returns it. Raises CheckersRefused for whoever is neither an officer of the authority nor the
    organisation's contact."""
    organisation = _locked(member.organisation)
    member = CheckerMember.objects.select_related("user").get(pk=member.pk)
    _refuse_outsider(organisation, by)
    if member.ended_at is None:
        member.ended_at, member.ended_by = now, by
        member.save(update_fields=["ended_at", "ended_by"])
        sent = organisation.invitations.filter(invited_by=member.user_id)
        sent.filter(accepted_at=None, withdrawn_at=None).update(withdrawn_at=now)
        _drop_link(member.user)
    return member


@transaction.atomic
def withdraw_invitation(
    *, invitation: CheckerInvitation, by: User, now: datetime
) -> CheckerInvitation:
    """Nobody joins by its link any more. The first withdrawal stands: a repeat returns it. Raises
    CheckersRefused as ending somebody does, and for an invitation that somebody has used."""
    organisation = _locked(invitation.organisation)
    invitation = organisation.invitations.get(pk=invitation.pk)
    _refuse_outsider(organisation, by)
    if invitation.accepted_at is not None:
        raise CheckersRefused("decided")
    if invitation.withdrawn_at is None:
        invitation.withdrawn_at = now
        invitation.save(update_fields=["withdrawn_at"])
    return invitation


def _refuse_outsider(organisation: CheckerOrganisation, by: User) -> None:
    officer = perms.may_decide_checkers(by, authority_id=organisation.authority_id)
    if not officer and not perms.is_contact(by, organisation):
        raise CheckersRefused("not_allowed")


def _refuse_joining(
    user: User, invitation: CheckerInvitation, organisation: CheckerOrganisation
) -> None:
    if user.email.lower() != invitation.email.lower():
        raise CheckersRefused("other_address")
    let_in_by = (organisation.proposed_by_id, organisation.decided_by_id, invitation.invited_by_id)
    if user.pk in let_in_by:
        raise CheckersRefused("oneself")
    if organisation.members.current().filter(user=user).exists():
        raise CheckersRefused("here_already")


def usable(
    invitation: CheckerInvitation, organisation: CheckerOrganisation, *, now: datetime
) -> bool:
    unused = invitation.accepted_at is None and invitation.withdrawn_at is None
    return unused and now < invitation.expires_at and organisation.is_in_force


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def checker_group() -> Group:
    """Shows the links to the check pages; whether somebody may check is asked of their place."""
    group = role_group(GROUP)
    group.permissions.add(
        Permission.objects.get(content_type__app_label="licensing", codename="add_checkreceipt")
    )
    return group


def _drop_link(user: User) -> None:
    if not perms.checker_places(user).exists():
        user.groups.remove(role_group(GROUP))


def _locked(organisation: CheckerOrganisation) -> CheckerOrganisation:
    rows = CheckerOrganisation.objects.select_related("authority")
    return rows.select_for_update(of=("self",), no_key=True).get(pk=organisation.pk)


def _refuse_second(organisation: CheckerOrganisation, by: User) -> None:
    if not perms.may_decide_checkers(by, authority_id=organisation.authority_id):
        raise CheckersRefused("not_allowed")
    if organisation.decision:
        raise CheckersRefused("decided")
    if organisation.proposed_by_id == by.pk:
        raise CheckersRefused("own_proposal")


def _refuse_own_address(email: str, by: User) -> None:
    if email.lower() == by.email.lower():
        raise CheckersRefused("oneself")


def _account_for(invitation: CheckerInvitation) -> User:
    """An account that nobody had; where there is one, its owner signs in first."""
    email = invitation.email.lower()
    if User.objects.filter(email__iexact=email).exists():
        raise CheckersRefused("other_address")
    first, _, last = invitation.name.rpartition(" ")
    user = User.objects.create_user(
        email, first_name=(first or last)[:150], last_name=(last if first else "")[:150]
    )
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    return user


def _invite(
    organisation: CheckerOrganisation,
    *,
    name: str,
    email: str,
    is_contact: bool,
    by: User,
    now: datetime,
) -> CheckerInvitation:
    earlier = organisation.invitations.filter(
        email__iexact=email, accepted_at=None, withdrawn_at=None
    )
    waiting = earlier.filter(expires_at__gt=now).first()
    if waiting is not None:
        return waiting
    for expired in earlier:
        expired.withdrawn_at = now
        expired.save(update_fields=["withdrawn_at"])
    token = secrets.token_urlsafe(32)
    invitation = CheckerInvitation.objects.create(
        organisation=organisation,
        name=" ".join(name.split()),
        email=email.lower(),
        is_contact=is_contact,
        token_hash=hash_of(token),
        invited_by=by,
        invited_at=now,
        expires_at=now + INVITED_FOR,
    )
    _send_link(invitation, token, now)
    return invitation


def _send_link(invitation: CheckerInvitation, token: str, now: datetime) -> None:
    context = {
        "organisation": invitation.organisation,
        "invitation": invitation,
        "page": settings.SITE_URL + reverse("join_checkers", args=[token]),
    }
    queue_email(
        key=f"checker-invitation:{invitation.pk}",
        to=invitation.email,
        subject=render_to_string("licensing/email/checker_invitation_subject.txt", context),
        body=render_to_string("licensing/email/checker_invitation_body.txt", context).strip(),
        now=now,
        secret=True,
    )
