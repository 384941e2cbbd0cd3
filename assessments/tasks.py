"""The clock of the test room."""

from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from assessments import actions


@shared_task
def close_expired_sittings() -> None:
    """Mark every sitting whose time is over; safe to run twice and on many workers."""
    actions.close_expired(now=timezone.now())


@shared_task
def rescore_withdrawn(days: int | None = None) -> None:
    """Score again what confirmed withdrawals ask for. With ``days``, only for those that are no
    older: a cheap run for every minute, beside a rarer one over all of them."""
    now = timezone.now()
    since = None if days is None else now - timedelta(days=days)
    actions.rescore_withdrawn(now=now, confirmed_since=since)


@shared_task(time_limit=50 * 60, soft_time_limit=49 * 60)
def work_out_statistics() -> None:
    """The figures of every question, anew each night. It reads every paper there is: at national
    size that takes longer than other tasks may. Safe to run twice."""
    actions.work_out_statistics(now=timezone.now())


@shared_task
def find_signals() -> None:
    """What looks odd about the sittings of the last days, each night; safe to run twice."""
    actions.find_signals(now=timezone.now())
