"""The clock of a sitting on its pages, and the one warning before the time is over."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest

from assessments.clock import Clock
from assessments.models import Sitting
from assessments.views.words import hour_in_words, time_left_in_words

LONGEST_COUNTED = 600  # Minutes: a script counts down through as many sentences.

WARNED = "time_warned"  # In the session: of which sitting and end the person was warned last.


def clock_of(sitting: Sitting, now: datetime) -> Clock | None:
    """None: the sitting has no limit."""
    if sitting.deadline_at is None:
        return None
    return Clock(sitting.started_at, sitting.deadline_at, now)


def time_on_page(sitting: Sitting, now: datetime) -> dict[str, Any]:
    """For a template: what is left, and when it ends. ``countdown`` holds the sentences to come, by
    the minutes that are left then, for a script that cannot know the plurals of every language."""
    clock = clock_of(sitting, now)
    if clock is None:
        return {"clock": None}
    minutes = clock.minutes_left
    sentences = [time_left_in_words(left) for left in range(min(minutes, LONGEST_COUNTED) + 1)]
    return {
        "clock": clock,
        "time_left": time_left_in_words(minutes),
        "time_ends": hour_in_words(clock.deadline_at),
        "countdown": "|".join(sentences),
    }


def owes_warning(request: HttpRequest, sitting: Sitting, now: datetime) -> bool:
    """Whether the end is near and this browser has not said so; again once the end has moved."""
    clock = clock_of(sitting, now)
    near = clock is not None and clock.is_near_end
    return near and request.session.get(WARNED) != _end_of(sitting)


def note_warning(request: HttpRequest, sitting: Sitting) -> None:
    request.session[WARNED] = _end_of(sitting)


def _end_of(sitting: Sitting) -> str:
    return f"{sitting.pk} {sitting.deadline_at}"
