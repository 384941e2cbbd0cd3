"""Spoken and paper tests: staff hold them, one enters the answers, another confirms (R29)."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from assessments import perms
from assessments.actions.sittings import close, give_answer, open_sitting, stand
from assessments.actions.staff import allow
from assessments.models import AnswerSheet, IdentityCheck, Sitting
from assessments.refusals import ArrangementRefused
from courses.models import CoursePage
from people.models import Learner, User

HELD = (Sitting.Mode.SPOKEN, Sitting.Mode.PAPER)


@transaction.atomic
def hold_sitting(
    *,
    learner: Learner,
    course: CoursePage,
    mode: str,
    identity_check: str,
    by: User,
    now: datetime,
) -> Sitting:
    """Draw the paper of a spoken or paper test. Lessons, tries and waits are asked for as on a
    screen; no clock runs.

    A repeat returns the one that is open. Raises ArrangementRefused, and StartRefused with the
    reasons against a start.
    """
    learner, place = stand(learner, course, now)
    allow(by, *perms.HOLDERS, learner=learner, authority=learner.authority)
    if mode not in HELD:
        raise ArrangementRefused("not_held")
    if identity_check not in IdentityCheck.values or identity_check == IdentityCheck.NONE:
        raise ArrangementRefused("identity_not_checked")
    if place.open_sitting is not None:
        if place.open_sitting.mode == mode:
            return place.open_sitting
        raise ArrangementRefused("sitting_open")
    if place.enrolment is not None:  # The round may be that of the authority before.
        allow(by, *perms.HOLDERS, learner=learner, authority=place.enrolment.authority)
    sitting = Sitting(
        learner=learner,
        course=course,
        mode=mode,
        started_at=now,
        started_by=by,
        identity_check=identity_check,
        identity_checked_by=by,
        identity_checked_at=now,
    )
    return open_sitting(place, sitting)


@transaction.atomic
def enter_answers(
    *, sitting: Sitting, answers: Mapping[int, Collection[str]], by: User, now: datetime
) -> AnswerSheet:
    """Write down what was said or written: place on the paper, from 1, to the chosen tokens.
    Nothing is marked before somebody else confirms it.

    Whoever entered them first may enter them again until then; the last answer to each question
    counts, and the same one writes nothing. Raises ArrangementRefused and AnswerRefused.
    """
    sitting = _held(sitting, by)
    if sitting.closed_at is not None:
        raise ArrangementRefused("sitting_closed")
    sheet = AnswerSheet.objects.filter(sitting=sitting).first()
    if sheet is not None and sheet.proposed_by_id != by.pk:
        raise ArrangementRefused("entered_by_another")
    for position, tokens in sorted(answers.items()):
        give_answer(sitting=sitting, position=position, option_tokens=tokens, now=now)
    return sheet or AnswerSheet.objects.create(sitting=sitting, proposed_by=by, proposed_at=now)


@transaction.atomic
def confirm_answers(*, sitting: Sitting, seen: int, by: User, now: datetime) -> Sitting:
    """Say that what was entered is what was said or written; with that the test is closed and
    marked. ``seen`` is ``last_entered`` as it was when the answers were shown.

    Never by whoever entered them. A repeat returns the result. Raises ArrangementRefused.
    """
    sitting = _held(sitting, by)
    sheet = AnswerSheet.objects.select_for_update(of=("self",)).filter(sitting=sitting).first()
    if sitting.closed_at is not None:
        return sitting
    if sheet is None:
        raise ArrangementRefused("nothing_entered")
    if sheet.proposed_by_id == by.pk:
        raise ArrangementRefused("own_entry")
    if seen != last_entered(sitting):
        raise ArrangementRefused("answers_changed")
    sheet.confirm(by=by, now=now)
    close(sitting, now)
    return sitting


def last_entered(sitting: Sitting) -> int:
    """Which answer was entered last: the answers are those that were shown while it is the same."""
    last: int | None = sitting.answers.aggregate(last=Max("pk"))["last"]
    return last or 0


def _held(sitting: Sitting, by: User) -> Sitting:
    """The spoken or paper test, locked, for staff who hold tests at its authority."""
    sitting = Sitting.objects.locked().get(pk=sitting.pk)
    allow(by, *perms.HOLDERS, learner=sitting.learner, authority=sitting.authority)
    if sitting.mode == Sitting.Mode.ONLINE:
        raise ArrangementRefused("not_held")
    return sitting
