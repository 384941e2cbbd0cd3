"""Approved organisations and people who check for them."""

import itertools
from datetime import timedelta
from typing import Any

from licensing.actions.checkers import approve_organisation, checker_group, propose_organisation
from licensing.models import CheckerMember, CheckerOrganisation
from people.models import Authority, User
from tests.conftest import NOON
from tests.factories import UserFactory, staff

EARLIER = NOON - timedelta(days=2)
names = itertools.count(1)


def proposed(authority: Authority, **fields: Any) -> CheckerOrganisation:
    number = next(names)
    given: dict[str, Any] = {
        "kind": CheckerOrganisation.Kind.CHILDRENS_HOME,
        "name": f"Fir Tree House {number}",
        "contact_name": "Cleo Contact",
        "contact_email": f"contact-{number}@example.org",
        "reason": "It logs each taxi journey of the children.",
        **fields,
    }
    return propose_organisation(
        organisation=CheckerOrganisation(authority=authority, **given),
        by=staff("officer", authority, EARLIER),
        now=EARLIER,
    )


def approved(authority: Authority, **fields: Any) -> CheckerOrganisation:
    organisation = proposed(authority, **fields)
    by = staff("officer", authority, EARLIER)
    return approve_organisation(organisation=organisation, by=by, now=EARLIER)


def operator(authority: Authority, reference: str = "OP-1", **fields: Any) -> CheckerOrganisation:
    kind = CheckerOrganisation.Kind.OPERATOR
    return approved(authority, kind=kind, operator_reference=reference, **fields)


def checker_of(
    organisation: CheckerOrganisation, *, is_contact: bool = False, user: User | None = None
) -> User:
    """Somebody who joined the organisation by an invitation."""
    user = user or UserFactory()
    inviter = organisation.decided_by
    CheckerMember.objects.create(
        organisation=organisation,
        user=user,
        inviter=inviter,
        invitation=organisation.invitations.create(
            name="Somebody",
            email=user.email,
            token_hash=f"hash-{next(names)}",
            invited_by=inviter,
            invited_at=EARLIER,
            expires_at=NOON,
            accepted_at=EARLIER,
        ),
        is_contact=is_contact,
        joined_at=EARLIER,
    )
    user.groups.add(checker_group())
    return user
