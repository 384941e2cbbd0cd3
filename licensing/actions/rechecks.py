"""Unannounced checks: planning one, drawing its list at the start, and what came of it (R55)."""

import logging
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from licensing import perms
from licensing.actions.compliance_runs import TO_BEGIN, settled
from licensing.drawing import commitment, draw
from licensing.models import DrawnDriver, Recheck, RecheckCallOff, RecheckList, RecheckOutcome
from licensing.models.rechecks import MOST
from licensing.population import Licensed, current_licences
from licensing.sealing import Unreadable, seal, unseal
from people.models import Authority, Licence, User
from people.refusals import Refused

log = logging.getLogger(__name__)
Outcome = RecheckOutcome.Outcome
FURTHEST = timedelta(days=366)  # Ahead; a later day is a slip of the pen.
SEED_BYTES = 32


class RecheckRefused(Refused):
    """``code``: ``not_allowed``, ``past_start``, ``far_start``, ``how_many``, ``no_kinds``,
    ``no_words``, ``started``, ``not_started``, ``called_off``, ``sealed`` or ``recorded``."""


@sensitive_variables("seed")
@transaction.atomic
def plan_recheck(
    *,
    authority: Authority,
    what: str,
    how_many: int,
    licence_kinds: Sequence[str],
    starts_at: datetime,
    purpose: str,
    by: User,
    now: datetime,
) -> Recheck:
    """Fix when a check starts and how many drivers of which kinds it falls on, under a new seed.

    Nobody is drawn yet. Exactly the same, planned again while it waits, is the one planned before.
    Raises RecheckRefused.
    """
    if not perms.writing_authorities(by).filter(pk=authority.pk).exists():
        raise RecheckRefused("not_allowed")
    kinds = sorted(set(licence_kinds))
    _refuse_plan(how_many, kinds, purpose, starts_at - now)
    planned = {
        "authority": authority,
        "what": what,
        "how_many": how_many,
        "licence_kinds": kinds,
        "starts_at": starts_at,
        "purpose": purpose.strip(),
        "planned_by": by,
    }
    Authority.objects.select_for_update(no_key=True).get(pk=authority.pk)
    same = Recheck.objects.waiting().filter(**planned).first()
    if same is not None:
        return same
    seed = secrets.token_hex(SEED_BYTES)
    sealed = {"sealed_seed": seal(seed), "commitment": commitment(seed)}
    return Recheck.objects.create(planned_at=now, **planned, **sealed)


def _refuse_plan(how_many: int, kinds: Sequence[str], purpose: str, ahead: timedelta) -> None:
    if not 1 <= how_many <= MOST:
        raise RecheckRefused("how_many")
    if not kinds or not set(kinds) <= set(Licence.Kind.values):
        raise RecheckRefused("no_kinds")
    if not purpose.strip():
        raise RecheckRefused("no_words")
    if ahead < timedelta():
        raise RecheckRefused("past_start")
    if ahead > FURTHEST:
        raise RecheckRefused("far_start")


@transaction.atomic
def call_off_recheck(*, recheck: Recheck, reason: str, by: User, now: datetime) -> RecheckCallOff:
    """Put on record that a check will not take place, and why; only before its start.

    A repeat gives what was recorded first. Raises RecheckRefused.
    """
    if not perms.writing_authorities(by).filter(pk=recheck.authority_id).exists():
        raise RecheckRefused("not_allowed")
    if not reason.strip():
        raise RecheckRefused("no_words")
    locked = _locked(recheck)
    before = RecheckCallOff.objects.filter(recheck=locked).first()
    if before is not None:
        return before
    if locked.starts_at <= now:
        raise RecheckRefused("started")
    return RecheckCallOff.objects.create(
        recheck=locked, reason=reason.strip(), called_off_by=by, called_off_at=now
    )


@transaction.atomic
def draw_recheck(*, recheck: Recheck, now: datetime) -> RecheckList:
    """Draw the list of a check that has started, from the licences that were current at its start.

    By what was on record then, or before whatever is still being written was begun, so that it can
    be drawn again. A repeat gives the list that there is. Raises RecheckRefused.
    """
    locked = _locked(recheck)
    before = RecheckList.objects.filter(recheck=locked).first()
    if before is not None:
        return before
    if RecheckCallOff.objects.filter(recheck=locked).exists():
        raise RecheckRefused("called_off")
    if now < locked.starts_at:
        raise RecheckRefused("not_started")
    try:
        seed = unseal(locked.sealed_seed)
    except Unreadable as lost:
        raise RecheckRefused("sealed") from lost
    return _draw(
        locked, seed=seed, known_at=settled(min(locked.starts_at, now - TO_BEGIN)), now=now
    )


def _draw(recheck: Recheck, *, seed: str, known_at: datetime, now: datetime) -> RecheckList:
    licensed = _licensed(recheck, known_at)
    drawing = draw(licensed, seed=seed, how_many=recheck.how_many)
    drawn = RecheckList.objects.create(
        recheck=recheck,
        seed=seed,
        known_at=known_at,
        population=drawing.population,
        population_digest=drawing.digest,
        drawn_at=now,
    )
    chosen = [licensed[number] for number in drawing.numbers]
    DrawnDriver.objects.bulk_create(
        DrawnDriver(
            drawn=drawn,
            place=place,
            licence_id=one.licence_id if one.kept else None,
            number=one.number,
            full_name=one.full_name,
            kind=one.kind,
        )
        for place, one in enumerate(chosen, start=1)
    )
    return drawn


def draw_due(*, now: datetime) -> int:
    """Draw the list of every check that has started; says how many. A repeat finds none. One that
    cannot be drawn keeps back no other."""
    drawn = 0
    for recheck in Recheck.objects.due(at=now).order_by("starts_at", "pk"):
        try:
            draw_recheck(recheck=recheck, now=now)
        except RecheckRefused as refusal:
            log.error("Unannounced check %s cannot be drawn: %s", recheck.pk, refusal.code)
        else:
            drawn += 1
    return drawn


def differences(drawn: RecheckList) -> list[str]:
    """What is not the same when the list is drawn again from its seed and the register as it was
    recorded: of ``seed``, ``population`` and ``order``; empty where all is."""
    recheck = drawn.recheck
    again = draw(_licensed(recheck, drawn.known_at), seed=drawn.seed, how_many=recheck.how_many)
    listed = tuple(drawn.drivers.order_by("place").values_list("number", flat=True))
    population = (drawn.population, drawn.population_digest)
    same = {
        "seed": commitment(drawn.seed) == recheck.commitment,
        "population": (again.population, again.digest) == population,
        "order": again.numbers == listed,
    }
    return [name for name, is_same in same.items() if not is_same]


@transaction.atomic
def record_outcome(
    *,
    driver: DrawnDriver,
    outcome: str,
    by: User,
    now: datetime,
    note: str = "",
    corrects: RecheckOutcome | None = None,
) -> RecheckOutcome:
    """Write what came of the check of one driver: once, and then as a correction of what was said
    last.

    Exactly the same by the same officer, sent twice, is one entry. Raises RecheckRefused, also
    where somebody has written something else meanwhile.
    """
    if outcome == Outcome.FOLLOW_UP and not note.strip():
        raise RecheckRefused("no_words")
    if not perms.recordable_drivers(by).filter(pk=driver.pk).exists():
        raise RecheckRefused("not_allowed")
    DrawnDriver.objects.select_for_update(no_key=True).get(pk=driver.pk)
    said = {"outcome": outcome, "note": note.strip(), "written_by": by, "corrects": corrects}
    last: RecheckOutcome | None = driver.outcomes.first()
    if last is not None and all(getattr(last, name) == value for name, value in said.items()):
        return last
    if last != corrects:
        raise RecheckRefused("recorded")
    return RecheckOutcome.objects.create(driver=driver, written_at=now, **said)


def _locked(recheck: Recheck) -> Recheck:
    """Held until the transaction ends: whoever draws it or calls it off waits."""
    return Recheck.objects.select_for_update().get(pk=recheck.pk)


def _licensed(recheck: Recheck, known_at: datetime) -> dict[str, Licensed]:
    return current_licences(
        authority_id=recheck.authority_id,
        kinds=recheck.licence_kinds,
        day=recheck.day,
        known_at=known_at,
    )
