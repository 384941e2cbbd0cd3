"""The points of the line over time, the alerts on a change, and the note under an alert."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from itertools import islice

from django.db import transaction

from certificates.renewal import london_day
from licensing import alerting, perms
from licensing.alerting import WEEKS_BEFORE
from licensing.compliance import compliance
from licensing.models import MetPoint, TrendAlert, TrendAlertNote
from licensing.periods import Grain, latest_complete, periods
from licensing.trends import Asked, Measure, Split, over_time
from people.models import Authority, Licence, User
from people.refusals import Refused

YEARS_BACK = 3
WEEKS_LOOKED_AT = 4  # So that a week is judged although the clock stood still on its Monday.
RATES = (Measure.RESULTS, Measure.FIRST_TRIES)
COUNTS = {Measure.CASES: 0, Measure.CERTIFICATES: 1}  # Proven; and of certificates the revoked.
OF_TESTS = (None, Split.SITE, Split.COHORT, Split.OPERATOR)
SPLITS = {
    **dict.fromkeys((*RATES, Measure.CASES), OF_TESTS),
    Measure.CERTIFICATES: (None, Split.PROVIDER),
}


class NoteRefused(Refused):
    """``code``: ``not_allowed``, ``no_text`` or ``noted``."""


def work_out_points(*, now: datetime, limit: int, authorities: Iterable[Authority] = ()) -> int:
    """The points of every week and month of the last three years that have none yet, the latest
    first; at most ``limit`` of them, and how many those were. A repeat goes on where this ended."""
    done = 0
    days = _point_days(london_day(now))
    for authority in authorities or Authority.objects.all():
        if not Licence.objects.filter(authority=authority).exists():
            continue
        known = set(MetPoint.objects.filter(authority=authority).values_list("as_at", flat=True))
        for day in islice((day for day in days if day not in known), limit - done):
            found = compliance(authority_id=authority.pk, as_at=day, known_at=now)
            point = MetPoint(
                authority=authority,
                as_at=day,
                known_at=now,
                met=found.numerator,
                licensed=found.denominator,
            )
            MetPoint.objects.bulk_create([point], ignore_conflicts=True)
            done += 1
        if done >= limit:
            break
    return done


def _point_days(today: date) -> list[date]:
    """The last days of the weeks and months that are over; quarters end with a month."""
    since = today.replace(year=today.year - YEARS_BACK, day=1)
    ends = {
        period.last
        for grain in (Grain.WEEK, Grain.MONTH)
        for period in periods(grain, since, today)
        if period.last < today
    }
    return sorted(ends, reverse=True)


def notice_changes(*, now: datetime) -> int:
    """An alert for each change that the rule finds in the last weeks; how many are new. A change
    is noticed once, whatever is recorded later; a repeat notices nothing."""
    latest = latest_complete(Grain.WEEK, london_day(now))
    weeks = [latest.first - timedelta(weeks=back) for back in range(WEEKS_LOOKED_AT)]
    before = TrendAlert.objects.count()
    for authority in Authority.objects.all():
        first = weeks[-1] - timedelta(weeks=WEEKS_BEFORE)
        asked = Asked(authority.pk, first, latest.last, now)
        alerts = [
            TrendAlert(
                authority=authority,
                week_from=change.week_from,
                measure=measure,
                split=split or "",
                value=change.value,
                now_part=change.now.part,
                now_whole=change.now.whole,
                before_part=change.before.part,
                before_whole=change.before.whole,
                chance=change.chance,
                rule_version=alerting.VERSION,
                noticed_at=now,
            )
            for measure, split, change in _changes(asked, weeks)
        ]
        TrendAlert.objects.bulk_create(alerts, ignore_conflicts=True)
    return TrendAlert.objects.count() - before


def _changes(
    asked: Asked, weeks: list[date]
) -> Iterator[tuple[Measure, Split | None, alerting.Change]]:
    """What changed in the whole, then in its parts: not where the part is all there is, nor where
    nothing is known of it."""
    for measure in (*RATES, *COUNTS):
        whole = set()
        for split in SPLITS[measure]:
            counts = over_time(measure, asked, grain=Grain.WEEK, split=split)
            found = (
                alerting.rate_changes(counts, weeks)
                if measure in RATES
                else alerting.count_rises(counts, weeks, kind=COUNTS[measure])
            )
            for change in found:
                same = (change.week_from, change.now, change.before)
                if split is None:
                    whole.add(same)
                elif not change.value or same in whole:
                    continue
                yield measure, split, change


@transaction.atomic
def note_alert(*, alert: TrendAlert, text: str, by: User, now: datetime) -> TrendAlertNote:
    """Say what was found behind an alert. Raises NoteRefused; a repeat is refused as ``noted``."""
    if not perms.may_note_alert(by, alert):
        raise NoteRefused("not_allowed")
    if not text.strip():
        raise NoteRefused("no_text")
    note, made = TrendAlertNote.objects.get_or_create(
        alert=alert, defaults={"text": text.strip(), "written_by": by, "written_at": now}
    )
    if not made:
        raise NoteRefused("noted")
    return note
