"""Figures over time as tables, charts and files."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column, Table

from courses import charts
from courses.models.reports import percent
from courses.views.spreadsheets import Columns
from licensing.periods import Grain, Period
from licensing.small_numbers import hidden
from licensing.trends import OF_FEW, SITES, Counts, Figures, Measure, Split

HIDDEN = gettext_lazy("hidden")
NAMES: dict[Measure, tuple[str | Promise, ...]] = {
    Measure.RESULTS: (gettext_lazy("Passed"), gettext_lazy("Not passed")),
    Measure.FIRST_TRIES: (
        gettext_lazy("Passed at the first try"),
        gettext_lazy("Not passed at the first try"),
    ),
    Measure.CERTIFICATES: (gettext_lazy("Issued"), gettext_lazy("Revoked")),
    Measure.MET: (gettext_lazy("Met"), gettext_lazy("Not met")),
    Measure.CASES: (gettext_lazy("Proven"),),
}
RATES: dict[Measure, str | Promise] = {
    Measure.RESULTS: gettext_lazy("Pass rate"),
    Measure.FIRST_TRIES: gettext_lazy("First-try pass rate"),
    Measure.MET: gettext_lazy("Share met"),
}
NOTHING: dict[Split, str | Promise] = {
    Split.PROVIDER: gettext_lazy("Our own course and test"),
    Split.COHORT: gettext_lazy("In no group"),
    Split.OPERATOR: gettext_lazy("No operator in the register"),
}
LINES = (Measure.FIRST_TRIES, Measure.MET)
PATTERNS = ("solid", "lines")
MOST_BARS = 12
STEPS = (1, 2, 5)


@dataclass(frozen=True)
class Row:
    """One period of one value; ``counts`` is None where it is hidden or not worked out yet."""

    period: Period
    value: str
    counts: Counts | None
    known_at: datetime | None = None

    @property
    def percent(self) -> int | None:
        return percent(self.counts.good, self.counts.whole) if self.counts else None


def period_in_words(period: Period) -> str:
    """ "3 April 2026" for a week that begins then, "April 2026", "April to June 2026"."""
    if period.grain is Grain.WEEK:
        return date_format(period.first)
    if period.grain is Grain.MONTH:
        return date_format(period.first, "YEAR_MONTH_FORMAT")
    months = {"first": date_format(period.first, "F"), "last": date_format(period.last, "F")}
    return _("%(first)s to %(last)s %(year)s") % {**months, "year": period.last.year}


def in_short(period: Period) -> str:
    """When it begins, for the foot of a chart on a phone."""
    return date_format(period.first, "SHORT_DATE_FORMAT" if period.grain is Grain.WEEK else "M Y")


def value_in_words(split: Split, value: str) -> str:
    if split is Split.SITE:
        return str(SITES[value])
    return value or str(NOTHING[split])


def rows_of(figures: Figures, over: Sequence[Period], split: Split | None = None) -> list[Row]:
    """Every period of every value, whatever happened in it. Of few people small numbers go."""
    values = sorted({value for _, value in figures}) or [""] * (split is None)
    rows = {}
    for period in over:
        counts = {value: figures.get((period.first, value), Counts()) for value in values}
        gone = hidden(counts) if split in OF_FEW else set()
        for value in values:
            label = value_in_words(split, value) if split else ""
            rows[value, period] = Row(period, label, None if value in gone else counts[value])
    return [rows[value, period] for value in values for period in over]


# -- Tables and files ------------------------------------------------------------------------------
def table(measure: Measure, rows: Sequence[Row], split: Split | None, *, empty: str) -> Table:
    columns = [Column("period", label=_("Period"), accessor=lambda r: period_in_words(r.period))]
    if split:
        columns.insert(0, Column("value", label=split.label))
    for place, name in enumerate(NAMES[measure]):
        columns.append(Column(f"count{place}", label=name, accessor=_count(place, empty)))
    if measure in RATES:
        columns.append(Column("rate", label=RATES[measure], accessor=_rate))
    if any(row.known_at for row in rows):
        columns.append(Column("known", label=_("As known on"), accessor=lambda r: _day(r.known_at)))
    return Table(columns, rows, caption=measure.label)


def _count(place: int, empty: str) -> Callable[[Row], str]:
    return lambda row: empty if row.counts is None else str(row.counts[place])


def _rate(row: Row) -> str:
    return "–" if row.percent is None else f"{row.percent}%"


def _day(moment: datetime | None) -> str:
    return date_format(moment.date()) if moment else "–"


def columns(measure: Measure, split: Split | None, *, empty: str) -> Columns:
    """The same for a file; days as days."""
    found: list[tuple[Any, Callable[[Row], Any]]] = [
        (_("From"), lambda row: row.period.first),
        (_("To"), lambda row: row.period.last),
    ]
    if split:
        found.insert(0, (split.label, lambda row: row.value))
    for place, name in enumerate(NAMES[measure]):
        found.append((name, _cell(place, empty)))
    if measure in RATES:
        found.append((f"{RATES[measure]} (%)", lambda row: row.percent))
    return found


def _cell(place: int, empty: str) -> Callable[[Row], int | str]:
    return lambda row: empty if row.counts is None else row.counts[place]


# -- Charts ----------------------------------------------------------------------------------------
def chart(measure: Measure, rows: Sequence[Row]) -> charts.TimeChart:
    """The whole authority: a line for a rate, columns for counts."""
    return _rate_line(measure, rows) if measure in LINES else _columns(measure, rows)


def _rate_line(measure: Measure, rows: Sequence[Row]) -> charts.TimeChart:
    label, labels = str(RATES[measure]), [period_in_words(row.period) for row in rows]
    said = _said(zip(labels, map(_rate, rows), strict=True))
    return charts.TimeChart(
        id="trend",
        title=str(measure.label),
        text=f"{label}. {said}",
        scale=charts.scale(100, "%"),
        times=charts.times([in_short(row.period) for row in rows]),
        lines=[charts.line(label, [row.percent for row in rows], 100, place=0)],
    )


def _columns(measure: Measure, rows: Sequence[Row]) -> charts.TimeChart:
    names = [str(name) for name in NAMES[measure]]
    labels = [period_in_words(row.period) for row in rows]
    counts = [list(zip(PATTERNS, row.counts or (), strict=False))[: len(names)] for row in rows]
    top = nice_top(max((sum(n for _, n in one) for one in counts), default=0))
    words = [
        ", ".join(f"{name} {n}" for name, (_, n) in zip(names, one, strict=True)) for one in counts
    ]
    return charts.TimeChart(
        id="trend",
        title=str(measure.label),
        text=_said(zip(labels, words, strict=True)),
        scale=charts.scale(top),
        times=charts.times([in_short(row.period) for row in rows]),
        boxes=charts.columns(counts, top),
        legend=list(zip(PATTERNS, names, strict=False)),
    )


def split_chart(
    measure: Measure, rows: Sequence[Row], split: Split
) -> charts.TimeChart | charts.Chart:
    """The values with the greatest figures, each with its line; of one period a bar for each."""
    of_value: dict[str, list[Row]] = {}
    for row in rows:
        of_value.setdefault(row.value, []).append(row)
    largest = sorted(of_value, key=lambda value: (-_volume(of_value[value]), value))
    title = f"{RATES.get(measure, NAMES[measure][0])}: {split.label}"
    if len({row.period for row in rows}) == 1:
        return _value_bars(measure, title, [of_value[value][0] for value in largest[:MOST_BARS]])
    shown = largest[: charts.MOST_LINES]
    figures = {value: [_figure(measure, row) for row in of_value[value]] for value in shown}
    highest = max((n for one in figures.values() for n in one if n is not None), default=0)
    unit, top = ("%", 100) if measure in RATES else ("", nice_top(highest))
    labels = [period_in_words(row.period) for row in of_value[shown[0]]]
    return charts.TimeChart(
        id="trend",
        title=title,
        text=" ".join(
            f"{value}: {_said(zip(labels, _written(figures[value], unit), strict=True))}"
            for value in shown
        ),
        scale=charts.scale(top, unit),
        times=charts.times([in_short(row.period) for row in of_value[shown[0]]]),
        lines=[
            charts.line(value, figures[value], top, place=place)
            for place, value in enumerate(shown)
        ],
    )


def _value_bars(measure: Measure, title: str, rows: Sequence[Row]) -> charts.Chart:
    unit = "%" if measure in RATES else ""
    figures = [_figure(measure, row) or 0 for row in rows]
    written = _written([_figure(measure, row) for row in rows], unit)
    labels = [f"{text}: {row.value}" for row, text in zip(rows, written, strict=True)]
    total = 100 if unit else max(figures, default=0)
    drawn = charts.bars(labels, [[("solid", figure)] for figure in figures], total)
    return charts.Chart("trend", title, "; ".join(labels), drawn)


def _volume(rows: Iterable[Row]) -> int:
    return sum(row.counts.whole for row in rows if row.counts)


def _figure(measure: Measure, row: Row) -> int | None:
    if measure in RATES:
        return row.percent
    return row.counts.good if row.counts else None


def _written(figures: Iterable[int | None], unit: str) -> list[str]:
    return ["–" if figure is None else f"{figure}{unit}" for figure in figures]


def _said(pairs: Iterable[tuple[str, str]]) -> str:
    return "; ".join(f"{name}: {text}" for name, text in pairs) + "."


def nice_top(highest: int) -> int:
    """A round figure at or above the highest one, at least 10."""
    size = 10
    while True:
        for step in STEPS:
            if step * size >= highest:
                return step * size
        size *= 10
