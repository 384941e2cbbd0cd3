"""Alarm clocks of the register. The work to do is the state of an upload."""

from celery import shared_task
from django.utils import timezone

from people import register
from people.headway import note_progress


@shared_task(acks_late=True)
def work_on_upload(pk: int) -> None:
    """Check or import one file; a repeat finds nothing to do."""
    now = timezone.now()
    register.work_on_upload(
        pk=pk,
        now=now,
        today=timezone.localdate(now),
        progress=lambda rows: note_progress(pk, rows),
    )


@shared_task
def work_on_uploads() -> None:
    """Take up whatever no other wake-up did."""
    for pk in register.uploads_to_do():
        work_on_upload.delay(pk)


@shared_task
def forget_uploaded_files() -> None:
    register.forget_uploaded_files(now=timezone.now())
