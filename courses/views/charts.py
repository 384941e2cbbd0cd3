"""Bar charts that the server draws. The table beside each stays the source of truth."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from courses.models.reports import LessonFigures, State

ROW, BAR_TOP = 44, 20  # Pixels from one bar to the next, and from a row's top to its bar.
LONGEST = 44  # Letters of a label that fit on a phone; the table has the whole title.
# In SVG each part is told by its pattern, so that nobody has to tell colours apart.
PATTERNS = {
    State.NOT_STARTED: "fence",
    State.LEARNING: "dots",
    State.LESSONS_DONE: "lines",
    State.FINISHED: "solid",
}


@dataclass(frozen=True)
class Part:
    """A stretch of a bar, in per cent of its row, written the way SVG reads numbers."""

    pattern: str
    start: str
    width: str


@dataclass(frozen=True)
class Bar:
    label: str
    label_at: int
    bar_at: int
    parts: list[Part]


@dataclass(frozen=True)
class Chart:
    """``text`` says the same in words; ``legend`` names the patterns, where labels do not."""

    id: str
    title: str
    text: str
    bars: list[Bar]
    legend: list[tuple[str, str]] = field(default_factory=list)

    @property
    def height(self) -> int:
        return len(self.bars) * ROW


def states_chart(states: dict[State, int]) -> Chart:
    """One bar for each state; its length is the part of all people."""
    total = sum(states.values())
    labels = [f"{state.label}: {number}" for state, number in states.items()]
    counts = [[(PATTERNS[state], number)] for state, number in states.items()]
    return Chart(
        id="states",
        title=_("People in each state"),
        text=_("Of %(total)s people: %(states)s.") % {"total": total, "states": "; ".join(labels)},
        bars=bars(labels, counts, total),
    )


def lessons_chart(lessons: Sequence[LessonFigures]) -> Chart:
    """One bar for each lesson: who finished it, who is in it, who gave up. The rest is empty."""
    counts, texts = [], []
    for lesson in lessons:
        inside = lesson.reached - lesson.finished - lesson.gave_up
        counts.append([("solid", lesson.finished), ("dots", inside), ("lines", lesson.gave_up)])
        texts.append(
            _("%(lesson)s: %(finished)s finished, %(inside)s in it, %(gave_up)s gave up")
            % {
                "lesson": lesson.title,
                "finished": lesson.finished,
                "inside": inside,
                "gave_up": lesson.gave_up,
            }
        )
    total = max((lesson.people for lesson in lessons), default=0)
    return Chart(
        id="lessons",
        title=_("How far people came in each lesson"),
        text=_("Of %(total)s people. %(lessons)s.") % {"total": total, "lessons": "; ".join(texts)},
        bars=bars([f"{lesson.number}. {lesson.title}" for lesson in lessons], counts, total),
        legend=[
            ("solid", _("Finished the lesson")),
            ("dots", _("In the lesson")),
            ("lines", _("Gave up in the lesson")),
        ],
    )


def bars(
    labels: Sequence[str], counts: Sequence[Sequence[tuple[str, int]]], total: int
) -> list[Bar]:
    """One bar for each label; its stretches are parts of ``total``, each in its pattern."""
    drawn = []
    for place, (label, stretches) in enumerate(zip(labels, counts, strict=True)):
        parts, before = [], 0
        for pattern, number in stretches:
            if number:
                parts.append(Part(pattern, _percent(before, total), _percent(number, total)))
            before += number
        top = place * ROW
        drawn.append(Bar(_cut(label), top + BAR_TOP - 6, top + BAR_TOP, parts))
    return drawn


def _percent(part: int, total: int) -> str:
    return f"{100 * part / total:.2f}%"


def _cut(label: str) -> str:
    return label if len(label) <= LONGEST else label[: LONGEST - 1].rstrip() + "…"
