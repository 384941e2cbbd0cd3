"""Lets an invented children's home and an invented operator check, with a sign-in for each."""

from datetime import datetime, timedelta
from uuid import NAMESPACE_URL, uuid5

from certificates.renewal import london_day
from licensing.actions.checkers import approve_organisation, join, propose_organisation
from licensing.actions.checks import check
from licensing.models import CheckerOrganisation
from lms.demo.people import DRIVERS, account
from outbox.actions import withdraw
from outbox.models import Message
from people.models import Authority, Licence, User

OPERATOR_REFERENCE = "OP-301"
# Name, kind, reference, sign-in, first and last name.
ORGANISATIONS = [
    ("Harbour View children's home", "childrens_home", "", "home@demo.example", "Hana", "Home"),
    (
        "Silverline Cars",
        "operator",
        OPERATOR_REFERENCE,
        "operator@demo.example",
        "Oscar",
        "Operator",
    ),
]
AGO = timedelta(days=2)


def load_checkers(authority: Authority, staff: dict[str, User], *, now: datetime) -> None:
    """Propose and approve both as officers do, and link two drivers to the operator; made once.
    Their people have joined already: the demo has nobody who could open an invitation."""
    for name, kind, reference, email, first, last in ORGANISATIONS:
        known = CheckerOrganisation.objects.filter(authority=authority, name=name).first()
        if known is not None:
            continue
        organisation = propose_organisation(
            organisation=CheckerOrganisation(
                authority=authority,
                name=name,
                kind=kind,
                operator_reference=reference,
                contact_name=f"{first} {last}",
                contact_email=email,
                reason="It checks drivers before each journey. An invented organisation.",
            ),
            by=staff["officer@demo.example"],
            now=now - AGO,
        )
        second = staff["second.officer@demo.example"]
        organisation = approve_organisation(organisation=organisation, by=second, now=now - AGO)
        user = account(email, first_name=first, last_name=last)
        _let_in(organisation, user, now - AGO)
        if reference:
            _link_drivers(authority)
        else:
            _check_once(organisation, user, now)


def _link_drivers(authority: Authority) -> None:
    numbers = [DRIVERS[key].number for key in ("passed", "lapsed")]
    unlinked = Licence.objects.filter(
        authority=authority, number__in=numbers, operator_reference=""
    )
    unlinked.update(operator_reference=OPERATOR_REFERENCE)


def _let_in(organisation: CheckerOrganisation, user: User, moment: datetime) -> None:
    """Use the link that was written for them, so that it need not go out."""
    invitation = organisation.invitations.get()
    letter = Message.objects.get(key=f"checker-invitation:{invitation.pk}")
    token = letter.body.partition("/checks/join/")[2].partition("/")[0]
    join(token=token, user=user, now=moment)
    withdraw(message_ids=[letter.pk], reason="The demo used its link.", now=moment)


def _check_once(organisation: CheckerOrganisation, user: User, now: datetime) -> None:
    check(
        organisation=organisation,
        number=DRIVERS["passed"].number,
        as_at=london_day(now),
        purpose="journey",
        purpose_words="Journey log 12",
        key=uuid5(NAMESPACE_URL, organisation.name),
        by=user,
        now=now,
    )
