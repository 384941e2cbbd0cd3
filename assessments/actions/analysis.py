"""Statistics of the questions: worked out by a sweep, looked at by a person."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from wagtail.models import Revision

from assessments import item_analysis, perms
from assessments.models import ItemReview, ItemStatistic, Question, figures
from assessments.models.figures import VersionFigures
from assessments.refusals import ItemReviewRefused
from people.models import User

Version = tuple[int, int | None]
WORKED_OUT = [
    "exposure",
    "answers",
    "right",
    "facility",
    "discrimination",
    "median_seconds",
    "choices",
    "flags",
    "held_back",
    "worked_out_at",
]


def work_out_statistics(*, now: datetime) -> int:
    """Work the figures of every version anew; returns how many have some. A repeat gives the same.

    All of them each time: voiding a sitting or marking one late changes figures of the past, too.
    """
    return sum(_keep(batch, now) for batch in figures.of_all_versions())


@transaction.atomic
def _keep(batch: Sequence[VersionFigures], now: datetime) -> int:
    """A review waits for the batch or the batch for the review: neither undoes the other."""
    question_ids = {each.question_id for each in batch}
    known = ItemStatistic.objects.filter(question__in=question_ids).order_by("pk")
    list(known.select_for_update().values_list("pk"))
    reviews = ItemReview.objects.filter(question__in=question_ids).order_by("pk")
    reviewed: dict[Version, int] = {
        (question_id, revision_id): answers
        for question_id, revision_id, answers in reviews.values_list(
            "question_id", "revision_id", "answers"
        )
    }
    ItemStatistic.objects.bulk_create(
        [_statistic(each, reviewed, now) for each in batch],
        update_conflicts=True,
        unique_fields=["question", "revision"],
        update_fields=WORKED_OUT,
    )
    return len(batch)


def _statistic(
    version: VersionFigures, reviewed: dict[Version, int], now: datetime
) -> ItemStatistic:
    discrimination = item_analysis.discrimination(version.rest)
    flags = item_analysis.flags(
        answers=version.answers,
        right=version.right,
        discrimination=discrimination,
        choices=version.choices,
    )
    return ItemStatistic(
        question_id=version.question_id,
        revision_id=version.revision_id,
        exposure=version.exposure,
        answers=version.answers,
        right=version.right,
        facility=item_analysis.facility(right=version.right, answers=version.answers),
        discrimination=discrimination,
        median_seconds=version.median_seconds,
        choices=[vars(choice) for choice in version.choices],
        flags=list(flags),
        held_back=item_analysis.held_back(
            flags,
            answers=version.answers,
            reviewed_answers=reviewed.get((version.question_id, version.revision_id)),
        ),
        worked_out_at=now,
    )


@transaction.atomic
def review_item(
    *, question: Question, revision: Revision | None, note: str, by: User, now: datetime
) -> ItemReview:
    """Let a version that is held back be drawn again, after somebody else than its authors looked.

    A repeat returns the review there is; once as many more answers have come, it may be held back
    anew. Raises ItemReviewRefused.
    """
    versions = ItemStatistic.objects.filter(question=question, revision=revision)
    statistic = versions.select_for_update(of=("self",)).first()
    if not perms.may_rule_on(by, question):
        raise ItemReviewRefused("not_allowed")
    if perms.wrote(by, question, revision.pk if revision else None):
        raise ItemReviewRefused("own_question")
    reviews = ItemReview.objects.filter(question=question, revision=revision)
    last = reviews.order_by("-pk").first()
    if statistic is None or not statistic.held_back:
        if last is None:
            raise ItemReviewRefused("not_held_back")
        return last
    statistic.held_back = False
    statistic.save(update_fields=["held_back"])
    return ItemReview.objects.create(
        question=question,
        revision=revision,
        answers=statistic.answers,
        note=note,
        reviewed_by=by,
        reviewed_at=now,
    )
