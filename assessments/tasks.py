"""The clock of the test room."""

from celery import shared_task
from django.utils import timezone

from assessments import actions


@shared_task
def close_expired_sittings() -> None:
    """Mark every sitting whose time is over; safe to run twice and on many workers."""
    actions.close_expired(now=timezone.now())
