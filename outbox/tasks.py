"""The outbox's alarm clocks."""

from celery import shared_task
from django.utils import timezone

from outbox import actions


@shared_task
def relay_messages() -> None:
    """Deliver what is due. The scheduled run finds whatever an earlier wake-up missed."""
    actions.relay_messages(now=timezone.now())


@shared_task
def collect_receipts() -> None:
    """Ask the provider what became of what it accepted."""
    actions.collect_receipts(now=timezone.now())


@shared_task
def empty_old_messages() -> None:
    """Keep addresses and texts no longer than the retention rule says."""
    actions.empty_old_messages(now=timezone.now())
