"""The bar charts of how people get on."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from courses.charts import Chart, bars
from courses.models.reports import LessonFigures, State

# In SVG each part is told by its pattern, so that nobody has to tell colours apart.
PATTERNS = {
    State.NOT_STARTED: "fence",
    State.LEARNING: "dots",
    State.LESSONS_DONE: "lines",
    State.FINISHED: "solid",
}


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
