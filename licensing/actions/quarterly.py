"""The pack of a quarter: asked for by one, worked out once, kept."""

from datetime import datetime

from certificates.renewal import london_day
from licensing.models import QuarterlyPack
from licensing.periods import Period
from licensing.quarterly import Content, digest, quarter_of, steps
from people.models import Authority, User
from people.refusals import Refused


class PackRefused(Refused):
    """``code``: ``not_over``."""


def ask_pack(*, authority: Authority, quarter: Period, by: User, now: datetime) -> QuarterlyPack:
    """A pack to be worked out, as known ``now``. Asked again there is another one: what was
    recorded in between may differ. Raises PackRefused for a quarter that is not over."""
    if quarter.last >= london_day(now):
        raise PackRefused("not_over")
    pack: QuarterlyPack = QuarterlyPack.objects.create(
        authority=authority, quarter_from=quarter.first, asked_by=by, asked_at=now
    )
    return pack


def work_on_pack(*, pack_id: int, now: datetime) -> None:
    """Work out the pack, noting each step. One that is finished stays; of two who work at the same
    time the first one's is kept, and it is the same."""
    waiting = QuarterlyPack.objects.filter(pk=pack_id, finished_at=None)
    pack = waiting.select_related("authority").first()
    if pack is None:
        return
    content: Content = {}
    quarter = quarter_of(pack.quarter_from)
    parts = steps(authority=pack.authority, quarter=quarter, known_at=pack.asked_at)
    for number, part in enumerate(parts, start=1):
        content |= part
        waiting.update(steps_done=number)
    waiting.update(content=content, digest=digest(content), finished_at=now)


def work_on_packs(*, now: datetime) -> None:
    """Every pack that waits, the longest wait first. A repeat finds none."""
    waiting = QuarterlyPack.objects.filter(finished_at=None).order_by("asked_at", "pk")
    for pack_id in waiting.values_list("pk", flat=True):
        work_on_pack(pack_id=pack_id, now=now)
