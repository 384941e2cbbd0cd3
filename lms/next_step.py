"""What a driver should do next. Pure: plain values in, one step out."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class Step(StrEnum):
    CONTINUE_TEST = "continue_test"
    CERTIFICATE_COMING = "certificate_coming"
    WAIT_TO_TRY = "wait_to_try"
    NO_TRIES_LEFT = "no_tries_left"
    COURSE_DONE = "course_done"
    TAKE_TEST = "take_test"
    CONTINUE_COURSE = "continue_course"
    START_COURSE = "start_course"
    RENEW = "renew"
    UP_TO_DATE = "up_to_date"


@dataclass(frozen=True)
class Standing:
    """Where a driver stands. Days are London days; ``next_try_at`` is an instant or None.

    ``has_test`` says whether the course ends with one.
    ``valid_until`` and ``renew_from`` are those of the best certificate that is not revoked.
    """

    today: date
    now: datetime
    enrolled: bool = False
    lessons_done: bool = False
    has_test: bool = True
    test_open: bool = False
    passed_without_certificate: bool = False
    next_try_at: datetime | None = None
    tries_left: int | None = None
    valid_until: date | None = None
    renew_from: date | None = None


def next_step(standing: Standing) -> Step:
    """The first thing that applies: what is open comes before what could be begun."""
    if standing.test_open:
        return Step.CONTINUE_TEST
    if standing.passed_without_certificate:
        return Step.CERTIFICATE_COMING
    if standing.enrolled and standing.lessons_done:
        return _test_step(standing)
    if standing.enrolled:
        return Step.CONTINUE_COURSE
    if standing.valid_until is None or standing.today > standing.valid_until:
        return Step.START_COURSE
    if standing.renew_from is not None and standing.today >= standing.renew_from:
        return Step.RENEW
    return Step.UP_TO_DATE


def _test_step(standing: Standing) -> Step:
    if not standing.has_test:
        return Step.COURSE_DONE
    if standing.tries_left == 0:
        return Step.NO_TRIES_LEFT
    if standing.next_try_at is not None and standing.now < standing.next_try_at:
        return Step.WAIT_TO_TRY
    return Step.TAKE_TEST
