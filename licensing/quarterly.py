"""What stands in the pack of a quarter for the review of exploitation risk: figures, no person.

Counts under five, and what would give them away, are left out before anything is stored (None).
"""

import json
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time, timedelta
from hashlib import sha256
from typing import Any

from django.db.models import Count, Q

from licensing import alerting
from licensing.compliance import DEFINITIONS, Compliance, compliance
from licensing.eligibility import MEETING, Status
from licensing.models import DriverContact, TrendAlert
from licensing.periods import Grain, Period, period_of
from licensing.small_numbers import hidden, is_small
from licensing.trends import LONDON, OF_FEW, Asked, Counts, Figures, Measure, Split, over_time
from people.models import Authority

FORMAT = 1
OVER_QUARTERS = (Measure.RESULTS, Measure.FIRST_TRIES, Measure.CERTIFICATES, Measure.CASES)
OF_SPLITS = (
    (Measure.CERTIFICATES, Split.PROVIDER),
    (Measure.RESULTS, Split.SITE),
    (Measure.RESULTS, Split.OPERATOR),
    (Measure.RESULTS, Split.COHORT),
)
STEPS = 4
Content = dict[str, Any]


def steps(*, authority: Authority, quarter: Period, known_at: datetime) -> Iterator[Content]:
    """The content, a part at a time: each of ``STEPS`` parts takes its own time to work out."""
    asked = Asked(authority.pk, quarter.previous.first, quarter.last, known_at)
    yield {
        "format": FORMAT,
        "authority": {"code": authority.code, "name": authority.name},
        "quarter": {"first": quarter.first.isoformat(), "last": quarter.last.isoformat()},
        "known_at": known_at.isoformat(),
        "definitions": DEFINITIONS,
        "alert_rule": alerting.VERSION,
        "start": _compliance(authority, quarter.first - timedelta(days=1), known_at),
    }
    yield {"end": _compliance(authority, quarter.last, known_at)}
    yield {"trends": [_trend(measure, asked, quarter) for measure in OVER_QUARTERS]}
    in_quarter = Asked(authority.pk, quarter.first, quarter.last, known_at)
    yield {
        "splits": [_split(measure, split, in_quarter) for measure, split in OF_SPLITS],
        "alerts": [_alert(alert) for alert in _alerts(authority, quarter, known_at)],
        "contacts": _contacts(authority, quarter, known_at),
    }


def digest(content: Content) -> str:
    """SHA-256 of the content as canonical JSON."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode()).hexdigest()


def _compliance(authority: Authority, day: date, known_at: datetime) -> Content:
    found = compliance(authority_id=authority.pk, as_at=day, known_at=known_at)
    unmet = found.denominator - found.numerator
    met = _shown({"met": Counts(found.numerator), "not_met": Counts(unmet)})
    groups = _shown({name: Counts(count) for name, count in _groups(found).items()})
    return {
        "as_at": day.isoformat(),
        "licensed": None if is_small(found.denominator) else found.denominator,
        **{name: counts[0] for name, counts in {**met, **groups}.items()},
        "requirements": [
            {
                "rule": rule.rule_id,
                "requirement": rule.code,
                "effective_from": rule.effective_from.isoformat(),
                "grace_days": rule.grace_days,
            }
            for rule in found.requirements
        ],
    }


def _groups(found: Compliance) -> dict[str, int]:
    """Lapsed and never trained stand apart (R45); whatever is met stands together."""
    return {
        "trained": sum(found.counts[status] for status in MEETING),
        "lapsed": found.counts[Status.EXPIRED],
        "revoked": found.counts[Status.REVOKED],
        "never": found.counts[Status.NEVER_PASSED],
    }


def _trend(measure: Measure, asked: Asked, quarter: Period) -> Content:
    figures = over_time(measure, asked, grain=Grain.QUARTER)
    now, before = (figures.get((one.first, ""), Counts()) for one in (quarter, quarter.previous))
    return {
        "measure": measure.value,
        **{
            name: [None if is_small(count) else count for count in counts]
            for name, counts in (("now", now), ("before", before))
        },
    }


def _split(measure: Measure, split: Split, asked: Asked) -> Content:
    figures: Figures = over_time(measure, asked, grain=Grain.QUARTER, split=split)
    counts = {value: one for (_, value), one in figures.items()}
    rows = _shown(counts) if split in OF_FEW else counts
    return {
        "measure": measure.value,
        "split": split.value,
        "rows": [[value, *one] for value, one in sorted(rows.items())],
    }


def _shown(counts: Mapping[str, Counts]) -> dict[str, tuple[int | None, int | None]]:
    gone = hidden(counts)
    return {name: (None, None) if name in gone else one for name, one in counts.items()}


def _contacts(authority: Authority, quarter: Period, known_at: datetime) -> list[Content]:
    """Who spoke to the authority about a driver (R49), as last corrected, and how many of them
    asked for a decision to be changed; who did and who did not come to a total."""
    made = DriverContact.objects.filter(
        licence__authority=authority,
        contacted_at__gte=datetime.combine(quarter.first, time.min, LONDON),
        contacted_at__lt=datetime.combine(quarter.last + timedelta(days=1), time.min, LONDON),
        written_at__lte=known_at,
    ).exclude(corrections__written_at__lte=known_at)
    counted = (
        made.order_by()
        .values("source")
        .annotate(
            asked=Count("pk", filter=Q(asks_for_decision=True)),
            told=Count("pk", filter=Q(asks_for_decision=False)),
        )
    )
    counts = {one["source"]: Counts(one["told"], one["asked"]) for one in counted}
    return [{"source": who, "counts": list(row)} for who, row in sorted(_shown(counts).items())]


def _alerts(authority: Authority, quarter: Period, known_at: datetime) -> Iterator[TrendAlert]:
    of_weeks = TrendAlert.objects.filter(
        authority=authority,
        week_from__range=(quarter.first, quarter.last),
        noticed_at__lte=known_at,
    )
    yield from of_weeks.select_related("note").order_by("week_from", "pk")


def _alert(alert: TrendAlert) -> Content:
    figures = (alert.now_part, alert.now_whole, alert.before_part, alert.before_whole)
    return {
        "week_from": alert.week_from.isoformat(),
        "measure": alert.measure,
        "split": alert.split,
        "value": alert.value,
        "figures": [None if is_small(figure) else figure for figure in figures],
        "rule": alert.rule_version,
        "looked_into": hasattr(alert, "note"),
    }


def quarter_of(day: date) -> Period:
    return period_of(Grain.QUARTER, day)
