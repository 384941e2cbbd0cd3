"""Time that was lost by no driver's fault: the service was down, or something broke (R22).

Locks are taken in one order, the pulse before the sittings and these by their keys, so that any
number of workers and late hand-ins wait for each other and never in a circle.
"""

from collections import defaultdict
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F

from assessments import perms
from assessments.actions.staff import allow
from assessments.models import Outage, ServicePulse, Sitting, TimeGiven
from assessments.refusals import ArrangementRefused
from assessments.time_lost import Span, seconds_lost
from people.models import User

# The sweep beats every 30 seconds: four missing beats are no chance.
SILENCE = timedelta(minutes=2)
# Two machines' clocks may differ by less; a longer step back is a clock that was set.
CLOCK_SET = timedelta(minutes=10)
SAME_STEP = timedelta(minutes=1)
BATCH = 500


@transaction.atomic
def beat(*, now: datetime) -> Outage | None:
    """Note that the service is alive. After a silence it was down: that outage is recorded, and its
    time given back, in the same transaction, before anybody closes a test by its deadline.

    A repeat, also by other workers at the same moment, finds the pulse moved on. A clock that is
    set back moves the pulse with it and takes no time from anybody; one that jumps ahead looks like
    an outage and is recorded as one, but gives no more than ``time_lost.LONGEST``.
    """
    pulse = _pulse(now)
    before = pulse.beaten_at
    if before - CLOCK_SET < now <= before:
        return None
    pulse.beaten_at = now
    pulse.save(update_fields=["beaten_at"])
    if now - before <= SILENCE:
        return None
    outage, is_new = Outage.objects.get_or_create(
        began_at=before, noted_by=None, defaults={"over_at": now, "noted_at": now}
    )
    if is_new:
        give_back_time(outage=outage, now=now)
    return outage


@transaction.atomic
def note_outage(
    *, began_at: datetime, over_at: datetime, reason: str, by: User, now: datetime
) -> Outage:
    """Record an outage that the service did not notice by itself, and give its time back to the
    tests that are still open. A repeat returns the first one. Raises ArrangementRefused."""
    if not perms.may_note_outages(by):
        raise ArrangementRefused("not_allowed")
    if not reason.strip():
        raise ArrangementRefused("no_reason")
    if over_at <= began_at:
        raise ArrangementRefused("not_a_span")
    if over_at > now:
        raise ArrangementRefused("not_over_yet")
    _pulse(now)  # One outage is noted at a time.
    outage, is_new = Outage.objects.get_or_create(
        began_at=began_at,
        over_at=over_at,
        noted_by=by,
        defaults={"reason": reason.strip(), "noted_at": now},
    )
    if is_new:
        give_back_time(outage=outage, now=now)
    return outage


def _pulse(now: datetime) -> ServicePulse:
    """The one row, locked until the transaction ends."""
    ServicePulse.objects.get_or_create(pk=1, defaults={"beaten_at": now})
    return ServicePulse.objects.select_for_update().get(pk=1)


@transaction.atomic
def give_back_time(*, outage: Outage, now: datetime) -> int:
    """Move the deadline of every open test by what the outage took of it; returns of how many.

    A repeat, also at the same moment, finds this outage among those that were given back already,
    and nothing left to give. Whoever noted the outage gives
    none to themselves (R47).
    """
    hit = Sitting.objects.open().filter(
        started_at__lt=outage.over_at, deadline_at__gt=outage.began_at
    )
    if outage.noted_by_id is not None:
        hit = hit.exclude(learner__user=outage.noted_by_id)
    sittings = list(hit.select_for_update(of=("self",)).order_by("pk").defer("paper"))
    given = _spans_given(sittings)
    gifts = []
    for sitting in sittings:
        assert sitting.deadline_at is not None
        seconds = seconds_lost(
            (outage.began_at, outage.over_at),
            started_at=sitting.started_at,
            deadline_at=sitting.deadline_at,
            given=given[sitting.pk],
        )
        if seconds:
            sitting.deadline_at += timedelta(seconds=seconds)
            gift = TimeGiven(sitting=sitting, seconds=seconds, outage=outage, given_at=now)
            gift.why, gift.given_by_id = TimeGiven.Why.OUTAGE, outage.noted_by_id
            gifts.append(gift)
    TimeGiven.objects.bulk_create(gifts, batch_size=BATCH)
    Sitting.objects.bulk_update([gift.sitting for gift in gifts], ["deadline_at"], BATCH)
    return len(gifts)


def _spans_given(sittings: list[Sitting]) -> dict[object, list[Span]]:
    """The outages whose time each sitting has back already."""
    spans: dict[object, list[Span]] = defaultdict(list)
    gifts = TimeGiven.objects.filter(sitting__in=[sitting.pk for sitting in sittings])
    rows = gifts.filter(why=TimeGiven.Why.OUTAGE).values_list(
        "sitting_id", "outage__began_at", "outage__over_at"
    )
    for sitting_id, began_at, over_at in rows:
        spans[sitting_id].append((began_at, over_at))
    return spans


@transaction.atomic
def give_time(*, sitting: Sitting, minutes: int, reason: str, by: User, now: datetime) -> TimeGiven:
    """Give time back for a fault where the test is taken: the deadline moves by it at once.

    The same from the same person within a minute is a second click and returns the first; later it
    is another fault. Raises ArrangementRefused.
    """
    sitting = Sitting.objects.locked().get(pk=sitting.pk)
    allow(by, *perms.HOLDERS, learner=sitting.learner, authority=sitting.authority)
    if not reason.strip():
        raise ArrangementRefused("no_reason")
    if sitting.closed_at is not None:
        raise ArrangementRefused("sitting_closed")
    if sitting.deadline_at is None:
        raise ArrangementRefused("no_time_limit")
    what = {"seconds": minutes * 60, "reason": reason.strip(), "given_by": by}
    again = sitting.time_given.filter(why=TimeGiven.Why.FAULT, **what)
    first = again.filter(given_at__gt=now - SAME_STEP, given_at__lte=now).last()
    if first is not None:
        return first
    Sitting.objects.filter(pk=sitting.pk).update(
        deadline_at=F("deadline_at") + timedelta(minutes=minutes)
    )
    return sitting.time_given.create(why=TimeGiven.Why.FAULT, given_at=now, **what)
