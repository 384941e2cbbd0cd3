"""An officer's word on a match that no rule could settle (R04)."""

from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from people.importers import LicenceFacts
from people.models import Licence, RegisterDoubt, Tenure, User
from people.register.licences import lock_register, take_over

Kind = RegisterDoubt.Kind
Decision = RegisterDoubt.Decision
CHOICES = (Decision.SAME_PERSON, Decision.ANOTHER_PERSON, Decision.LEFT)
DATES = ("date_of_birth", "starts_on", "expires_on")
EMPTY = LicenceFacts._field_defaults


class DecisionRefused(Exception):
    """The decision cannot be taken as it is; the message says why."""


@transaction.atomic
def decide_doubt(
    *,
    doubt: RegisterDoubt,
    decision: str,
    reason: str,
    by: User,
    now: datetime,
    another_from: date | None = None,
) -> RegisterDoubt:
    """Do with the details that were sent what the officer says.

    *Same person*: the licence takes the new details over; under another number it becomes a further
    licence of that person, held by whoever holds the known one. *Another person*: from
    ``another_from`` on the number is theirs, linked to nobody yet, and who had it before stays on
    record; another number becomes a licence of its own. *Left*: nothing changes.

    The first decision stands: a repeat returns it. Raises DecisionRefused without a reason, without
    a day where one is needed, and for a number that has come into the register since.
    """
    if decision not in CHOICES:
        raise DecisionRefused("There is no such decision.")
    if not reason.strip():
        raise DecisionRefused("A decision has a reason.")
    lock_register(doubt.authority)
    doubt = RegisterDoubt.objects.select_for_update(of=("self",)).get(pk=doubt.pk)
    if doubt.decided_at is not None:
        return doubt
    licence = Licence.objects.select_for_update(of=("self",)).get(pk=doubt.licence_id)
    if decision == Decision.ANOTHER_PERSON and doubt.kind == Kind.OTHER_PERSON:
        _hand_over(doubt, licence, another_from, by, now)
    elif decision == Decision.SAME_PERSON and doubt.kind == Kind.OTHER_PERSON:
        take_over(licence, given_facts(doubt))
    elif decision != Decision.LEFT:
        _add(doubt, licence if decision == Decision.SAME_PERSON else None, now)
    doubt.decision, doubt.reason = decision, reason.strip()
    doubt.decided_at, doubt.decided_by = now, by
    doubt.save()
    return doubt


def given_facts(doubt: RegisterDoubt) -> dict[str, Any]:
    """What was sent, with its days as days."""
    return {
        column: date.fromisoformat(value) if column in DATES and value else value
        for column, value in doubt.given.items()
    }


def _hand_over(
    doubt: RegisterDoubt, licence: Licence, first_day: date | None, by: User, now: datetime
) -> None:
    """Nothing of the one before is left on the licence: it is all in the tenure."""
    if first_day is None:
        raise DecisionRefused("Say from which day the number is the other person's.")
    last = licence.tenures.last()
    if last is not None and first_day <= last.ended_on:
        raise DecisionRefused("On that day somebody before them still had the number.")
    Tenure.objects.create(
        licence=licence,
        holder=licence.holder,
        held_from=licence.held_from,
        kind=licence.kind,
        full_name=licence.full_name,
        date_of_birth=licence.date_of_birth,
        ended_on=first_day - timedelta(days=1),
        doubt=doubt,
        recorded_at=now,
        recorded_by=by,
    )
    take_over(licence, {**EMPTY, **given_facts(doubt), "holder": None, "held_from": None})


def _add(doubt: RegisterDoubt, like: Licence | None, now: datetime) -> None:
    taken = Licence.objects.filter(authority=doubt.authority_id, number=doubt.number)
    if taken.exists():
        raise DecisionRefused("The number has come into the register since.")
    holder = like.holder if like else None
    Licence.objects.create(
        authority=doubt.authority,
        holder=holder,
        held_from=now if holder else None,
        created_at=now,
        **given_facts(doubt),
    )
