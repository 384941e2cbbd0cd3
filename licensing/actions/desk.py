"""What officers write down about drivers. Nothing here touches a licence or a certificate (R44)."""

from collections.abc import Collection, Iterable
from datetime import date, datetime

from django.db import transaction

from licensing import perms
from licensing.models import DriverContact, NextAction
from people.models import Licence, User
from people.refusals import Refused

State, What = NextAction.State, NextAction.What
LONGEST_DUE = 366  # Days ahead; a later day is a slip of the pen.


class DeskRefused(Refused):
    """``code``: ``not_allowed``, ``not_an_officer``, ``owners_interest``, ``wrong_day``,
    ``no_words``, ``not_planned``, ``in_the_future`` or ``earlier_holder``."""


@transaction.atomic
def plan_next_action(
    *,
    licences: Iterable[Licence],
    what: str,
    owner: User,
    due_on: date,
    by: User,
    now: datetime,
    today: date,
    note: str = "",
) -> list[NextAction]:
    """Say for each of the drivers what is to be done next, in the place of what was said before.

    All of them or none. A repeat writes nothing: it gives back the entry that says the same.
    Raises DeskRefused.
    """
    note = note.strip()
    if what == What.OTHER and not note:
        raise DeskRefused("no_words")
    if not 0 <= (due_on - today).days <= LONGEST_DUE:
        raise DeskRefused("wrong_day")
    locked = _locked(licences, by)
    _refuse_owner(locked, owner)
    said = {"state": State.PLANNED, "what": what, "note": note, "owner": owner, "due_on": due_on}
    before = _latest(locked)
    written = [
        NextAction(
            licence=licence, full_name=licence.full_name, written_at=now, written_by=by, **said
        )
        for licence in locked
        if not _says(before.get(licence.pk), said)
    ]
    NextAction.objects.bulk_create(written)
    new = {entry.licence_id: entry for entry in written}
    return [new.get(licence.pk) or before[licence.pk] for licence in locked]


@transaction.atomic
def end_next_action(
    *, action: NextAction, state: str, by: User, now: datetime, note: str = ""
) -> NextAction:
    """Write that what was planned is done or cancelled; a cancellation says why.

    A repeat gives the entry that ended it. Raises DeskRefused, also for what a later entry has
    taken the place of.
    """
    if state not in {State.DONE, State.CANCELLED}:
        raise DeskRefused("not_planned")
    if state == State.CANCELLED and not note.strip():
        raise DeskRefused("no_words")
    (licence,) = _locked([action.licence], by)
    ended: NextAction | None = NextAction.objects.filter(ends=action).first()
    if ended is not None:
        return ended
    latest = _latest([licence]).get(licence.pk)
    if latest is None or latest.pk != action.pk or action.state != State.PLANNED:
        raise DeskRefused("not_planned")
    what = note.strip() or action.note
    return NextAction.objects.create(
        licence=licence,
        full_name=licence.full_name,
        state=state,
        what=action.what,
        note=what,
        owner=action.owner,
        due_on=action.due_on,
        ends=action,
        written_at=now,
        written_by=by,
    )


@transaction.atomic
def log_contact(
    *,
    licence: Licence,
    source: str,
    way: str,
    contacted_at: datetime,
    said: str,
    asks_for_decision: bool,
    by: User,
    now: datetime,
    source_name: str = "",
    corrects: DriverContact | None = None,
) -> DriverContact:
    """Put on record that somebody spoke to the authority about the driver.

    Exactly the same by the same officer, sent twice, is one entry. Raises DeskRefused.
    """
    if not said.strip():
        raise DeskRefused("no_words")
    if contacted_at > now:
        raise DeskRefused("in_the_future")
    (licence,) = _locked([licence], by)
    if corrects is not None:
        _refuse_correcting(corrects, licence)
    told = {
        "licence": licence,
        "full_name": licence.full_name,
        "source": source,
        "source_name": source_name.strip(),
        "way": way,
        "contacted_at": contacted_at,
        "said": said.strip(),
        "asks_for_decision": asks_for_decision,
        "corrects": corrects,
        "written_by": by,
    }
    same = DriverContact.objects.filter(**told).first()
    return same or DriverContact.objects.create(written_at=now, **told)


def _refuse_correcting(corrects: DriverContact, licence: Licence) -> None:
    """The licence is locked: nobody hands it over meanwhile."""
    if corrects.licence_id != licence.pk:
        raise DeskRefused("not_allowed")
    if not DriverContact.objects.about_holder().filter(pk=corrects.pk).exists():
        raise DeskRefused("earlier_holder")


def _locked(licences: Iterable[Licence], by: User) -> list[Licence]:
    """The licences, held until the transaction ends: whoever writes about the same driver waits.
    Raises DeskRefused unless the person may work on every one of them."""
    wanted = {licence.pk for licence in licences}
    allowed = perms.workable_licences(by).filter(pk__in=wanted)
    found = list(
        Licence.objects.filter(pk__in=allowed.values("pk"))
        .order_by("pk")
        .select_for_update(no_key=True)
    )
    if len(found) != len(wanted):
        raise DeskRefused("not_allowed")
    return found


def _refuse_owner(licences: Collection[Licence], owner: User) -> None:
    of_authorities = {licence.authority_id for licence in licences}
    if any(not perms.possible_owners([key]).filter(pk=owner.pk) for key in of_authorities):
        raise DeskRefused("not_an_officer")
    known = perms.workable_licences(owner).filter(pk__in=[licence.pk for licence in licences])
    if known.count() != len(licences):
        raise DeskRefused("owners_interest")


def _latest(licences: Iterable[Licence]) -> dict[int, NextAction]:
    own = NextAction.objects.filter(licence__in=list(licences)).about_holder()
    return {entry.licence_id: entry for entry in own.latest_entries()}


def _says(entry: NextAction | None, said: dict[str, object]) -> bool:
    return entry is not None and all(
        getattr(entry, column) == value for column, value in said.items()
    )
