"""The clock door of the roof."""

from celery import shared_task
from django.utils import timezone

from lms.upkeep import queue_upkeep_notices


@shared_task
def write_to_owners() -> None:
    """Tell the owners of overdue content, once."""
    queue_upkeep_notices(now=timezone.now(), today=timezone.localdate())
