"""Asking for help with a test."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from assessments.models import Adjustment
from assessments.refusals import AdjustmentRefused
from people.models import Learner

# How much more time and how long a break, the officer decides; until then the least is noted.
LEAST_EXTRA_TIME = Adjustment.ExtraTime.QUARTER
LEAST_BREAK = 5  # Minutes.


@transaction.atomic
def ask_for_adjustment(
    *,
    learner: Learner,
    more_time: bool,
    breaks: bool,
    helps: Collection[str],
    reason_class: str,
    now: datetime,
) -> Adjustment:
    """Ask for help before a test (R28); an officer decides which. The reason is a broad class.

    While one request waits, a repeat returns it as it is. Raises AdjustmentRefused.
    """
    if not (more_time or breaks or helps):
        raise AdjustmentRefused("asks_nothing")
    learner = Learner.objects.select_for_update(of=("self",), no_key=True).get(pk=learner.pk)
    waiting = Adjustment.objects.waiting().filter(learner=learner).first()
    if waiting is not None:
        return waiting
    return Adjustment.objects.create(
        learner=learner,
        asked_at=now,
        extra_time=LEAST_EXTRA_TIME if more_time else Adjustment.ExtraTime.NONE,
        break_minutes=LEAST_BREAK if breaks else 0,
        helps=[value for value in Adjustment.Help.values if value in helps],
        reason_class=reason_class,
    )
