"""Saying that a question is wrong."""

from datetime import datetime

from django.db import transaction

from assessments.models import Challenge, Sitting
from assessments.refusals import ChallengeRefused


@transaction.atomic
def challenge(*, sitting: Sitting, position: int, text: str, now: datetime) -> Challenge:
    """Keep what a driver says about the question at ``position`` (from 1) of their paper (R31).

    It changes nothing in the sitting, open or closed, until somebody decides. A repeat for the same
    question returns what was written first. Raises ChallengeRefused.
    """
    sitting = Sitting.objects.select_for_update(of=("self",), no_key=True).get(pk=sitting.pk)
    if not 1 <= position <= sitting.question_count:
        raise ChallengeRefused("no_such_question")
    if not text.strip():
        raise ChallengeRefused("says_nothing")
    question = sitting.questions[position - 1]
    made, _created = Challenge.objects.get_or_create(
        sitting=sitting,
        position=position,
        defaults={
            "question_id": question["question_id"],
            "revision_id": question["revision_id"],
            "text": text.strip(),
            "made_at": now,
        },
    )
    return made
