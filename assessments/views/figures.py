"""The figures of a question as trainers read them: words first, numbers beside them."""

from collections.abc import Iterable
from typing import Any, NamedTuple

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.ui.tables import BooleanColumn, Column, Table

from assessments.item_analysis import EASY, ENOUGH_ANSWERS, LOWEST_DISCRIMINATION, Flag
from assessments.models import ItemStatistic
from courses import charts
from courses.views.spreadsheets import Columns
from courses.views.tables import NameColumn, share

CLEARLY = 0.3  # Usual in books about tests: from here on a question tells people apart well.
SHORT: dict[Flag, str | Promise] = {
    Flag.TOO_HARD: gettext_lazy("Too hard"),
    Flag.DOES_NOT_TELL_APART: gettext_lazy("Does not tell people apart"),
    Flag.WRONG_OPTION_POPULAR: gettext_lazy("A wrong option is popular"),
}
FLAGS: dict[Flag, str | Promise] = {
    Flag.TOO_HARD: gettext_lazy(
        "Fewer than half of the people got it right, though all had done the lessons. It may be "
        "unclear, wrong, or not taught."
    ),
    Flag.DOES_NOT_TELL_APART: gettext_lazy(
        "People who know the subject do no better at it than people who do not. They may read it "
        "in two ways, or the key may be wrong."
    ),
    Flag.WRONG_OPTION_POPULAR: gettext_lazy(
        "More people chose a wrong option than got the question right. Check the key first. Then "
        "ask whether that option could be right, too."
    ),
}


class FigureInWords(NamedTuple):
    name: str
    number: str
    meaning: str


def per_cent(part: float | None) -> str:
    return "–" if part is None else f"{100 * part:.0f}%"


def decimal(number: float | None) -> str:
    return "–" if number is None else number_format(number, decimal_pos=2)


def seconds_in_words(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    whole = round(seconds)
    return ngettext("%(seconds)s second", "%(seconds)s seconds", whole) % {"seconds": whole}


def flags_in_short(flags: Iterable[str]) -> str:
    return "; ".join(str(SHORT[Flag(flag)]) for flag in flags)


def wording(statistic: ItemStatistic) -> str:
    """The question as this version asked it."""
    version = statistic.revision
    return str(version.content["text"] if version else statistic.question.text)


def facts(statistic: ItemStatistic) -> list[FigureInWords]:
    return [
        FigureInWords(
            _("Papers"),
            str(statistic.exposure),
            _("On so many papers it stood, also of tests that are not finished or do not count."),
        ),
        FigureInWords(
            _("Got it right"), share(statistic.right, statistic.answers), _how_many(statistic)
        ),
        FigureInWords(
            _("Tells people apart"),
            decimal(statistic.discrimination),
            _telling_apart(statistic.discrimination, statistic.facility),
        ),
        FigureInWords(
            _("Middle time"),
            seconds_in_words(statistic.median_seconds),
            _("Half of the people took less time until their first answer, half took more."),
        ),
    ]


def _how_many(statistic: ItemStatistic) -> str:
    if statistic.answers < ENOUGH_ANSWERS:
        return _("From %(enough)s answers on we say what is odd. Until then chance decides.") % {
            "enough": ENOUGH_ANSWERS
        }
    return _("People who left it empty got it wrong, as in the test.")


def _telling_apart(discrimination: float | None, facility: float | None) -> str:
    if discrimination is None:
        return _("This cannot be told yet: all were right, all were wrong, or too few answered.")
    if discrimination >= CLEARLY:
        return _("People who did well on the rest of the paper clearly did better here, too.")
    if discrimination >= LOWEST_DISCRIMINATION:
        return _("People who did well on the rest of the paper did somewhat better here, too.")
    if facility is not None and facility >= EASY:
        return _("Nearly everybody knows this, so it tells nobody apart. That is fine.")
    if discrimination < 0:
        return _("People who did well on the rest of the paper did worse here. Something is wrong.")
    return _("People who did well on the rest of the paper did hardly better here.")


def choices_table(statistic: ItemStatistic) -> Table:
    return Table(
        [
            Column("text", label=_("Option"), accessor=lambda choice: choice["text"]),
            BooleanColumn("right", label=_("Right"), accessor=lambda choice: choice["right"]),
            Column(
                "times",
                label=_("Chosen"),
                accessor=lambda choice: share(choice["times"], statistic.answers),
            ),
        ],
        statistic.choices,
        caption=_("Options"),
    )


def choices_chart(statistic: ItemStatistic) -> charts.Chart:
    """One bar for each option; the right ones are told by their pattern."""
    labels = [f"{choice['text']}: {choice['times']}" for choice in statistic.choices]
    counts = [
        [("solid" if choice["right"] else "lines", choice["times"])] for choice in statistic.choices
    ]
    return charts.Chart(
        id="options",
        title=_("How often each option was chosen"),
        text=_("Of %(total)s people: %(states)s.")
        % {"total": statistic.answers, "states": "; ".join(labels)},
        bars=charts.bars(labels, counts, statistic.answers),
        legend=[("solid", _("Right option")), ("lines", _("Wrong option"))],
    )


def versions_table(statistics: Iterable[ItemStatistic]) -> Table:
    return Table(
        [
            NameColumn(
                "version",
                label=_("Version"),
                url_name="question_statistic",
                accessor=_version,
            ),
            Column("answers", label=_("Answers")),
            Column("facility", label=_("Got it right"), accessor=lambda s: per_cent(s.facility)),
            Column(
                "discrimination",
                label=_("Tells people apart"),
                accessor=lambda s: decimal(s.discrimination),
            ),
            BooleanColumn("held_back", label=_("Held back")),
        ],
        statistics,
        caption=_("Versions"),
    )


def _version(statistic: Any) -> str:
    name = _("Version %(number)s") % {"number": statistic.revision_id or "–"}
    return _("%(version)s, in use now") % {"version": name} if statistic.in_use else name


def export_columns() -> Columns:
    return [
        (_("Question number"), lambda row: row.question_id),
        (_("Version"), lambda row: row.revision_id),
        (_("Question"), wording),
        (_("Topic"), lambda row: row.question.topic.title),
        (_("In use now"), lambda row: row.in_use),
        (_("Papers"), lambda row: row.exposure),
        (_("Answers"), lambda row: row.answers),
        (_("Right"), lambda row: row.right),
        (_("Share right"), lambda row: row.facility),
        (_("Tells people apart"), lambda row: row.discrimination),
        (_("Middle time in seconds"), lambda row: row.median_seconds),
        (_("What is odd"), lambda row: flags_in_short(row.flags)),
        (_("Held back"), lambda row: row.held_back),
    ]
