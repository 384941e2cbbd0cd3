"""Questions most often missed, and gaps between groups, as tables, charts and files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column, Table

from courses import charts
from courses.models.reports import percent
from courses.views.spreadsheets import Columns
from courses.views.tables import share
from licensing.small_numbers import hidden
from licensing.trends import Counts, Missed
from licensing.views.trend_figures import HIDDEN

MOST_BARS = 12


def missed_label(row: Missed) -> str:
    if row.question_id is None:
        return row.topic
    return _("Question %(number)s (%(topic)s)") % {"number": row.question_id, "topic": row.topic}


def missed_table(rows: Sequence[Missed]) -> Table:
    return Table(
        [
            Column("what", label=_("Topic or question"), accessor=missed_label),
            Column("asked", label=_("Times asked")),
            Column("missed", label=_("Times missed")),
            Column("rate", label=_("Missed"), accessor=_missed_rate),
        ],
        rows,
        caption=_("Most often missed"),
    )


def _missed_rate(row: Missed) -> str:
    part = percent(row.missed, row.asked)
    return "–" if part is None else f"{part}%"


def missed_columns() -> Columns:
    return [
        (_("Topic or question"), missed_label),
        (_("Times asked"), lambda row: row.asked),
        (_("Times missed"), lambda row: row.missed),
        (_("Missed (%)"), lambda row: percent(row.missed, row.asked)),
    ]


def missed_chart(rows: Sequence[Missed]) -> charts.Chart:
    worst = [(row, percent(row.missed, row.asked) or 0) for row in rows[:MOST_BARS]]
    labels = [f"{part}%: {missed_label(row)}" for row, part in worst]
    drawn = charts.bars(labels, [[("lines", part)] for _, part in worst], 100)
    return charts.Chart("missed", _("Most often missed"), "; ".join(labels), drawn)


@dataclass(frozen=True)
class Gap:
    """One group; its counts are None where they are hidden."""

    by: str
    value: str
    tests: Counts | None
    first_tries: Counts | None


BY: dict[str, str | Promise] = {
    "language": gettext_lazy("Language"),
    "adjustment": gettext_lazy("Help with the test"),
}
HELPED: dict[str, str | Promise] = {
    "yes": gettext_lazy("Help was granted"),
    "no": gettext_lazy("No help"),
}


def gaps_of(by: str, tests: Mapping[str, Counts], first: Mapping[str, Counts]) -> list[Gap]:
    """The groups of one kind, without small numbers."""
    no_tests, no_first = hidden(tests), hidden(first)
    return [
        Gap(
            str(BY[by]),
            _group(by, value),
            None if value in no_tests else tests[value],
            None if value in no_first else first.get(value, Counts()),
        )
        for value in sorted(tests)
    ]


def _group(by: str, value: str) -> str:
    if by == "adjustment":
        return str(HELPED[value])
    names = {code: str(name) for code, name in settings.LANGUAGES}
    return names.get(value, value) or _("Not known")


def _rate(counts: Counts | None) -> str:
    return str(HIDDEN) if counts is None else share(counts.good, counts.whole)


def gaps_table(rows: Sequence[Gap]) -> Table:
    return Table(
        [
            Column("by", label=_("Split by")),
            Column("value", label=_("Group")),
            Column("tests", label=_("Passed"), accessor=lambda row: _rate(row.tests)),
            Column(
                "first", label=_("At the first try"), accessor=lambda row: _rate(row.first_tries)
            ),
        ],
        rows,
        caption=_("Gaps"),
    )


def gaps_columns() -> Columns:
    return [
        (_("Split by"), lambda row: row.by),
        (_("Group"), lambda row: row.value),
        (_("Passed"), lambda row: _rate(row.tests)),
        (_("At the first try"), lambda row: _rate(row.first_tries)),
    ]


def gaps_chart(rows: Sequence[Gap]) -> charts.Chart:
    """A bar for each group that is shown: the rate of passes."""
    rates = [
        (f"{rate}%: {row.value}", rate)
        for row in rows
        if row.tests and (rate := percent(row.tests.good, row.tests.whole)) is not None
    ]
    labels = [label for label, _rate in rates]
    drawn = charts.bars(labels, [[("solid", rate)] for _label, rate in rates], 100)
    return charts.Chart("gaps", _("Pass rates"), "; ".join(labels), drawn)
