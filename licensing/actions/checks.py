"""What is written down when an organisation looks at drivers' training."""

import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet

from certificates import reference
from certificates.renewal import london_day
from licensing import checking, perms
from licensing.actions.checkers import CheckersRefused
from licensing.actions.receipt_words import words_of
from licensing.answers import training_status, training_statuses
from licensing.models import CheckerOrganisation, CheckReceipt, OperatorLook
from people.models import Authority, Learner, Licence, Tenure, User
from people.models.register import normalise_number

WINDOW, DAY = timedelta(minutes=1), timedelta(days=1)
OF_ONE_PERSON, OF_AN_ORGANISATION = 30, 90
IN_A_DAY = 2_000  # Of an organisation: more than anybody reads off badges, few enough for guessing.
AT_ONCE = 500  # Licences that one statement answers for while a long list is written.
NOTE_LOOKS = """
INSERT INTO licensing_operatorlook (organisation_id, licence_id, learner_id, day, by_id, at)
SELECT %(organisation)s, l.id, l.holder_id, %(day)s, %(by)s, %(now)s
FROM people_licence l WHERE l.id = ANY(%(licences)s)
ON CONFLICT DO NOTHING
"""


class TooManyChecks(Exception):
    """Nothing more is answered for ``seconds``."""

    def __init__(self, seconds: int) -> None:
        super().__init__(seconds)
        self.seconds = seconds


@dataclass(frozen=True)
class Line:
    """What an operator sees of one driver: the number, the state and a day."""

    number: str
    told: checking.Told


@transaction.atomic
def check(
    *,
    organisation: CheckerOrganisation,
    number: str,
    as_at: date,
    purpose: str,
    purpose_words: str,
    key: UUID,
    by: User,
    now: datetime,
) -> CheckReceipt:
    """Answer whether the training requirement was met on the London day ``as_at``, and keep the
    answer as a receipt.

    A number that is not there, that nobody in training held, or that is another authority's gets
    one and the same answer by one and the same way. The same form sent again returns its receipt.
    Raises CheckersRefused for whoever may not check now and for a day to come, TooManyChecks.
    """
    rows = CheckerOrganisation.objects.select_related("authority")
    locked = rows.select_for_update(of=("self",), no_key=True).get(pk=organisation.pk)
    if not perms.checker_places(by).filter(organisation=locked).exists():
        raise CheckersRefused("not_allowed")
    if as_at > london_day(now):
        raise CheckersRefused("in_the_future")
    number = normalise_number(number)
    asked = {"organisation": locked, "by": by, "key": key, "number": number, "as_at": as_at}
    before = CheckReceipt.objects.filter(**asked).first()
    if before is not None:
        return before
    _refuse_too_many(locked, by, now)
    receipt = CheckReceipt(
        **asked, purpose=purpose, purpose_words=" ".join(purpose_words.split()), at=now
    )
    return _answered(receipt)


@transaction.atomic
def open_again(receipt: CheckReceipt, *, by: User, now: datetime) -> bool:
    """Whether the answer to the same question about the same day would be another one by what is on
    record at ``now``; and note for the driver, once a day, that it was looked at again. The day on
    which it was asked is on record with the receipt. A repeat on the same day notes nothing.
    ``receipt`` is one that found somebody."""
    day = london_day(now)
    if day != london_day(receipt.at):
        look = OperatorLook(
            organisation=receipt.organisation,
            licence=receipt.licence,
            learner=receipt.learner,
            receipt=receipt,
            day=day,
            by=by,
            at=now,
        )
        OperatorLook.objects.bulk_create([look], ignore_conflicts=True)
    told, _, _ = _answer(receipt.authority, receipt.number, receipt.as_at, now)
    return bool(_facts(told) != receipt.answer)


def linked_drivers(organisation: CheckerOrganisation, *, today: date) -> QuerySet[Licence]:
    """The licences that the register has as current or suspended, in their term, with this
    operator, as it is now: whoever the register moves is gone at once."""
    in_term = Q(starts_on=None) | Q(starts_on__lte=today)
    in_term &= Q(expires_on=None) | Q(expires_on__gte=today)
    held = Licence.objects.filter(
        in_term,
        authority=organisation.authority_id,
        operator_reference=organisation.operator_reference,
        state__in=[Licence.State.CURRENT, Licence.State.SUSPENDED],
    )
    wanted = held if organisation.is_operator else held.none()
    return wanted.only("pk", "number").order_by("number")


@transaction.atomic
def show_drivers(
    *,
    organisation: CheckerOrganisation,
    licences: Iterable[Licence],
    by: User,
    today: date,
    now: datetime,
) -> list[Line]:
    """The state of these licences of the operator's own list, and note for each, once a day, that
    it was looked at. A repeat on the same day notes nothing."""
    shown = list(licences)
    parameters: dict[str, Any] = {
        "organisation": organisation.pk,
        "licences": [licence.pk for licence in shown],
        "day": today,
        "by": by.pk,
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute(NOTE_LOOKS, parameters)
    numbers = [licence.number for licence in shown]
    found = training_statuses(
        authority=organisation.authority_id, numbers=numbers, as_at=today, known_at=now
    )
    return [
        Line(number, checking.tell(found[number].requirements))
        for number in numbers
        if number in found  # The register may have changed since they were listed.
    ]


def show_all_drivers(
    *, organisation: CheckerOrganisation, by: User, today: date, now: datetime
) -> Iterator[Line]:
    """The same for the whole list, in the memory of a part of it."""
    wanted = linked_drivers(organisation, today=today).iterator(chunk_size=AT_ONCE)
    while part := list(islice(wanted, AT_ONCE)):
        yield from show_drivers(
            organisation=organisation, licences=part, by=by, today=today, now=now
        )


def _answered(receipt: CheckReceipt) -> CheckReceipt:
    receipt.authority, receipt.known_at = receipt.organisation.authority, receipt.at
    told, receipt.licence, receipt.learner = _answer(
        receipt.authority, receipt.number, receipt.as_at, receipt.at
    )
    receipt.answer = _facts(told)
    receipt.reference = reference.make(secrets.token_bytes(reference.RANDOM_LENGTH))
    receipt.words = json.dumps(words_of(receipt, told), ensure_ascii=False)
    receipt.digest = hashlib.sha256(receipt.words.encode()).hexdigest()
    receipt.save()
    return receipt


def _facts(told: checking.Told | None) -> dict[str, Any]:
    return {"found": True, **told.facts()} if told else {"found": False}


def _answer(
    authority: Authority, number: str, as_at: date, now: datetime
) -> tuple[checking.Told | None, Licence | None, Learner | None]:
    """The three questions are asked whatever the first ones find, so that time tells nothing."""
    status = training_status(authority=authority, number=number, as_at=as_at, known_at=now)
    licence = (
        Licence.objects.numbered(authority=authority, number=number)
        .select_related("holder")
        .first()
    )
    earlier = Tenure.objects.filter(
        licence__authority=authority, licence__number=number, ended_on__gte=as_at
    )
    tenure = earlier.select_related("holder").order_by("pk").first()
    learner = tenure.holder if tenure else licence.holder if licence else None
    if status is None or licence is None or learner is None:
        return None, None, None
    return checking.tell(status.requirements), licence, learner


def _refuse_too_many(organisation: CheckerOrganisation, by: User, now: datetime) -> None:
    """Counted in the receipts, which nothing can be asked without; the organisation is locked."""
    recent = CheckReceipt.objects.filter(organisation=organisation, at__gt=now - DAY)
    asked = [
        (now - at, checking.weight(found=licence is not None), who)
        for at, licence, who in recent.values_list("at", "licence_id", "by_id")
    ]
    of_all = [(age, counts) for age, counts, _ in asked]
    of_person = [(age, counts) for age, counts, who in asked if who == by.pk]
    limits = (
        (of_person, OF_ONE_PERSON, WINDOW),
        (of_all, OF_AN_ORGANISATION, WINDOW),
        (of_all, IN_A_DAY, DAY),
    )
    seconds = max(
        checking.seconds_to_wait(
            [one for one in counted if one[0] < window], limit=limit, window=window
        )
        for counted, limit, window in limits
    )
    if seconds:
        raise TooManyChecks(seconds)
