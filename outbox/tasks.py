"""The relay's alarm clock."""

from celery import shared_task
from django.utils import timezone

from outbox import actions


@shared_task
def relay_messages() -> None:
    """Deliver what is due. The scheduled run finds whatever an earlier wake-up missed."""
    actions.relay_messages(now=timezone.now())
