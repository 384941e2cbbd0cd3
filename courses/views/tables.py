"""What the tables of figures show, on the page and as files."""

from collections.abc import Callable
from datetime import date, datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from wagtail.admin.ui.tables import Column, Table, TitleColumn

from courses.models.reports import CheckFigures, LessonFigures, Person, State, percent
from courses.views.spreadsheets import Columns
from people.models import User

MEANINGS = {
    State.NOT_STARTED: gettext_lazy("On the course, but has not done anything in it yet."),
    State.LEARNING: gettext_lazy("Has begun, and has lessons left to do."),
    State.LESSONS_DONE: gettext_lazy("Has done every lesson, but has not passed the test yet."),
    State.FINISHED: gettext_lazy("Has passed the test. The training is complete."),
}
DAY = "j F Y"


def share(part: int, whole: int) -> str:
    """ "3 of 12 (25%)"; without the percentage where few people would stand behind it."""
    numbers = {"part": part, "whole": whole, "percent": percent(part, whole)}
    if numbers["percent"] is None:
        return _("%(part)s of %(whole)s") % numbers
    return _("%(part)s of %(whole)s (%(percent)s%%)") % numbers


def full_name(staff: User) -> str:
    """A member of staff by name; by address for whoever has none."""
    return staff.get_full_name() or staff.email


def day_of(moment: datetime | None) -> date | None:
    """The London day of a moment."""
    return timezone.localdate(moment, timezone.get_default_timezone()) if moment else None


def days_left(person: Person, deadline_on: date, today: date) -> int | None:
    """Until the last day; below zero when it is over, None for somebody who has finished."""
    return None if person.state is State.FINISHED else (deadline_on - today).days


def in_words(days: int | None) -> str:
    if days is None:
        return "–"
    if days == 0:
        return _("Today is the last day")
    if days > 0:
        return ngettext("%(days)s day left", "%(days)s days left", days) % {"days": days}
    return ngettext("%(days)s day overdue", "%(days)s days overdue", -days) % {"days": -days}


def states_table(states: dict[State, int]) -> Table:
    total = sum(states.values())
    return Table(
        [
            Column("label", label=_("State")),
            Column("people", label=_("People"), accessor=lambda s: share(states[s], total)),
            Column("meaning", label=_("What it means"), accessor=lambda state: MEANINGS[state]),
        ],
        list(states),
        caption=_("People in each state"),
    )


def lessons_table(lessons: list[LessonFigures]) -> Table:
    return Table(
        [
            Column("title", label=_("Lesson"), accessor=lambda row: f"{row.number}. {row.title}"),
            Column("reached", label=_("Reached"), accessor=lambda r: share(r.reached, r.people)),
            Column(
                "finished", label=_("Finished"), accessor=lambda r: share(r.finished, r.reached)
            ),
            Column("gave_up", label=_("Gave up"), accessor=lambda r: share(r.gave_up, r.reached)),
            Column("minutes", label=_("Middle time"), accessor=_middle_time),
        ],
        lessons,
        caption=_("Lessons"),
    )


def _middle_time(row: LessonFigures) -> str:
    if row.minutes is None:
        return "–"
    return _("%(minutes)s minutes") % {"minutes": f"{row.minutes:g}"}


def checks_table(checks: list[CheckFigures]) -> Table:
    return Table(
        [
            Column("question", label=_("Question")),
            Column(
                "lesson",
                label=_("Lesson"),
                accessor=lambda r: f"{r.lesson_number}. {r.lesson_title}",
            ),
            Column("wrong", label=_("Wrong first try"), accessor=lambda r: share(r.wrong, r.tried)),
        ],
        checks,
        caption=_("Understanding checks"),
    )


class NameColumn(TitleColumn):
    """A link that breaks between words alone: on a phone the table scrolls instead."""

    cell_template_name = "courses/admin/name_cell.html"


class TakeOutColumn(Column):
    """The way to take one person out; the value is its address."""

    cell_template_name = "courses/admin/take_out_cell.html"


def people_table(
    people: list[Person],
    *,
    deadline_on: date,
    today: date,
    take_out: Callable[[Person], str] | None,
) -> Table:
    """``take_out`` is the address of each person's way out, for whoever may show it to them."""
    columns = [
        Column("name", label=_("Name")),
        Column("state", label=_("State"), accessor="state.label"),
        Column(
            "lessons",
            label=_("Lessons done"),
            accessor=lambda p: (
                _("%(done)s of %(total)s") % {"done": p.lessons_done, "total": p.lessons_total}
            ),
        ),
        Column("active", label=_("Last active"), accessor=lambda p: _written(p.last_active_at)),
        Column(
            "left",
            label=_("Time left"),
            accessor=lambda p: in_words(days_left(p, deadline_on, today)),
        ),
    ]
    if take_out:
        columns.append(TakeOutColumn("out", label=_("Take out"), accessor=take_out))
    return Table(columns, people, caption=_("People"))


def _written(moment: datetime | None) -> str:
    day = day_of(moment)
    return date_format(day, DAY) if day else "–"


def people_columns(*, deadline_on: date, today: date) -> Columns:
    return [
        (_("Name"), lambda person: person.name),
        (_("State"), lambda person: str(person.state.label)),
        (_("Lessons done"), lambda person: person.lessons_done),
        (_("Lessons"), lambda person: person.lessons_total),
        (_("Last active"), lambda person: day_of(person.last_active_at)),
        (_("Finished"), lambda person: day_of(person.finished_at)),
        (_("Finish by"), lambda _person: deadline_on),
        (_("Days left"), lambda person: days_left(person, deadline_on, today)),
    ]


def lessons_columns() -> Columns:
    return [
        (_("Number"), lambda lesson: lesson.number),
        (_("Lesson"), lambda lesson: lesson.title),
        (_("People"), lambda lesson: lesson.people),
        (_("Reached"), lambda lesson: lesson.reached),
        (_("Finished"), lambda lesson: lesson.finished),
        (_("Gave up"), lambda lesson: lesson.gave_up),
        (_("People timed"), lambda lesson: lesson.timed),
        (_("Middle time in minutes"), lambda lesson: lesson.minutes),
    ]


def checks_columns() -> Columns:
    return [
        (_("Lesson number"), lambda check: check.lesson_number),
        (_("Lesson"), lambda check: check.lesson_title),
        (_("Question"), lambda check: check.question),
        (_("People who tried"), lambda check: check.tried),
        (_("Wrong first try"), lambda check: check.wrong),
    ]
