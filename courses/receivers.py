"""Versions that are kept when ``manage.py purge_revisions`` tidies up, or anything else does."""

from typing import Any

from django.db.models import ProtectedError
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from wagtail.models import Revision


@receiver(pre_delete, sender=Revision, dispatch_uid="courses.keep_live_version")
def keep_live_version(*, instance: Revision, origin: Any, **kwargs: Any) -> None:
    """Wagtail itself would purge a live version that has a newer draft, and nobody could tell any
    more what people read and what was approved. It goes only together with its content."""
    if getattr(origin, "model", type(origin)) is not Revision:
        return
    content = instance.content_object
    if content is not None and getattr(content, "live_revision_id", None) == instance.pk:
        raise ProtectedError("This version is live.", {instance})
