"""Who reads the statistics of questions, and who lets a held-back one be drawn again."""

from datetime import date, datetime
from typing import Any

from django.db.models import F, QuerySet

from assessments.models import ItemStatistic, TestRule, TestRuleTopic
from assessments.perms.bank import trainer_lessons, trainer_questions
from people.perms import TRAINERS, is_trainer


def may_read_statistics(user: Any) -> bool:
    """Trainers of any authority, and platform administrators."""
    return is_trainer(user)


def readable_statistics(user: Any) -> QuerySet[ItemStatistic]:
    """Of the questions that the person may see in the bank: figures tell options and keys."""
    statistics: QuerySet[ItemStatistic] = ItemStatistic.objects.filter(
        question__in=trainer_questions(user, *TRAINERS)
    )
    return statistics


def short_topics(user: Any, *, on: date, now: datetime) -> list[TestRuleTopic]:
    """The topics of the person's own lessons that cannot fill the papers of a rule in force on the
    London day ``on``: of each course and authority the latest one."""
    approved = TestRule.objects.approved(known_at=now).filter(effective_from__lte=on)
    latest = ("course_id", "authority_id", "-effective_from", "-approved_at", "-pk")
    rules = approved.order_by(*latest).distinct("course_id", "authority_id").values("pk")
    own = trainer_lessons(user, *TRAINERS)
    places = TestRuleTopic.objects.filter(rule__in=rules, topic__lesson__in=own)
    short: Any = places.with_available()
    short = short.filter(available__lt=F("questions"))
    return list(short.select_related("topic", "rule__course", "rule__authority"))
