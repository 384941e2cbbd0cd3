"""The clock door of the courses."""

from celery import shared_task
from django.core.management import call_command


@shared_task
def publish_scheduled() -> None:
    """Publish what a review has approved for a time that has come, and take down what has ended."""
    call_command("publish_scheduled", verbosity=0)
