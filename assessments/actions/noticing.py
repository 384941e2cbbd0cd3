"""Finds what looks odd about recent sittings, for a person to look at (R26).

It writes signals and nothing else: no sitting, result or certificate is ever changed by one.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from assessments import oddities
from assessments.models import Signal, traces
from assessments.oddities import Evidence

Kind = Signal.Kind
# A sitting, what is odd about it, and how much so.
Odd = tuple[UUID, Evidence | None, int]
# Of a nightly sweep: one night may be missed.
LOOK_BACK = timedelta(days=2)
BATCH = 500


def find_signals(*, now: datetime) -> int:
    """Look at every sitting closed of late; returns how many signals are new. A repeat finds none:
    each kind is noted once for a sitting."""
    since = now - LOOK_BACK
    found = {
        Kind.TOO_FAST: _too_fast(since, now),
        Kind.SHARED_DEVICE: _shared_device(since, now),
        Kind.SHARED_MISTAKES: _shared_mistakes(since, now),
        Kind.TWO_PLACES: _two_places(since, now),
    }
    return sum(_note(kind, odd, now) for kind, odd in found.items())


def _too_fast(since: datetime, now: datetime) -> dict[UUID, Evidence]:
    return _strongest(
        (
            each.sitting_id,
            oddities.too_fast(seconds=each.seconds, whole=each.whole, words=each.words),
            1,
        )
        for each in traces.paces(since=since, now=now)
    )


def _shared_device(since: datetime, now: datetime) -> dict[UUID, Evidence]:
    return _strongest(
        (
            each.sitting_id,
            oddities.shared_device(people=each.people, checked=each.checked),
            each.people,
        )
        for each in traces.device_uses(since=since, now=now)
    )


def _shared_mistakes(since: datetime, now: datetime) -> dict[UUID, Evidence]:
    """Both sittings of a pair, also where the other one was looked at on an earlier night."""
    pairs: list[Odd] = []
    for each in traces.common_mistakes(since=since, now=now):
        evidence = oddities.shared_mistakes(both_wrong=each.both_wrong, same=each.same)
        if evidence is not None:
            other, own = str(each.other_id), str(each.sitting_id)
            pairs.append((each.sitting_id, {**evidence, "other": other}, each.same))
            pairs.append((each.other_id, {**evidence, "other": own}, each.same))
    return _strongest(pairs)


def _two_places(since: datetime, now: datetime) -> dict[UUID, Evidence]:
    return _strongest(
        (sitting_id, oddities.two_places(answers), 1)
        for sitting_id, answers in traces.places(since=since, now=now)
    )


def _strongest(odd: Iterable[Odd]) -> dict[UUID, Evidence]:
    """What was found of each sitting; of several findings the one with the highest figure."""
    kept: dict[UUID, tuple[int, Evidence]] = {}
    for sitting_id, evidence, figure in odd:
        if evidence is not None and figure > kept.get(sitting_id, (0, {}))[0]:
            kept[sitting_id] = (figure, evidence)
    return {sitting_id: evidence for sitting_id, (_, evidence) in kept.items()}


def _note(kind: str, odd: dict[UUID, Evidence], now: datetime) -> int:
    known = Signal.objects.filter(kind=kind, sitting__in=odd).values_list("sitting", flat=True)
    fresh = odd.keys() - set(known)
    Signal.objects.bulk_create(
        [
            Signal(sitting_id=sitting_id, kind=kind, evidence=odd[sitting_id], noticed_at=now)
            for sitting_id in fresh
        ],
        batch_size=BATCH,
        ignore_conflicts=True,
    )
    return len(fresh)
