"""Versions that are kept when ``manage.py purge_revisions`` tidies up, or anything else does."""

from typing import Any

from django.db.models import ProtectedError
from django.db.models.signals import pre_delete
from django.dispatch import receiver
from wagtail.models import Revision

from assessments.models import DrawnQuestion, Question


@receiver(pre_delete, sender=Revision, dispatch_uid="assessments.keep_drawn_versions")
def keep_drawn_versions(*, instance: Revision, origin: Any, **kwargs: Any) -> None:
    """A paper names the version of each question on it, in its frozen text, where no foreign key
    reaches. So every version of a question that was ever drawn stays."""
    purged = getattr(origin, "model", type(origin)) is Revision
    if not purged or instance.content_type.model_class() is not Question:
        return
    if DrawnQuestion.objects.filter(question=instance.object_id).exists():
        raise ProtectedError("This version may stand on a paper.", {instance})
