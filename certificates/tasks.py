"""Alarm clocks of the certificate room. The work to do is read from the database."""

from datetime import timedelta
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from certificates import actions


@shared_task(acks_late=True)
def issue_certificate(sitting_id: str) -> None:
    """Issue the certificate of one pass; a repeat finds the one there is."""
    actions.issue_certificate(sitting_id=UUID(sitting_id), now=timezone.now())


@shared_task
def issue_missing_certificates(days: int | None = None) -> None:
    """Issue whatever no other wake-up did. With ``days``, only for passes not older than that:
    a cheap run for every few seconds, beside a rarer one over all of them."""
    now = timezone.now()
    closed_since = None if days is None else now - timedelta(days=days)
    actions.issue_missing(now=now, closed_since=closed_since, clock=timezone.now)


@shared_task
def issue_recognised(days: int | None = None) -> None:
    """Issue the certificates that accepted evidence still lacks. ``days``: see above."""
    now = timezone.now()
    decided_since = None if days is None else now - timedelta(days=days)
    actions.issue_recognised(now=now, decided_since=decided_since, clock=timezone.now)


@shared_task
def carry_over(days: int | None = None) -> None:
    """Hand the certificates of records without an account to whoever took those over lately."""
    now = timezone.now()
    since = None if days is None else now - timedelta(days=days)
    actions.carry_over(now=now, since=since, clock=timezone.now)


@shared_task
def queue_due_reminders(days: int | None = None) -> None:
    """Queue today's reminders, and those that an outage left behind. With ``days``, only what
    became due within so many: a cheap run beside a rarer one over all of them."""
    actions.queue_due_reminders(now=timezone.now(), days=days)


@shared_task
def send_reminders_instead() -> None:
    """Queue what could not be delivered once more, by the next channel."""
    actions.send_instead(now=timezone.now())
